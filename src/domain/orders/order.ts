import type { Aggregate } from '../shared/aggregate.ts';
import type { Currency } from '../shared/currencies.ts';
import type { CustomerId, OrderId, PaymentId } from '../shared/ids.ts';
import { assertNever, invariant } from '../shared/invariant.ts';
import { compareMoney, isZero, subtractMoney, sumMoney, type Money } from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { OrderEvent, OrderLine, OrderTotals } from './order-events.ts';
import { priceOrder, type PricingRejection, type PricingRequest } from './order-pricing.ts';

type PaymentClaimed = Extract<OrderEvent, { type: 'PaymentClaimed' }>;

/** `Pending` holds a claim on what is due; `Completed` has been captured; `Failed` gave its claim back. */
export type OrderPayment = {
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly status: 'Pending' | 'Completed' | 'Failed';
};

export type PlacedOrder = {
  readonly status: 'Created' | 'Confirmed';
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly currency: Currency;
  readonly pricesIncludeTax: boolean;
  readonly items: readonly OrderLine[];
  readonly totals: OrderTotals;
  readonly payments: readonly OrderPayment[];
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type Order = { readonly status: 'absent' } | PlacedOrder;

export type OrderRejection =
  | PricingRejection
  | { readonly code: 'order-not-found' }
  | { readonly code: 'order-not-payable'; readonly status: string }
  | { readonly code: 'payment-already-claimed'; readonly due: Money }
  | { readonly code: 'payment-exceeds-due'; readonly due: Money };

export type CreateOrder = PricingRequest & {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly at: string;
};

export function createOrder(command: CreateOrder): Result<OrderEvent[], PricingRejection> {
  const priced = priceOrder(command);
  if (!priced.ok) return priced;

  const { orderId, customerId, pricesIncludeTax, at } = command;
  const { items, totals } = priced.value;
  const { currency } = totals.grand;
  const created: OrderEvent = {
    type: 'OrderCreated',
    orderId,
    customerId,
    currency,
    pricesIncludeTax,
    items,
    totals,
    at,
  };
  return ok(isZero(totals.grand) ? [created, ...paidInFull(orderId, totals.grand, at)] : [created]);
}

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
export function claimPayment(command: ClaimPayment, order: Order): Result<[PaymentClaimed], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  if (isZero(outstanding(order))) return err({ code: 'order-not-payable', status: 'Paid' });

  const due = dueForClaims(order);
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

export type ApplyPaymentOutcome = {
  readonly paymentId: PaymentId;
  readonly operationId: string;
  readonly outcome: { readonly captured: true } | { readonly captured: false; readonly code: string };
  readonly at: string;
};

/** Says on the order what became of a claim. Saying it twice changes nothing. */
export function applyPaymentOutcome(command: ApplyPaymentOutcome, order: Order): OrderEvent[] {
  invariant(order.status !== 'absent', 'a payment outcome follows the order it pays');
  const { paymentId, operationId, outcome, at } = command;
  const payment = paymentOf(order, paymentId);
  invariant(payment !== undefined, 'a payment outcome follows its claim');
  if (payment.status !== 'Pending') return [];

  const { amount } = payment;
  if (!outcome.captured) {
    const { code } = outcome;
    return [
      { type: 'OrderPaymentFailed', paymentId, operationId, amount, code, at },
      { type: 'PaymentClaimReleased', paymentId, reason: code, at },
    ];
  }
  const captured: OrderEvent = { type: 'OrderPaymentCaptured', paymentId, operationId, amount, at };
  const covered = compareMoney(amount, outstanding(order)) >= 0;
  return covered ? [captured, ...paidInFull(order.orderId, order.totals.grand, at)] : [captured];
}

const paidInFull = (orderId: OrderId, total: Money, at: string): OrderEvent[] => [
  { type: 'OrderConfirmed', orderId, at },
  { type: 'OrderPaid', orderId, total, at },
];

const paymentOf = (order: PlacedOrder, paymentId: PaymentId): OrderPayment | undefined =>
  order.payments.find((payment) => payment.paymentId === paymentId);

const paymentsIn = (order: PlacedOrder, ...statuses: OrderPayment['status'][]): Money =>
  sumMoney(
    order.currency,
    order.payments.filter((payment) => statuses.includes(payment.status)).map((payment) => payment.amount),
  );

export const paidAmount = (order: PlacedOrder): Money => paymentsIn(order, 'Completed');

/** What the customer still owes: open claims do not lessen it, captured money does. */
export const outstanding = (order: PlacedOrder): Money =>
  subtractMoney(order.totals.grand, paidAmount(order));

const dueForClaims = (order: PlacedOrder): Money =>
  subtractMoney(order.totals.grand, paymentsIn(order, 'Completed', 'Pending'));

export type OrderPaymentStatus = 'Unpaid' | 'Pending' | 'PartiallyPaid' | 'Paid';

export function orderPaymentStatus(order: PlacedOrder): OrderPaymentStatus {
  if (isZero(outstanding(order))) return 'Paid';
  if (order.payments.some((payment) => payment.status === 'Pending')) return 'Pending';
  return isZero(paidAmount(order)) ? 'Unpaid' : 'PartiallyPaid';
}

function evolve(order: Order, event: OrderEvent): Order {
  if (event.type === 'OrderCreated') {
    invariant(order.status === 'absent', 'an order is created once');
    const { type: _, at, ...facts } = event;
    return { status: 'Created', ...facts, payments: [], createdAt: at, updatedAt: at };
  }
  invariant(order.status !== 'absent', `${event.type} follows OrderCreated`);
  const placed = { ...order, updatedAt: event.at };
  switch (event.type) {
    case 'PaymentClaimed': {
      const { paymentId, amount } = event;
      invariant(!paymentOf(order, paymentId), 'a payment claims once');
      return { ...placed, payments: [...order.payments, { paymentId, amount, status: 'Pending' }] };
    }
    case 'OrderPaymentCaptured':
      return { ...placed, payments: closed(order, event.paymentId, 'Completed') };
    case 'OrderPaymentFailed':
      return { ...placed, payments: closed(order, event.paymentId, 'Failed') };
    case 'OrderConfirmed':
      return { ...placed, status: 'Confirmed' };
    case 'PaymentClaimReleased':
    case 'OrderPaid':
      return placed; // both follow from the payments: kept for those who read the log
    default:
      return assertNever(event);
  }
}

function closed(order: PlacedOrder, paymentId: PaymentId, status: OrderPayment['status']): OrderPayment[] {
  invariant(paymentOf(order, paymentId)?.status === 'Pending', 'an outcome follows its open claim');
  return order.payments.map((payment) =>
    payment.paymentId === paymentId ? { ...payment, status } : payment,
  );
}

export const orderAggregate: Aggregate<Order, OrderEvent> = {
  category: 'order',
  stateVersion: 1,
  firstEvent: 'OrderCreated',
  absent: { status: 'absent' },
  evolve,
  // An order that is paid may yet be refunded or returned, and one that is not may yet be paid: none is ever closed.
  isClosed: () => false,
};
