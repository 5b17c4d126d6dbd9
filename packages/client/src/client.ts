import { MINOR_DIGITS, OPERATIONS } from './api-types.ts';
import type { Connection } from './connection.ts';
import { followEvents, type FeedEvent, type FeedInput, type FeedOptions } from './event-feed.ts';
import type { AnyOptions, Input, Operation, Operations, Schemas } from './operation-types.ts';
import { listing, send, type Page } from './request.ts';

export { ConnectionError, ProblemError } from './errors.ts';
export type { ProblemCode } from './api-types.ts';
export type { FeedEvent, FeedInput, Input, Schemas };
export type Order = Schemas['Order'];
export type Payment = Schemas['Payment'];
export type Refund = Schemas['Refund'];

/**
 * Decimals between a currency's unit, by ISO 4217, and the minor unit that amounts are in: 2 for USD, 0 for JPY. Throws a
 * `RangeError` for what is no currency.
 */
export function minorDigits(currency: string): number {
  const digits = MINOR_DIGITS[currency];
  if (digits === undefined) throw new RangeError(`${currency} is no currency of ISO 4217`);
  return digits;
}

export type ClientOptions = {
  /**
   * Where the service is: `https://payments.example.com`, with a path if a proxy adds one. In a page that the service
   * itself serves, `''`.
   */
  readonly baseUrl: string;
  /** An API key, or a token; or what gives one, asked before each attempt. */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  /**
   * In place of a key, in a page that the service itself serves: the `csrfToken` of the session, undefined before one is
   * opened. The browser then says who it is by its cookie. Asked before each attempt.
   */
  readonly csrfToken?: (() => string | undefined) | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** For each attempt. Default 30,000. */
  readonly timeoutMs?: number;
  /** How often a request is sent again that is safe to repeat. Default 3; 0 never. */
  readonly maxRetries?: number;
};

export type Client = Operations & {
  /** What happens, live; goes on by itself after a lost connection, and ends when the loop is left. */
  readonly followEvents: (input?: FeedInput, options?: FeedOptions) => AsyncIterable<FeedEvent>;
};

/**
 * A client of the API: a function for each of its operations. Each takes what path, query and body name as one object,
 * and gives what the service answers; a refusal is thrown as a `ProblemError`, no answer as a `ConnectionError`.
 *
 * Reads, and commands that take an `Idempotency-Key`, are sent again after a lost connection, a timeout, 429, 502,
 * 503 and 504, and while the first one is in flight; the key is made here and the same for all attempts.
 */
export function createClient({ baseUrl, apiKey, csrfToken, ...options }: ClientOptions): Client {
  const connection: Connection = {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    apiKey: typeof apiKey === 'string' ? () => apiKey : apiKey,
    csrfToken,
    // Browsers refuse to call it as a method of something else.
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    timeoutMs: options.timeoutMs ?? 30_000,
    maxRetries: options.maxRetries ?? 3,
  };
  const functions = Object.entries<Operation>(OPERATIONS).map(([id, operation]) => {
    const call = (input: object = {}, own: AnyOptions = {}): Promise<unknown> =>
      operation.isPaged
        ? listing(
            (cursor) =>
              send(connection, operation, { ...input, ...(cursor && { cursor }) }, own) as Promise<Page>,
          )
        : send(connection, operation, { ...input }, own);
    return [id, call];
  });
  const follow: Client['followEvents'] = (input = {}, own = {}) => followEvents(connection, input, own);
  // The types and the table of operations are made from one document.
  return { ...Object.fromEntries(functions), followEvents: follow } as Client;
}
