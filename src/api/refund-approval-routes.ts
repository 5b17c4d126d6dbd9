import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { CommandRefusal, Executed } from '../application/execute-command.ts';
import type { PaymentView } from '../application/payments/payment-view.ts';
import type { CommandContext } from '../application/ports.ts';
import type { AwaitingRefund, AwaitingRefundPlace } from '../application/read-models.ts';
import type { OrderRejection } from '../domain/orders/order-rejection.ts';
import type { PaymentRejection } from '../domain/payments/payment-commands.ts';
import type { PaymentId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { Api, ApiDependencies } from './api.ts';
import { success } from './answers.ts';
import { routeOf } from './auth.ts';
import { CHANGES_PAYMENT } from './operation-problems.ts';
import { readPage } from './page.ts';
import { RefundParams, RejectRefundBody } from './payment-schemas.ts';
import { CommandHeaders, instant, MoneySchema, NoQuery, nullable, uuid, versionOf } from './schemas.ts';

export type Done = Result<Executed, PaymentRejection | OrderRejection | CommandRefusal>;
export type PaymentRequest = FastifyRequest<{
  Params: { paymentId: string };
  Headers: { [Name in keyof Static<typeof CommandHeaders>]: string | undefined };
}>;
/** Carries out a command on the payment that the path names, and answers. */
export type OnPayment = (
  request: PaymentRequest,
  reply: FastifyReply,
  act: (context: CommandContext, paymentId: PaymentId) => Promise<Done>,
  answer: {
    /** Whether what was asked for is still to be done. */
    readonly isOpen?: (payment: PaymentView, context: CommandContext) => boolean;
    readonly send: (payment: PaymentView, context: CommandContext) => FastifyReply;
  },
) => Promise<FastifyReply>;

const DECIDES = [...CHANGES_PAYMENT, 'refund-not-found', 'refund-not-awaiting-approval'] as const;
const NOT_SAID = 'not said';
const RETRY_SECONDS = 5;

const AwaitingRefundSchema = Type.Object({
  refundId: Type.String(),
  paymentId: uuid('Of what it would give back'),
  orderId: uuid('The order that was paid'),
  amount: MoneySchema,
  status: Type.Literal('AwaitingApproval'),
  reason: Type.String(),
  requestedBy: Type.String({ description: 'Who asked for it, and cannot approve of it' }),
  lapsesAt: instant('Until when it waits'),
  createdAt: instant('UTC'),
});
true satisfies AwaitingRefund extends Static<typeof AwaitingRefundSchema> ? true : never;

export function refundApprovalRoutes(
  api: Api,
  { apiKeys, changePayment, readModels, cursors, noteDenial }: ApiDependencies,
  onPayment: OnPayment,
): void {
  api.post(
    '/api/payments/:paymentId/refunds/:refundId/approve',
    {
      config: {
        scope: 'refunds:approve',
        bodyIsOptional: true,
        waits: true,
        problems: [...DECIDES, 'refund-approval-own', 'payment-not-refundable'],
      },
      schema: {
        operationId: 'approveRefund',
        tags: ['payments'],
        summary: 'Approve of a refund that somebody else asked for: the money goes back',
        description: 'Approving again is answered with the refund as it stands.',
        querystring: NoQuery,
        headers: CommandHeaders,
        params: RefundParams,
        body: Type.Object({}, { additionalProperties: false }),
        response: {
          200: success(Type.Ref('Refund#'), 'The refund, its outcome final'),
          202: success(Type.Ref('Refund#'), 'The provider has not answered yet: look again', 'Retry-After'),
        },
      },
    },
    (request, reply) => {
      const refundId = request.params.refundId.toLowerCase();
      const ifVersion = versionOf(request.headers);
      return onPayment(
        request,
        reply,
        async (context, paymentId) => {
          const alsoKnownAs = await apiKeys.actorsOf(request.principal);
          const { tenantId, actor } = request.principal;
          const done = await changePayment.approve(context, paymentId, { refundId, alsoKnownAs, ifVersion });
          if (!done.ok && done.error.code === 'refund-approval-own')
            noteDenial({ tenantId, actor, route: routeOf(request), reason: done.error.code });
          return done;
        },
        answerWith(reply, refundId),
      );
    },
  );

  api.post(
    '/api/payments/:paymentId/refunds/:refundId/reject',
    {
      config: { scope: 'refunds:approve', bodyIsOptional: true, problems: DECIDES },
      schema: {
        operationId: 'rejectRefund',
        tags: ['payments'],
        summary: 'Refuse a refund that waits for approval, one’s own included',
        querystring: NoQuery,
        headers: CommandHeaders,
        params: RefundParams,
        body: RejectRefundBody,
        response: { 200: success(Type.Ref('Refund#'), 'The refund, rejected') },
      },
    },
    (request, reply) => {
      const { reason = NOT_SAID } = request.body;
      const refundId = request.params.refundId.toLowerCase();
      const ifVersion = versionOf(request.headers);
      return onPayment(
        request,
        reply,
        (context, paymentId) => changePayment.reject(context, paymentId, { refundId, reason, ifVersion }),
        answerWith(reply, refundId),
      );
    },
  );

  api.get(
    '/api/refunds',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listRefunds',
        tags: ['payments'],
        summary: 'Refunds that wait for approval; the one that lapses first comes first',
        querystring: Type.Object(
          {
            status: Type.Enum(['AwaitingApproval'], { description: 'All others are with their payments' }),
            limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
            cursor: Type.Optional(
              Type.String({ maxLength: 500, description: 'From `nextCursor` of the page before' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            data: Type.Array(AwaitingRefundSchema),
            nextCursor: nullable<string>('string', 'null on the last page'),
          }),
        },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor } = request.query;
      const list = JSON.stringify(['awaiting-refunds', tenantId]);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: AwaitingRefundPlace) => readModels.awaitingRefunds(tenantId, count, after),
          placeOf: ({ createdAt, refundId }): AwaitingRefundPlace => ({ createdAt, refundId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );
}

/** The refund that was asked about, as it is now; 202 while the provider has not said what became of it. */
const answerWith = (reply: FastifyReply, asked: string) => {
  const find = ({ refunds }: PaymentView) => refunds.find(({ refundId }) => refundId === asked)!;
  return {
    isOpen: (payment: PaymentView): boolean => find(payment).status === 'Pending',
    send: (payment: PaymentView): FastifyReply => {
      const refund = find(payment);
      if (refund.status === 'Pending') void reply.code(202).header('retry-after', RETRY_SECONDS);
      return reply.send(refund);
    },
  };
};
