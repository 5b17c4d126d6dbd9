import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compensations, factsForOrder } from '../../src/domain/checkout/checkout.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { applyPayment } from '../../src/domain/orders/order-payments.ts';
import type { Order, PlacedOrder } from '../../src/domain/orders/order.ts';
import { recordOutcome, type OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import type { StartedPayment } from '../../src/domain/payments/payment.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { providerOutcome, redelivered } from '../support/arbitraries.ts';
import {
  actionRequired,
  AMOUNT,
  ATTEMPT,
  attemptFailed,
  authorized,
  begun,
  begunManual,
  captured,
  captureRequested,
  completed,
  disputeOpened,
  held,
  PAYMENT,
  processed,
  refunded,
  refundFailed,
  refundRequested,
  unknown,
  voided,
  voidRequested,
} from './payment-samples.ts';
import {
  authorizedFacts,
  capturedFacts,
  claimed,
  confirmed,
  declinedFacts,
  factsOf,
  orderAfter,
  orderAuthorized,
  orderCaptured,
  orderOf,
  paid,
  paymentAfter,
  paymentFor,
  paymentIdOf,
  released,
  T1,
  T2,
  usd,
} from './samples.ts';

const lost: PaymentEvent = { type: 'DisputeLost', disputeId: 'dispute', amount: AMOUNT, at: T1 };
const won: PaymentEvent = { type: 'DisputeWon', disputeId: 'dispute', amount: AMOUNT, at: T1 };
const factsAfter = (...events: readonly PaymentEvent[]) => factsForOrder(paymentAfter(...events));

describe('what an order hears of a payment', () => {
  it.each<[string, readonly PaymentEvent[]]>([
    ['was begun', begun],
    ['has an unknown outcome', [...begun, unknown()]],
    ['waits for its customer', [...begun, actionRequired]],
  ])('is nothing while it %s', (_when, events) => expect(factsAfter(...events)).toEqual(factsOf(PAYMENT)));

  it('is that it was captured, or is held', () => {
    expect(factsAfter(...completed)).toEqual(capturedFacts(PAYMENT, AMOUNT));
    expect(factsAfter(...held)).toEqual(authorizedFacts(PAYMENT, AMOUNT));
  });

  it('is that it failed, and why', () =>
    expect(factsAfter(...begun, attemptFailed(), processed(false))).toEqual(declinedFacts(PAYMENT)));

  it('is each of its captures that succeeded, and when it takes no more', () => {
    const { authorization } = authorizedFacts(PAYMENT, AMOUNT);
    const one = [captureRequested(usd(1), false, 'one'), captured('one', usd(1), false)];
    const captures = [{ operationId: 'one', amount: usd(1) }];
    expect(factsAfter(...held, ...one, captureRequested(usd(2)))).toEqual(
      factsOf(PAYMENT, { authorization: authorization!, captures }),
    );
    const last = [captureRequested(usd(2), true), captured('capture', usd(2), true)];
    expect(factsAfter(...held, ...one, ...last)).toMatchObject({
      captures: [...captures, { operationId: 'capture', amount: usd(2) }],
      released: 'captured',
    });
  });

  it('is that it was let go, or expired', () => {
    expect(factsAfter(...held, voidRequested, voided()).released).toBe('voided');
    const expired: PaymentEvent = { type: 'AuthorizationExpired', amount: AMOUNT, at: T1 };
    expect(factsAfter(...held, expired).released).toBe('expired');
  });

  it('is what went back, what did not, and what the bank took', () => {
    const refunds = [
      ...[
        refundRequested(usd(1), 'open'),
        refundRequested(usd(2), 'done'),
        refundRequested(usd(3), 'failed'),
      ],
      ...[refunded(usd(2), 'done'), refundFailed(usd(3), 'no', 'failed')],
    ];
    expect(factsAfter(...completed, ...refunds, disputeOpened(AMOUNT)).lostDisputes).toEqual([]);
    expect(factsAfter(...completed, ...refunds, disputeOpened(AMOUNT), lost)).toMatchObject({
      refunds: [
        { refundId: 'done', amount: usd(2) },
        { refundId: 'failed', amount: usd(3), failure: 'no' },
      ],
      lostDisputes: [{ disputeId: 'dispute', amount: AMOUNT }],
    });
  });
});

describe('because its order ended, a payment', () => {
  const cancelling: OrderEvent = {
    type: 'OrderCancellationRequested',
    by: 'c',
    reason: 'r',
    into: 'Cancelled',
    at: T2,
  };
  const order = orderAfter(...orderOf(AMOUNT), claimed(PAYMENT, AMOUNT), cancelling);
  const undone = (...events: readonly PaymentEvent[]) => compensations(order, [paymentAfter(...events)]);
  const reason = 'the order is Cancelling';
  const letGo = [{ kind: 'void', paymentId: PAYMENT, reason }];
  const giveBack = (minor: number | bigint) => [
    { kind: 'refund', paymentId: PAYMENT, amount: usd(minor), reason, overrules: true },
  ];
  const partly = [...held, captureRequested(usd(1)), captured('capture', usd(1), false)];
  const stuck = { ...refundRequested(AMOUNT), reason } as PaymentEvent;

  it.each<[string, readonly PaymentEvent[], object[]]>([
    ['is let go when it is held', held, letGo],
    ['is let go when its customer has not acted', [...begun, actionRequired], letGo],
    ['is let go of what a capture left, before that is given back', partly, letGo],
    ['is given back when it was captured', completed, giveBack(4_200)],
    [
      'is given back when it succeeds after all',
      [...begun, attemptFailed(), ...completed.slice(2)],
      giveBack(4_200),
    ],
    [
      'is given back as far as it is not on its way back',
      [...completed, refundRequested(usd(4_000))],
      giveBack(200),
    ],
    [
      'is given back again when that failed for another reason',
      [...completed, refundRequested(AMOUNT), refundFailed(AMOUNT, 'no')],
      giveBack(4_200),
    ],
    ['is given back when a dispute is won', [...completed, disputeOpened(AMOUNT), won], giveBack(4_200)],
    ['is waited for while it is open', begun, []],
    ['is waited for while it is unknown', [...begun, unknown()], []],
    ['is waited for while it is captured', [...held, captureRequested(AMOUNT)], []],
    ['is waited for while it is let go', [...held, voidRequested], []],
    [
      'is left alone when nothing is left of it',
      [...completed, refundRequested(AMOUNT), refunded(AMOUNT)],
      [],
    ],
    ['is left alone while a dispute is open', [...completed, disputeOpened(AMOUNT)], []],
    ['is left alone when the bank took it', [...completed, disputeOpened(AMOUNT), lost], []],
    ['is left to people when this very refund failed', [...completed, stuck, refundFailed(AMOUNT, 'no')], []],
  ])('%s', (_what, events, what) => expect(undone(...events)).toEqual(what));

  it('is not touched when there is no order', () =>
    expect(compensations({ status: 'absent' }, [paymentAfter(...completed)])).toEqual([]));
});

describe('while its order goes on, a payment', () => {
  const second = paymentIdOf(2);
  const twice = (minor: number): [PlacedOrder, StartedPayment[]] => {
    const other: PaymentEvent[] = [
      ...initiatePayment(paymentFor(second, usd(minor))),
      {
        type: 'PaymentAuthorized',
        attemptId: 'x',
        providerRef: 'ref',
        amount: usd(minor),
        expiresAt: null,
        at: T1,
      },
    ].map((event) =>
      'attemptId' in event ? ({ ...event, attemptId: `${second}:1` } as PaymentEvent) : event,
    );
    const events = [
      ...[claimed(PAYMENT, AMOUNT), released(PAYMENT, 'card_declined'), claimed(second, AMOUNT)],
      ...[orderCaptured(PAYMENT, AMOUNT), orderCaptured(second, usd(minor)), confirmed(), paid(AMOUNT)],
    ];
    const payments = [
      paymentAfter(...completed),
      paymentAfter(...other, captured(`${second}:1`, usd(minor), true)),
    ];
    return [orderAfter(...orderOf(AMOUNT), ...events), payments];
  };
  const reason = 'paid more than the order costs';

  it('is left alone when the order costs as much', () => {
    const order = orderAfter(...orderOf(AMOUNT), claimed(PAYMENT, AMOUNT), orderCaptured(PAYMENT, AMOUNT));
    expect(compensations(order, [paymentAfter(...completed)])).toEqual([]);
  });

  it('is given back as far as it is too much, the newest first', () => {
    expect(compensations(...twice(4_200))).toEqual([
      { kind: 'refund', paymentId: second, amount: AMOUNT, reason },
    ]);
    const [order, payments] = twice(4_200);
    const cheaper = { ...order, totals: { ...order.totals, grand: usd(1_000) } };
    expect(compensations(cheaper, payments)).toEqual([
      { kind: 'refund', paymentId: second, amount: AMOUNT, reason },
      { kind: 'refund', paymentId: PAYMENT, amount: usd(3_200), reason },
    ]);
  });

  it('is let go when it is held without a claim', () => {
    const events = [claimed(PAYMENT, AMOUNT), released(PAYMENT, 'card_declined')];
    const order = orderAfter(...orderOf(AMOUNT), ...events);
    expect(compensations(order, [paymentAfter(...held)])).toEqual([
      { kind: 'void', paymentId: PAYMENT, reason: 'its claim was given back' },
    ]);
    const claiming = orderAfter(
      ...orderOf(AMOUNT),
      claimed(PAYMENT, AMOUNT),
      orderAuthorized(PAYMENT, AMOUNT),
    );
    expect(compensations(claiming, [paymentAfter(...held)])).toEqual([]);
    expect(compensations(order, [paymentAfter(...begunManual)])).toEqual([]);
  });

  it('holds no more than the order hears of it', () =>
    expect(factsAfter(...begunManual, authorized(usd(1))).authorization).toEqual({
      operationId: ATTEMPT,
      amount: usd(1),
    }));
});

/** A payment about which the provider said this, in turn. */
function payment(number: number, outcomes: readonly OperationOutcome[]): StartedPayment {
  const paymentId = paymentIdOf(number);
  const events = initiatePayment(paymentFor(paymentId, usd(1_000)));
  const operationId = `${paymentId}:1`;
  return outcomes.reduce(
    (before, outcome) =>
      recordOutcome({ operationId, outcome, evidence: 'answer', at: T1 }, before).reduce(
        paymentAggregate.evolve,
        before,
      ) as StartedPayment,
    paymentAfter(...events),
  );
}

it('an order and its payments agree in the end, however often and in whatever order it is woken', () => {
  const said = fc.array(fc.array(providerOutcome, { maxLength: 4 }), { minLength: 1, maxLength: 5 });
  const wakeUps = said.chain((outcomes) =>
    fc.tuple(fc.constant(outcomes), redelivered(outcomes.map((_, index) => index + 1))),
  );
  fc.assert(
    fc.property(wakeUps, ([outcomes, woken]) => {
      const payments = outcomes.map((all, index) => payment(index + 1, all));
      const claims = payments.map((_, index) => claimed(paymentIdOf(index + 1), usd(1_000)));
      const begin: Order = fold(orderAggregate, [...orderOf(usd(1_000 * payments.length)), ...claims]);
      const order = woken.reduce<Order>(
        (before, number) =>
          applyPayment(factsForOrder(payments[number - 1]!), T2, before).reduce(
            orderAggregate.evolve,
            before,
          ),
        begin,
      ) as PlacedOrder;
      expect(order.payments.map(({ status }) => status)).toEqual(payments.map(({ status }) => status));
      const allCaptured = payments.every(({ status }) => status === 'Completed');
      expect(order.status).toBe(allCaptured ? 'Confirmed' : 'Created');
    }),
  );
});
