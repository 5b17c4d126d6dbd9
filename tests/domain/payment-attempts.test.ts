import { describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import { given } from '../support/given.ts';
import {
  action,
  actionRequired,
  AMOUNT,
  ATTEMPT,
  attemptFailed,
  authorized,
  begun,
  begunManual,
  captured,
  declined,
  HELD_UNTIL,
  mismatch,
  notSent,
  PAYMENT,
  pending,
  processed,
  reconciled,
  say,
  success,
  timeout,
  unknown,
  voidRequested,
} from './payment-samples.ts';
import { paymentAfter, T1, usd } from './samples.ts';

type Row = [what: string, given: readonly PaymentEvent[], outcome: OperationOutcome, then: PaymentEvent[]];
const PENDING: PaymentEvent = { type: 'AttemptPending', attemptId: ATTEMPT, providerRef: 'ref-1', at: T1 };
const SECOND = `${PAYMENT}:2`;
const next: PaymentEvent = {
  type: 'AttemptStarted',
  attemptId: SECOND,
  provider: 'second',
  providerKey: SECOND,
  at: T1,
};
const taken = [authorized(), captured(ATTEMPT, AMOUNT, true), processed(true)];
const refusedAttempt = [attemptFailed(), processed(false)];
const notReceived = [attemptFailed('not_sent', 'connection_refused'), processed(false)];

describe('of an attempt, a provider says', () => {
  it.each<Row>([
    ['that it succeeded: taken at once', begun, success, taken],
    ['that it succeeded: held, to be captured', begunManual, success, [authorized()]],
    [
      'until when it holds',
      begunManual,
      { ...success, authorizationExpiresAt: HELD_UNTIL } as OperationOutcome,
      [authorized(AMOUNT, HELD_UNTIL)],
    ],
    ['that the customer must act', begun, action, [actionRequired]],
    ['that it will say later', begun, pending, [PENDING]],
    ['that it declined', begun, declined, refusedAttempt],
    ['nothing, since it was not sent', begun, notSent, notReceived],
    ['nothing we can rely on', begun, timeout, [unknown()]],
    ['nothing again: that is written down once', [...begun, unknown()], timeout, []],
    [
      'that a repeated call was not sent, which says nothing of the first',
      [...begun, unknown()],
      notSent,
      [],
    ],
    ['after all that it succeeded', [...begun, unknown()], success, [reconciled('succeeded'), ...taken]],
    [
      'after all that it declined',
      [...begun, unknown()],
      declined,
      [reconciled('declined'), ...refusedAttempt],
    ],
    ['after all that the customer must act', [...begun, unknown()], action, [actionRequired]],
    ['after all that it will say later', [...begun, unknown()], pending, [PENDING]],
    ['that the customer acted', [...begun, actionRequired], success, taken],
    ['that the customer did not', [...begun, actionRequired], declined, refusedAttempt],
    ['the same again of the customer', [...begun, actionRequired], action, []],
    ['the same again of later', [...begun, PENDING], pending, []],
    ['nothing, later', [...begun, PENDING], timeout, []],
    ['nothing to a repeated call', [...begun, PENDING], notSent, []],
  ])('%s', (_what, events, outcome, news) =>
    given(paymentAggregate, ...events)
      .when(say(outcome))
      .thenEvents(...news),
  );

  it.each<Row>([
    ['that it declined', begun, declined, [attemptFailed()]],
    ['nothing, since it was not sent', begun, notSent, [attemptFailed('not_sent', 'connection_refused')]],
    [
      'after all that it declined',
      [...begun, unknown()],
      declined,
      [reconciled('declined'), attemptFailed()],
    ],
  ])('%s: the next provider is tried', (_what, events, outcome, news) =>
    given(paymentAggregate, ...events)
      .when(say(outcome, { nextProvider: 'second' }))
      .thenEvents(...news, next),
  );

  it.each<[string, readonly PaymentEvent[], OperationOutcome]>([
    ['nothing', begun, timeout],
    ['nothing again', [...begun, unknown()], timeout],
    ['that a repeated call was not sent', [...begun, unknown()], notSent],
    ['that it will say later', begun, pending],
  ])('%s: no other provider is tried, since it may have taken the money', (_what, events, outcome) =>
    expect(say(outcome, { nextProvider: 'second' })(paymentAfter(...events))).not.toContainEqual(next),
  );

  it('that it declined what is being let go: no other provider is tried', () =>
    given(paymentAggregate, ...begun, actionRequired, voidRequested)
      .when(say(declined, { nextProvider: 'second' }))
      .thenEvents(...refusedAttempt));

  it('another amount: its figure counts, and people are told', () => {
    const other = usd(4_000);
    given(paymentAggregate, ...begunManual)
      .when(say({ ...success, amount: other } as OperationOutcome))
      .thenEvents(authorized(other), mismatch(ATTEMPT, AMOUNT, other));
    given(paymentAggregate, ...begun)
      .when(say({ ...success, amount: usd(4_300) } as OperationOutcome))
      .thenEvents(
        authorized(usd(4_300)),
        mismatch(ATTEMPT, AMOUNT, usd(4_300)),
        captured(ATTEMPT, usd(4_300), true),
        processed(true),
      );
  });

  it('of the second what it may say of the first', () => {
    const over = [...begun, attemptFailed(), next];
    const later = { ...authorized(), attemptId: SECOND } as PaymentEvent;
    given(paymentAggregate, ...over)
      .when(say(success, { operationId: SECOND }))
      .thenEvents(later, captured(SECOND, AMOUNT, true), processed(true));
  });
});

it('anything of a payment or an operation that is not there is a fault', () => {
  expect(() => say(success)({ status: 'absent' })).toThrow(InvariantViolation);
  expect(() => say(success, { operationId: 'nobody' })(paymentAfter(...begun))).toThrow(InvariantViolation);
  expect(() => say(success)(paymentAfter(begun[0]!))).toThrow(InvariantViolation);
  expect(() => say({ kind: 'succeeded' })(paymentAfter(...begun))).toThrow(InvariantViolation);
});
