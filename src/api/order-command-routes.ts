import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { changeOrderRequest } from '../application/orders/change-order.ts';
import type { OrderView } from '../application/orders/order-view.ts';
import {
  cancelFulfilment,
  createFulfilment,
  deliverFulfilment,
  receiveReturn,
  requestReturn,
  shipFulfilment,
} from '../domain/orders/order-fulfilment.ts';
import { amendOrder, cancelOrder } from '../domain/orders/order-lifecycle.ts';
import type { OrderEvent } from '../domain/orders/order-events.ts';
import type { OrderRejection } from '../domain/orders/order-rejection.ts';
import type { Order } from '../domain/orders/order.ts';
import { parseOrderId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { Api, ApiDependencies } from './api.ts';
import { success } from './answers.ts';
import { commandOf } from './command-context.ts';
import { DryRunQuery, sendRehearsed } from './dry-run.ts';
import { toItem } from './order-items.ts';
import {
  AmendOrderBody,
  FulfilmentBody,
  FulfilmentParams,
  OrderParams,
  ReasonBody,
  ReturnBody,
  ReturnParams,
  ShipBody,
} from './order-schemas.ts';
import { CHANGES_ORDER } from './operation-problems.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';
import { CommandHeaders, toMoney, versionOf } from './schemas.ts';

type Decision = { readonly newId: string; readonly at: string; readonly by: string };
type Decide = (order: Order, decision: Decision) => Result<readonly OrderEvent[], OrderRejection>;
type OrderRequest = FastifyRequest<{
  Params: { orderId: string };
  Headers: Static<typeof CommandHeaders>;
  Querystring: Static<typeof DryRunQuery>;
}>;

const CLOSING_RETRY_SECONDS = 5;
const NOT_SAID = 'not said';

export function orderCommandRoutes(
  api: Api,
  { execute, rehearse, readModels, ids, clock, guard, wait }: ApiDependencies,
): void {
  /** Answers with the order after the change; `newId` names what a repeated request would make again. */
  const change = async (
    request: OrderRequest,
    reply: FastifyReply,
    status: 200 | 201,
    decide: Decide,
  ): Promise<FastifyReply> => {
    const requested = commandOf(request, ids);
    const { context } = requested;
    const orderId = parseOrderId(request.params.orderId);
    if (!orderId)
      return sendProblem(request, reply, 'order-not-found', describe({ code: 'order-not-found' }));
    const command = () => {
      const decision = {
        newId: ids.derivedCommandId(context.commandId, 'part'),
        at: clock.now().toISOString(),
        by: context.actor,
      };
      return changeOrderRequest(context, {
        orderId,
        ifVersion: versionOf(request.headers),
        decide: (order) => decide(order, decision),
      });
    };
    if (request.query.dryRun) {
      const tried = await rehearse(command());
      return tried.ok
        ? sendRehearsed(reply, tried.value)
        : sendProblem(request, reply, tried.error.code, describe(tried.error));
    }
    return guard(request, reply, requested, async () => {
      const done = await execute(command());
      if (!done.ok) return sendProblem(request, reply, done.error.code, describe(done.error));
      const order = await wait(request, reply, done.value.answer as OrderView, {
        isOpen: ({ status: reached }) => reached === 'Cancelling',
        look: () => readModels.order(context.tenantId, orderId),
      });
      if (done.value.replayed) void reply.header('idempotency-replayed', 'true');
      if (order.status === 'Cancelling') void reply.code(202).header('retry-after', CLOSING_RETRY_SECONDS);
      else void reply.code(status);
      return reply.header('etag', `"${order.version}"`).send(order);
    });
  };

  const order = { 200: success(Type.Ref('Order#'), 'The order after it', 'ETag') };
  const created = {
    200: success(Type.Ref('Order#'), 'With `dryRun`: the order as it would be', 'ETag'),
    201: success(Type.Ref('Order#'), 'The order after it', 'ETag'),
  };
  const config = { scope: 'orders:write', bodyIsOptional: true } as const;

  api.patch(
    '/api/orders/:orderId',
    {
      config: {
        scope: 'orders:write',
        needsIfMatch: true,
        problems: [
          ...CHANGES_ORDER,
          'order-not-amendable',
          'line-unknown',
          'amount-invalid',
          'currency-mismatch',
        ],
      },
      schema: {
        ...describedAs('amendOrder', 'Change what was ordered, before it is fulfilled', order),
        params: OrderParams,
        body: AmendOrderBody,
      },
    },
    (request, reply) => {
      const { items, shipping, reason = NOT_SAID } = request.body;
      const [first, ...rest] =
        items?.map(({ lineId, ...item }) => ({
          ...toItem(item),
          ...(lineId !== undefined && { lineId }),
        })) ?? [];
      return change(request, reply, 200, (before, { newId, at }) =>
        amendOrder(
          {
            amendmentId: newId,
            ...(first && { items: [first, ...rest] as const }),
            ...(shipping && { shipping: toMoney(shipping) }),
            reason,
            at,
          },
          before,
        ),
      );
    },
  );

  api.post(
    '/api/orders/:orderId/cancel',
    {
      config: { ...config, waits: true, problems: [...CHANGES_ORDER, 'order-not-cancellable'] },
      schema: {
        ...describedAs('cancelOrder', 'Cancel an order; what was paid for it goes back', {
          ...order,
          202: success(Type.Ref('Order#'), 'Cancelling: money is still about', 'ETag', 'Retry-After'),
        }),
        params: OrderParams,
        body: ReasonBody,
      },
    },
    (request, reply) => {
      const { reason = NOT_SAID } = request.body;
      return change(request, reply, 200, (before, { at, by }) => cancelOrder({ by, reason, at }, before));
    },
  );

  api.post(
    '/api/orders/:orderId/fulfilments',
    {
      config: {
        ...config,
        problems: [...CHANGES_ORDER, 'order-not-fulfillable', 'line-unknown', 'quantity-exceeds-available'],
      },
      schema: {
        ...describedAs('createFulfilment', 'Set lines aside for one shipment', created),
        params: OrderParams,
        body: FulfilmentBody,
      },
    },
    (request, reply) => {
      const { items: lines, ...why } = request.body;
      return change(request, reply, 201, (before, { newId, at }) =>
        createFulfilment({ fulfilmentId: newId, ...(lines && { lines }), ...why, at }, before),
      );
    },
  );

  api.post(
    '/api/orders/:orderId/fulfilments/:fulfilmentId/ship',
    {
      config: { ...config, problems: [...CHANGES_ORDER, 'fulfilment-not-found', 'fulfilment-not-in-state'] },
      schema: {
        ...describedAs('shipFulfilment', 'The lines leave the house', order),
        params: FulfilmentParams,
        body: ShipBody,
      },
    },
    (request, reply) => {
      const fulfilmentId = request.params.fulfilmentId.toLowerCase();
      const { tracking = null, ...why } = request.body;
      return change(request, reply, 200, (before, { at }) =>
        shipFulfilment({ fulfilmentId, tracking, ...why, at }, before),
      );
    },
  );

  api.post(
    '/api/orders/:orderId/fulfilments/:fulfilmentId/deliver',
    {
      config: { ...config, problems: [...CHANGES_ORDER, 'fulfilment-not-found', 'fulfilment-not-in-state'] },
      schema: {
        ...describedAs(
          'deliverFulfilment',
          'The shipment arrived; the last of a paid order completes it',
          order,
        ),
        params: FulfilmentParams,
        body: ReasonBody,
      },
    },
    (request, reply) => {
      const fulfilmentId = request.params.fulfilmentId.toLowerCase();
      return change(request, reply, 200, (before, { at }) =>
        deliverFulfilment({ fulfilmentId, ...request.body, at }, before),
      );
    },
  );

  api.post(
    '/api/orders/:orderId/fulfilments/:fulfilmentId/cancel',
    {
      config: { ...config, problems: [...CHANGES_ORDER, 'fulfilment-not-found', 'fulfilment-not-in-state'] },
      schema: {
        ...describedAs('cancelFulfilment', 'Give up a shipment that has not left yet', order),
        params: FulfilmentParams,
        body: ReasonBody,
      },
    },
    (request, reply) => {
      const fulfilmentId = request.params.fulfilmentId.toLowerCase();
      const { reason = NOT_SAID } = request.body;
      return change(request, reply, 200, (before, { at }) =>
        cancelFulfilment({ fulfilmentId, reason, at }, before),
      );
    },
  );

  api.post(
    '/api/orders/:orderId/returns',
    {
      config: {
        ...config,
        problems: [...CHANGES_ORDER, 'order-not-returnable', 'line-unknown', 'quantity-exceeds-available'],
      },
      schema: {
        ...describedAs(
          'requestReturn',
          'Announce goods on their way back; a refund is a request of its own',
          created,
        ),
        params: OrderParams,
        body: ReturnBody,
      },
    },
    (request, reply) => {
      const { items: lines, reason = NOT_SAID } = request.body;
      return change(request, reply, 201, (before, { newId, at }) =>
        requestReturn({ returnId: newId, ...(lines && { lines }), reason, at }, before),
      );
    },
  );

  api.post(
    '/api/orders/:orderId/returns/:returnId/receive',
    {
      config: { ...config, problems: [...CHANGES_ORDER, 'return-not-found'] },
      schema: {
        ...describedAs('receiveReturn', 'The goods are back', order),
        params: ReturnParams,
        body: ReasonBody,
      },
    },
    (request, reply) => {
      const returnId = request.params.returnId.toLowerCase();
      return change(request, reply, 200, (before, { at }) =>
        receiveReturn({ returnId, ...request.body, at }, before),
      );
    },
  );
}

const describedAs = (operationId: string, summary: string, answers: Record<number, unknown>) => ({
  operationId,
  tags: ['orders'],
  summary,
  querystring: DryRunQuery,
  headers: CommandHeaders,
  response: { ...answers },
});
