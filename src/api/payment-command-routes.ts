import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { CommandRefusal, Executed } from '../application/execute-command.ts';
import type { PaymentView } from '../application/payments/payment-view.ts';
import type { CommandContext } from '../application/ports.ts';
import type { OrderRejection } from '../domain/orders/order-rejection.ts';
import type { PaymentRejection } from '../domain/payments/payment-commands.ts';
import { parsePaymentId, type PaymentId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { Api, ApiDependencies } from './api.ts';
import { commandOf } from './command-context.ts';
import { CaptureBody, PaymentParams, RefundBody, RefundParams, VoidBody } from './payment-schemas.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';
import { CommandHeaders, NoQuery, problems, toMoney, versionOf } from './schemas.ts';

type Kind = PaymentView['inFlight'][number];
type Done = Result<Executed, PaymentRejection | OrderRejection | CommandRefusal>;
type PaymentRequest = FastifyRequest<{
  Params: { paymentId: string };
  Headers: Static<typeof CommandHeaders>;
}>;

const RETRY_SECONDS = 5;
const NOT_SAID = 'not said';

export function paymentCommandRoutes(
  api: Api,
  { changePayment, syncPayment, readModels, ids, guard }: ApiDependencies,
): void {
  const refundIdOf = (context: CommandContext) => ids.derivedCommandId(context.commandId, 'refund');

  const work = async (
    request: PaymentRequest,
    reply: FastifyReply,
    act: (context: CommandContext, paymentId: PaymentId) => Promise<Done>,
    answer: (payment: PaymentView, context: CommandContext) => FastifyReply,
  ): Promise<FastifyReply> => {
    const requested = commandOf(request, ids);
    const { context } = requested;
    const paymentId = parsePaymentId(request.params.paymentId);
    if (!paymentId) return sendNotFound(request, reply);
    return guard(request, reply, requested, async () => {
      const done = await act(context, paymentId);
      if (!done.ok) return sendProblem(request, reply, done.error.code, describe(done.error));
      if (done.value.replayed) void reply.header('idempotency-replayed', 'true');
      return answer(done.value.answer as PaymentView, context);
    });
  };

  const payment = {
    200: Type.Ref('Payment#'),
    202: { ...Type.Ref('Payment#'), description: 'The provider has not answered yet: look again' },
    ...problems,
  };

  api.post(
    '/api/payments/:paymentId/capture',
    {
      config: { scope: 'payments:write', bodyIsOptional: true },
      schema: {
        ...describedAs('capturePayment', 'Take what is authorized, or part of it'),
        params: PaymentParams,
        body: CaptureBody,
        response: payment,
      },
    },
    (request, reply) => {
      const { amount, final } = request.body;
      const asked = { ...(amount && { amount: toMoney(amount) }), ...(final !== undefined && { final }) };
      const ifVersion = versionOf(request.headers);
      return work(
        request,
        reply,
        (context, paymentId) => changePayment.capture(context, paymentId, { ...asked, ifVersion }),
        withPayment(reply, 'capture'),
      );
    },
  );

  api.post(
    '/api/payments/:paymentId/void',
    {
      config: { scope: 'payments:write', bodyIsOptional: true },
      schema: {
        ...describedAs('voidPayment', 'Let go of what is authorized, while nothing was captured'),
        params: PaymentParams,
        body: VoidBody,
        response: payment,
      },
    },
    (request, reply) => {
      const { reason = NOT_SAID } = request.body;
      const ifVersion = versionOf(request.headers);
      return work(
        request,
        reply,
        (context, paymentId) => changePayment.void(context, paymentId, { reason, ifVersion }),
        withPayment(reply, 'void'),
      );
    },
  );

  api.post(
    '/api/payments/:paymentId/sync',
    {
      config: { scope: 'payments:write', bodyIsOptional: true },
      schema: {
        ...describedAs('syncPayment', 'Ask the provider now what became of the payment'),
        params: PaymentParams,
        body: Type.Object({}, { additionalProperties: false }),
        response: payment,
      },
    },
    (request, reply) =>
      work(
        request,
        reply,
        (context, paymentId) => syncPayment(context, paymentId, `operator:${context.actor}`),
        withPayment(reply),
      ),
  );

  api.post(
    '/api/payments/:paymentId/refunds',
    {
      config: { scope: 'refunds:write', bodyIsOptional: true },
      schema: {
        ...describedAs('refundPayment', 'Give back what was captured, or part of it'),
        params: PaymentParams,
        body: RefundBody,
        response: {
          201: Type.Ref('Refund#'),
          202: {
            ...Type.Ref('Refund#'),
            description: 'The provider has not answered yet: look again at Location',
          },
          ...problems,
        },
      },
    },
    (request, reply) => {
      const { amount, items: lines, reason = NOT_SAID } = request.body;
      if (amount && lines) {
        const message = 'must not come together with amount';
        const errors = [{ in: 'body', pointer: '/items', message }] as const;
        return sendProblem(request, reply, 'validation-failed', { errors });
      }
      const asked = { ...(amount && { amount: toMoney(amount) }), ...(lines && { lines }), reason };
      const ifVersion = versionOf(request.headers);
      return work(
        request,
        reply,
        (context, paymentId) =>
          changePayment.refund(context, paymentId, { ...asked, refundId: refundIdOf(context), ifVersion }),
        ({ paymentId, refunds }, context) => {
          const refund = refunds.find(({ refundId }) => refundId === refundIdOf(context))!;
          const isPending = refund.status === 'Pending';
          if (isPending) void reply.header('retry-after', RETRY_SECONDS);
          return reply
            .code(isPending ? 202 : 201)
            .header('location', `/api/payments/${paymentId}/refunds/${refund.refundId}`)
            .send(refund);
        },
      );
    },
  );

  api.get(
    '/api/payments/:paymentId/refunds/:refundId',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'getRefund',
        tags: ['payments'],
        summary: 'One refund of a payment',
        params: RefundParams,
        querystring: NoQuery,
        response: { 200: Type.Ref('Refund#'), ...problems },
      },
    },
    async (request, reply) => {
      const paymentId = parsePaymentId(request.params.paymentId);
      const found = paymentId && (await readModels.payment(request.principal.tenantId, paymentId));
      if (!found?.ok) return sendNotFound(request, reply);
      const asked = request.params.refundId.toLowerCase();
      const refund = found.value.refunds.find(({ refundId }) => refundId === asked);
      return refund ? reply.send(refund) : sendProblem(request, reply, 'refund-not-found');
    },
  );
}

const sendNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, 'payment-not-found', describe({ code: 'payment-not-found' }));

/** The payment as it is now; 202 while the provider has not said what became of the request. */
const withPayment = (reply: FastifyReply, kind?: Kind) => (payment: PaymentView) => {
  if (kind && payment.inFlight.includes(kind)) void reply.code(202).header('retry-after', RETRY_SECONDS);
  return reply.header('etag', `"${payment.version}"`).send(payment);
};

const describedAs = (operationId: string, summary: string) => ({
  operationId,
  tags: ['payments'],
  summary,
  querystring: NoQuery,
  headers: CommandHeaders,
});
