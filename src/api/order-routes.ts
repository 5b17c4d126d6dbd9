import { Type } from 'typebox';
import { createOrderRequest } from '../application/orders/create-order.ts';
import type { OrderView } from '../application/orders/order-view.ts';
import type { OrderPlace } from '../application/read-models.ts';
import { parseOrderId, type CustomerId, type TenantId } from '../domain/shared/ids.ts';
import { err } from '../domain/shared/result.ts';
import { commandOf } from './command-context.ts';
import { toItem } from './order-items.ts';
import { CreateOrderBody, HistorySchema, OrderPage, OrderParams, OrderQuery } from './order-schemas.ts';
import { sendProblem } from './problem.ts';
import { AsOfQuery, sendById } from './read-by-id.ts';
import { describe } from './rejection.ts';
import { IdempotencyHeaders, NoQuery, problems, toMoney } from './schemas.ts';
import type { Api, ApiDependencies } from './api.ts';

const PAYMENT_WINDOW_SECONDS = 1_800;

export function orderRoutes(
  api: Api,
  { execute, readModels, ids, clock, guard, cursors }: ApiDependencies,
): void {
  api.post(
    '/api/orders',
    {
      config: { scope: 'orders:write' },
      schema: {
        operationId: 'createOrder',
        tags: ['orders'],
        summary: 'Place an order',
        querystring: NoQuery,
        headers: IdempotencyHeaders,
        body: CreateOrderBody,
        response: { 201: Type.Ref('Order#'), ...problems },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      const { context, keyed } = requested;
      return guard(request, reply, requested, async () => {
        const at = clock.now();
        const { expiresInSeconds = PAYMENT_WINDOW_SECONDS } = request.body;
        const done = await execute(
          createOrderRequest(context, {
            ...toPricing(request.body),
            orderId: ids.orderId(keyed ? context.commandId : undefined),
            customerId: request.body.customerId as CustomerId,
            expiresAt: new Date(at.getTime() + expiresInSeconds * 1_000).toISOString(),
            at: at.toISOString(),
          }),
        );
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
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'getOrder',
        tags: ['orders'],
        summary: 'One order, as of its last change or as it was',
        params: OrderParams,
        querystring: AsOfQuery,
        response: {
          200: Type.Ref('Order#'),
          304: Type.Null({ description: 'Not changed since If-None-Match' }),
          ...problems,
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
        response: { 200: OrderPage, ...problems },
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const list = listName(request.principal.tenantId, filter);
      const after = cursor === undefined ? undefined : cursors.decode(cursor, list);
      if (cursor !== undefined && after === undefined) {
        const errors = [
          { in: 'query', pointer: '/cursor', message: 'must be the nextCursor of the same list' },
        ] as const;
        return sendProblem(request, reply, 'validation-failed', { errors });
      }
      // One more than asked for tells whether there is a next page.
      const orders = await readModels.orders(
        request.principal.tenantId,
        filter,
        limit + 1,
        after as OrderPlace,
      );
      const data = orders.slice(0, limit);
      const last = orders.length > limit ? data.at(-1) : undefined;
      const nextCursor = last
        ? cursors.encode({ createdAt: last.createdAt, orderId: last.orderId }, list)
        : null;
      if (nextCursor) {
        const next = new URLSearchParams({ ...filter, limit: String(limit), cursor: nextCursor });
        void reply.header('link', `</api/orders?${next.toString()}>; rel="next"`);
      }
      return reply.send({ data, nextCursor });
    },
  );

  api.get(
    '/api/orders/:orderId/events',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listOrderEvents',
        tags: ['orders'],
        summary: 'All that happened to an order and its payments, in order',
        params: OrderParams,
        querystring: NoQuery,
        response: { 200: HistorySchema, ...problems },
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

function toPricing({ items, shipping, pricesIncludeTax = false }: CreateOrderBody) {
  const [first, ...rest] = items.map(toItem);
  return {
    items: [first!, ...rest] as const,
    pricesIncludeTax,
    ...(shipping && { shipping: toMoney(shipping) }),
  };
}

const listName = (tenantId: TenantId, filter: object): string =>
  JSON.stringify(['orders', tenantId, Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
