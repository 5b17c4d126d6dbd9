import type { PaymentFacts } from '../orders/order-payments.ts';
import { excessAmount, paymentOf, type Order, type PlacedOrder } from '../orders/order.ts';
import {
  attemptOf,
  awaitingAmount,
  hasOpenDispute,
  isOpen,
  refundableAmount,
  type Payment,
  type StartedPayment,
} from '../payments/payment.ts';
import type { PaymentId } from '../shared/ids.ts';
import { addMoney, compareMoney, isZero, subtractMoney, type Money } from '../shared/money.ts';

/**
 * The process manager between payments and orders. It looks at what is, not at the message that woke it, so messages
 * may come late, twice or out of order.
 */
export function factsForOrder(payment: StartedPayment): PaymentFacts {
  const { paymentId, captureMethod, captures, refunds, disputes, authorizedAmount } = payment;
  const { operationId } = attemptOf(payment);
  const released = releaseOf(payment);
  return {
    paymentId,
    ...(captureMethod === 'manual' && !isZero(authorizedAmount)
      ? { authorization: { operationId, amount: authorizedAmount } }
      : {}),
    captures: captures
      .filter(({ outcome }) => outcome === 'succeeded')
      .map(({ operationId: captureId, amount }) => ({ operationId: captureId, amount })),
    ...(payment.status === 'Failed'
      ? { failure: { operationId, code: payment.errorCode ?? 'declined' } }
      : {}),
    ...(released === undefined ? {} : { released }),
    refunds: refunds
      .filter((refund) => !isOpen(refund))
      .map(({ operationId: refundId, amount, outcome, code = 'declined' }) => ({
        refundId,
        amount,
        ...(outcome === 'succeeded' ? {} : { failure: code }),
      })),
    lostDisputes: disputes
      .filter(({ status }) => status === 'lost')
      .map(({ disputeId, amount }) => ({ disputeId, amount })),
  };
}

function releaseOf({ status, errorCode = 'declined' }: StartedPayment): string | undefined {
  switch (status) {
    case 'Pending':
    case 'RequiresAction':
    case 'Authorized':
    case 'PartiallyCaptured':
      return undefined;
    case 'Completed':
      return 'captured';
    case 'Failed':
      return errorCode;
    case 'Voided':
      return 'voided';
    case 'Expired':
      return 'expired';
  }
}

/** What must be done about a payment because of the state its order is in. */
export type Compensation =
  | { readonly kind: 'void'; readonly paymentId: PaymentId; readonly reason: string }
  | {
      readonly kind: 'refund';
      readonly paymentId: PaymentId;
      readonly amount: Money;
      readonly reason: string;
      /** All goes back: what awaits approval goes with it, by nobody's leave. */
      readonly overrules?: true;
    };

/** At most one at a time for each payment: the next is decided on what has become of it. */
export function compensations(order: Order, payments: readonly Payment[]): Compensation[] {
  if (order.status === 'absent') return [];
  const isClosing = ['Cancelling', 'Cancelled', 'Expired'].includes(order.status);
  const started = payments.filter((payment) => payment.status !== 'absent');
  return isClosing ? undo(order, started) : trim(order, started);
}

/** A closed order keeps no money. */
function undo(order: PlacedOrder, payments: readonly StartedPayment[]): Compensation[] {
  const reason = `the order is ${order.status}`;
  return payments.flatMap((payment): Compensation[] => {
    const { paymentId } = payment;
    if (isVoidable(payment)) return [{ kind: 'void', paymentId, reason }];
    const amount = addMoney(refundableAmount(payment), awaitingAmount(payment));
    const canRefund =
      amount.amountMinor > 0n && !hasOpenDispute(payment) && !hasFailedRefund(payment, reason);
    return canRefund ? [{ kind: 'refund', paymentId, amount, reason, overrules: true }] : [];
  });
}

/** What was captured too much goes back; what is held without a claim is let go. */
function trim(order: PlacedOrder, payments: readonly StartedPayment[]): Compensation[] {
  const reason = 'paid more than the order costs';
  let excess = excessAmount(order);
  return payments.toReversed().flatMap((payment): Compensation[] => {
    const { paymentId } = payment;
    const claim = paymentOf(order, paymentId)?.claim;
    if (isVoidable(payment) && payment.status === 'Authorized' && claim && isZero(claim))
      return [{ kind: 'void', paymentId, reason: 'its claim was given back' }];
    const refundable = refundableAmount(payment);
    const amount = compareMoney(refundable, excess) < 0 ? refundable : excess;
    if (amount.amountMinor <= 0n || hasOpenDispute(payment) || hasFailedRefund(payment, reason)) return [];
    excess = subtractMoney(excess, amount);
    return [{ kind: 'refund', paymentId, amount, reason }];
  });
}

const isVoidable = (payment: StartedPayment): boolean =>
  ['Authorized', 'PartiallyCaptured', 'RequiresAction'].includes(payment.status) &&
  ![...payment.captures, ...payment.voids].some(isOpen);

/** The same refund again would fail again: that is for people now. */
const hasFailedRefund = (payment: StartedPayment, reason: string): boolean =>
  payment.refunds.some((refund) => refund.outcome === 'declined' && refund.reason === reason);
