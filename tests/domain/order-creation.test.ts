import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { createOrder } from '../../src/domain/orders/order-lifecycle.ts';
import { orderPaymentStatus } from '../../src/domain/orders/order.ts';
import { pricingRequest } from '../support/arbitraries.ts';
import { given } from '../support/given.ts';
import {
  confirmed,
  CUSTOMER_ID,
  EXPIRES_AT,
  ORDER_ID,
  orderAfter,
  orderFor,
  orderOf,
  paid,
  T0,
  usd,
  yen,
} from './samples.ts';

const TOTAL = usd(10_000);

describe('creating an order', () => {
  it('says everything about it in one event', () => {
    const line = {
      lineId: '1',
      productId: 'teapot',
      productName: 'Teapot',
      quantity: 1,
      unitPrice: TOTAL,
      discount: usd(0),
      taxRateBasisPoints: 0,
      net: TOTAL,
      tax: usd(0),
    };
    given(orderAggregate)
      .when(() => createOrder({ ...orderFor(TOTAL), expiresAt: EXPIRES_AT }))
      .thenEvents({
        type: 'OrderCreated',
        orderId: ORDER_ID,
        customerId: CUSTOMER_ID,
        currency: TOTAL.currency,
        pricesIncludeTax: false,
        items: [line],
        totals: { items: TOTAL, discount: usd(0), tax: usd(0), shipping: usd(0), grand: TOTAL },
        expiresAt: EXPIRES_AT,
        at: T0,
      });
  });

  it('leaves it unpaid', () => {
    const order = orderAfter(...orderOf(TOTAL));
    expect(order).toMatchObject({ status: 'Created', stock: 'Unknown', payments: [], createdAt: T0 });
    expect(orderPaymentStatus(order)).toBe('Unpaid');
  });

  it('passes on why it cannot be priced', () => {
    given(orderAggregate)
      .when(() => createOrder({ ...orderFor(TOTAL), shipping: yen(1) }))
      .thenRejected('currency-mismatch', { field: 'shipping' });
    given(orderAggregate)
      .when(() => createOrder(orderFor(usd(1_000_000_000_000n))))
      .thenRejected('amount-invalid', { field: 'items' });
  });

  it('confirms an order of nothing at once, since it needs no payment and cannot run out of time', () => {
    const [first, ...rest] = orderOf(usd(0));
    expect(first).toMatchObject({ type: 'OrderCreated', expiresAt: null });
    expect(rest).toEqual([confirmed(T0), paid(usd(0), T0)]);
    expect(orderPaymentStatus(orderAfter(...orderOf(usd(0))))).toBe('Paid');
  });

  it('gives the same events for the same command, and they fold', () => {
    fc.assert(
      fc.property(pricingRequest, (pricing) => {
        const command = {
          ...pricing,
          ...{ orderId: ORDER_ID, customerId: CUSTOMER_ID, expiresAt: null, at: T0 },
        };
        const decided = createOrder(command);
        expect(createOrder(command)).toEqual(decided);
        if (!decided.ok) return;
        const order = orderAfter(...decided.value);
        expect(order.status).toBe(order.totals.grand.amountMinor === 0n ? 'Confirmed' : 'Created');
      }),
    );
  });
});
