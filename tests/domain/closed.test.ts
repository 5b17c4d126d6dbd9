import { expect, it } from 'vitest';
import { payoutAggregate } from '../../src/domain/ledger/payout.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import {
  attemptFailed,
  begun,
  completed,
  held,
  processed,
  unknown,
  voided,
  voidRequested,
} from './payment-samples.ts';
import {
  claimed,
  ORDER_ID,
  orderAfter,
  orderOf,
  paidBy,
  paymentAfter,
  paymentIdOf,
  refundRequested,
  T2,
  usd,
} from './samples.ts';

// A partition may be moved away once all its streams are closed: what is called closed has nothing left to happen.

const TOTAL = usd(1_000);
const P1 = paymentIdOf(1);

it.each<[string, readonly PaymentEvent[]]>([
  ['failed', [...begun, attemptFailed(), processed(false)]],
  ['was never sent', [...begun, attemptFailed('not_sent', 'unreachable'), processed(false)]],
  ['was let go', [...held, voidRequested, voided(), processed(false)]],
])('a payment that %s is closed', (_, events) =>
  expect(paymentAggregate.isClosed(paymentAfter(...events))).toBe(true),
);

it.each<[string, readonly PaymentEvent[]]>([
  ['is under way', begun],
  ['has an unknown outcome', [...begun, unknown()]],
  ['is held', held],
  ['is being let go', [...held, voidRequested]],
  ['is completed, which may yet be refunded', completed],
])('a payment that %s is not', (_, events) =>
  expect(paymentAggregate.isClosed(paymentAfter(...events))).toBe(false),
);

const requested: OrderEvent = {
  type: 'OrderCancellationRequested',
  by: 'customer',
  reason: 'changed mind',
  into: 'Cancelled',
  at: T2,
};
const cancelled: OrderEvent = { type: 'OrderCancelled', orderId: ORDER_ID, at: T2 };
const expired: OrderEvent = { type: 'OrderExpired', orderId: ORDER_ID, at: T2 };
const refunded: OrderEvent[] = [
  refundRequested('r', P1, TOTAL),
  { type: 'OrderRefundApplied', refundId: 'r', paymentId: P1, amount: TOTAL, at: T2 },
];

it.each<[string, OrderEvent[]]>([
  ['was cancelled and kept nothing', [requested, cancelled]],
  ['expired', [requested, expired]],
  ['was cancelled and gave everything back', [...paidBy(P1, TOTAL), requested, ...refunded, cancelled]],
])('an order that %s is closed', (_, events) =>
  expect(orderAggregate.isClosed(orderAfter(...orderOf(TOTAL), ...events))).toBe(true),
);

it.each<[string, OrderEvent[]]>([
  ['is new', []],
  ['has a payment', [claimed(P1, TOTAL)]],
  ['is paid, which may yet be refunded or returned', paidBy(P1, TOTAL)],
  ['is being cancelled', [claimed(P1, TOTAL), requested]],
  [
    'was cancelled, but a refund came back',
    [
      ...[...paidBy(P1, TOTAL), requested, ...refunded, cancelled],
      { type: 'OrderRefundReleased', refundId: 'r', paymentId: P1, amount: TOTAL, code: 'no', at: T2 },
    ],
  ],
])('an order that %s is not', (_, events) =>
  expect(orderAggregate.isClosed(orderAfter(...orderOf(TOTAL), ...events))).toBe(false),
);

it('a payout is closed when it has been received', () => {
  const amounts = { gross: TOTAL, fees: usd(0), net: TOTAL };
  const facts = { provider: 'acme', payoutId: 'po', day: '2026-01-01', ...amounts, lineCount: 1, at: T2 };
  expect(payoutAggregate.isClosed({ status: 'received', ...facts })).toBe(true);
});

it('what does not exist is not closed', () => {
  expect(orderAggregate.isClosed(orderAggregate.absent)).toBe(false);
  expect(paymentAggregate.isClosed(paymentAggregate.absent)).toBe(false);
  expect(payoutAggregate.isClosed(payoutAggregate.absent)).toBe(false);
});
