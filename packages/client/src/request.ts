import { attempt, backoffMs, pause, type Attempt, type Connection } from './connection.ts';
import { isTransient, ProblemError } from './errors.ts';
import type { AnyOptions, Operation } from './operation-types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Longer, and it is for the caller to decide whether to wait. */
const RETRY_AFTER_MAX_SECONDS = 60;

/** Sends a request until it is answered for good: as often as it is safe to repeat and the client may. */
export async function send(
  connection: Connection,
  operation: Operation,
  input: Fields,
  options: AnyOptions,
): Promise<unknown> {
  const { signal, timeoutMs = connection.timeoutMs, maxRetries = connection.maxRetries } = options;
  // One key for all attempts: whichever of them arrived, the others get its answer.
  const key = operation.isKeyed ? (options.idempotencyKey ?? crypto.randomUUID()) : undefined;
  const isRepeatable = operation.method === 'GET' || key !== undefined;
  const request = requestOf(operation, input, key, options.ifMatch);

  for (let retry = 0; ; retry++) {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      const facts = { idempotencyKey: key };
      return await attempt(connection, { ...request, signal: either }, facts, async (response) => {
        options.onResponse?.(response);
        const text = await response.text();
        return text === '' ? undefined : (JSON.parse(text) as unknown);
      });
    } catch (error) {
      signal?.throwIfAborted();
      const retryAfter = error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) : 0;
      const isWorthIt = isTransient(error) && retryAfter <= RETRY_AFTER_MAX_SECONDS;
      if (!isRepeatable || !isWorthIt || retry >= maxRetries) throw error;
      await pause(backoffMs(retry, retryAfter), signal);
    }
  }
}

function requestOf(
  { method, path, rest, inQuery }: Operation,
  input: Fields,
  key: string | undefined,
  ifMatch: number | string | undefined,
): Omit<Attempt, 'signal'> {
  const left = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name);
    // An empty one would make another path, that of the list, for example.
    if (typeof value !== 'string' || value === '') throw new TypeError(`${name} is missing`);
    left.delete(name);
    return encodeURIComponent(value);
  });
  const asked = new Map([...left].filter(([name]) => rest === 'query' || inQuery?.includes(name)));
  for (const name of asked.keys()) left.delete(name);
  const query = asked.size > 0 ? `?${queryOf(asked)}` : '';
  return {
    method,
    path: `${filled}${query}`,
    headers: {
      accept: 'application/json, application/problem+json',
      ...(rest === 'body' && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(ifMatch !== undefined && { 'if-match': typeof ifMatch === 'number' ? `"${ifMatch}"` : ifMatch }),
    },
    ...(rest === 'body' && { body: JSON.stringify(Object.fromEntries(left)) }),
  };
}

export const queryOf = (fields: ReadonlyMap<string, unknown>): string =>
  new URLSearchParams([...fields].map(([name, value]): [string, string] => [name, String(value)])).toString();

export type Page = { readonly data: readonly unknown[]; readonly nextCursor: string | null };

/** The first page is asked for at once, each later one when the items before are used up. */
export function listing(read: (cursor?: string) => Promise<Page>): Promise<Page> & AsyncIterable<unknown> {
  const first = read();
  async function* items(): AsyncGenerator<unknown, void> {
    for (let page = await first; ; page = await read(page.nextCursor)) {
      yield* page.data;
      if (page.nextCursor === null) return;
    }
  }
  return Object.assign(first, { [Symbol.asyncIterator]: items });
}
