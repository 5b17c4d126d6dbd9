import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantId } from '../domain/shared/ids.ts';
import { isDryRun } from './dry-run.ts';
import { headerNamesOf } from './operation-problems.ts';
import { sendProblem } from './problem.ts';

/** Some tenants want no command that could be done twice: theirs carry an Idempotency-Key or are refused. */
export const demandKeys =
  (isKeyDemanded: (tenantId: TenantId) => boolean) =>
  (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { headers, principal, query, routeOptions } = request;
    const isKeyless =
      headers['idempotency-key'] === undefined &&
      isKeyDemanded(principal.tenantId) &&
      !isDryRun(query) &&
      headerNamesOf(routeOptions.schema?.headers).includes('idempotency-key');
    if (!isKeyless) {
      done();
      return;
    }
    const detail =
      'Your tenant wants the header Idempotency-Key on every command: a new one for each, the same to repeat it.';
    void sendProblem(request, reply, 'idempotency-key-required', { detail });
  };
