import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import {
  claimed,
  confirmed,
  ORDER_ID,
  orderAuthorized,
  orderCaptured,
  orderOf,
  paid,
  paymentIdOf,
  refundRequested,
  released,
  T1,
  usd,
} from './samples.ts';

const TOTAL = usd(1_000);
const P1 = paymentIdOf(1);
const placed = orderOf(TOTAL);

const later: OrderEvent[] = [
  claimed(P1, TOTAL),
  orderAuthorized(P1, TOTAL),
  orderCaptured(P1, TOTAL),
  released(P1, 'captured'),
  confirmed(),
  paid(TOTAL),
  refundRequested('r', P1, TOTAL),
  { type: 'StockReserved', orderId: ORDER_ID, at: T1 },
  { type: 'OrderCancelled', orderId: ORDER_ID, at: T1 },
  { type: 'FulfilmentDelivered', fulfilmentId: 'f', at: T1 },
  { type: 'ReturnReceived', returnId: 'r', at: T1 },
];

describe('a log of an order that no decision wrote', () => {
  it.each(later.map((event) => [event.type, event] as const))(
    'is a fault when it begins with %s',
    (_, event) => {
      expect(() => fold(orderAggregate, [event])).toThrow(InvariantViolation);
    },
  );

  it('is a fault when it creates twice, or claims twice for one payment', () => {
    expect(() => fold(orderAggregate, [...placed, ...placed])).toThrow(InvariantViolation);
    const half = usd(500);
    const twice = [...placed, claimed(P1, half), claimed(P1, half)];
    expect(() => fold(orderAggregate, twice)).toThrow(InvariantViolation);
  });

  it.each(later.slice(1, 4).map((event) => [event.type, event] as const))(
    'is a fault when %s has no claim before it',
    (_, event) => expect(() => fold(orderAggregate, [...placed, event])).toThrow(InvariantViolation),
  );

  it.each(['OrderRefundApplied', 'OrderRefundReleased'] as const)(
    'is a fault when %s comes of no refund that was asked for',
    (type) => {
      const stray = { type, refundId: 'r', paymentId: P1, amount: TOTAL, code: 'c', at: T1 } as OrderEvent;
      expect(() => fold(orderAggregate, [...placed, stray])).toThrow(InvariantViolation);
    },
  );

  it('is a fault when it holds an event of another kind', () => {
    const stray = { type: 'OrderTeleported', at: T1 } as unknown as OrderEvent;
    expect(() => fold(orderAggregate, [...placed, stray])).toThrow(
      new InvariantViolation('unhandled case: OrderTeleported'),
    );
    expect(() => fold(orderAggregate, [stray])).toThrow(InvariantViolation);
  });
});
