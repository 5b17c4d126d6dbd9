import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import type { OrderEvent } from '../../domain/orders/order-events.ts';
import type { OrderRejection } from '../../domain/orders/order-rejection.ts';
import type { Order } from '../../domain/orders/order.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { append, mismatchOf, type CommandRequest, type VersionMismatch } from '../execute-command.ts';
import type { CommandContext } from '../ports.ts';
import { viewOrder } from './order-view.ts';

export type ChangeOrder = {
  readonly orderId: OrderId;
  /** Refused if the order has another. */
  readonly ifVersion?: number | undefined;
  readonly decide: (order: Order) => Result<readonly OrderEvent[], OrderRejection>;
};

/** Whatever changes one order and nothing else; the answer is the order after it. */
export const changeOrderRequest = (
  context: CommandContext,
  { orderId, ifVersion, decide }: ChangeOrder,
): CommandRequest<OrderRejection | VersionMismatch> => ({
  context,
  reads: [orderId],
  decide: (history) => {
    const before = history.of(orderAggregate, orderId);
    if (before.state.status === 'absent') return err({ code: 'order-not-found' });
    const mismatch = mismatchOf(before, ifVersion);
    if (mismatch) return err(mismatch);
    const events = decide(before.state);
    if (!events.ok) return events;
    const after = events.value.reduce(orderAggregate.evolve, before.state);
    invariant(after.status !== 'absent', 'a changed order exists');
    return ok({
      appends: [append(orderAggregate, orderId, before.version, events.value)],
      answer: viewOrder(after, before.version + events.value.length),
    });
  },
});
