import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { DisputeRejection } from '../application/payments/disputes.ts';
import type { PaymentView } from '../application/payments/payment-view.ts';
import type { CommandContext } from '../application/ports.ts';
import type { DisputePlace, DisputeView } from '../application/read-models.ts';
import { parsePaymentId, type PaymentId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { Api, ApiDependencies } from './api.ts';
import { commandOf } from './command-context.ts';
import { CHANGES } from './operation-problems.ts';
import { readPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';
import { IdempotencyHeaders, instant, MoneySchema, NoQuery, nullable, text, uuid } from './schemas.ts';

const Status = Type.Enum(['open', 'under_review', 'won', 'lost']);

export const DisputeSchema = Type.Object(
  {
    disputeId: Type.String({ description: 'The provider’s' }),
    paymentId: uuid('The disputed payment'),
    orderId: uuid('The order it paid'),
    provider: Type.String(),
    amount: MoneySchema,
    fee: MoneySchema,
    reason: Type.String(),
    status: Status,
    openedAt: instant('UTC'),
    updatedAt: instant('UTC'),
  },
  { $id: 'Dispute', title: 'Dispute' },
);
true satisfies DisputeView extends Static<typeof DisputeSchema> ? true : never;

const DisputeParams = Type.Object({
  disputeId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$', description: 'The dispute' }),
});
const DisputePage = Type.Object({
  data: Type.Array(Type.Ref('Dispute#')),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

type DisputeCommand = FastifyRequest<{ Params: { disputeId: string } }>;
type Act = (
  context: CommandContext,
  dispute: { readonly paymentId: PaymentId; readonly disputeId: string },
) => Promise<Result<{ readonly answer: unknown }, DisputeRejection>>;

const RETRY_SECONDS = 5;

export function disputeRoutes(
  api: Api,
  { readModels, answerDispute, ids, guard, cursors }: ApiDependencies,
): void {
  const find = async (request: DisputeCommand): Promise<DisputeView | undefined> => {
    const { disputeId } = request.params;
    const [found] = await readModels.disputes(request.principal.tenantId, { disputeId }, 1);
    return found;
  };

  const work = async (request: DisputeCommand, reply: FastifyReply, act: Act): Promise<FastifyReply> => {
    const requested = commandOf(request, ids);
    return guard(request, reply, requested, async () => {
      const found = await find(request);
      const paymentId = found && parsePaymentId(found.paymentId);
      if (!found || !paymentId) return sendProblem(request, reply, 'dispute-not-found');
      const { disputeId } = found;
      const done = await act(requested.context, { paymentId, disputeId });
      if (!done.ok) return sendRefusal(request, reply, done.error);
      // The list is behind by as much as its projector; the payment is not.
      const { disputes, updatedAt } = done.value.answer as PaymentView;
      const { status } = disputes.find((dispute) => dispute.disputeId === disputeId) ?? found;
      return reply.send(status === found.status ? found : { ...found, status, updatedAt });
    });
  };

  api.get(
    '/api/disputes',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listDisputes',
        tags: ['payments'],
        summary: 'What customers’ banks want back, newest first',
        querystring: Type.Object(
          {
            status: Type.Optional(Status),
            orderId: Type.Optional(uuid('Only this order’s')),
            limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
            cursor: Type.Optional(
              Type.String({ maxLength: 500, description: 'From `nextCursor` of the page before' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: DisputePage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, ...filter } = request.query;
      const list = JSON.stringify(['disputes', tenantId, filter.status ?? null, filter.orderId ?? null]);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: DisputePlace) => readModels.disputes(tenantId, filter, count, after),
          placeOf: ({ openedAt, disputeId }): DisputePlace => ({ openedAt, disputeId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.get(
    '/api/disputes/:disputeId',
    {
      config: { scope: 'orders:read', problems: ['dispute-not-found'] },
      schema: {
        operationId: 'getDispute',
        tags: ['payments'],
        summary: 'One dispute',
        params: DisputeParams,
        querystring: NoQuery,
        response: { 200: Type.Ref('Dispute#') },
      },
    },
    async (request, reply) => {
      const found = await find(request);
      return found ? reply.send(found) : sendProblem(request, reply, 'dispute-not-found');
    },
  );

  const answer = {
    params: DisputeParams,
    querystring: NoQuery,
    headers: IdempotencyHeaders,
    tags: ['payments'],
  };
  const response = { 200: Type.Ref('Dispute#') };

  api.post(
    '/api/disputes/:disputeId/accept',
    {
      config: {
        scope: 'refunds:write',
        bodyIsOptional: true,
        problems: [...CHANGES, 'dispute-not-found', 'dispute-not-open', 'provider-unavailable'],
      },
      schema: {
        ...answer,
        operationId: 'acceptDispute',
        summary: 'Give a dispute up: the money stays with the customer. Repeating it changes nothing',
        body: Type.Object({}, { additionalProperties: false }),
        response,
      },
    },
    (request, reply) => work(request, reply, answerDispute.accept),
  );

  api.post(
    '/api/disputes/:disputeId/evidence',
    {
      config: {
        scope: 'refunds:write',
        problems: [...CHANGES, 'dispute-not-found', 'dispute-not-open', 'provider-unavailable'],
      },
      schema: {
        ...answer,
        operationId: 'submitDisputeEvidence',
        summary: 'Say what speaks against an open dispute; the customer’s bank decides',
        body: Type.Object(
          { evidence: text(20_000, 'For the bank; it goes to the provider and is not kept here') },
          { additionalProperties: false },
        ),
        response,
      },
    },
    (request, reply) => {
      const { evidence } = request.body;
      return work(request, reply, (context, dispute) =>
        answerDispute.submitEvidence(context, { ...dispute, evidence }),
      );
    },
  );
}

function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: DisputeRejection): FastifyReply {
  switch (refusal.code) {
    case 'dispute-not-found':
      return sendProblem(request, reply, refusal.code);
    case 'dispute-not-open':
      return sendProblem(request, reply, refusal.code, { detail: `The dispute is ${refusal.status}.` });
    case 'provider-unavailable':
      return sendProblem(request, reply, refusal.code, {
        detail: 'The payment provider did not answer; whether it was told is not known. Repeat the request.',
        retryAfterSeconds: RETRY_SECONDS,
      });
    default:
      return sendProblem(request, reply, refusal.code, describe(refusal));
  }
}
