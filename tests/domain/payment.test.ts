import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import {
  initiatePayment,
  paymentAggregate,
  recordOutcome,
  type OperationOutcome,
  type Payment,
  type StartedPayment,
} from '../../src/domain/payments/payment.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import { MAX_AMOUNT_MINOR, zeroMoney } from '../../src/domain/shared/money.ts';
import { amountMinor, evidence, noEvidence, providerOutcome } from '../support/arbitraries.ts';
import { given } from '../support/given.ts';
import { ORDER_ID, paymentFor, paymentIdOf, T0, T1, T2, usd } from './samples.ts';

const AMOUNT = usd(4_200);
const PAYMENT = paymentIdOf(1);
const ATTEMPT = `${PAYMENT}:1`;

const begun = initiatePayment(paymentFor(PAYMENT, AMOUNT));
const success: OperationOutcome = { kind: 'succeeded', providerRef: 'ref-1' };
const declined: OperationOutcome = { kind: 'declined', code: 'card_declined' };
const notSent: OperationOutcome = { kind: 'not_sent', code: 'connection_refused' };
const timeout: OperationOutcome = { kind: 'unknown', reason: 'timeout' };

const say =
  (outcome: OperationOutcome, at = T1) =>
  (payment: Payment) =>
    recordOutcome({ outcome, at }, payment);

const processed = (isSuccessful: boolean, at = T1): PaymentEvent => ({
  type: 'PaymentProcessed',
  paymentId: PAYMENT,
  orderId: ORDER_ID,
  amount: AMOUNT,
  paymentMethod: 'card',
  isSuccessful,
  at,
});
const succeeded = (at = T1): PaymentEvent[] => [
  { type: 'PaymentAuthorized', attemptId: ATTEMPT, providerRef: 'ref-1', amount: AMOUNT, at },
  { type: 'CaptureSucceeded', captureId: ATTEMPT, amount: AMOUNT, final: true, at },
  processed(true, at),
];
const refused = (outcome: { kind: 'declined' | 'not_sent'; code: string }): PaymentEvent[] => [
  { type: 'AttemptFailed', attemptId: ATTEMPT, code: outcome.code, class: outcome.kind, at: T1 },
  processed(false),
];
const unknown: PaymentEvent = {
  type: 'OperationOutcomeUnknown',
  operationId: ATTEMPT,
  reason: 'timeout',
  at: T1,
};

function after(...events: readonly PaymentEvent[]): StartedPayment {
  const payment = fold(paymentAggregate, events);
  if (payment.status === 'absent') throw new Error('the payment is absent');
  return payment;
}

/** All that the provider says, one after another, each decided on what came before. */
const history = (outcomes: readonly OperationOutcome[], first = begun): PaymentEvent[] =>
  outcomes.reduce<PaymentEvent[]>(
    (events, outcome) => [...events, ...say(outcome)(after(...events))],
    [...first],
  );

/** The first that is evidence decides; that a call was not sent decides only if none before it may have been. */
function statusAfter(outcomes: readonly OperationOutcome[]): StartedPayment['status'] {
  const mayBeOut = outcomes.findIndex(({ kind }) => kind === 'unknown');
  const decisive = outcomes.find(
    ({ kind }, index) =>
      kind === 'succeeded' ||
      kind === 'declined' ||
      (kind === 'not_sent' && (mayBeOut < 0 || index < mayBeOut)),
  );
  if (!decisive) return 'Pending';
  return decisive.kind === 'succeeded' ? 'Completed' : 'Failed';
}

const typesOf = (events: readonly PaymentEvent[]): string[] => events.map((event) => event.type);

describe('initiating a payment', () => {
  it('commits to the attempt, under a key that is a function of the payment', () => {
    expect(begun).toEqual([
      {
        type: 'PaymentInitiated',
        paymentId: PAYMENT,
        orderId: ORDER_ID,
        amount: AMOUNT,
        paymentMethod: 'card',
        paymentToken: 'tok_success',
        captureMethod: 'automatic',
        at: T0,
      },
      { type: 'AttemptStarted', attemptId: ATTEMPT, provider: 'simulated', providerKey: ATTEMPT, at: T0 },
    ]);
  });

  it('leaves it pending, with nothing authorized or captured', () => {
    expect(after(...begun)).toMatchObject({
      status: 'Pending',
      attempt: { outcome: 'requested' },
      authorizedAmount: usd(0),
      capturedAmount: usd(0),
    });
  });

  it('gives two payments two keys', () => {
    const keys = [1, 2].map((number) => initiatePayment(paymentFor(paymentIdOf(number), AMOUNT))[1]);
    expect(keys[0]).not.toEqual(keys[1]);
  });
});

describe('the provider says', () => {
  it('that it succeeded: authorized, captured, processed', () =>
    given(paymentAggregate, ...begun)
      .when(say(success))
      .thenEvents(...succeeded()));

  it.each([declined, notSent] as { kind: 'declined' | 'not_sent'; code: string }[])(
    'that it failed ($kind), and why',
    (outcome) => {
      given(paymentAggregate, ...begun)
        .when(say(outcome as OperationOutcome))
        .thenEvents(...refused(outcome));
      expect(after(...begun, ...refused(outcome))).toMatchObject({
        status: 'Failed',
        errorCode: outcome.code,
        attempt: { outcome: outcome.kind },
        capturedAmount: usd(0),
      });
    },
  );

  it('nothing we can rely on: the outcome is unknown and the payment stays pending', () => {
    given(paymentAggregate, ...begun)
      .when(say(timeout))
      .thenEvents(unknown);
    expect(after(...begun, unknown)).toMatchObject({ status: 'Pending', attempt: { outcome: 'unknown' } });
  });

  it('nothing again: that is written down once', () =>
    given(paymentAggregate, ...begun, unknown)
      .when(say(timeout, T2))
      .thenNothing());

  it('that a repeated call was not sent, which says nothing of the first: still unknown', () =>
    given(paymentAggregate, ...begun, unknown)
      .when(say(notSent, T2))
      .thenNothing());

  it.each([
    ['success', success, 'Completed'],
    ['refusal', declined, 'Failed'],
  ])('at last its %s, after the outcome was unknown', (_what, outcome, status) => {
    expect(after(...history([timeout, outcome]))).toMatchObject({ status });
  });

  it('anything of a payment that does not exist: a fault', () => {
    expect(() => say(success)({ status: 'absent' })).toThrow(InvariantViolation);
  });

  it('anything before the attempt: a fault', () => {
    expect(() => say(success)(after(begun[0]!))).toThrow(InvariantViolation);
  });
});

describe('whatever the provider says, and however often', () => {
  it('the first final answer stands and nothing is added to it', () => {
    const stories = fc.tuple(fc.array(providerOutcome, { maxLength: 5 }), fc.array(providerOutcome));
    fc.assert(
      fc.property(stories, evidence, ([before, later], final) => {
        const closed = history([...before, final]);
        expect(history([...before, final, ...later])).toEqual(closed);
        expect(after(...closed).status).toBe(statusAfter([...before, final]));
      }),
    );
  });

  it('the payment is processed once if it is final, else not at all', () => {
    fc.assert(
      fc.property(fc.array(providerOutcome, { maxLength: 10 }), (outcomes) => {
        const types = typesOf(history(outcomes));
        const isFinal = statusAfter(outcomes) !== 'Pending';
        expect(types.filter((type) => type === 'PaymentProcessed')).toHaveLength(isFinal ? 1 : 0);
        expect(types.at(-1) === 'PaymentProcessed').toBe(isFinal);
      }),
    );
  });

  it('an unknown outcome never becomes a failure without evidence, nor fills the stream', () => {
    fc.assert(
      fc.property(fc.array(noEvidence, { maxLength: 20 }), (outcomes) => {
        const events = history([timeout, ...outcomes]);
        expect(after(...events).status).toBe('Pending');
        expect(typesOf(events)).toEqual(['PaymentInitiated', 'AttemptStarted', 'OperationOutcomeUnknown']);
      }),
    );
  });

  it('all that was asked for is captured, or nothing, and never more than was authorized', () => {
    fc.assert(
      fc.property(amountMinor, fc.array(providerOutcome, { maxLength: 10 }), (minor, outcomes) => {
        const first = initiatePayment(paymentFor(PAYMENT, usd(minor)));
        const payment = after(...history(outcomes, first));
        const expected = payment.status === 'Completed' ? usd(minor) : zeroMoney(usd(0).currency);
        expect(payment.capturedAmount).toEqual(expected);
        expect(payment.authorizedAmount).toEqual(expected);
      }),
    );
  });

  it('the same history makes the same payment and the same decision', () => {
    fc.assert(
      fc.property(fc.array(providerOutcome, { maxLength: 5 }), providerOutcome, (outcomes, next) => {
        const events = history(outcomes);
        expect(after(...structuredClone(events))).toEqual(after(...events));
        expect(say(next)(after(...events))).toEqual(say(next)(after(...structuredClone(events))));
      }),
    );
  });

  it('the largest amount is kept exactly', () => {
    const first = initiatePayment(paymentFor(PAYMENT, usd(MAX_AMOUNT_MINOR)));
    expect(after(...history([success], first)).capturedAmount).toEqual(usd(MAX_AMOUNT_MINOR));
  });
});

describe('a log that no decision wrote', () => {
  const later = [begun[1]!, ...succeeded(), ...refused({ kind: 'declined', code: 'card_declined' }), unknown];

  it.each(later.map((event) => [event.type, event] as const))(
    'is a fault when it begins with %s',
    (_, event) => {
      expect(() => fold(paymentAggregate, [event])).toThrow(InvariantViolation);
    },
  );

  it.each(
    later
      .filter(({ type }) => ['PaymentAuthorized', 'AttemptFailed', 'OperationOutcomeUnknown'].includes(type))
      .map((event) => [event.type, event] as const),
  )('is a fault when %s comes before the attempt', (_, event) => {
    expect(() => fold(paymentAggregate, [begun[0]!, event])).toThrow(InvariantViolation);
  });

  it('is a fault when it initiates twice', () => {
    expect(() => fold(paymentAggregate, [...begun, ...begun])).toThrow(InvariantViolation);
  });

  it.each(later.map((event) => [event.type, event] as const))(
    'is a fault when %s follows the end of the payment',
    (_, event) => {
      expect(() => fold(paymentAggregate, [...begun, ...succeeded(), event])).toThrow(InvariantViolation);
    },
  );

  it('is a fault when it holds an event of another kind', () => {
    const stray = { type: 'PaymentEvaporated', at: T1 } as unknown as PaymentEvent;
    expect(() => fold(paymentAggregate, [...begun, stray])).toThrow(
      new InvariantViolation('unhandled case: PaymentEvaporated'),
    );
  });
});
