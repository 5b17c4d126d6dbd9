import { createOrder, type CreateOrder } from '../../src/domain/orders/order-lifecycle.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { PaymentFacts } from '../../src/domain/orders/order-payments.ts';
import type { PlacedOrder } from '../../src/domain/orders/order.ts';
import type { InitiatePayment } from '../../src/domain/payments/payment-commands.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import type { StartedPayment } from '../../src/domain/payments/payment.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { parseCurrency, type Currency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { money, type Money } from '../../src/domain/shared/money.ts';

function currencyOf(code: string): Currency {
  const currency = parseCurrency(code);
  if (currency === undefined) throw new Error(`${code} is not in the table`);
  return currency;
}

const USD = currencyOf('USD');

export const usd = (amountMinor: bigint | number): Money => money(BigInt(amountMinor), USD);
export const yen = (amountMinor: number): Money => money(BigInt(amountMinor), currencyOf('JPY'));

export const ORDER_ID = '0190a000-0000-7000-8000-00000000a5a5' as OrderId;
export const CUSTOMER_ID = 'customer-1' as CustomerId;
export const T0 = '2026-01-01T00:00:00.000Z';
export const T1 = '2026-01-01T00:00:01.000Z';
export const T2 = '2026-01-01T00:00:02.000Z';
export const EXPIRES_AT = '2026-01-01T00:30:00.000Z';

/** So long after an instant. */
export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** The payments of one order are told apart by number. */
export const paymentIdOf = (number: number): PaymentId =>
  `0190b000-0000-7000-8000-${number.toString(16).padStart(8, '0')}a5a5` as PaymentId;

export const orderFor = (total: Money): CreateOrder => ({
  orderId: ORDER_ID,
  customerId: CUSTOMER_ID,
  items: [{ productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: total }],
  pricesIncludeTax: false,
  expiresAt: null,
  at: T0,
});

export function created(command: CreateOrder): OrderEvent[] {
  const decided = createOrder(command);
  if (!decided.ok) throw new Error(decided.error.code);
  return decided.value;
}

/** The events of a new order of one line. */
export const orderOf = (total: Money): OrderEvent[] => created(orderFor(total));

export const claimed = (paymentId: PaymentId, amount: Money): OrderEvent => ({
  type: 'PaymentClaimed',
  paymentId,
  amount,
  at: T1,
});

/** What an order hears of a payment of which nothing is known. */
export const factsOf = (paymentId: PaymentId, known: Partial<PaymentFacts> = {}): PaymentFacts => ({
  paymentId,
  captures: [],
  refunds: [],
  lostDisputes: [],
  ...known,
});

export const capturedFacts = (paymentId: PaymentId, amount: Money): PaymentFacts =>
  factsOf(paymentId, { captures: [{ operationId: `${paymentId}:1`, amount }], released: 'captured' });

export const authorizedFacts = (paymentId: PaymentId, amount: Money): PaymentFacts =>
  factsOf(paymentId, { authorization: { operationId: `${paymentId}:1`, amount } });

export const declinedFacts = (paymentId: PaymentId): PaymentFacts => {
  const code = 'card_declined';
  return factsOf(paymentId, { failure: { operationId: `${paymentId}:1`, code }, released: code });
};

export const paymentFor = (paymentId: PaymentId, amount: Money): InitiatePayment => ({
  paymentId,
  orderId: ORDER_ID,
  amount,
  paymentMethod: 'card',
  paymentToken: 'tok_success',
  captureMethod: 'automatic',
  provider: 'simulated',
  at: T0,
});

export function orderAfter(...events: readonly OrderEvent[]): PlacedOrder {
  const order = fold(orderAggregate, events);
  if (order.status === 'absent') throw new Error('the order is absent');
  return order;
}

export function paymentAfter(...events: readonly PaymentEvent[]): StartedPayment {
  const payment = fold(paymentAggregate, events);
  if (payment.status === 'absent') throw new Error('the payment is absent');
  return payment;
}

/** Three teapots and two cups with shipping, 45.00 in all. */
export const shopping = (): OrderEvent[] =>
  created({
    ...orderFor(usd(0)),
    items: [
      { productId: 'teapot', productName: 'Teapot', quantity: 3, unitPrice: usd(1_000) },
      { productId: 'cup', productName: 'Cup', quantity: 2, unitPrice: usd(500) },
    ],
    shipping: usd(500),
    expiresAt: EXPIRES_AT,
  });
export const SHOPPING_TOTAL = usd(4_500);

export const orderCaptured = (paymentId: PaymentId, amount: Money, operation = 1): OrderEvent => ({
  type: 'OrderPaymentCaptured',
  paymentId,
  operationId: `${paymentId}:${operation}`,
  amount,
  at: T2,
});
export const orderAuthorized = (paymentId: PaymentId, amount: Money): OrderEvent => ({
  type: 'OrderPaymentAuthorized',
  paymentId,
  operationId: `${paymentId}:1`,
  amount,
  at: T2,
});
export const released = (paymentId: PaymentId, reason: string): OrderEvent => ({
  type: 'PaymentClaimReleased',
  paymentId,
  reason,
  at: T2,
});
export const confirmed = (at = T2): OrderEvent => ({ type: 'OrderConfirmed', orderId: ORDER_ID, at });
export const paid = (total: Money, at = T2): OrderEvent => ({
  type: 'OrderPaid',
  orderId: ORDER_ID,
  total,
  at,
});
/** Claimed, captured, confirmed and paid by one payment. */
export const paidBy = (paymentId: PaymentId, total: Money): OrderEvent[] => [
  claimed(paymentId, total),
  orderCaptured(paymentId, total),
  confirmed(),
  paid(total),
];
export const refundRequested = (refundId: string, paymentId: PaymentId, amount: Money): OrderEvent => ({
  type: 'OrderRefundRequested',
  refundId,
  paymentId,
  amount,
  lines: [],
  source: { funds: amount, returns: usd(0), tax: usd(0) },
  at: T2,
});
