import { outcomeForOrder } from '../../domain/checkout/checkout.ts';
import { applyPaymentOutcome, orderAggregate } from '../../domain/orders/order.ts';
import { paymentAggregate } from '../../domain/payments/payment.ts';
import type { OrderId, PaymentId } from '../../domain/shared/ids.ts';
import { ok } from '../../domain/shared/result.ts';
import { append, type ExecuteCommand } from '../execute-command.ts';
import type { Clock, CommandContext } from '../ports.ts';

/** Tells an order what became of one of its payments; nothing happens while that is open, or if the order knew. */
export type ApplyOutcome = (context: CommandContext, orderId: OrderId, paymentId: PaymentId) => Promise<void>;

export function outcomeApplier(execute: ExecuteCommand, clock: Clock): ApplyOutcome {
  return async (context, orderId, paymentId) => {
    const done = await execute({
      context,
      reads: [orderId, paymentId],
      decide: (history) => {
        const order = history.of(orderAggregate, orderId);
        const payment = history.of(paymentAggregate, paymentId);
        const command = outcomeForOrder(payment.state, clock.now().toISOString());
        const events = command ? applyPaymentOutcome(command, order.state) : [];
        return ok({ appends: [append(orderAggregate, orderId, order.version, events)], answer: null });
      },
    });
    if (!done.ok) throw new Error(`outcome of payment ${paymentId} on order ${orderId}: ${done.error.code}`);
  };
}
