import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate, Principal, Refused, Scope } from '../application/access.ts';
import { err, type Result } from '../domain/shared/result.ts';
import type { ServerOptions } from './api.ts';
import { sendProblem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** What a key or a token must allow; every route that needs one names it. */
    scope?: Scope;
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

const NOTHING: Result<Principal, Refused> = err({ reason: 'no-credential' });

async function principalOf(
  authenticate: Authenticate,
  { headers: { authorization = '' } }: FastifyRequest,
): Promise<Result<Principal, Refused>> {
  const [, credential] = authorization.length > TOKEN_MAX_CHARS ? [] : (BEARER.exec(authorization) ?? []);
  return credential === undefined ? NOTHING : authenticate(credential);
}

/** For what goes on after its request was let in: a key may have been revoked or cut down since, a token have expired. */
export async function isStillAllowed(authenticate: Authenticate, request: FastifyRequest): Promise<boolean> {
  const known = await principalOf(authenticate, request);
  const { scope } = request.routeOptions.config;
  return known.ok && scope !== undefined && known.value.scopes.includes(scope);
}

/** As it is written, without what it names: there are few of them. */
export const routeOf = ({ method, routeOptions }: FastifyRequest): string =>
  `${method} ${routeOptions.url ?? ''}`;

/** Runs before the body is read: whoever may not come in cannot make us parse anything. */
export const letIn =
  ({ authenticate, noteDenial }: Pick<ServerOptions, 'authenticate' | 'noteDenial'>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    void reply.header('cache-control', 'private, no-cache'); // kept, if at all, by one client, and asked about each time
    const known = await principalOf(authenticate, request);
    if (!known.ok) {
      const { reason, who } = known.error;
      if (reason === 'issuer-unreachable')
        return sendProblem(request, reply, 'unavailable', { retryAfterSeconds: 5 });
      // Why, and whose it was, is for those who run the service and for its tenant; not for whoever sent it.
      request.log = request.log.child({ denied: reason, ...(who && { actor: who.actor }) });
      if (who) noteDenial({ ...who, route: routeOf(request), reason });
      const detail = 'Send your key, or a token, in the header "Authorization: Bearer …".';
      return sendProblem(request, reply.header('www-authenticate', 'Bearer'), 'unauthenticated', { detail });
    }
    request.principal = known.value;
    return undefined;
  };

/** After quotas are counted: whoever may not do something pays for asking all the same. */
export const requireScope =
  ({ noteDenial }: Pick<ServerOptions, 'noteDenial'>) =>
  (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { scope } = request.routeOptions.config;
    const { tenantId, actor, scopes } = request.principal;
    if (scope && scopes.includes(scope)) {
      done();
      return;
    }
    noteDenial({ tenantId, actor, route: routeOf(request), reason: `lacks ${scope}` });
    void sendProblem(request, reply, 'forbidden', { detail: `This needs the scope ${scope}.` });
  };
