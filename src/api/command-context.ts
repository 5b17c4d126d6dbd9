import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandContext, Ids } from '../application/ports.ts';
import { isDryRun } from './dry-run.ts';
import { sendProblem } from './problem.ts';

/** `keyed`: the client sent an Idempotency-Key, so ids must be derived from the command id, to come out again. */
export type RequestedCommand = { readonly context: CommandContext; readonly keyed: boolean };

/**
 * The command that a request stands for. With an Idempotency-Key its id is a function of tenant, method, path and
 * key, which is all that makes repeating it safe: the log accepts each command id once. A dry run uses no key.
 */
export function commandOf(request: FastifyRequest, ids: Ids): RequestedCommand {
  const { tenantId, actor } = request.principal;
  // A dry run with the key of a command that was carried out would name what it makes as that one did.
  const key = isDryRun(request.query) ? undefined : request.headers['idempotency-key'];
  const commandId =
    typeof key === 'string'
      ? ids.derivedCommandId(tenantId, request.method, pathOf(request), key)
      : ids.commandId();
  const { traceId, traceparent } = request.trace;
  const context = {
    commandId,
    tenantId,
    fingerprint: fingerprintOf(request.body),
    correlationId: traceId,
    causationId: commandId,
    actor,
    traceparent,
  };
  return { context, keyed: typeof key === 'string' };
}

/**
 * The path as its route has it, however it was spelled: a proxy may send http://host/api/… where another sends /api/….
 * Ids are the same in upper and lower case, and so must be the commands that name them.
 */
function pathOf({ routeOptions: { url = '' }, params }: FastifyRequest): string {
  const given = params as Readonly<Record<string, string>>;
  return url.replaceAll(/:(\w+)/g, (_, name: string) => given[name]!).toLowerCase();
}

/** The same for two bodies that say the same in another order of properties. */
export const fingerprintOf = (body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('base64url');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

/** Refuses a second request with the same key while this process still works on the first. */
export function inFlightGuard() {
  const inFlight = new Set<string>();
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    { context: { commandId } }: RequestedCommand,
    work: () => Promise<FastifyReply>,
  ): Promise<FastifyReply> => {
    if (inFlight.has(commandId)) {
      const detail =
        'The first request with this key is not answered yet; repeat this one to get its answer.';
      return sendProblem(request, reply, 'idempotency-key-in-use', { detail, retryAfterSeconds: 1 });
    }
    inFlight.add(commandId);
    try {
      return await work();
    } finally {
      inFlight.delete(commandId);
    }
  };
}
export type InFlightGuard = ReturnType<typeof inFlightGuard>;
