import type { OrderEvent, OrderEventOf } from '../orders/order-events.ts';
import type { Order } from '../orders/order.ts';
import type { PaymentEvent } from '../payments/payment-events.ts';
import { attemptOf, type Payment, type StartedPayment } from '../payments/payment.ts';
import type { OrderId } from '../shared/ids.ts';
import { assertNever, invariant } from '../shared/invariant.ts';
import {
  addMoney,
  compareMoney,
  isZero,
  money,
  subtractMoney,
  sumMoney,
  zeroMoney,
  type Money,
} from '../shared/money.ts';
import type { PayoutFacts } from './payout.ts';
import type { MovementKind } from './settlement.ts';

/** One side of a transaction. Debits and credits of a transaction are equal. */
export type Leg = {
  readonly account: Account;
  readonly side: 'debit' | 'credit';
  readonly amount: Money;
};

/** `{provider}` and `{order}` stand behind a colon: `psp_clearing:simulated`. */
export type Account =
  | `psp_clearing:${string}`
  | `order_funds:${string}`
  | 'bank'
  | 'auth_hold'
  | 'auth_contra'
  | 'refund_payable'
  | 'tax_payable'
  | 'revenue'
  | 'shipping_revenue'
  | 'returns'
  | 'psp_fees'
  | 'dispute_receivable'
  | 'dispute_loss';

const debit = (account: Account, amount: Money): Leg => ({ account, side: 'debit', amount });
const credit = (account: Account, amount: Money): Leg => ({ account, side: 'credit', amount });
const withoutZeros = (legs: readonly Leg[]): Leg[] => legs.filter(({ amount }) => !isZero(amount));

/** What an event of a payment means for the books; `before`: the payment as it was. None: no money moved. */
export function paymentPostings(event: PaymentEvent, before: Payment): Leg[] {
  if (before.status === 'absent' || event.type === 'AttemptStarted') return [];
  const psp: Account = `psp_clearing:${attemptOf(before).provider}`;
  switch (event.type) {
    case 'PaymentAuthorized':
      return withoutZeros([debit('auth_hold', event.amount), credit('auth_contra', event.amount)]);
    case 'CaptureSucceeded': {
      const { amount } = event;
      const taken = [debit(psp, amount), credit(`order_funds:${before.orderId}`, amount)];
      return withoutZeros([...taken, ...released(releasedBy(event, before))]);
    }
    case 'PaymentVoided':
    case 'AuthorizationExpired':
      return withoutZeros(released(event.amount));
    case 'RefundSucceeded':
      return [debit('refund_payable', event.amount), credit(psp, event.amount)];
    case 'RefundFailed': {
      // Before it had succeeded nothing was booked with the provider; the order's own event takes back the rest.
      const refund = before.refunds.find(({ operationId }) => operationId === event.refundId);
      if (refund?.outcome !== 'succeeded') return [];
      return [debit(psp, event.amount), credit('refund_payable', event.amount)];
    }
    case 'DisputeOpened': {
      const { amount, fee } = event;
      const parts = [debit('dispute_receivable', amount), debit('psp_fees', fee)];
      return withoutZeros([...parts, credit(psp, addMoney(amount, fee))]);
    }
    case 'DisputeWon':
      return [debit(psp, event.amount), credit('dispute_receivable', event.amount)];
    case 'DisputeLost':
      return [debit('dispute_loss', event.amount), credit('dispute_receivable', event.amount)];
    case 'ActionRequired':
    case 'AttemptFailed':
    case 'AttemptPending':
    case 'CaptureFailed':
    case 'CaptureRequested':
    case 'DisputeUpdated':
    case 'OperationOutcomeUnknown':
    case 'OperationReconciled':
    case 'OutcomeContradicted':
    case 'PaymentAmountMismatch':
    case 'PaymentInitiated':
    case 'PaymentProcessed':
    case 'RefundApprovalLapsed':
    case 'RefundApprovalRequested':
    case 'RefundApproved':
    case 'RefundRejected':
    case 'RefundRequested':
    case 'VoidFailed':
    case 'VoidRequested':
      return [];
    default:
      return assertNever(event);
  }
}

/** Events that move money at the provider, as its own books call it. */
export const MOVEMENTS = {
  CaptureSucceeded: 'capture',
  RefundSucceeded: 'refund',
  RefundFailed: 'refund_failure',
  DisputeOpened: 'dispute',
  DisputeWon: 'dispute_won',
} as const satisfies Partial<Record<PaymentEvent['type'], MovementKind>>;

/** The operation by which the provider knows what it moved; undefined: it moved nothing. */
export function movedBy(event: PaymentEvent): string | undefined {
  if (event.type === 'CaptureSucceeded') return event.captureId;
  if (event.type === 'RefundSucceeded' || event.type === 'RefundFailed') return event.refundId;
  if (event.type === 'DisputeOpened' || event.type === 'DisputeWon') return event.disputeId;
  return undefined;
}

const released = (amount: Money): Leg[] => [debit('auth_contra', amount), credit('auth_hold', amount)];

/** A capture lets go of as much as it takes; the last one of all that is left. */
function releasedBy(
  capture: { readonly amount: Money; readonly final: boolean },
  before: StartedPayment,
): Money {
  const isHeld = before.status === 'Authorized' || before.status === 'PartiallyCaptured';
  if (!isHeld) return zeroMoney(capture.amount.currency);
  const held = subtractMoney(before.authorizedAmount, before.capturedAmount);
  return capture.final || compareMoney(capture.amount, held) > 0 ? held : capture.amount;
}

/** What an event of an order means for the books; `before`: the order as it was. */
export function orderPostings(event: OrderEvent, before: Order): Leg[] {
  if (before.status === 'absent') return [];
  const { orderId } = before;
  switch (event.type) {
    case 'FulfilmentShipped':
      return sold(event, orderId);
    case 'OrderRefundRequested':
      return promised(event.source, event.amount, orderId);
    case 'OrderRefundReleased': {
      const refund = before.refunds.find(({ refundId }) => refundId === event.refundId);
      invariant(refund, 'a refund is released after it was requested');
      return reversed(promised(refund.source, event.amount, orderId));
    }
    case 'CustomerDataErased':
    case 'FulfilmentCancelled':
    case 'FulfilmentCreated':
    case 'FulfilmentDelivered':
    case 'OrderAmended':
    case 'OrderCancellationRequested':
    case 'OrderCancelled':
    case 'OrderChargedBack':
    case 'OrderCompleted':
    case 'OrderConfirmed':
    case 'OrderCreated':
    case 'OrderExpired':
    case 'OrderOverpaid':
    case 'OrderPaid':
    case 'OrderPaymentAuthorized':
    case 'OrderPaymentCaptured':
    case 'OrderPaymentFailed':
    case 'OrderRefundApplied':
    case 'PaymentClaimReleased':
    case 'PaymentClaimed':
    case 'ReturnReceived':
    case 'ReturnRequested':
    case 'StockRejected':
    case 'StockReleased':
    case 'StockReserved':
      return [];
    default:
      return assertNever(event);
  }
}

function sold({ lines, shipping }: OrderEventOf<'FulfilmentShipped'>, orderId: OrderId): Leg[] {
  const net = sumMoney(
    shipping.currency,
    lines.map((line) => line.net),
  );
  const tax = sumMoney(
    shipping.currency,
    lines.map((line) => line.tax),
  );
  const all = addMoney(addMoney(net, tax), shipping);
  return withoutZeros([
    debit(`order_funds:${orderId}`, all),
    credit('revenue', net),
    credit('shipping_revenue', shipping),
    credit('tax_payable', tax),
  ]);
}

const promised = (
  { funds, returns, tax }: OrderEventOf<'OrderRefundRequested'>['source'],
  amount: Money,
  orderId: OrderId,
): Leg[] =>
  withoutZeros([
    debit(`order_funds:${orderId}`, funds),
    debit('returns', returns),
    debit('tax_payable', tax),
    credit('refund_payable', amount),
  ]);

const reversed = (legs: readonly Leg[]): Leg[] =>
  legs.map((leg) => ({ ...leg, side: leg.side === 'debit' ? 'credit' : 'debit' }));

/** What a payout means for the books. The account at the provider holds what it owes us before its fees. */
export const payoutPostings = ({ provider, gross, fees, net }: PayoutFacts): Leg[] =>
  withoutZeros([
    signed('bank', net),
    signed('psp_fees', fees),
    signed(`psp_clearing:${provider}`, opposite(gross)),
  ]);

const opposite = ({ amountMinor, currency }: Money): Money => money(-amountMinor, currency);

/** Legs hold no amount below zero: one stands on the other side. */
const signed = (account: Account, amount: Money): Leg =>
  amount.amountMinor < 0n ? credit(account, opposite(amount)) : debit(account, amount);
