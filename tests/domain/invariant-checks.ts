import { expect } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import type { PlacedOrder } from '../../src/domain/orders/order.ts';
import type { PaymentEvent, PaymentEventOf } from '../../src/domain/payments/payment-events.ts';
import {
  isOpen,
  operationsOf,
  type Operation,
  type OperationInFlight,
  type StartedPayment,
} from '../../src/domain/payments/payment.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import { APPROVAL_ABOVE, type Check, type World } from './world.ts';

// Reckoned here from the plain states, not by the sums that the code under test decides with.

type Amounting = { readonly amount: Money };
export const sum = (parts: readonly Amounting[]): bigint =>
  parts.reduce((total, { amount }) => total + amount.amountMinor, 0n);
const sumOf = <One>(all: readonly One[], part: (one: One) => Money): bigint =>
  sum(all.map((one) => ({ amount: part(one) })));
const unitsOf = (lines: readonly { lineId: string; quantity: number }[], lineId: string): number =>
  lines.filter((line) => line.lineId === lineId).reduce((total, { quantity }) => total + quantity, 0);

const must = (holds: boolean, invariant: string, about: unknown): void => {
  if (!holds)
    expect.fail(
      `${invariant}: ${JSON.stringify(about, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one), 1)}`,
    );
};

export const checkOrder: Check<PlacedOrder, OrderEvent> = (before, events, after) => {
  totalsAddUp(after);
  goodsAddUp(after);
  for (const event of events) {
    if (event.type === 'PaymentClaimed') claimsFit(after);
    if (event.type === 'FulfilmentCreated') isPromised(after);
    if (event.type === 'OrderRefundRequested') givesLinesBackOnce(after);
    if (event.type === 'OrderCancelled' || event.type === 'OrderExpired') keepsNothing(after);
  }
  if (!before) return;
  const isDearer = events.some(({ type }) => type === 'OrderAmended');
  must(!before.isPaid || after.isPaid || isDearer, '7: paid stays paid', after);
  const isOver = before.status === 'Cancelled' || before.status === 'Expired';
  must(!isOver || after.status === before.status, '7: what ended stays so', after);
  for (const { paymentId, captured } of before.payments) {
    const now = after.payments.find((payment) => payment.paymentId === paymentId);
    must(now !== undefined && now.captured.amountMinor >= captured.amountMinor, '7: captured stays', after);
  }
};

function totalsAddUp({ items, totals, currency }: PlacedOrder): void {
  const { grand, shipping, discount, tax } = totals;
  const lines = sumOf(items, ({ net }) => net) + sumOf(items, (line) => line.tax);
  must(grand.amountMinor === lines + shipping.amountMinor, '1: total = lines + tax + shipping', totals);
  const whole = totals.items.amountMinor - discount.amountMinor + tax.amountMinor + shipping.amountMinor;
  must(grand.amountMinor === whole, '1: total = items − discounts + tax + shipping', totals);
  const amounts = [...Object.values(totals), ...items.flatMap(({ net, tax: ofLine }) => [net, ofLine])];
  must(
    amounts.every((amount) => amount.currency === currency),
    '1: one currency',
    totals,
  );
}

/** What a payment may yet take of its order, or has, less what went back. */
function claimsFit({ payments, refunds, totals }: PlacedOrder): void {
  const back = sum(refunds.filter(({ status }) => status === 'Applied'));
  const taken = sumOf(payments, ({ claim }) => claim) + sumOf(payments, ({ captured }) => captured);
  must(taken - back <= totals.grand.amountMinor, '2: claims + captured − refunded ≤ total', payments);
}

function givesLinesBackOnce({ items, refunds }: PlacedOrder): void {
  const back = refunds.filter(({ status }) => status !== 'Failed').flatMap(({ lines }) => lines);
  for (const { lineId, quantity, net, tax } of items) {
    must(unitsOf(back, lineId) <= quantity, 'a unit goes back once', refunds);
    const amount = sum(back.filter((line) => line.lineId === lineId));
    must(amount <= net.amountMinor + tax.amountMinor, 'a line goes back for its price', refunds);
  }
}

function keepsNothing({ payments, refunds, chargebacks }: PlacedOrder): void {
  const back = sum(refunds.filter(({ status }) => status === 'Applied')) + sum(chargebacks);
  must(sumOf(payments, ({ captured }) => captured) <= back, '11: what ends keeps nothing', payments);
  must(sumOf(payments, ({ claim }) => claim) === 0n, '11: what ends claims nothing', payments);
}

function isPromised({ payments, totals, status }: PlacedOrder): void {
  const promised = payments.filter((one) => ['Authorized', 'PartiallyCaptured'].includes(one.status));
  const covered = sumOf(payments, ({ captured }) => captured) + sumOf(promised, ({ claim }) => claim);
  must(covered >= totals.grand.amountMinor, 'only what is paid or promised is fulfilled', payments);
  must(status === 'Confirmed', 'only what is confirmed is fulfilled', status);
}

function goodsAddUp({ items, fulfilments, returns }: PlacedOrder): void {
  const sent = fulfilments.filter(({ status }) => status !== 'Cancelled').flatMap(({ lines }) => lines);
  const sold = fulfilments.flatMap((fulfilment) => fulfilment.sold);
  const back = returns.flatMap(({ lines }) => lines);
  for (const { lineId, quantity, net, tax } of items) {
    must(unitsOf(sent, lineId) <= quantity, '10: fulfilled ≤ ordered', fulfilments);
    must(unitsOf(back, lineId) <= unitsOf(sold, lineId), '10: returned ≤ fulfilled', returns);
    const shares = sold.filter((line) => line.lineId === lineId);
    const isAll = unitsOf(sold, lineId) === quantity;
    const worth = sumOf(shares, (share) => share.net) + sumOf(shares, (share) => share.tax);
    const whole = net.amountMinor + tax.amountMinor;
    must(isAll ? worth === whole : worth <= whole, '10: shipments sum to the line', fulfilments);
  }
}

export const checkPayment: Check<StartedPayment, PaymentEvent> = (before, events, after) => {
  const { captures, authorizedAmount, capturedAmount } = after;
  const taken = capturedAmount.amountMinor + sum(captures.filter(isOpen));
  must(taken <= authorizedAmount.amountMinor, '3: captured + pending ≤ authorized', after);
  must(capturedAmount.amountMinor === sum(captures.filter(isDone)), '3: captured = captures', after);
  for (const event of events) checkNews(event, after);
  checkApproval(events, after);
  checkOperations(after);
  if (before) checkProgress(before, events, after);
};

const isDone = ({ outcome }: Operation): boolean => outcome === 'succeeded';

function checkNews(event: PaymentEvent, payment: StartedPayment): void {
  const { refunds, disputes, captures, capturedAmount, paymentId } = payment;
  switch (event.type) {
    case 'RefundApproved': {
      const approval = payment.approvals.find(({ refundId }) => refundId === event.refundId)!;
      must(approval.requestedBy !== event.approvedBy, 'two people: nobody approves of their own', approval);
      break;
    }
    case 'RefundApprovalRequested':
    case 'RefundRequested': {
      const waiting = payment.approvals.filter(({ status }) => status === 'awaiting');
      const back = sum(refunds.filter((one) => isOpen(one) || isDone(one))) + sum(waiting);
      const claimed = sum(disputes.filter(({ status }) => status !== 'won'));
      must(back + claimed <= capturedAmount.amountMinor, '4: refunds + disputes ≤ captured', payment);
      must(event.amount.amountMinor > 0n, '4: a refund is of something', payment);
      break;
    }
    case 'VoidRequested':
      must(!captures.some(isOpen), '5: no void of what is being captured', payment);
      must(
        ['Authorized', 'RequiresAction', 'PartiallyCaptured'].includes(payment.status),
        '5: held',
        payment,
      );
      return;
    case 'AttemptStarted':
      must(event.providerKey === event.attemptId, '8: the key is the operation', event);
      must(event.attemptId.startsWith(paymentId), '8: the key is of the payment', event);
      break;
    default:
  }
}

/** What people alone gave back of a payment is never above the limit. */
function checkApproval(events: readonly PaymentEvent[], { refunds, approvals }: StartedPayment): void {
  const asked = events.find(({ type }) => type === 'RefundRequested');
  const isApproved = events.some(({ type }) => type === 'RefundApproved');
  if (!asked || isApproved || isOfCheckout(asked as PaymentEventOf<'RefundRequested'>)) return;
  const back = sum(refunds.filter((one) => isOpen(one) || isDone(one)));
  const waiting = sum(approvals.filter(({ status }) => status === 'awaiting'));
  must(back + waiting <= APPROVAL_ABOVE.amountMinor, 'two people: above the limit', { refunds, approvals });
}

const isOfCheckout = ({ reason }: PaymentEventOf<'RefundRequested'>): boolean =>
  /^(the order is|paid more than) /.test(reason);

function checkOperations(payment: StartedPayment): void {
  const { attempts, captures, voids, refunds } = payment;
  for (const operations of [attempts, captures, voids])
    must(operations.filter(isOpen).length <= 1, '6: one in flight', payment);
  const ids = [...attempts, ...voids, ...refunds].map(({ operationId }) => operationId);
  const own = captures.map(({ operationId }) => operationId);
  must(new Set(ids).size === ids.length && new Set(own).size === own.length, '8: an id for each', payment);
}

function checkProgress(before: StartedPayment, events: readonly PaymentEvent[], after: StartedPayment): void {
  must(before.capturedAmount.amountMinor <= after.capturedAmount.amountMinor, '7: captured stays', after);
  must(before.status !== 'Completed' || after.status === 'Completed', '7: completed stays so', after);
  const announced = events.filter(({ type }) => type === 'PaymentProcessed').length;
  must(announced + (before.isProcessed ? 1 : 0) <= 1, '7: processed is said once', events);
  const now = operationsOf(after);
  for (const then of operationsOf(before)) {
    const { kind, operation } = now.find((one) => isSame(one, then))!;
    const failed = operation.outcome === 'declined' || operation.outcome === 'not_sent';
    must(!(isDone(then.operation) && failed && kind !== 'refund'), '7: success stays', operation);
    const evident = events.some(
      (event) => event.type === 'OperationReconciled' && event.operationId === operation.operationId,
    );
    must(
      !(then.operation.outcome === 'unknown' && failed) || evident,
      '9: unknown fails on evidence',
      events,
    );
  }
}

const isSame = (one: OperationInFlight, other: OperationInFlight): boolean =>
  one.kind === other.kind && one.operation.operationId === other.operation.operationId;

/** What we say of an operation is what its provider did, as far as we say anything. */
export function checkAgainstBooks({ books, payments }: World): void {
  const operations = [...payments.values()].flatMap((payment) =>
    operationsOf(payment).map((one) => ({ ...one, wasLetGo: payment.voids.some(isDone) })),
  );
  for (const { entries } of books.values())
    for (const { operationId, kind, outcome, hasTurned } of entries) {
      const ours = operations.find((one) => one.kind === kind && one.operation.operationId === operationId);
      if (!ours || hasTurned || ours.wasLetGo) continue;
      const said = ours.operation.outcome;
      must(said !== 'succeeded' || outcome === 'succeeded', '8: no effect of ours that is not theirs', ours);
      must(outcome !== 'succeeded' || (said !== 'declined' && said !== 'not_sent'), '9: none lost', ours);
    }
}
