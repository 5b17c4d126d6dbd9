import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Allowance, RateClass, TakeFromQuota } from '../application/rate-limits.ts';
import { sendProblem } from './problem.ts';

type Done = () => void;

export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/**
 * Counts requests against the quota of their tenant, after its key is known and before a body is read. The headers are
 * those of draft-ietf-httpapi-ratelimit-headers-10.
 */
export const limitRate =
  (take: TakeFromQuota) =>
  (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
    const rateClass: RateClass = isRead(request.method) ? 'reads' : 'writes';
    const settle = (allowance: Allowance | undefined): void => {
      if (!allowance) return done();
      const { allowed, limit, windowSeconds, remaining, resetSeconds } = allowance;
      void reply
        .header('ratelimit-policy', `"${rateClass}";q=${limit};w=${windowSeconds}`)
        .header('ratelimit', `"${rateClass}";r=${remaining};t=${resetSeconds}`);
      if (allowed) return done();
      const detail = `Of ${rateClass} there may be ${limit} in ${windowSeconds} seconds; more can be had in ${resetSeconds}.`;
      void sendProblem(request, reply, 'rate-limited', {
        ...{ detail, retryAfterSeconds: resetSeconds, violatedPolicies: [rateClass] },
      });
    };
    const taken = take(request.principal.tenantId, rateClass);
    if (taken instanceof Promise) void taken.then(settle);
    else settle(taken);
  };
