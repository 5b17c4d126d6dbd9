import { ConnectionError, ProblemError } from '@order-payments/client';

export type Refusal = {
  readonly title: string;
  readonly detail: string | undefined;
  readonly fields: readonly string[];
  /** Of the page that explains it. */
  readonly code: string | undefined;
  readonly requestId: string | undefined;
};

/** Why something did not work, in words for whoever asked for it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof ProblemError) {
    const { title, detail, code, requestId, errors } = error;
    const fields = errors.map(({ pointer, message }) => `${pointer.replace(/^\//, '')} ${message}`.trim());
    return { title, detail, fields, code, requestId };
  }
  if (error instanceof ConnectionError)
    return {
      title: 'The service did not answer',
      detail: 'Whether it did what was asked is not known. Look again before you repeat it.',
      fields: [],
      code: undefined,
      requestId: error.requestId,
    };
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'The console failed', detail, fields: [], code: undefined, requestId: undefined };
}
