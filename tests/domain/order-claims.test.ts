import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { applyPayment, claimPayment } from '../../src/domain/orders/order-payments.ts';
import { orderPaymentStatus, outstanding, paidAmount } from '../../src/domain/orders/order.ts';
import { MAX_AMOUNT_MINOR, type Money } from '../../src/domain/shared/money.ts';
import { amountMinor } from '../support/arbitraries.ts';
import { given } from '../support/given.ts';
import {
  capturedFacts,
  claimed,
  declinedFacts,
  orderAfter,
  orderCaptured,
  orderOf,
  paidBy,
  paymentIdOf,
  released,
  T1,
  T2,
  usd,
  yen,
} from './samples.ts';

const TOTAL = usd(10_000);
const P1 = paymentIdOf(1);
const P2 = paymentIdOf(2);

const placed = orderOf(TOTAL);
const claim = (paymentId = P1, amount?: Money) => ({ paymentId, at: T1, ...(amount && { amount }) });
const failed: OrderEvent[] = [
  {
    type: 'OrderPaymentFailed',
    paymentId: P1,
    operationId: `${P1}:1`,
    amount: TOTAL,
    code: 'card_declined',
    at: T2,
  },
  released(P1, 'card_declined'),
];

describe('claiming a payment', () => {
  it('takes all that is due when no amount is named', () =>
    given(orderAggregate, ...placed)
      .when((order) => claimPayment(claim(), order))
      .thenEvents(claimed(P1, TOTAL)));

  it('takes part of it', () =>
    given(orderAggregate, ...placed)
      .when((order) => claimPayment(claim(P1, usd(1)), order))
      .thenEvents(claimed(P1, usd(1))));

  it('takes what others left', () =>
    given(orderAggregate, ...placed, claimed(P1, usd(4_000)))
      .when((order) => claimPayment(claim(P2), order))
      .thenEvents(claimed(P2, usd(6_000))));

  it('takes again what a declined payment gave back', () =>
    given(orderAggregate, ...placed, claimed(P1, TOTAL), ...failed)
      .when((order) => claimPayment(claim(P2), order))
      .thenEvents(claimed(P2, TOTAL)));

  it('takes the largest amount there is', () => {
    const most = usd(MAX_AMOUNT_MINOR);
    given(orderAggregate, ...orderOf(most))
      .when((order) => claimPayment(claim(P1, most), order))
      .thenEvents(claimed(P1, most));
  });

  it('is refused on an order that does not exist', () =>
    given(orderAggregate)
      .when((order) => claimPayment(claim(), order))
      .thenRejected('order-not-found'));

  it('is refused once the order is paid, however little is asked', () =>
    given(orderAggregate, ...placed, claimed(P1, TOTAL), ...paidBy(P1, TOTAL).slice(1))
      .when((order) => claimPayment(claim(P2, usd(1)), order))
      .thenRejected('order-not-payable', { status: 'Paid' }));

  it('is refused on an order of nothing', () =>
    given(orderAggregate, ...orderOf(usd(0)))
      .when((order) => claimPayment(claim(), order))
      .thenRejected('order-not-payable', { status: 'Paid' }));

  it('is refused while another holds all that is due', () =>
    given(orderAggregate, ...placed, claimed(P1, TOTAL))
      .when((order) => claimPayment(claim(P2), order))
      .thenRejected('payment-already-claimed', { due: TOTAL }));

  it('is refused when part is captured and another holds the rest', () =>
    given(
      orderAggregate,
      ...placed,
      claimed(P1, usd(4_000)),
      orderCaptured(P1, usd(4_000)),
      claimed(P2, usd(6_000)),
    )
      .when((order) => claimPayment(claim(paymentIdOf(3)), order))
      .thenRejected('payment-already-claimed', { due: usd(6_000) }));

  it('is refused a second time for the same payment, though money is left', () =>
    given(orderAggregate, ...placed, claimed(P1, usd(1)))
      .when((order) => claimPayment(claim(P1, usd(1)), order))
      .thenRejected('payment-already-claimed'));

  it('is refused one unit above what is due, and told how much that is', () =>
    given(orderAggregate, ...placed, claimed(P1, usd(4_000)))
      .when((order) => claimPayment(claim(P2, usd(6_001)), order))
      .thenRejected('payment-exceeds-due', { due: usd(6_000) }));

  it.each([0n, -1n, -MAX_AMOUNT_MINOR])('is refused for an amount of %d', (amount) =>
    given(orderAggregate, ...placed)
      .when((order) => claimPayment(claim(P1, usd(amount)), order))
      .thenRejected('amount-invalid', { field: 'amount' }),
  );

  it('is refused in another currency', () =>
    given(orderAggregate, ...placed)
      .when((order) => claimPayment(claim(P1, yen(10_000)), order))
      .thenRejected('currency-mismatch', { expected: 'USD', actual: 'JPY' }));

  it('has exactly one winner when two ask for all that is due', () => {
    fc.assert(
      fc.property(amountMinor, fc.boolean(), (total, named) => {
        fc.pre(total > 0n);
        const asked = named ? usd(total) : undefined;
        const first = given(orderAggregate, ...orderOf(usd(total))).when((order) =>
          claimPayment(claim(P1, asked), order),
        );
        first.thenEvents(claimed(P1, usd(total)));
        given(orderAggregate, ...orderOf(usd(total)), claimed(P1, usd(total)))
          .when((order) => claimPayment(claim(P2, asked), order))
          .thenRejected('payment-already-claimed');
      }),
    );
  });
});

/** Claims of whole percents of the total, beyond it too, or of all that is due; outcomes of any of nine payments. */
type Step =
  | { readonly kind: 'claim'; readonly number: number; readonly percent: bigint | null }
  | { readonly kind: 'outcome'; readonly number: number; readonly isCaptured: boolean };

const number = fc.integer({ min: 1, max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('claim' as const),
    number,
    percent: fc.option(fc.oneof(fc.bigInt({ min: 0n, max: 40n }), fc.constantFrom(50n, 100n, 101n))),
  }),
  fc.record({ kind: fc.constant('outcome' as const), number, isCaptured: fc.boolean() }),
);

/** A till kept by hand: what each payment holds, and whether it is still open. */
type Till = Map<number, { readonly amount: bigint; readonly status: 'open' | 'captured' | 'returned' }>;

const held = (till: Till, ...statuses: string[]): bigint =>
  [...till.values()]
    .filter(({ status }) => statuses.includes(status))
    .reduce((total, { amount }) => total + amount, 0n);

function expectedClaim(till: Till, total: bigint, asked: bigint | undefined, known: boolean) {
  const due = total - held(till, 'open', 'captured');
  const amount = asked ?? due;
  if (held(till, 'captured') === total) return 'order-not-payable';
  if (known || due === 0n) return 'payment-already-claimed';
  if (amount === 0n) return 'amount-invalid';
  return amount > due ? 'payment-exceeds-due' : amount;
}

/** Takes one step on the order and in the till, and compares what they say. */
function take(taken: Step, events: OrderEvent[], till: Till, total: bigint): void {
  const order = orderAfter(...events);
  const paymentId = paymentIdOf(taken.number);
  if (taken.kind === 'claim') {
    const asked = taken.percent === null ? undefined : (total * taken.percent) / 100n;
    const decided = claimPayment(claim(paymentId, asked === undefined ? undefined : usd(asked)), order);
    const expected = expectedClaim(till, total, asked, till.has(taken.number));
    expect(decided.ok ? decided.value[0].amount.amountMinor : decided.error.code).toBe(expected);
    if (!decided.ok) return;
    events.push(...decided.value);
    till.set(taken.number, { amount: decided.value[0].amount.amountMinor, status: 'open' });
    return;
  }
  const entry = till.get(taken.number);
  if (!entry) return;
  const facts = taken.isCaptured ? capturedFacts(paymentId, usd(entry.amount)) : declinedFacts(paymentId);
  if (entry.status !== 'open' && taken.isCaptured !== (entry.status === 'captured')) return;
  const decided = applyPayment(facts, T2, order);
  if (entry.status !== 'open') {
    expect(decided).toEqual([]);
    return;
  }
  events.push(...decided);
  till.set(taken.number, { ...entry, status: taken.isCaptured ? 'captured' : 'returned' });
}

describe('whatever is claimed and whatever becomes of it', () => {
  it('never claims and captures more than the total, and agrees with a till kept by hand', () => {
    fc.assert(
      fc.property(amountMinor, fc.array(step, { maxLength: 30 }), (total, steps) => {
        const events = orderOf(usd(total));
        const till: Till = new Map();
        for (const next of steps) {
          take(next, events, till, total);
          const order = orderAfter(...events);
          expect(held(till, 'open', 'captured') <= total).toBe(true);
          expect(paidAmount(order).amountMinor).toBe(held(till, 'captured'));
          expect(outstanding(order).amountMinor).toBe(total - held(till, 'captured'));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is confirmed and paid exactly once, at the moment when nothing is due any more', () => {
    fc.assert(
      fc.property(amountMinor, fc.array(step, { maxLength: 30 }), (total, steps) => {
        const events = orderOf(usd(total));
        const till: Till = new Map();
        for (const next of steps) take(next, events, till, total);
        const isPaid = held(till, 'captured') === total;
        const counts = ['OrderConfirmed', 'OrderPaid'].map(
          (type) => events.filter((event) => event.type === type).length,
        );
        expect(counts).toEqual(isPaid ? [1, 1] : [0, 0]);
        expect(orderAfter(...events).status).toBe(isPaid ? 'Confirmed' : 'Created');
        expect(orderPaymentStatus(orderAfter(...events)) === 'Paid').toBe(isPaid);
      }),
      { numRuns: 300 },
    );
  });
});
