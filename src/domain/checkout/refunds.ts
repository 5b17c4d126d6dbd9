import type { LineQuantity, OrderEvent } from '../orders/order-events.ts';
import { orderAggregate } from '../orders/order-evolution.ts';
import { canRefundLines, planRefund, priceOfLines } from '../orders/order-refunds.ts';
import type { OrderRejection } from '../orders/order-rejection.ts';
import { excessAmount, type Order, type PlacedOrder } from '../orders/order.ts';
import {
  amountProblem,
  requestRefund,
  type PaymentRejection,
  type RequestRefund,
} from '../payments/payment-commands.ts';
import type { PaymentEvent, PaymentEventOf } from '../payments/payment-events.ts';
import { paymentAggregate } from '../payments/payment-evolution.ts';
import { awaitingApproval, type Payment, type StartedPayment } from '../payments/payment.ts';
import { approveRefund, overruleApprovals, type ApproveRefund } from '../payments/refund-approval.ts';
import { compareMoney, sumMoney, type Money } from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';

/** A refund is of a payment and of its order: decided on both at once, neither money nor lines go back twice. */
export type OnBoth = {
  readonly onPayment: readonly PaymentEvent[];
  readonly onOrder: readonly OrderEvent[];
};
type Decided = Result<OnBoth, PaymentRejection | OrderRejection>;

export type DecideRefund = Omit<RequestRefund, 'lines' | 'orderTotal'> & {
  /** At their price; an amount beside them is what that must come to, such as it was seen before. */
  readonly lines?: readonly LineQuantity[];
  /** It takes the place of what awaits approval. */
  readonly overrules?: boolean;
  /** It gives back what was paid too much: no more than that is by now. */
  readonly ofExcess?: boolean;
};

/** Above the limit nothing is asked of the order yet: it hears of refunds that are made. */
export function decideRefund(
  { lines, overrules = false, ofExcess = false, ...asked }: DecideRefund,
  payment: StartedPayment,
  order: PlacedOrder,
): Decided {
  const { requestedBy: by, reason, at } = asked;
  const overruled = overrules ? overruleApprovals(payment, { by, reason, at }) : [];
  const before = overruled.reduce<Payment>(paymentAggregate.evolve, payment);
  const priced = lines ? priceOfLines(lines, withAwaiting(payment, order)) : ok([]);
  if (!priced.ok) return priced;
  const worth = sumMoney(
    order.currency,
    priced.value.map(({ amount }) => amount),
  );
  const differs = lines && asked.amount && whyNotWorth(asked.amount, worth);
  if (differs) return err(differs);
  const { grand: orderTotal } = order.totals;
  const amount = lines && { amount: worth };
  const requested = requestRefund({ ...asked, ...amount, lines: priced.value, orderTotal }, before);
  if (!requested.ok) return requested;
  const [event] = requested.value;
  // Somebody may have given it back since it was noticed.
  const excess = excessAmount(order);
  if (ofExcess && compareMoney(event.amount, excess) > 0)
    return err({ code: 'refund-exceeds-refundable', field: 'amount', refundable: excess });
  return ok({ onPayment: [...overruled, event], onOrder: planned(event, payment, order) });
}

/** Lines cost something else once the order was amended, or others of their units went back. */
function whyNotWorth(amount: Money, worth: Money): PaymentRejection | undefined {
  const problem = amountProblem(amount, worth.currency);
  if (problem || compareMoney(amount, worth) === 0) return problem;
  const reason = `must be ${worth.amountMinor}, which the items come to now`;
  return { code: 'amount-invalid', field: 'amount', reason };
}

/** Nothing to do where it was approved before. */
export function decideApproval(command: ApproveRefund, payment: StartedPayment, order: PlacedOrder): Decided {
  const approved = approveRefund(command, payment);
  if (!approved.ok) return approved;
  const [, requested] = approved.value;
  if (!requested) return ok({ onPayment: [], onOrder: [] });
  const code = 'payment-not-refundable';
  // What it was made cheaper by went back already, by itself: to approve of it would be to give that twice.
  const asked = payment.approvals.find(({ refundId }) => refundId === command.refundId);
  if (asked && compareMoney(order.totals.grand, asked.orderTotal) < 0)
    return err({ code, why: 'order-amended' });
  // Another payment of the order may have given its lines back, and the order may have other lines now.
  if (!canRefundLines(requested.lines, order)) return err({ code, why: 'lines-refunded' });
  return ok({ onPayment: approved.value, onOrder: planned(requested, payment, order) });
}

/** The order as if all that awaits approval were approved: its lines are spoken for. */
function withAwaiting({ paymentId, ...payment }: StartedPayment, order: PlacedOrder): Order {
  return awaitingApproval({ paymentId, ...payment }).reduce<Order>(
    (before, { refundId, amount, lines, requestedAt: at }) =>
      orderAggregate.evolve(before, planRefund({ refundId, paymentId, amount, lines, at }, order)),
    order,
  );
}

function planned(
  event: PaymentEventOf<'RefundRequested' | 'RefundApprovalRequested'>,
  { paymentId }: StartedPayment,
  order: PlacedOrder,
): OrderEvent[] {
  if (event.type === 'RefundApprovalRequested') return [];
  const { refundId, amount, lines, at } = event;
  return [planRefund({ refundId, paymentId, amount, lines, at }, order)];
}
