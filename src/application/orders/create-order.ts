import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { createOrder, type CreateOrder } from '../../domain/orders/order-lifecycle.ts';
import type { OrderRejection } from '../../domain/orders/order-rejection.ts';
import { fold } from '../../domain/shared/aggregate.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { ok } from '../../domain/shared/result.ts';
import { append, type CommandRequest, type ExecuteCommand } from '../execute-command.ts';
import type { CommandContext, Stock } from '../ports.ts';
import { viewOrder } from './order-view.ts';

export type OrderCreator = ReturnType<typeof orderCreator>;

/** What is known of the stock at once is decided with the order: one append, and nobody has to come back to it. */
export const orderCreator =
  (execute: ExecuteCommand, stock: Stock) => (context: CommandContext, command: CreateOrder) => {
    const { orderId } = command;
    const items = command.items.map(({ productId, quantity }) => ({ productId, quantity }));
    const known = stock.known({ orderId, items });
    return execute(createOrderRequest(context, { ...command, ...(known && { knownStock: known }) }));
  };

/** Creates on a stream that must not exist yet, so nothing is read first: one round trip to the log. */
export const createOrderRequest = (
  context: CommandContext,
  command: CreateOrder,
): CommandRequest<OrderRejection> => ({
  context,
  reads: [],
  decide: () => {
    const events = createOrder(command);
    if (!events.ok) return events;
    const order = fold(orderAggregate, events.value);
    invariant(order.status !== 'absent', 'a created order exists');
    return ok({
      appends: [append(orderAggregate, command.orderId, 0, events.value)],
      answer: viewOrder(order, events.value.length),
    });
  },
});
