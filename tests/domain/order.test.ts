import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import {
  applyPaymentOutcome,
  claimPayment,
  createOrder,
  orderAggregate,
  orderPaymentStatus,
  outstanding,
  paidAmount,
  type Order,
  type PlacedOrder,
} from '../../src/domain/orders/order.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import { MAX_AMOUNT_MINOR, type Money } from '../../src/domain/shared/money.ts';
import { amountMinor, pricingRequest, redelivered } from '../support/arbitraries.ts';
import { given } from '../support/given.ts';
import {
  capture,
  claimed,
  CUSTOMER_ID,
  decline,
  ORDER_ID,
  orderFor,
  orderOf,
  paymentIdOf,
  T0,
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
const captured = (paymentId = P1, amount = TOTAL): OrderEvent => ({
  type: 'OrderPaymentCaptured',
  paymentId,
  operationId: `${paymentId}:1`,
  amount,
  at: T2,
});
const failed = (paymentId = P1, amount = TOTAL): OrderEvent[] => [
  {
    type: 'OrderPaymentFailed',
    paymentId,
    operationId: `${paymentId}:1`,
    amount,
    code: 'card_declined',
    at: T2,
  },
  { type: 'PaymentClaimReleased', paymentId, reason: 'card_declined', at: T2 },
];
const paid = (total = TOTAL, at = T2): OrderEvent[] => [
  { type: 'OrderConfirmed', orderId: ORDER_ID, at },
  { type: 'OrderPaid', orderId: ORDER_ID, total, at },
];

function placedState(order: Order): PlacedOrder {
  if (order.status === 'absent') throw new Error('the order is absent');
  return order;
}

const after = (...events: readonly OrderEvent[]): PlacedOrder => placedState(fold(orderAggregate, events));

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
      .when(() => createOrder(orderFor(TOTAL)))
      .thenEvents({
        type: 'OrderCreated',
        orderId: ORDER_ID,
        customerId: CUSTOMER_ID,
        currency: TOTAL.currency,
        pricesIncludeTax: false,
        items: [line],
        totals: { items: TOTAL, discount: usd(0), tax: usd(0), shipping: usd(0), grand: TOTAL },
        at: T0,
      });
  });

  it('leaves it unpaid', () => {
    expect(after(...placed)).toMatchObject({ status: 'Created', payments: [], createdAt: T0, updatedAt: T0 });
    expect(orderPaymentStatus(after(...placed))).toBe('Unpaid');
  });

  it('passes on why it cannot be priced', () => {
    given(orderAggregate)
      .when(() => createOrder({ ...orderFor(TOTAL), shipping: yen(1) }))
      .thenRejected('currency-mismatch', { field: 'shipping' });
  });

  it('confirms an order of nothing at once, since it needs no payment', () => {
    const [created, ...rest] = orderOf(usd(0));
    expect(created?.type).toBe('OrderCreated');
    expect(rest).toEqual(paid(usd(0), T0));
    expect(after(...orderOf(usd(0))).status).toBe('Confirmed');
    expect(orderPaymentStatus(after(...orderOf(usd(0))))).toBe('Paid');
  });

  it('gives the same events for the same command, and they fold', () => {
    fc.assert(
      fc.property(pricingRequest, (pricing) => {
        const command = { ...pricing, orderId: ORDER_ID, customerId: CUSTOMER_ID, at: T0 };
        const events = createOrder(command);
        expect(createOrder(command)).toEqual(events);
        if (!events.ok) return;
        const order = after(...events.value);
        expect(order.status).toBe(order.totals.grand.amountMinor === 0n ? 'Confirmed' : 'Created');
      }),
    );
  });
});

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
    given(orderAggregate, ...placed, claimed(P1, TOTAL), ...failed())
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
    given(orderAggregate, ...placed, claimed(P1, TOTAL), captured(), ...paid())
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
      captured(P1, usd(4_000)),
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

describe('the outcome of a payment', () => {
  it('confirms the order when it covers all that is due', () =>
    given(orderAggregate, ...placed, claimed(P1, TOTAL))
      .when((order) => applyPaymentOutcome(capture(P1), order))
      .thenEvents(captured(), ...paid()));

  it('only counts when it covers a part', () => {
    given(orderAggregate, ...placed, claimed(P1, usd(4_000)))
      .when((order) => applyPaymentOutcome(capture(P1), order))
      .thenEvents(captured(P1, usd(4_000)));
    const partly = after(...placed, claimed(P1, usd(4_000)), captured(P1, usd(4_000)));
    expect(partly.status).toBe('Created');
    expect(orderPaymentStatus(partly)).toBe('PartiallyPaid');
    expect(outstanding(partly)).toEqual(usd(6_000));
  });

  it('confirms the order when it is the last part', () =>
    given(
      orderAggregate,
      ...placed,
      claimed(P1, usd(4_000)),
      claimed(P2, usd(6_000)),
      captured(P2, usd(6_000)),
    )
      .when((order) => applyPaymentOutcome(capture(P1), order))
      .thenEvents(captured(P1, usd(4_000)), ...paid()));

  it('gives the claim back when it was declined', () => {
    given(orderAggregate, ...placed, claimed(P1, TOTAL))
      .when((order) => applyPaymentOutcome(decline(P1), order))
      .thenEvents(...failed());
    expect(orderPaymentStatus(after(...placed, claimed(P1, TOTAL), ...failed()))).toBe('Unpaid');
  });

  it.each([
    ['captured', [captured(), ...paid()]],
    ['failed', failed()],
  ])('is not taken again, nor contradicted, once the payment is %s', (_outcome, events) => {
    for (const again of [capture(P1), decline(P1)]) {
      given(orderAggregate, ...placed, claimed(P1, TOTAL), ...events)
        .when((order) => applyPaymentOutcome(again, order))
        .thenNothing();
    }
  });

  it('is a fault on an order that does not exist, or for a payment without a claim', () => {
    expect(() => applyPaymentOutcome(capture(P1), { status: 'absent' })).toThrow(InvariantViolation);
    expect(() => applyPaymentOutcome(capture(P1), after(...placed))).toThrow(InvariantViolation);
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
  const order = after(...events);
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
  const decided = applyPaymentOutcome((taken.isCaptured ? capture : decline)(paymentId), order);
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
          const order = after(...events);
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
        expect(after(...events).status).toBe(isPaid ? 'Confirmed' : 'Created');
        expect(orderPaymentStatus(after(...events)) === 'Paid').toBe(isPaid);
      }),
      { numRuns: 300 },
    );
  });

  it('ends in one state however often and in whatever order the outcomes are told', () => {
    const outcomes = fc
      .array(fc.boolean(), { minLength: 1, maxLength: 5 })
      .map((isCaptured) => isCaptured.map((yes, index) => (yes ? capture : decline)(paymentIdOf(index + 1))));
    const deliveries = outcomes.chain((all) => fc.tuple(fc.constant(all), redelivered(all)));
    fc.assert(
      fc.property(deliveries, ([all, told]) => {
        const part = usd(2_000);
        const claims = all.map(({ paymentId }) => claimed(paymentId, part));
        const listen = (commands: typeof all): PlacedOrder =>
          after(
            ...commands.reduce<OrderEvent[]>(
              (events, command) => [...events, ...applyPaymentOutcome(command, after(...events))],
              [...placed, ...claims],
            ),
          );
        expect(listen(told)).toEqual(listen(all));
      }),
    );
  });
});

describe('a log that no decision wrote', () => {
  const later = [claimed(P1, TOTAL), captured(), ...failed(), ...paid()];
  it.each(later.map((event) => [event.type, event] as const))(
    'is a fault when it begins with %s',
    (_, event) => {
      expect(() => fold(orderAggregate, [event])).toThrow(InvariantViolation);
    },
  );

  it('is a fault when it creates twice', () => {
    expect(() => fold(orderAggregate, [...placed, ...placed])).toThrow(InvariantViolation);
  });

  it('is a fault when it claims twice for one payment', () => {
    const half = usd(5_000);
    expect(() => fold(orderAggregate, [...placed, claimed(P1, half), claimed(P1, half)])).toThrow(
      InvariantViolation,
    );
  });

  it.each([
    ['captures', captured()],
    ['fails', failed()[0]!],
  ])('is a fault when it %s what holds no claim', (_what, event) => {
    expect(() => fold(orderAggregate, [...placed, event])).toThrow(InvariantViolation);
    expect(() => fold(orderAggregate, [...placed, claimed(P1, TOTAL), ...failed(), event])).toThrow(
      InvariantViolation,
    );
  });

  it('is a fault when it holds an event of another kind', () => {
    const stray = { type: 'OrderTeleported', at: T1 } as unknown as OrderEvent;
    expect(() => fold(orderAggregate, [...placed, stray])).toThrow(
      new InvariantViolation('unhandled case: OrderTeleported'),
    );
    expect(() => fold(orderAggregate, [stray])).toThrow(InvariantViolation);
  });
});
