import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal, Refused, Scope } from '../application/access.ts';
import { err, ok, type Result } from '../domain/shared/result.ts';
import type { ServerOptions } from './api.ts';
import { sendProblem } from './problem.ts';
import { isCsrfTokenOf, isOfOwnPage, sessionSecretOf } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
    /** Unless it came with a key or a token. */
    session: { readonly secret: string; readonly expiresAt: string } | undefined;
  }
  interface FastifyContextConfig {
    /** What a key or a token must allow; every route that needs one names it. */
    scope?: Scope;
    /** Whoever has a key or a token may, whatever that allows. */
    needsNoScope?: boolean;
    /** Its path says who somebody is. */
    namesPerson?: boolean;
    /** A request without a body stands for one with an empty object. */
    bodyIsOptional?: boolean;
    /** Whoever changes what others may have changed says what they have seen. */
    needsIfMatch?: boolean;
    /** It answers with Server-Sent Events. */
    isEventStream?: boolean;
  }
}

const KEY = 'op_(?:live|test)_[a-z0-9_-]{20,100}';
// Well below the 16 KiB that Node takes of all headers; at most this is hashed, parsed and logged by nobody.
const TOKEN_MAX_CHARS = 8_000;
const TOKEN = '[a-z0-9_-]+\\.[a-z0-9_-]+\\.[a-z0-9_-]*';
const BEARER = new RegExp(`^bearer (${KEY}|${TOKEN})$`, 'i'); // RFC 9110: schemes know no case

type Known = Pick<FastifyRequest, 'principal' | 'session'>;
type Doors = Pick<ServerOptions, 'authenticate' | 'sessions'>;

const NOTHING: Result<Known, Refused> = err({ reason: 'no-credential' });

/** By what the header Authorization holds; only without one, by the cookie of a page of ours. */
async function whoAsks(
  { authenticate, sessions }: Doors,
  { headers }: FastifyRequest,
): Promise<Result<Known, Refused>> {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [, credential] = authorization.length > TOKEN_MAX_CHARS ? [] : (BEARER.exec(authorization) ?? []);
    if (credential === undefined) return NOTHING;
    const known = await authenticate(credential);
    return known.ok ? ok({ principal: known.value, session: undefined }) : known;
  }
  const secret = isOfOwnPage(headers['sec-fetch-site']) ? sessionSecretOf(headers.cookie) : undefined;
  if (secret === undefined) return NOTHING;
  const found = await sessions.find(secret);
  if (!found.ok) return found;
  const { principal, expiresAt } = found.value;
  return ok({ principal, session: { secret, expiresAt } });
}

/**
 * For what goes on after its request was let in: a key may have been revoked or cut down since, a token have expired, a
 * session have ended.
 */
export async function isStillAllowed(doors: Doors, request: FastifyRequest): Promise<boolean> {
  const known = await whoAsks(doors, request);
  const { scope } = request.routeOptions.config;
  return known.ok && scope !== undefined && known.value.principal.scopes.includes(scope);
}

/** As it is written, without what it names: there are few of them. */
export const routeOf = ({ method, routeOptions }: FastifyRequest): string =>
  `${method} ${routeOptions.url ?? ''}`;

/** Runs before the body is read: whoever may not come in cannot make us parse anything. */
export const letIn =
  ({ noteDenial, ...doors }: Doors & Pick<ServerOptions, 'noteDenial'>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    void reply.header('cache-control', 'private, no-cache'); // kept, if at all, by one client, and asked about each time
    const known = await whoAsks(doors, request);
    if (!known.ok) {
      const { reason, who } = known.error;
      if (reason === 'issuer-unreachable')
        return sendProblem(request, reply, 'unavailable', { retryAfterSeconds: 5 });
      // Why, and whose it was, is for those who run the service and for its tenant; not for whoever sent it.
      request.log = request.log.child({ denied: reason, ...(who && { actor: who.actor }) });
      if (who) noteDenial({ ...who, route: routeOf(request), reason });
      const detail =
        reason === 'unknown-session'
          ? 'Your session has ended: sign in again.'
          : 'Send your key, or a token, in the header "Authorization: Bearer …".';
      return sendProblem(request, reply.header('www-authenticate', 'Bearer'), 'unauthenticated', { detail });
    }
    const { principal, session } = known.value;
    if (session && !isMeant(request, session.secret)) {
      const { tenantId, actor } = principal;
      noteDenial({ tenantId, actor, route: routeOf(request), reason: 'csrf-token-invalid' });
      const detail = 'Send the csrfToken that GET /api/session answers with in the header X-CSRF-Token.';
      return sendProblem(request, reply, 'csrf-token-invalid', { detail });
    }
    request.principal = principal;
    request.session = session;
    return undefined;
  };

/** Browsers send the cookie along by themselves, whoever had them ask; the token only a page of ours can. */
const isMeant = ({ method, headers }: FastifyRequest, secret: string): boolean =>
  ['GET', 'HEAD', 'OPTIONS'].includes(method) || isCsrfTokenOf(secret, String(headers['x-csrf-token'] ?? ''));

/** After quotas are counted: whoever may not do something pays for asking all the same. */
export const requireScope =
  ({ noteDenial }: Pick<ServerOptions, 'noteDenial'>) =>
  (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { scope, needsNoScope } = request.routeOptions.config;
    const { tenantId, actor, scopes } = request.principal;
    if (needsNoScope || (scope && scopes.includes(scope))) {
      done();
      return;
    }
    noteDenial({ tenantId, actor, route: routeOf(request), reason: `lacks ${scope}` });
    void sendProblem(request, reply, 'forbidden', { detail: `This needs the scope ${scope}.` });
  };
