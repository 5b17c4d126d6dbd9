import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answered, WebhookRefusal } from '../application/webhooks/ports.ts';
import { assertNever } from '../domain/shared/invariant.ts';
import type { Result } from '../domain/shared/result.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';

export function sendWebhookRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: WebhookRefusal,
): FastifyReply {
  switch (refusal.code) {
    case 'webhook-endpoint-not-found':
      return sendProblem(request, reply, refusal.code, { detail: 'No endpoint of yours has this id.' });
    case 'webhook-delivery-not-found':
      return sendProblem(request, reply, refusal.code, {
        detail: 'No delivery of yours has this id; settled ones are kept for 30 days.',
      });
    case 'webhook-endpoint-disabled':
      return sendProblem(request, reply, refusal.code, {
        detail: 'Enable it first: PATCH it with its status.',
      });
    case 'webhook-endpoint-limit':
      return sendProblem(request, reply, refusal.code, {
        detail: `You have ${refusal.max}, and no more can be had.`,
      });
    case 'webhook-url-refused':
      return sendProblem(request, reply, 'validation-failed', {
        detail: `Nothing is sent to this URL: ${refusal.reason}.`,
        errors: [{ in: 'body', pointer: '/url', message: refusal.reason }],
      });
    case 'idempotency-key-reused':
      return sendProblem(request, reply, refusal.code, describe(refusal));
    default:
      return assertNever(refusal);
  }
}

/** What a command came to; `status` if it was done. */
export function sendAnswer<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  done: Result<Answered<T>, WebhookRefusal>,
  { status, locationOf }: { readonly status: number; locationOf?(answer: T): string },
): FastifyReply {
  if (!done.ok) return sendWebhookRefusal(request, reply, done.error);
  const { answer, replayed } = done.value;
  if (replayed) void reply.header('idempotency-replayed', 'true');
  if (locationOf) void reply.header('location', locationOf(answer));
  return reply.code(status).send(answer);
}
