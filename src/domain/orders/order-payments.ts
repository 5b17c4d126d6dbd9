import { decideOn } from '../shared/aggregate.ts';
import type { PaymentId } from '../shared/ids.ts';
import { invariant } from '../shared/invariant.ts';
import { compareMoney, isZero, type Money } from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { OrderEvent, OrderEventOf } from './order-events.ts';
import { orderAggregate } from './order-evolution.ts';
import { consequences, overpayment } from './order-lifecycle.ts';
import type { OrderRejection } from './order-rejection.ts';
import { claimable, outstanding, paymentOf, type Order, type PlacedOrder } from './order.ts';

export type ClaimPayment = {
  readonly paymentId: PaymentId;
  /** Absent: all that is due. */
  readonly amount?: Money;
  readonly at: string;
};

/**
 * Reserves part of what is due for one payment, before any provider is called: of two payments racing for the same
 * money the second finds nothing left. Appended in one unit with the payment's own first event.
 */
export function claimPayment(
  command: ClaimPayment,
  order: Order,
): Result<[OrderEventOf<'PaymentClaimed'>], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  if (order.stock === 'Rejected') return err({ code: 'stock-unavailable' });
  if (order.status !== 'Created' && order.status !== 'Confirmed')
    return err({ code: 'order-not-payable', status: order.status });
  if (isZero(outstanding(order))) return err({ code: 'order-not-payable', status: 'Paid' });

  const due = claimable(order);
  const amount = command.amount ?? due;
  if (amount.currency !== order.currency) {
    return err({
      code: 'currency-mismatch',
      field: 'amount',
      expected: order.currency,
      actual: amount.currency,
    });
  }
  if (isZero(due) || paymentOf(order, command.paymentId)) {
    return err({ code: 'payment-already-claimed', due: outstanding(order) });
  }
  if (amount.amountMinor <= 0n)
    return err({ code: 'amount-invalid', field: 'amount', reason: 'a payment must be above zero' });
  if (compareMoney(amount, due) > 0) return err({ code: 'payment-exceeds-due', due });
  return ok([{ type: 'PaymentClaimed', paymentId: command.paymentId, amount, at: command.at }]);
}

/** All that an order must know of one of its payments, as that stands now. */
export type PaymentFacts = {
  readonly paymentId: PaymentId;
  /** Held for later captures; a payment that is captured at once never is. */
  readonly authorization?: { readonly operationId: string; readonly amount: Money };
  readonly captures: readonly { readonly operationId: string; readonly amount: Money }[];
  readonly failure?: { readonly operationId: string; readonly code: string };
  /** Nothing more will be taken, and why. */
  readonly released?: string;
  readonly refunds: readonly {
    readonly refundId: string;
    readonly amount: Money;
    readonly failure?: string;
  }[];
  readonly lostDisputes: readonly { readonly disputeId: string; readonly amount: Money }[];
};

/** Says on the order what became of a payment since it last heard. Saying it twice changes nothing. */
export function applyPayment(facts: PaymentFacts, at: string, order: Order): OrderEvent[] {
  invariant(order.status !== 'absent', 'a payment follows the order it pays');
  const { paymentId, authorization, captures, failure, released } = facts;
  const decision = decideOn<Order, OrderEvent>(orderAggregate, order);
  const payment = () => {
    const found = paymentOf(decision.state() as PlacedOrder, paymentId);
    invariant(found, 'a payment outcome follows its claim');
    return found;
  };
  // One whose claim was given back in the meantime holds money that nobody asked for any more: `checkout` lets it go.
  if (authorization && payment().status === 'Pending')
    decision.note({ type: 'OrderPaymentAuthorized', paymentId, ...authorization, at });
  for (const { operationId, amount } of captures) {
    if (payment().captures.includes(operationId)) continue;
    decision.note({ type: 'OrderPaymentCaptured', paymentId, operationId, amount, at });
    decision.note(...overpayment(decision.state(), at));
  }
  if (failure && payment().status === 'Pending')
    decision.note({ type: 'OrderPaymentFailed', paymentId, amount: payment().claim, ...failure, at });
  if (released !== undefined && !isZero(payment().claim))
    decision.note({ type: 'PaymentClaimReleased', paymentId, reason: released, at });
  decision.note(...refundNews(facts, decision.state() as PlacedOrder, at));
  for (const { disputeId, amount } of facts.lostDisputes) {
    const known = order.chargebacks.some((one) => one.disputeId === disputeId);
    if (!known) decision.note({ type: 'OrderChargedBack', paymentId, disputeId, amount, at });
  }
  decision.note(...consequences(decision.state(), at));
  return decision.events;
}

function refundNews({ paymentId, refunds }: PaymentFacts, order: PlacedOrder, at: string): OrderEvent[] {
  return refunds.flatMap(({ refundId, amount, failure }): OrderEvent[] => {
    const known = order.refunds.find((refund) => refund.refundId === refundId);
    invariant(known, 'a refund is decided on its order and its payment at once');
    if (failure !== undefined) {
      if (known.status === 'Failed') return [];
      return [{ type: 'OrderRefundReleased', refundId, paymentId, amount, code: failure, at }];
    }
    return known.status === 'Applied'
      ? []
      : [{ type: 'OrderRefundApplied', refundId, paymentId, amount, at }];
  });
}
