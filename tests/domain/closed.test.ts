import { expect, it } from 'vitest';
import { applyPaymentOutcome, orderAggregate } from '../../src/domain/orders/order.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import {
  initiatePayment,
  paymentAggregate,
  recordOutcome,
  type OperationOutcome,
} from '../../src/domain/payments/payment.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { capture, claimed, orderOf, paymentFor, paymentIdOf, T1, usd } from './samples.ts';

// A partition may be moved away once all its streams are closed: what is called closed must never change again.

function paymentWith(outcome?: OperationOutcome) {
  const begun = initiatePayment(paymentFor(paymentIdOf(1), usd(1000)));
  const ended = outcome ? recordOutcome({ outcome, at: T1 }, fold(paymentAggregate, begun)) : [];
  return fold(paymentAggregate, [...begun, ...ended]);
}

it('a failed payment is closed', () => {
  expect(paymentAggregate.isClosed(paymentWith({ kind: 'declined', code: 'card_declined' }))).toBe(true);
  expect(paymentAggregate.isClosed(paymentWith({ kind: 'not_sent', code: 'unreachable' }))).toBe(true);
});

it.each<[string, OperationOutcome | undefined]>([
  ['is under way', undefined],
  ['has an unknown outcome', { kind: 'unknown', reason: 'timeout' }],
  ['is completed, which may yet be refunded', { kind: 'succeeded', providerRef: 'ref' }],
])('a payment that %s is not', (_, outcome) => {
  expect(paymentAggregate.isClosed(paymentWith(outcome))).toBe(false);
});

it('an order is never closed, not even when it is paid', () => {
  const placed = [...orderOf(usd(1000)), claimed(paymentIdOf(1), usd(1000))];
  const paid: OrderEvent[] = [
    ...placed,
    ...applyPaymentOutcome(capture(paymentIdOf(1)), fold(orderAggregate, placed)),
  ];
  expect(fold(orderAggregate, paid).status).toBe('Confirmed');
  for (const events of [placed, paid])
    expect(orderAggregate.isClosed(fold(orderAggregate, events))).toBe(false);
});

it('what does not exist is not closed', () => {
  expect(orderAggregate.isClosed(orderAggregate.absent)).toBe(false);
  expect(paymentAggregate.isClosed(paymentAggregate.absent)).toBe(false);
});
