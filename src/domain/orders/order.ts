import type { Currency } from '../shared/currencies.ts';
import { ERASED } from '../shared/erased.ts';
import type { CustomerId, OrderId, PaymentId } from '../shared/ids.ts';
import {
  addMoney,
  compareMoney,
  isZero,
  subtractMoney,
  sumMoney,
  zeroMoney,
  type Money,
} from '../shared/money.ts';
import type {
  LineQuantity,
  OrderLine,
  OrderTotals,
  RefundLine,
  RefundSource,
  ShippedLine,
} from './order-events.ts';

/** A payment as its order sees it. */
export type OrderPayment = {
  readonly paymentId: PaymentId;
  /** What it claimed of what was due. */
  readonly amount: Money;
  readonly status: 'Pending' | 'Authorized' | 'PartiallyCaptured' | 'Completed' | 'Failed' | 'Voided';
  /** What it still claims: neither captured nor given back. */
  readonly claim: Money;
  readonly captured: Money;
  /** The operations that captured it: each counts once. */
  readonly captures: readonly string[];
};

export type OrderRefund = {
  readonly refundId: string;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly lines: readonly RefundLine[];
  readonly source: RefundSource;
  readonly status: 'Requested' | 'Applied' | 'Failed';
};

export type Fulfilment = {
  readonly fulfilmentId: string;
  readonly status: 'Created' | 'Shipped' | 'Delivered' | 'Cancelled';
  readonly lines: readonly LineQuantity[];
  /** Once shipped. */
  readonly sold: readonly ShippedLine[];
  readonly shipping: Money;
  readonly tracking: string | null;
};

export type OrderReturn = {
  readonly returnId: string;
  readonly status: 'Requested' | 'Received';
  readonly lines: readonly LineQuantity[];
  readonly reason: string;
};

export type PlacedOrder = {
  readonly status: 'Created' | 'Confirmed' | 'Completed' | 'Cancelling' | 'Cancelled' | 'Expired';
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly currency: Currency;
  readonly pricesIncludeTax: boolean;
  readonly items: readonly OrderLine[];
  readonly totals: OrderTotals;
  readonly expiresAt: string | null;
  readonly stock: 'Unknown' | 'Reserved' | 'Rejected' | 'Released';
  readonly payments: readonly OrderPayment[];
  readonly refunds: readonly OrderRefund[];
  readonly chargebacks: readonly { readonly disputeId: string; readonly amount: Money }[];
  readonly fulfilments: readonly Fulfilment[];
  readonly returns: readonly OrderReturn[];
  /** It was announced as paid. */
  readonly isPaid: boolean;
  /** Where a cancellation under way leads to. */
  readonly closingInto?: 'Cancelled' | 'Expired';
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type Order = { readonly status: 'absent' } | PlacedOrder;

/** Nobody can tell any more whose it was. What it sold, and for how much, stays. */
export const withoutPersonalData = (order: PlacedOrder): PlacedOrder => ({
  ...order,
  customerId: ERASED as CustomerId,
  fulfilments: order.fulfilments.map((one) => ({ ...one, tracking: one.tracking && ERASED })),
});

export const isErased = ({ customerId }: PlacedOrder): boolean => customerId === ERASED;

export const paymentOf = (order: PlacedOrder, paymentId: PaymentId): OrderPayment | undefined =>
  order.payments.find((payment) => payment.paymentId === paymentId);

const sumOf = <One>(order: PlacedOrder, parts: readonly One[], amount: (part: One) => Money): Money =>
  sumMoney(order.currency, parts.map(amount));

/** All that was ever captured for it, whatever was given back since. */
export const paidAmount = (order: PlacedOrder): Money => sumOf(order, order.payments, (one) => one.captured);

/** Given back for certain. */
export const refundedAmount = (order: PlacedOrder): Money =>
  sumOf(
    order,
    order.refunds.filter(({ status }) => status === 'Applied'),
    ({ amount }) => amount,
  );

/** Given back, or on its way. */
export const committedRefunds = (order: PlacedOrder): Money =>
  sumOf(
    order,
    order.refunds.filter(({ status }) => status !== 'Failed'),
    ({ amount }) => amount,
  );

/** What open payments may yet take. */
export const openClaims = (order: PlacedOrder): Money => sumOf(order, order.payments, (one) => one.claim);

const authorizedClaims = (order: PlacedOrder): Money =>
  sumOf(
    order,
    order.payments.filter(({ status }) => status === 'Authorized' || status === 'PartiallyCaptured'),
    ({ claim }) => claim,
  );

const floorAtZero = (amount: Money): Money => (amount.amountMinor < 0n ? zeroMoney(amount.currency) : amount);

/** Nothing is to be taken for it any more. */
export const isClosed = ({ status }: PlacedOrder): boolean =>
  status === 'Cancelling' || status === 'Cancelled' || status === 'Expired';

/** What the customer still owes: open claims do not lessen it, captured money does. Refunds do not raise it again. */
export const outstanding = (order: PlacedOrder): Money =>
  isClosed(order)
    ? zeroMoney(order.currency)
    : floorAtZero(subtractMoney(order.totals.grand, paidAmount(order)));

/** What a further payment may claim. */
export const claimable = (order: PlacedOrder): Money =>
  floorAtZero(subtractMoney(order.totals.grand, addMoney(paidAmount(order), openClaims(order))));

const chargedBack = (order: PlacedOrder): Money => sumOf(order, order.chargebacks, ({ amount }) => amount);

/** Captured beyond the total, and neither on its way back nor taken back by the customer's bank. */
export function excessAmount(order: PlacedOrder): Money {
  const back = addMoney(committedRefunds(order), chargedBack(order));
  return floorAtZero(subtractMoney(subtractMoney(paidAmount(order), back), order.totals.grand));
}

/** Paid, or promised by banks: it may be fulfilled. */
export const isCovered = (order: PlacedOrder): boolean =>
  compareMoney(addMoney(paidAmount(order), authorizedClaims(order)), order.totals.grand) >= 0;

export const isFullyPaid = (order: PlacedOrder): boolean =>
  compareMoney(paidAmount(order), order.totals.grand) >= 0;

/** No money of it is anywhere: nothing claimed, nothing kept, nothing on its way. */
export function hasNoMoney(order: PlacedOrder): boolean {
  const kept = subtractMoney(paidAmount(order), addMoney(refundedAmount(order), chargedBack(order)));
  const onTheWay = order.refunds.some(({ status }) => status === 'Requested');
  const pending = order.payments.some(({ status }) => status === 'Pending');
  return kept.amountMinor <= 0n && isZero(openClaims(order)) && !onTheWay && !pending;
}

export type OrderPaymentStatus =
  | 'Unpaid'
  | 'Pending'
  | 'PartiallyAuthorized'
  | 'Authorized'
  | 'PartiallyPaid'
  | 'Paid'
  | 'Overpaid'
  | 'PartiallyRefunded'
  | 'Refunded';

export function orderPaymentStatus(order: PlacedOrder): OrderPaymentStatus {
  const paid = paidAmount(order);
  const refunded = refundedAmount(order);
  if (!isZero(refunded)) {
    const kept = subtractMoney(paid, refunded);
    if (kept.amountMinor <= 0n) return 'Refunded';
    const compared = compareMoney(kept, order.totals.grand);
    return compared < 0 ? 'PartiallyRefunded' : compared === 0 ? 'Paid' : 'Overpaid';
  }
  if (compareMoney(paid, order.totals.grand) > 0) return 'Overpaid';
  if (isFullyPaid(order)) return 'Paid';
  if (order.payments.some(({ status }) => status === 'Pending')) return 'Pending';
  if (!isZero(paid)) return 'PartiallyPaid';
  if (isZero(authorizedClaims(order))) return 'Unpaid';
  return isCovered(order) ? 'Authorized' : 'PartiallyAuthorized';
}

export type FulfilmentStatus = 'None' | 'Partial' | 'Fulfilled' | 'Returned';

const units = (lines: readonly LineQuantity[], lineId: string): number =>
  lines.filter((line) => line.lineId === lineId).reduce((sum, { quantity }) => sum + quantity, 0);

/** Units of a line in shipments that were not cancelled. */
export const fulfilledUnits = (order: PlacedOrder, lineId: string): number =>
  units(
    order.fulfilments.filter(({ status }) => status !== 'Cancelled').flatMap(({ lines }) => lines),
    lineId,
  );

/** Units of a line that left the house. */
export const shippedUnits = (order: PlacedOrder, lineId: string): number =>
  units(
    order.fulfilments.flatMap(({ sold }) => sold),
    lineId,
  );

export const returnedUnits = (order: PlacedOrder, lineId: string): number =>
  units(
    order.returns.flatMap(({ lines }) => lines),
    lineId,
  );

const receivedUnits = (order: PlacedOrder, lineId: string): number =>
  units(
    order.returns.filter(({ status }) => status === 'Received').flatMap(({ lines }) => lines),
    lineId,
  );

/** Units of a line whose price went back, or is on its way. */
export const refundedUnits = (order: PlacedOrder, lineId: string): number =>
  units(
    order.refunds.filter(({ status }) => status !== 'Failed').flatMap(({ lines }) => lines),
    lineId,
  );

export function fulfilmentStatus(order: PlacedOrder): FulfilmentStatus {
  const shipped = order.items.map(({ lineId }) => shippedUnits(order, lineId));
  if (shipped.every((count) => count === 0)) return 'None';
  const returned = order.items.every(({ lineId }, index) => receivedUnits(order, lineId) === shipped[index]);
  if (returned) return 'Returned';
  return order.items.every(({ quantity }, index) => shipped[index] === quantity) ? 'Fulfilled' : 'Partial';
}

/** All of it arrived. */
export const isDelivered = (order: PlacedOrder): boolean =>
  order.items.every(
    ({ lineId, quantity }) =>
      units(
        order.fulfilments.filter(({ status }) => status === 'Delivered').flatMap(({ lines }) => lines),
        lineId,
      ) === quantity,
  );
