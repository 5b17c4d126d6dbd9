import { expect, it } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { shipFulfilment } from '../../src/domain/orders/order-fulfilment.ts';
import { createOrder, eraseCustomer } from '../../src/domain/orders/order-lifecycle.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import type { CustomerId, OrderId } from '../../src/domain/shared/ids.ts';
import { money, zeroMoney } from '../../src/domain/shared/money.ts';

const USD = parseCurrency('USD')!;
const AT = '2026-01-01T00:00:00.000Z';
const created = createOrder({
  orderId: '0190a000-0000-7000-8000-00000000000a' as OrderId,
  customerId: 'ada' as CustomerId,
  items: [{ productId: 'p', productName: 'P', quantity: 1, unitPrice: money(100n, USD) }],
  pricesIncludeTax: true,
  expiresAt: null,
  at: AT,
});
const placed: readonly OrderEvent[] = created.ok ? created.value : [];
const begun = (fulfilmentId: string): OrderEvent => ({
  ...{ type: 'FulfilmentCreated', fulfilmentId, lines: [{ lineId: '1', quantity: 1 }], at: AT },
});
const shipped: OrderEvent = {
  ...{
    type: 'FulfilmentShipped',
    fulfilmentId: 'f1',
    lines: [],
    shipping: zeroMoney(USD),
    tracking: '1Z',
    at: AT,
  },
};
const erased: OrderEvent = { type: 'CustomerDataErased', keyId: 'k', at: AT };
const after = (...events: readonly OrderEvent[]) => fold(orderAggregate, [...placed, ...events]);

const tracking = (value: string) => ({ ok: true, value: [{ type: 'FulfilmentShipped', tracking: value }] });

it('an erased order names nobody and no parcel, and is otherwise what it was', () => {
  const before = after(begun('f1'), shipped, begun('f2'));
  expect(after(begun('f1'), shipped, begun('f2'), erased)).toEqual({
    ...before,
    customerId: 'erased',
    fulfilments: [
      expect.objectContaining({ fulfilmentId: 'f1', status: 'Shipped', tracking: 'erased' }),
      expect.objectContaining({ fulfilmentId: 'f2', status: 'Created', tracking: null }),
    ],
  });
});

it('an order is erased once, and only if there is one', () => {
  const erase = { keyId: 'k', at: AT };
  expect(eraseCustomer(erase, after())).toEqual({ ok: true, value: [erased] });
  expect(eraseCustomer(erase, after(erased))).toEqual({ ok: true, value: [] });
  expect(eraseCustomer(erase, orderAggregate.absent)).toMatchObject({ error: { code: 'order-not-found' } });
});

it('a parcel of an erased order is sent without anybody being told where it goes', () => {
  const ship = { fulfilmentId: 'f1', tracking: '1Z', at: AT };
  expect(shipFulfilment(ship, after(begun('f1')))).toMatchObject(tracking('1Z'));
  expect(shipFulfilment(ship, after(begun('f1'), erased))).toMatchObject(tracking('erased'));
});
