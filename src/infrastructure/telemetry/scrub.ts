import { withoutCardNumbers } from '../../domain/shared/card-numbers.ts';

const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bop_(?:live|test)_[\w-]+/gi, '[api key]'],
  [/\b[rsp]k_(?:live|test)_\w+/gi, '[provider key]'],
  [/\bwhsec_[\w+/=-]+/gi, '[webhook secret]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [token]'],
  // To the last @ of the word: passwords that nobody encoded hold one.
  [/(:\/\/[^\s/:@]*):\S*@/g, '$1:[password]@'],
  [/\b(password|passwd|secret|api[_-]?key)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi, '$1$2[hidden]'],
];

/** A text of our own or a library's, without what must not be in it. A second net: none of it belongs there. */
export const scrubbed = (text: string): string =>
  SECRETS.reduce((clean, [pattern, instead]) => clean.replaceAll(pattern, instead), withoutCardNumbers(text));

export type LoggedError = {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
};

const CAUSES_MAX = 3;

/**
 * Of an error what tells where and why, of what it was about nothing: neither `detail`, `where` and the parameters of
 * PostgreSQL nor what libraries hang on theirs, such as requests with their headers.
 */
export function loggedError(fault: unknown, causes = CAUSES_MAX): LoggedError {
  if (!(fault instanceof Error)) return { type: typeof fault, message: scrubbed(String(fault)) };
  const message = scrubbed(withoutQuotes(fault));
  const { stack, cause } = fault;
  return {
    type: fault.name,
    message,
    ...('code' in fault && typeof fault.code === 'string' && { code: scrubbed(fault.code) }),
    ...(stack !== undefined && { stack: scrubbed(stack.replace(fault.message, () => message)) }),
    ...(cause !== undefined && causes > 0 && { cause: loggedError(cause, causes - 1) }),
  };
}

const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/; // of PostgreSQL: a value does not fit, and the message says which

/** Some messages quote the value they complain about. */
function withoutQuotes(fault: Error): string {
  const quotes = fault instanceof SyntaxError || ('code' in fault && DATA_EXCEPTION.test(String(fault.code)));
  return quotes ? fault.message.replaceAll(/(["']).*\1/gs, '$1…$1') : fault.message;
}
