import { describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { money } from '../../src/domain/shared/money.ts';
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
  captureRequested,
  completed,
  contradicted,
  declined,
  held,
  mismatch,
  notSent,
  PAYMENT,
  pending,
  processed,
  reconciled,
  refunded,
  refundFailed,
  refundRequested,
  say,
  success,
  timeout,
  unknown,
  voided,
  voidRequested,
} from './payment-samples.ts';
import { paymentAfter, T1, usd } from './samples.ts';

type Row = [what: string, given: readonly PaymentEvent[], outcome: OperationOutcome, then: PaymentEvent[]];
const EUR = parseCurrency('EUR')!;
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

const capturing = [...held, captureRequested(usd(1_000))];
const captureFailed = (code: string): PaymentEvent => ({
  type: 'CaptureFailed',
  captureId: 'capture',
  code,
  at: T1,
});
const done = [captured('capture', usd(1_000), false), processed(true)];

describe('of a capture, a provider says', () => {
  it.each<Row>([
    ['that it succeeded', capturing, success, done],
    [
      'that it succeeded, the second',
      [
        ...held,
        captureRequested(usd(1), false, 'one'),
        captured('one', usd(1), false),
        processed(true),
        captureRequested(usd(1_000)),
      ],
      success,
      done.slice(0, 1),
    ],
    [
      'that it succeeded with another amount',
      capturing,
      { ...success, amount: usd(900) } as OperationOutcome,
      [captured('capture', usd(900), false), mismatch('capture', usd(1_000), usd(900)), processed(true)],
    ],
    [
      'that it took more than it had authorized, which it did',
      capturing,
      { ...success, amount: usd(9_000) } as OperationOutcome,
      [captured('capture', usd(9_000), false), mismatch('capture', usd(1_000), usd(9_000)), processed(true)],
    ],
    [
      'an amount in another currency, which is for people',
      capturing,
      { ...success, amount: money(1_000n, EUR) } as OperationOutcome,
      [unknown('capture', 'reported in EUR')],
    ],
    ['that it declined', capturing, declined, [captureFailed('card_declined')]],
    ['nothing, since it was not sent', capturing, notSent, [captureFailed('connection_refused')]],
    ['that it will say later', capturing, pending, []],
    ['that the customer must act, which cannot be', capturing, action, []],
    ['nothing we can rely on', capturing, timeout, [unknown('capture')]],
    ['nothing again', [...capturing, unknown('capture')], timeout, []],
    ['that a repeated call was not sent', [...capturing, unknown('capture')], notSent, []],
    [
      'after all that it succeeded',
      [...capturing, unknown('capture')],
      success,
      [reconciled('succeeded', 'capture'), ...done],
    ],
    [
      'after all that it declined',
      [...capturing, unknown('capture')],
      declined,
      [reconciled('declined', 'capture'), captureFailed('card_declined')],
    ],
  ])('%s', (_what, events, outcome, news) =>
    given(paymentAggregate, ...events)
      .when(say(outcome, { operationId: 'capture' }))
      .thenEvents(...news),
  );

  it('that it succeeded: what is held is less, or let go with the last', () => {
    expect(paymentAfter(...capturing, ...done).status).toBe('PartiallyCaptured');
    const final = [captureRequested(usd(1_000), true), captured('capture', usd(1_000), true)];
    expect(paymentAfter(...held, ...final).status).toBe('Completed');
    expect(paymentAfter(...capturing, captureFailed('no')).status).toBe('Authorized');
  });
});

const voiding = [...held, voidRequested];
const voidFailed = (code: string): PaymentEvent => ({ type: 'VoidFailed', voidId: 'void', code, at: T1 });

describe('of a void, a provider says', () => {
  it.each<Row>([
    ['that it succeeded', voiding, success, [voided(), processed(false)]],
    [
      'that it succeeded, of what a capture left',
      [...capturing, ...done, voidRequested],
      success,
      [voided(usd(3_200))],
    ],
    [
      'that it succeeded, of a customer who had not acted',
      [...begun, actionRequired, voidRequested],
      success,
      [voided(usd(0)), processed(false)],
    ],
    ['that it declined', voiding, declined, [voidFailed('card_declined')]],
    [
      'nothing, since it was not sent: it is sent again',
      voiding,
      notSent,
      [unknown('void', 'connection_refused')],
    ],
    ['that it will say later', voiding, pending, []],
    ['nothing we can rely on', voiding, timeout, [unknown('void')]],
    [
      'after all that it succeeded',
      [...voiding, unknown('void')],
      success,
      [reconciled('succeeded', 'void'), voided(), processed(false)],
    ],
    [
      'after all that it declined',
      [...voiding, unknown('void')],
      declined,
      [reconciled('declined', 'void'), voidFailed('card_declined')],
    ],
  ])('%s', (_what, events, outcome, news) =>
    given(paymentAggregate, ...events)
      .when(say(outcome, { operationId: 'void' }))
      .thenEvents(...news),
  );

  it('that it succeeded: nothing is held any more, what was captured stays', () => {
    expect(paymentAfter(...voiding, voided()).status).toBe('Voided');
    expect(paymentAfter(...capturing, ...done, voidRequested, voided(usd(3_200))).status).toBe('Completed');
    expect(paymentAfter(...begun, actionRequired, voidRequested, voided(usd(0)))).toMatchObject({
      status: 'Voided',
      attempts: [{ outcome: 'declined' }],
    });
  });
});

const refunding = [...completed, refundRequested(usd(1_000))];

describe('of a refund, a provider says', () => {
  it.each<Row>([
    ['that it succeeded', refunding, success, [refunded(usd(1_000))]],
    [
      'that it succeeded with another amount',
      refunding,
      { ...success, amount: usd(900) } as OperationOutcome,
      [refunded(usd(900)), mismatch('refund', usd(1_000), usd(900))],
    ],
    ['that it declined', refunding, declined, [refundFailed(usd(1_000), 'card_declined')]],
    [
      'nothing, since it was not sent: it is sent again',
      refunding,
      notSent,
      [unknown('refund', 'connection_refused')],
    ],
    ['that it will say later', refunding, pending, []],
    ['nothing we can rely on', refunding, timeout, [unknown('refund')]],
    [
      'after all that it succeeded',
      [...refunding, unknown('refund')],
      success,
      [reconciled('succeeded', 'refund'), refunded(usd(1_000))],
    ],
    [
      'after all that it declined',
      [...refunding, unknown('refund')],
      declined,
      [reconciled('declined', 'refund'), refundFailed(usd(1_000), 'card_declined')],
    ],
    [
      'that it came back, days later',
      [...refunding, refunded(usd(1_000))],
      declined,
      [refundFailed(usd(1_000), 'card_declined')],
    ],
    [
      'that it succeeded, after it came back: old news, or for people',
      [...refunding, refunded(usd(1_000)), refundFailed(usd(1_000), 'no')],
      success,
      [contradicted('declined', 'succeeded', 'refund')],
    ],
  ])('%s', (_what, events, outcome, news) =>
    given(paymentAggregate, ...events)
      .when(say(outcome, { operationId: 'refund' }))
      .thenEvents(...news),
  );
});

describe('against what it had said, a provider says', () => {
  const captureGone = [...capturing, captureFailed('no')];
  it.each<[...Row, string]>([
    [
      'that it took nothing: success stands',
      completed,
      declined,
      [contradicted('succeeded', 'declined')],
      ATTEMPT,
    ],
    [
      'that it captured nothing: success stands',
      [...capturing, ...done],
      declined,
      [contradicted('succeeded', 'declined', 'capture')],
      'capture',
    ],
    [
      'that it holds on: what was let go stays so',
      [...voiding, voided()],
      declined,
      [contradicted('succeeded', 'declined', 'void')],
      'void',
    ],
    [
      'that it took the money after all',
      [...begun, ...refusedAttempt],
      success,
      [contradicted('declined', 'succeeded'), ...taken.slice(0, 2)],
      ATTEMPT,
    ],
    [
      'that it holds the money after all',
      [...begunManual, ...notReceived],
      success,
      [contradicted('not_sent', 'succeeded'), authorized()],
      ATTEMPT,
    ],
    [
      'that it captured after all',
      captureGone,
      success,
      [contradicted('declined', 'succeeded', 'capture'), ...done],
      'capture',
    ],
    [
      'that it let go after all',
      [...voiding, voidFailed('no')],
      success,
      [contradicted('declined', 'succeeded', 'void'), voided(), processed(false)],
      'void',
    ],
    [
      'that it took the money too, after another did: that is for people',
      [...begun, attemptFailed(), next],
      success,
      [contradicted('declined', 'succeeded')],
      ATTEMPT,
    ],
    ['the same as before', completed, success, [], ATTEMPT],
    ['nothing at all', completed, timeout, [], ATTEMPT],
    ['that a repeated call was not sent', completed, notSent, [], ATTEMPT],
    ['that a repeated refund was not sent', [...refunding, refunded(usd(1_000))], notSent, [], 'refund'],
    [
      'the same contradiction again',
      [...completed, contradicted('succeeded', 'declined')],
      declined,
      [],
      ATTEMPT,
    ],
  ])('%s', (_what, events, outcome, news, operationId) =>
    given(paymentAggregate, ...events)
      .when(say(outcome, { operationId }))
      .thenEvents(...news),
  );

  it('that it captured after all what is not held any more: only people are told', () => {
    const all = [captureRequested(AMOUNT, true, 'all'), captured('all', AMOUNT, true), processed(true)];
    given(paymentAggregate, ...captureGone, ...all)
      .when(say(success, { operationId: 'capture' }))
      .thenEvents(contradicted('declined', 'succeeded', 'capture'));
  });

  it('that it let go after all of what was taken meanwhile: only people are told', () => {
    const all = [captureRequested(AMOUNT, true), captured('capture', AMOUNT, true), processed(true)];
    given(paymentAggregate, ...voiding, voidFailed('no'), ...all)
      .when(say(success, { operationId: 'void' }))
      .thenEvents(contradicted('declined', 'succeeded', 'void'));
  });
});
