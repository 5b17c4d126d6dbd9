import { ConnectionError, ProblemError, type Problem, type RequestFacts } from './errors.ts';

/** Where the service is and how it is spoken to. */
export type Connection = {
  readonly baseUrl: string;
  /** Asked before each attempt. */
  readonly apiKey: (() => string | Promise<string>) | undefined;
  /** Asked before each attempt, of a page with a session; only without a key. */
  readonly csrfToken: (() => string | undefined) | undefined;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly maxRetries: number;
};

export type Attempt = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal | undefined;
};

/** Sends it once, and gives the answer if it is a good one; else throws one of the two errors. */
export async function attempt<T>(
  connection: Connection,
  { path, headers, signal, ...init }: Attempt,
  facts: RequestFacts,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const credentials = await credentialsFor(connection, init.method);
  try {
    const response = await connection.fetch(`${connection.baseUrl}${path}`, {
      ...init,
      ...credentials,
      headers: { ...credentials.headers, ...headers },
      ...(signal && { signal }),
    });
    if (response.ok) return await read(response);
    throw await refusalOf(response, facts);
  } catch (error) {
    if (error instanceof ProblemError || error instanceof ConnectionError) throw error;
    throw new ConnectionError(`${init.method} ${path} was not answered: ${textOf(error)}`, facts, error);
  }
}

type Credentials = Pick<RequestInit, 'credentials'> & { readonly headers: Readonly<Record<string, string>> };

/** A key in a header, else the cookie that the browser has, with the token without which it changes nothing. */
async function credentialsFor({ apiKey, csrfToken }: Connection, method: string): Promise<Credentials> {
  if (apiKey) return { headers: { authorization: `Bearer ${await apiKey()}` } };
  if (!csrfToken) return { headers: {} };
  const token = method === 'GET' ? undefined : csrfToken();
  return { credentials: 'same-origin', headers: token === undefined ? {} : { 'x-csrf-token': token } };
}

async function refusalOf(response: Response, facts: RequestFacts): Promise<ProblemError | ConnectionError> {
  const { headers, status } = response;
  const known = { ...facts, requestId: headers.get('x-request-id') ?? undefined };
  const type = headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) {
    // Not waited for: what it says is of no use to anybody.
    response.body?.cancel().catch(() => {});
    return new ConnectionError(`${status} "${type}" is no answer of Order Payments`, known);
  }
  return new ProblemError((await response.json()) as Problem, secondsOf(headers.get('retry-after')), known);
}

/** Of `Retry-After`, which is a number of seconds or a date. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = Number(retryAfter);
  const found = Number.isNaN(seconds) ? (Date.parse(retryAfter) - Date.now()) / 1_000 : seconds;
  return Number.isNaN(found) ? undefined : Math.max(0, found);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const FIRST_DELAY_MS = 250;
const DELAY_MAX_MS = 8_000;

/** Doubles, and is spread out, so that those who failed together do not come back together. */
export function backoffMs(retry: number, retryAfterSeconds = 0): number {
  const spread = Math.random() * Math.min(DELAY_MAX_MS, FIRST_DELAY_MS * 2 ** retry);
  return retryAfterSeconds * 1_000 + spread;
}

/** Throws the signal's reason as soon as that is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
