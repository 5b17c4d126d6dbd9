import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { createOrder, type CreateOrder } from '../../domain/orders/order-lifecycle.ts';
import type { OrderRejection } from '../../domain/orders/order-rejection.ts';
import { fold } from '../../domain/shared/aggregate.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { ok } from '../../domain/shared/result.ts';
import { append, type CommandRequest } from '../execute-command.ts';
import type { CommandContext } from '../ports.ts';
import { viewOrder } from './order-view.ts';

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
