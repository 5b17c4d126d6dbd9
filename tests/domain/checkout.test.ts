import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeForOrder } from '../../src/domain/checkout/checkout.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { applyPaymentOutcome, orderAggregate, type Order } from '../../src/domain/orders/order.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import {
  initiatePayment,
  paymentAggregate,
  recordOutcome,
  type OperationOutcome,
  type Payment,
} from '../../src/domain/payments/payment.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import { providerOutcome, redelivered } from '../support/arbitraries.ts';
import { capture, claimed, decline, orderOf, paymentFor, paymentIdOf, T1, T2, usd } from './samples.ts';

const PART = usd(1_000);
const PAYMENT = paymentIdOf(1);

/** A payment about which the provider said this, in turn. */
function payment(number: number, outcomes: readonly OperationOutcome[]): Payment {
  const begun = fold(paymentAggregate, initiatePayment(paymentFor(paymentIdOf(number), PART)));
  return outcomes.reduce<Payment>(
    (before, outcome) => recordOutcome({ outcome, at: T1 }, before).reduce(paymentAggregate.evolve, before),
    begun,
  );
}

describe('what an order hears of a payment', () => {
  it.each([
    ['it does not exist', { status: 'absent' } as const],
    ['it was begun', payment(1, [])],
    ['its outcome is unknown', payment(1, [{ kind: 'unknown', reason: 'timeout' }])],
  ])('is nothing while %s', (_when, before) => {
    expect(outcomeForOrder(before, T2)).toBeUndefined();
  });

  it('is that it was captured', () => {
    const done = payment(1, [{ kind: 'succeeded', providerRef: 'ref-1' }]);
    expect(outcomeForOrder(done, T2)).toEqual(capture(PAYMENT));
  });

  it('is that it failed, and why', () => {
    const done = payment(1, [{ kind: 'declined', code: 'card_declined' }]);
    expect(outcomeForOrder(done, T2)).toEqual(decline(PAYMENT));
  });

  it('is nothing made up: a final payment without an attempt is a fault', () => {
    const [initiated] = initiatePayment(paymentFor(PAYMENT, PART));
    const processed: PaymentEvent = {
      type: 'PaymentProcessed',
      ...paymentFor(PAYMENT, PART),
      isSuccessful: false,
      at: T1,
    };
    const never = fold(paymentAggregate, [initiated!, processed]);
    expect(() => outcomeForOrder(never, T2)).toThrow(InvariantViolation);
  });
});

describe('an order and its payments', () => {
  const outcomesOfEach = fc.array(fc.array(providerOutcome, { maxLength: 4 }), {
    minLength: 1,
    maxLength: 5,
  });
  const wakeUps = outcomesOfEach.chain((outcomes) =>
    fc.tuple(fc.constant(outcomes), redelivered(outcomes.map((_, index) => index + 1))),
  );

  it('agree in the end, however often and in whatever order the order is woken', () => {
    fc.assert(
      fc.property(wakeUps, ([outcomes, woken]) => {
        const payments = outcomes.map((said, index) => payment(index + 1, said));
        const claims: OrderEvent[] = payments.map((_, index) => claimed(paymentIdOf(index + 1), PART));
        const begin = fold(orderAggregate, [...orderOf(usd(1_000 * payments.length)), ...claims]);
        const order = woken.reduce<Order>((before, number) => {
          const command = outcomeForOrder(payments[number - 1]!, T2);
          const events = command ? applyPaymentOutcome(command, before) : [];
          return events.reduce(orderAggregate.evolve, before);
        }, begin);

        if (order.status === 'absent') throw new Error('the order is gone');
        expect(order.payments.map(({ status }) => status)).toEqual(payments.map(({ status }) => status));
        const allCaptured = payments.every(({ status }) => status === 'Completed');
        expect(order.status).toBe(allCaptured ? 'Confirmed' : 'Created');
      }),
    );
  });
});
