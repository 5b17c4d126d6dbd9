import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeys, Principal, Scope } from '../application/access.ts';
import { sendProblem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** What a key must be allowed to do; every route that needs a key names one. */
    scope?: Scope;
    /** A request without a body stands for one with an empty object. */
    bodyIsOptional?: boolean;
    /** Whoever changes what others may have changed says what they have seen. */
    needsIfMatch?: boolean;
  }
}

const BEARER = /^bearer (op_(?:live|test)_[a-z0-9_-]{20,100})$/i; // RFC 9110: schemes know no case

/** Runs before the body is read: whoever has no key cannot make us parse anything. */
export const authenticate =
  (apiKeys: ApiKeys) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    void reply.header('cache-control', 'private, no-cache'); // kept, if at all, by one client, and asked about each time
    const { scope } = request.routeOptions.config;
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const principal = key && (await apiKeys.authenticate(key));
    if (!principal) {
      const detail = 'Send your key in the header "Authorization: Bearer op_…".';
      return sendProblem(request, reply.header('www-authenticate', 'Bearer'), 'unauthenticated', { detail });
    }
    if (!scope || !principal.scopes.includes(scope)) {
      return sendProblem(request, reply, 'forbidden', { detail: `This needs the scope ${scope}.` });
    }
    request.principal = principal;
    return undefined;
  };
