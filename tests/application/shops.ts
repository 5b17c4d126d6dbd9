import type { CaptureMethod } from '../../src/domain/payments/payment-events.ts';
import type { CreateOrder } from '../../src/domain/orders/order-lifecycle.ts';
import type { Stock } from '../../src/application/ports.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import { usd } from '../domain/samples.ts';
import { undisturbed, type Around } from '../support/in-memory-log.ts';
import { clockworkOf } from './clockwork.ts';
import { paymentIdOf, virtualService } from './virtual-service.ts';

export const TOTAL = usd(10_000);
export const CARD = { key: 'card' };
export const HELD = { key: 'card', captureMethod: 'manual' } as const;

export type Terms = Partial<CreateOrder> & {
  readonly stock?: Stock;
  readonly refundApprovalAbove?: readonly Money[];
};

/** A service with one order of 100.00, whose calls can be watched, or made to fail, once the order is there. */
export async function openShop({ stock, refundApprovalAbove = [], ...terms }: Terms = {}) {
  const hook: { around: Around } = { around: undisturbed };
  const service = virtualService((call, effect) => hook.around(call, effect), {
    ...(stock && { stock }),
    refundApprovalAbove,
  });
  const orderId = await service.placeOrder(TOTAL, 'order', terms);
  const paymentId = paymentIdOf(orderId, CARD);
  return { ...service, ...clockworkOf(service), hook, orderId, paymentId, attemptId: `${paymentId}:1` };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;

/** The same, with its order paid, or the money for it held. */
export async function paidShop(captureMethod: CaptureMethod = 'automatic', terms: Terms = {}) {
  const shop = await openShop(terms);
  await shop.pay(shop.orderId, { ...CARD, captureMethod });
  await shop.deliverAll();
  return shop;
}

/** Two lines: three of 3.33 each, and one of 90.01. */
export const TWO_LINES: Partial<CreateOrder> = {
  items: [
    { productId: 'cup', productName: 'Cup', quantity: 3, unitPrice: usd(333) },
    { productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: usd(9_001) },
  ],
};
