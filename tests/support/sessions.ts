import { createSignInLink } from '../../src/infrastructure/access/sessions.ts';
import { hashOf } from '../../src/infrastructure/postgres/api-keys.ts';
import type { ApiAnswer } from './api-contract.ts';
import type { Api, ApiClient } from './api-service.ts';

export type SessionBody = {
  readonly actor: string;
  readonly tenantId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string;
  readonly csrfToken: string;
};

export type SignedIn = SessionBody & {
  /** As the browser sends it. */
  readonly cookie: string;
  /** A page of the console: the same requests as a client's, by cookie and token. */
  readonly page: ApiClient;
};

export const sessionOf = ({ body }: ApiAnswer): SessionBody => body as SessionBody;

/** What the browser keeps, and sends from then on. */
export const cookieOf = ({ headers }: ApiAnswer): string => String(headers['set-cookie']).split(';', 1)[0]!;

export const linkFor = async ({ database }: Api, { key }: ApiClient): Promise<string> =>
  (await createSignInLink(database.pool, hashOf(key))).link;

/** Signs in with the client's key. */
export async function signIn({ anonymous }: Api, { key, tenantId }: ApiClient): Promise<SignedIn> {
  const answer = await anonymous.post('/api/session', { apiKey: key });
  if (answer.status !== 201) throw new Error(`signing in was answered with ${answer.status}: ${answer.text}`);
  const cookie = cookieOf(answer);
  const { csrfToken } = sessionOf(answer);
  const own = { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': 'same-origin' };
  const page: ApiClient = {
    key,
    tenantId,
    send: (request) => anonymous.send({ ...request, headers: { ...own, ...request.headers } }),
    get: (url, headers = {}) => anonymous.get(url, { ...own, ...headers }),
    post: (url, body, headers = {}) => anonymous.post(url, body, { ...own, ...headers }),
    patch: (url, body, headers = {}) => anonymous.patch(url, body, { ...own, ...headers }),
  };
  return { ...sessionOf(answer), cookie, page };
}
