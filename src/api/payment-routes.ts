import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { PaymentView } from '../application/payments/payment-view.ts';
import type { PaymentPlace } from '../application/read-models.ts';
import type { PaymentRequest } from '../application/checkout/take-payment.ts';
import { parseOrderId, parsePaymentId, type OrderId, type PaymentId } from '../domain/shared/ids.ts';
import { err } from '../domain/shared/result.ts';
import { refusedWithoutCurrency } from './amount-range.ts';
import { success } from './answers.ts';
import { commandOf } from './command-context.ts';
import { CHANGES, READS } from './operation-problems.ts';
import { listName, readPage } from './page.ts';
import { CreatePaymentBody, PaymentPage, PaymentParams, PaymentQuery } from './payment-schemas.ts';
import { sendProblem } from './problem.ts';
import { AsOfQuery, sendById } from './read-by-id.ts';
import { describe } from './rejection.ts';
import { CommandHeaders, NoQuery, toMoney, versionOf } from './schemas.ts';
import type { Api, ApiDependencies } from './api.ts';

const PAGE = 20;

export function paymentRoutes(
  api: Api,
  { takePayment, readModels, ids, guard, wait, cursors }: ApiDependencies,
): void {
  api.post(
    '/api/payments',
    {
      config: {
        scope: 'payments:write',
        waits: true,
        problems: [
          ...CHANGES,
          'order-not-found',
          'order-not-payable',
          'stock-unavailable',
          'payment-already-claimed',
          'payment-exceeds-due',
          'amount-invalid',
          'currency-mismatch',
          'payment-token-required',
          'payment-unsupported',
        ],
      },
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
          201: success(Type.Ref('Payment#'), 'The payment, its outcome final', 'ETag', 'Location'),
          202: success(
            Type.Ref('Payment#'),
            'The outcome is not known yet: look again at Location',
            ...(['ETag', 'Location', 'Retry-After'] as const),
          ),
        },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      const { context, keyed } = requested;
      return guard(request, reply, requested, async () => {
        const orderId = parseOrderId(request.body.orderId);
        if (!orderId)
          return sendProblem(request, reply, 'order-not-found', describe({ code: 'order-not-found' }));
        const paymentId = ids.paymentId(orderId, keyed ? context.commandId : undefined);
        const ifVersion = versionOf(request.headers);
        const done = await takePayment(context, {
          ...toPayment(request.body, orderId, paymentId),
          ifVersion,
        });
        if (!done.ok) return sendProblem(request, reply, done.error.code, describe(done.error));

        const view = await wait(request, reply, done.value.answer as PaymentView, {
          isOpen: ({ status }) => status === 'Pending',
          look: () => readModels.payment(context.tenantId, paymentId),
        });
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
      config: { scope: 'orders:read', problems: [...READS, 'payment-not-found', 'version-not-found'] },
      schema: {
        operationId: 'getPayment',
        tags: ['payments'],
        summary: 'One payment, as of its last change or as it was',
        params: PaymentParams,
        querystring: AsOfQuery,
        response: {
          200: success(Type.Ref('Payment#'), 'The payment', 'ETag'),
          304: success(Type.Null(), 'Not changed since If-None-Match', 'ETag'),
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
      config: { scope: 'orders:read', problems: [...READS] },
      schema: {
        operationId: 'listPayments',
        tags: ['payments'],
        summary: 'Payments, newest first; those of one order oldest first',
        description:
          'With `orderId` all payments of that order that fit the other parameters, on one page. As with every list, ' +
          'what was changed in the last moment may still be shown as it was before.',
        querystring: PaymentQuery,
        response: { 200: success(PaymentPage, 'A page of payments') },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, orderId: wanted, ...filter } = request.query;
      const { currency, amountMin, amountMax } = filter;
      if (refusedWithoutCurrency(request, reply, { currency, amountMin, amountMax })) return reply;
      if (wanted !== undefined) {
        if (limit !== undefined || cursor !== undefined)
          return refusePaging(request, reply, { limit, cursor });
        const orderId = parseOrderId(wanted);
        const data = orderId ? await readModels.paymentsOfOrder(tenantId, orderId, filter) : [];
        return reply.send({ data, nextCursor: null });
      }
      const page = await readPage(
        [request, reply],
        cursors,
        { list: listName('payments', tenantId, filter), limit: limit ?? PAGE, cursor },
        {
          read: (count, after?: PaymentPlace) => readModels.payments(tenantId, filter, count, after),
          placeOf: ({ createdAt, paymentId }): PaymentPlace => ({ createdAt, paymentId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );
}

/** An order has so few that they are one page, which was so before there were pages. */
const refusePaging = (request: FastifyRequest, reply: FastifyReply, given: object): FastifyReply =>
  sendProblem(request, reply, 'validation-failed', {
    errors: Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => ({
        in: 'query',
        pointer: `/${name}`,
        message: 'must not come together with orderId, whose payments are all on one page',
      })),
  });

/** The payment that a body asks for. */
export function toPayment(body: CreatePaymentBody, orderId: OrderId, paymentId: PaymentId): PaymentRequest {
  const { amount, paymentMethod, paymentToken, captureMethod = 'automatic' } = body;
  return {
    paymentId,
    orderId,
    paymentMethod,
    ...(paymentToken !== undefined && { paymentToken }),
    captureMethod,
    ...(amount && { amount: toMoney(amount) }),
  };
}
