import { createOrder, type ApplyPaymentOutcome, type CreateOrder } from '../../src/domain/orders/order.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import type { InitiatePayment } from '../../src/domain/payments/payment.ts';
import { parseCurrency, type Currency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { money, type Money } from '../../src/domain/shared/money.ts';

export function currencyOf(code: string): Currency {
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

/** The payments of one order are told apart by number. */
export const paymentIdOf = (number: number): PaymentId =>
  `0190b000-0000-7000-8000-${number.toString(16).padStart(8, '0')}a5a5` as PaymentId;

export const orderFor = (total: Money): CreateOrder => ({
  orderId: ORDER_ID,
  customerId: CUSTOMER_ID,
  items: [{ productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: total }],
  pricesIncludeTax: false,
  at: T0,
});

/** The events of a new order of one line. */
export function orderOf(total: Money): OrderEvent[] {
  const created = createOrder(orderFor(total));
  if (!created.ok) throw new Error(created.error.code);
  return created.value;
}

export const claimed = (paymentId: PaymentId, amount: Money): OrderEvent => ({
  type: 'PaymentClaimed',
  paymentId,
  amount,
  at: T1,
});

export const capture = (paymentId: PaymentId): ApplyPaymentOutcome => ({
  paymentId,
  operationId: `${paymentId}:1`,
  outcome: { captured: true },
  at: T2,
});

export const decline = (paymentId: PaymentId): ApplyPaymentOutcome => ({
  paymentId,
  operationId: `${paymentId}:1`,
  outcome: { captured: false, code: 'card_declined' },
  at: T2,
});

export const paymentFor = (paymentId: PaymentId, amount: Money): InitiatePayment => ({
  paymentId,
  orderId: ORDER_ID,
  amount,
  paymentMethod: 'card',
  paymentToken: 'tok_success',
  provider: 'simulated',
  at: T0,
});
