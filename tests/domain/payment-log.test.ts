import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import { evidence, noEvidence, providerOutcome } from '../support/arbitraries.ts';
import {
  AMOUNT,
  attemptFailed,
  authorized,
  begun,
  captured,
  captureRequested,
  disputeOpened,
  held,
  mismatch,
  processed,
  reconciled,
  refunded,
  say,
  timeout,
  unknown,
  voided,
} from './payment-samples.ts';
import { paymentAfter, T1, usd } from './samples.ts';

/** All that a provider says, one after another, each decided on what came before. */
const history = (outcomes: readonly OperationOutcome[]): PaymentEvent[] =>
  outcomes.reduce<PaymentEvent[]>(
    (events, outcome) => [...events, ...say(outcome)(paymentAfter(...events))],
    [...begun],
  );
const typesOf = (events: readonly PaymentEvent[]): string[] => events.map(({ type }) => type);

describe('whatever a provider says, and however often', () => {
  it('a success stands, whatever is said after it', () => {
    const story = fc.array(providerOutcome, { maxLength: 6 });
    fc.assert(
      fc.property(story, story, (before, after) => {
        const events = history([...before, { kind: 'succeeded', providerRef: 'ref' }]);
        const payment = paymentAfter(...events);
        expect(payment).toMatchObject({ status: 'Completed', capturedAmount: AMOUNT });
        expect(
          paymentAfter(...history([...before, { kind: 'succeeded', providerRef: 'ref' }, ...after])),
        ).toMatchObject({ status: 'Completed', capturedAmount: AMOUNT });
      }),
    );
  });

  it('the payment is processed once as soon as there is evidence, and never twice', () => {
    fc.assert(
      fc.property(fc.array(providerOutcome, { maxLength: 6 }), evidence, (outcomes, final) => {
        const types = typesOf(history([...outcomes, final]));
        expect(types.filter((type) => type === 'PaymentProcessed')).toHaveLength(1);
      }),
    );
  });

  it('an unknown outcome never becomes a failure without evidence, nor fills the stream', () => {
    fc.assert(
      fc.property(fc.array(noEvidence, { maxLength: 20 }), (outcomes) => {
        const events = history([timeout, ...outcomes]);
        expect(paymentAfter(...events).status).toBe('Pending');
        expect(typesOf(events)).toEqual(['PaymentInitiated', 'AttemptStarted', 'OperationOutcomeUnknown']);
      }),
    );
  });

  it('the same history makes the same payment and the same decision', () => {
    fc.assert(
      fc.property(fc.array(providerOutcome, { maxLength: 6 }), providerOutcome, (outcomes, next) => {
        const events = history(outcomes);
        expect(paymentAfter(...structuredClone(events))).toEqual(paymentAfter(...events));
        expect(say(next)(paymentAfter(...events))).toEqual(
          say(next)(paymentAfter(...structuredClone(events))),
        );
      }),
    );
  });
});

describe('a log of a payment that no decision wrote', () => {
  const later = [
    begun[1]!,
    authorized(),
    attemptFailed(),
    unknown(),
    reconciled('declined'),
    mismatch('x', AMOUNT, usd(1)),
    captureRequested(AMOUNT),
    captured('capture', AMOUNT, true),
    voided(),
    refunded(AMOUNT),
    disputeOpened(AMOUNT),
    processed(true),
  ];

  it.each(later.map((event) => [event.type, event] as const))(
    'is a fault when it begins with %s',
    (_, event) => {
      expect(() => fold(paymentAggregate, [event])).toThrow(InvariantViolation);
    },
  );

  it('is a fault when it initiates twice, or requests one capture twice', () => {
    expect(() => fold(paymentAggregate, [...begun, ...begun])).toThrow(InvariantViolation);
    const twice = [...held, captureRequested(usd(1)), captureRequested(usd(1))];
    expect(() => fold(paymentAggregate, twice)).toThrow(InvariantViolation);
  });

  it.each<[string, PaymentEvent]>([
    ['an attempt', { ...authorized(), attemptId: 'nobody' } as PaymentEvent],
    ['an operation', unknown('nobody')],
    ['a void', voided()],
    ['a refund', refunded(AMOUNT)],
    ['a capture', { type: 'CaptureFailed', captureId: 'nobody', code: 'no', at: T1 }],
    ['a dispute', { type: 'DisputeWon', disputeId: 'nobody', amount: AMOUNT, at: T1 }],
  ])('is a fault when it ends %s that it did not begin', (_what, event) => {
    expect(() => fold(paymentAggregate, [...held, event])).toThrow(InvariantViolation);
  });

  it('counts what was captured beyond the authorization as authorized too', () => {
    const payment = fold(paymentAggregate, [...held, captured('c', usd(4_201), false)]);
    const taken = { authorizedAmount: usd(4_201), capturedAmount: usd(4_201), status: 'Completed' };
    expect(payment).toMatchObject(taken);
  });

  it('is a fault when it holds an event of another kind', () => {
    const stray = { type: 'PaymentEvaporated', at: T1 } as unknown as PaymentEvent;
    expect(() => fold(paymentAggregate, [...begun, stray])).toThrow(
      new InvariantViolation('unhandled case: PaymentEvaporated'),
    );
  });
});
