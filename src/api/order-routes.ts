import { Type } from 'typebox';
import type { OrderView } from '../application/orders/order-view.ts';
import type { OrderPlace } from '../application/read-models.ts';
import type { CreateOrder } from '../domain/orders/order-lifecycle.ts';
import { parseOrderId, type CustomerId, type OrderId } from '../domain/shared/ids.ts';
import { err } from '../domain/shared/result.ts';
import { refusedWithoutCurrency } from './amount-range.ts';
import { success } from './answers.ts';
import { commandOf } from './command-context.ts';
import { toItem } from './order-items.ts';
import { CreateOrderBody, HistorySchema, OrderPage, OrderParams, OrderQuery } from './order-schemas.ts';
import { CHANGES, READS } from './operation-problems.ts';
import { listName, readPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { AsOfQuery, sendById } from './read-by-id.ts';
import { describe } from './rejection.ts';
import { IdempotencyHeaders, NoQuery, toMoney } from './schemas.ts';
import type { Api, ApiDependencies } from './api.ts';

const PAYMENT_WINDOW_SECONDS = 1_800;

export function orderRoutes(
  api: Api,
  { createOrder, readModels, ids, clock, guard, cursors }: ApiDependencies,
): void {
  api.post(
    '/api/orders',
    {
      config: { scope: 'orders:write', problems: [...CHANGES, 'amount-invalid', 'currency-mismatch'] },
      schema: {
        operationId: 'createOrder',
        tags: ['orders'],
        summary: 'Place an order',
        querystring: NoQuery,
        headers: IdempotencyHeaders,
        body: CreateOrderBody,
        response: { 201: success(Type.Ref('Order#'), 'The order, placed', 'ETag', 'Location') },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      const { context, keyed } = requested;
      return guard(request, reply, requested, async () => {
        const orderId = ids.orderId(keyed ? context.commandId : undefined);
        const done = await createOrder(context, toOrder(request.body, orderId, clock.now()));
        if (!done.ok) return sendProblem(request, reply, done.error.code, describe(done.error));
        const order = done.value.answer as OrderView;
        if (done.value.replayed) void reply.header('idempotency-replayed', 'true');
        return reply
          .code(201)
          .header('location', `/api/orders/${order.orderId}`)
          .header('etag', `"${order.version}"`)
          .send(order);
      });
    },
  );

  api.get(
    '/api/orders/:orderId',
    {
      config: { scope: 'orders:read', problems: [...READS, 'order-not-found', 'version-not-found'] },
      schema: {
        operationId: 'getOrder',
        tags: ['orders'],
        summary: 'One order, as of its last change or as it was',
        params: OrderParams,
        querystring: AsOfQuery,
        response: {
          200: success(Type.Ref('Order#'), 'The order', 'ETag'),
          304: success(Type.Null(), 'Not changed since If-None-Match', 'ETag'),
        },
      },
    },
    (request, reply) =>
      sendById(request, reply, 'order', async (upTo) => {
        const orderId = parseOrderId(request.params.orderId);
        return orderId
          ? readModels.order(request.principal.tenantId, orderId, upTo)
          : err({ code: 'absent' });
      }),
  );

  api.get(
    '/api/orders',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listOrders',
        tags: ['orders'],
        summary: 'Orders, newest first',
        querystring: OrderQuery,
        response: { 200: success(OrderPage, 'A page of orders') },
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const { currency, totalMin, totalMax } = filter;
      if (refusedWithoutCurrency(request, reply, { currency, totalMin, totalMax })) return reply;
      const list = listName('orders', request.principal.tenantId, filter);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: OrderPlace) =>
            readModels.orders(request.principal.tenantId, filter, count, after),
          placeOf: ({ createdAt, orderId }): OrderPlace => ({ createdAt, orderId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.get(
    '/api/orders/:orderId/events',
    {
      config: { scope: 'orders:read', problems: [...READS, 'order-not-found'] },
      schema: {
        operationId: 'listOrderEvents',
        tags: ['orders'],
        summary: 'All that happened to an order and its payments, in order',
        params: OrderParams,
        querystring: NoQuery,
        response: { 200: HistorySchema },
      },
    },
    async (request, reply) => {
      const orderId = parseOrderId(request.params.orderId);
      const data = orderId && (await readModels.orderHistory(request.principal.tenantId, orderId));
      if (!data) return sendProblem(request, reply, 'order-not-found', describe({ code: 'order-not-found' }));
      return reply.send({ data });
    },
  );
}

/** The order that a body asks for. */
export function toOrder(body: CreateOrderBody, orderId: OrderId, at: Date): CreateOrder {
  const { customerId, expiresInSeconds = PAYMENT_WINDOW_SECONDS } = body;
  return {
    ...toPricing(body),
    orderId,
    customerId: customerId as CustomerId,
    expiresAt: new Date(at.getTime() + expiresInSeconds * 1_000).toISOString(),
    at: at.toISOString(),
  };
}

function toPricing({ items, shipping, pricesIncludeTax = false }: CreateOrderBody) {
  const [first, ...rest] = items.map(toItem);
  return {
    items: [first!, ...rest] as const,
    pricesIncludeTax,
    ...(shipping && { shipping: toMoney(shipping) }),
  };
}
