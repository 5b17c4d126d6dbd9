import { expireOrder, rejectStock } from '../../domain/orders/order-lifecycle.ts';
import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { isStockOverdue, nextOrderWake } from '../../domain/orders/order-timers.ts';
import type { Order } from '../../domain/orders/order.ts';
import { isPastDeadline, nextPaymentWake } from '../../domain/payments/payment-timers.ts';
import { lapseApprovals } from '../../domain/payments/refund-approval.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { OrderId, PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { ok } from '../../domain/shared/result.ts';
import type { ExecuteCommand } from '../execute-command.ts';
import { loadAggregate } from '../load-aggregates.ts';
import { changeOrderRequest } from '../orders/change-order.ts';
import { ownContext } from '../own-context.ts';
import type { ChangePayment } from './change-payment.ts';
import type { PaymentOperations } from '../payments/payment-operations.ts';
import type { Clock, CommandContext, EventLog, Ids } from '../ports.ts';
import type { ReconcileOrder } from './reconcile-order.ts';

/** A stream whose time has come. */
export type Due =
  | { readonly category: 'order'; readonly streamId: OrderId; readonly tenantId: TenantId }
  | { readonly category: 'payment'; readonly streamId: PaymentId; readonly tenantId: TenantId };

/** Does what the clock asks for; when the stream is to be looked at again, if nothing happens to it before. */
export type Wake = (due: Due) => Promise<string | undefined>;

export type WakePorts = {
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly operations: PaymentOperations;
  readonly changePayment: ChangePayment;
  readonly reconcileOrder: ReconcileOrder;
  readonly ids: Ids;
  readonly clock: Clock;
};

/** Decides on what is, so a timer that fires twice, late or on two processes does no harm. */
export function waker(ports: WakePorts): Wake {
  const { log, execute, operations, changePayment, reconcileOrder, ids, clock } = ports;
  const now = (): string => clock.now().toISOString();

  return async (due) => {
    const context = ownContext(ids.commandId(), due.tenantId, 'system:timer');
    if (due.category === 'order') await wakeOrder(context, due.streamId);
    else await wakePayment(context, due.streamId);
    return due.category === 'order'
      ? nextOrderWake((await loadAggregate(log, due.tenantId, orderAggregate, due.streamId)).state, now())
      : nextPaymentWake(
          (await loadAggregate(log, due.tenantId, paymentAggregate, due.streamId)).state,
          now(),
        );
  };

  async function wakeOrder(context: CommandContext, orderId: OrderId): Promise<void> {
    try {
      await reconcileOrder(context, orderId);
    } finally {
      // Also when nobody answers for the stock: that fault is what makes it overdue.
      const at = now();
      const timed = { ...context, commandId: ids.derivedCommandId(context.commandId, 'timer') };
      const decide = (order: Order) =>
        ok(isStockOverdue(order, at) ? rejectStock('no answer in time', at, order) : expireOrder(at, order));
      await execute(changeOrderRequest(timed, { orderId, decide }));
    }
  }

  async function wakePayment(context: CommandContext, paymentId: PaymentId): Promise<void> {
    // Asked first: the customer may have acted, or the capture gone through, at the last moment.
    await operations.sync(context, paymentId, 'poll');
    const { state } = await loadAggregate(log, context.tenantId, paymentAggregate, paymentId);
    if (state.status === 'absent') return;
    if (lapseApprovals(state, now()).length > 0) {
      const commandId = ids.derivedCommandId(context.commandId, 'lapse');
      await changePayment.lapse({ ...context, commandId }, paymentId);
    }
    if (!isPastDeadline(state, now())) return;
    const reason =
      state.status === 'RequiresAction'
        ? 'the customer did not act in time'
        : 'the authorization is about to end';
    const commandId = ids.derivedCommandId('timer', paymentId, 'void', String(state.voids.length));
    await changePayment.void({ ...context, commandId, fingerprint: commandId }, paymentId, {
      reason,
      remainder: true,
    });
  }
}
