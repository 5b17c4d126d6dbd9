import { Type } from 'typebox';
import type { PaymentView } from '../application/payments/payment-view.ts';
import { parseOrderId, parsePaymentId } from '../domain/shared/ids.ts';
import { err } from '../domain/shared/result.ts';
import { commandOf } from './command-context.ts';
import { CreatePaymentBody, PaymentList, PaymentParams, PaymentQuery } from './payment-schemas.ts';
import { sendProblem } from './problem.ts';
import { AsOfQuery, sendById } from './read-by-id.ts';
import { describe } from './rejection.ts';
import { CommandHeaders, NoQuery, problems, toMoney, versionOf } from './schemas.ts';
import type { Api, ApiDependencies } from './api.ts';

const DEFAULT_TOKEN = 'tok_success';

export function paymentRoutes(api: Api, { takePayment, readModels, ids, guard }: ApiDependencies): void {
  api.post(
    '/api/payments',
    {
      config: { scope: 'payments:write' },
      schema: {
        operationId: 'createPayment',
        tags: ['payments'],
        summary: 'Pay an order; without an amount, all that is due',
        description:
          'A declined payment is an answer too: 201 with status Failed, isSuccessful false and error.code.',
        querystring: NoQuery,
        headers: CommandHeaders,
        body: CreatePaymentBody,
        response: {
          201: Type.Ref('Payment#'),
          202: {
            ...Type.Ref('Payment#'),
            description: 'The outcome is not known yet: look again at Location',
          },
          ...problems,
        },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      const { context, keyed } = requested;
      return guard(request, reply, requested, async () => {
        const {
          amount,
          paymentMethod,
          paymentToken = DEFAULT_TOKEN,
          captureMethod = 'automatic',
        } = request.body;
        const orderId = parseOrderId(request.body.orderId);
        if (!orderId)
          return sendProblem(request, reply, 'order-not-found', describe({ code: 'order-not-found' }));
        const paymentId = ids.paymentId(orderId, keyed ? context.commandId : undefined);
        const payment = {
          paymentId,
          orderId,
          paymentMethod,
          paymentToken,
          captureMethod,
          ifVersion: versionOf(request.headers),
          ...(amount && { amount: toMoney(amount) }),
        };
        const done = await takePayment(context, payment);
        if (!done.ok) return sendProblem(request, reply, done.error.code, describe(done.error));

        const view = done.value.answer as PaymentView;
        if (done.value.replayed) void reply.header('idempotency-replayed', 'true');
        const isOpen = view.status === 'Pending' || view.status === 'RequiresAction';
        if (isOpen) void reply.code(202).header('retry-after', 5);
        else void reply.code(201);
        return reply
          .header('location', `/api/payments/${view.paymentId}`)
          .header('etag', `"${view.version}"`)
          .send(view);
      });
    },
  );

  api.get(
    '/api/payments/:paymentId',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'getPayment',
        tags: ['payments'],
        summary: 'One payment, as of its last change or as it was',
        params: PaymentParams,
        querystring: AsOfQuery,
        response: {
          200: Type.Ref('Payment#'),
          304: Type.Null({ description: 'Not changed since If-None-Match' }),
          ...problems,
        },
      },
    },
    (request, reply) =>
      sendById(request, reply, 'payment', async (upTo) => {
        const paymentId = parsePaymentId(request.params.paymentId);
        return paymentId
          ? readModels.payment(request.principal.tenantId, paymentId, upTo)
          : err({ code: 'absent' });
      }),
  );

  api.get(
    '/api/payments',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listPayments',
        tags: ['payments'],
        summary: 'The payments of one order, oldest first',
        querystring: PaymentQuery,
        response: { 200: PaymentList, ...problems },
      },
    },
    async (request, reply) => {
      const orderId = parseOrderId(request.query.orderId);
      const data = orderId ? await readModels.payments(request.principal.tenantId, orderId) : [];
      return reply.send({ data });
    },
  );
}
