import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import {
  cancelOrder,
  expireOrder,
  rejectStock,
  releaseStock,
  reserveStock,
} from '../../src/domain/orders/order-lifecycle.ts';
import { applyPayment, claimPayment } from '../../src/domain/orders/order-payments.ts';
import { isStockOverdue, nextOrderWake } from '../../src/domain/orders/order-timers.ts';
import { given } from '../support/given.ts';
import {
  claimed,
  confirmed,
  declinedFacts,
  EXPIRES_AT,
  later,
  ORDER_ID,
  orderAfter,
  orderAuthorized,
  orderCaptured,
  paidBy,
  paymentIdOf,
  refundRequested,
  released,
  shopping,
  SHOPPING_TOTAL as TOTAL,
  T0,
  T1,
  T2,
  usd,
} from './samples.ts';

const P1 = paymentIdOf(1);
const MINUTE = 60_000;
const placed = shopping();

const requested = (
  into: 'Cancelled' | 'Expired',
  by = 'customer',
  reason = 'changed mind',
  at = T2,
): OrderEvent => ({
  type: 'OrderCancellationRequested',
  by,
  reason,
  into,
  at,
});
const cancelled = (at = T2): OrderEvent => ({ type: 'OrderCancelled', orderId: ORDER_ID, at });
const expired = (at: string): OrderEvent => ({ type: 'OrderExpired', orderId: ORDER_ID, at });
const reserved: OrderEvent = { type: 'StockReserved', orderId: ORDER_ID, at: T1 };
const parcel: OrderEvent = {
  type: 'FulfilmentCreated',
  fulfilmentId: 'f',
  lines: [{ lineId: '1', quantity: 1 }],
  at: T1,
};
const cancel = (order: Parameters<typeof cancelOrder>[1]) =>
  cancelOrder({ by: 'customer', reason: 'changed mind', at: T2 }, order);

describe('cancelling an order', () => {
  it('ends it at once when no money is about', () =>
    given(orderAggregate, ...placed)
      .when(cancel)
      .thenEvents(requested('Cancelled'), cancelled()));

  it.each<[string, OrderEvent[]]>([
    ['a payment is open', [claimed(P1, TOTAL)]],
    ['a bank holds money for it', [claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), confirmed()]],
    ['it is paid', paidBy(P1, TOTAL)],
    ['a refund is on its way', [...paidBy(P1, TOTAL), refundRequested('r', P1, TOTAL)]],
  ])('waits while %s', (_what, events) =>
    given(orderAggregate, ...placed, ...events)
      .when(cancel)
      .thenEvents(requested('Cancelled')),
  );

  it('ends when the payment that was open fails', () => {
    const waiting = [...placed, claimed(P1, TOTAL), requested('Cancelled')];
    const news = applyPayment(declinedFacts(P1), T2, orderAfter(...waiting));
    expect(news.at(-1)).toEqual(cancelled());
  });

  it('is possible again once the parcel was unpacked', () =>
    given(orderAggregate, ...placed, ...paidBy(P1, TOTAL), parcel, {
      type: 'FulfilmentCancelled',
      fulfilmentId: 'f',
      reason: 'no',
      at: T1,
    })
      .when(cancel)
      .thenEvents(requested('Cancelled')));

  it.each<[string, OrderEvent[]]>([
    ['is under way', [claimed(P1, TOTAL), requested('Cancelled')]],
    ['is done', [requested('Cancelled'), cancelled()]],
  ])('changes nothing when it %s', (_what, events) =>
    given(orderAggregate, ...placed, ...events)
      .when(cancel)
      .thenNothing(),
  );

  it('is refused when there is none, it is being fulfilled, or it is over', () => {
    given(orderAggregate).when(cancel).thenRejected('order-not-found');
    const histories: OrderEvent[][] = [
      [...paidBy(P1, TOTAL), parcel],
      [requested('Expired'), expired(T2)],
      [...paidBy(P1, TOTAL), { type: 'OrderCompleted', orderId: ORDER_ID, at: T2 }],
    ];
    for (const events of histories)
      given(orderAggregate, ...placed, ...events)
        .when(cancel)
        .thenRejected('order-not-cancellable');
  });
});

describe('an order that nobody paid in time', () => {
  const late = later(EXPIRES_AT, 1);
  const inTheEnd = requested('Expired', 'system:timer', 'not paid in time', EXPIRES_AT);

  it('expires, at its time and not before', () => {
    given(orderAggregate, ...placed)
      .when((order) => expireOrder(EXPIRES_AT, order))
      .thenEvents(inTheEnd, expired(EXPIRES_AT));
    given(orderAggregate, ...placed)
      .when((order) => expireOrder(later(EXPIRES_AT, -1), order))
      .thenNothing();
  });

  it('waits for a payment that is being made', () =>
    given(orderAggregate, ...placed, claimed(P1, usd(1)))
      .when((order) => expireOrder(late, order))
      .thenNothing());

  it('gives back what was paid in part before it ends', () =>
    given(orderAggregate, ...placed, claimed(P1, usd(1)), orderCaptured(P1, usd(1)))
      .when((order) => expireOrder(EXPIRES_AT, order))
      .thenEvents(inTheEnd));

  it('does not, when it is paid, promised, over already, has no such time, or is not there', () => {
    const histories: OrderEvent[][] = [
      [...placed, ...paidBy(P1, TOTAL)],
      [...placed, claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), confirmed()],
      [...placed, requested('Cancelled'), cancelled()],
      [{ ...placed[0]!, expiresAt: null } as OrderEvent],
      [],
    ];
    for (const events of histories)
      given(orderAggregate, ...events)
        .when((order) => expireOrder(late, order))
        .thenNothing();
  });
});

const reject = (order: Parameters<typeof rejectStock>[2]) => rejectStock('none left', T2, order);

describe('the stock of an order', () => {
  const rejected: OrderEvent = { type: 'StockRejected', orderId: ORDER_ID, reason: 'none left', at: T2 };

  it('is reserved once', () => {
    given(orderAggregate, ...placed)
      .when((order) => reserveStock(T1, order))
      .thenEvents(reserved);
    given(orderAggregate, ...placed, reserved)
      .when((order) => reserveStock(T1, order))
      .thenNothing();
  });

  it('cancels the order when there is none, and then nobody can pay it', () => {
    const events = [rejected, requested('Cancelled', 'system:stock', 'none left'), cancelled()];
    given(orderAggregate, ...placed)
      .when(reject)
      .thenEvents(...events);
    given(orderAggregate, ...placed, ...events)
      .when((order) => claimPayment({ paymentId: P1, at: T2 }, order))
      .thenRejected('stock-unavailable');
  });

  it('is only noted as missing when the order is over or under way to the customer', () => {
    for (const events of [
      [requested('Cancelled'), cancelled()],
      [...paidBy(P1, TOTAL), parcel],
    ])
      given(orderAggregate, ...placed, ...events)
        .when(reject)
        .thenEvents(rejected);
  });

  it('is not rejected after it was reserved, nor of an order that is not there', () => {
    for (const events of [[...placed, reserved], []])
      given(orderAggregate, ...events)
        .when(reject)
        .thenNothing();
  });

  it('is released when the order ended, once, and only if it was reserved', () => {
    const over = [requested('Cancelled'), cancelled()];
    const release: OrderEvent = { type: 'StockReleased', orderId: ORDER_ID, at: T2 };
    given(orderAggregate, ...placed, reserved, ...over)
      .when((order) => releaseStock(T2, order))
      .thenEvents(release);
    for (const events of [[reserved], over, [reserved, ...over, release]])
      given(orderAggregate, ...placed, ...events)
        .when((order) => releaseStock(T2, order))
        .thenNothing();
  });

  it('is overdue after a quarter of an hour without an answer', () => {
    const order = orderAfter(...placed);
    expect(isStockOverdue(order, later(T0, 15 * MINUTE - 1))).toBe(false);
    expect(isStockOverdue(order, later(T0, 15 * MINUTE))).toBe(true);
    expect(isStockOverdue(orderAfter(...placed, reserved), EXPIRES_AT)).toBe(false);
    expect(isStockOverdue({ status: 'absent' }, EXPIRES_AT)).toBe(false);
  });
});

describe('an order is looked at', () => {
  it('every minute until the stock is known, then when it expires', () => {
    expect(nextOrderWake(orderAfter(...placed), T0)).toBe(later(T0, MINUTE));
    expect(nextOrderWake(orderAfter(...placed), later(T0, MINUTE))).toBe(later(T0, 2 * MINUTE));
    expect(nextOrderWake(orderAfter(...placed, reserved), T1)).toBe(EXPIRES_AT);
  });

  it('at once, when something happened to it after its time', () => {
    const late = later(EXPIRES_AT, 10 * MINUTE);
    const events = [...placed, reserved, claimed(P1, TOTAL), released(P1, 'card_declined')];
    expect(nextOrderWake(orderAfter(...events), late)).toBe(EXPIRES_AT);
    expect(nextOrderWake(orderAfter(...placed), late)).toBe(later(T0, 15 * MINUTE));
  });

  it('not at all while a payment is open, once it is promised or over, or when it is not there', () => {
    const quiet: OrderEvent[][] = [
      [claimed(P1, TOTAL)],
      paidBy(P1, TOTAL),
      [requested('Cancelled'), cancelled()],
    ];
    for (const events of quiet)
      expect(nextOrderWake(orderAfter(...placed, reserved, ...events), T2)).toBeUndefined();
    expect(nextOrderWake({ status: 'absent' }, T2)).toBeUndefined();
  });
});
