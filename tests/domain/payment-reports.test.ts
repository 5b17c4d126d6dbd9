import { describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import {
  recordReport,
  type DisputeReport,
  type ProviderReport,
} from '../../src/domain/payments/provider-report.ts';
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
  captureRequested,
  completed,
  contradicted,
  declined,
  disputeOpened,
  held,
  mismatch,
  PAYMENT,
  pending,
  processed,
  reconciled,
  refunded,
  refundFailed,
  refundRequested,
  success,
  unknown,
  voided,
  voidRequested,
} from './payment-samples.ts';
import { later, paymentAfter, T0, T1, usd } from './samples.ts';

const reportOf = (
  operations: Readonly<Record<string, OperationOutcome>> = {},
  rest: Partial<ProviderReport> = {},
): ProviderReport => ({
  operations: Object.entries(operations).map(([operationId, outcome]) => ({ operationId, outcome })),
  disputes: [],
  isHeld: true,
  ...rest,
});
const hear =
  (report: ProviderReport, { at = T1, nextProvider }: { at?: string; nextProvider?: string } = {}) =>
  (payment: Payment): PaymentEvent[] =>
    recordReport(report, { evidence: 'poll', ...(nextProvider && { nextProvider }), at }, payment);

const SECOND = `${PAYMENT}:2`;
const next = (at: string): PaymentEvent => ({
  type: 'AttemptStarted',
  attemptId: SECOND,
  provider: 'second',
  providerKey: SECOND,
  at,
});
const taken = [authorized(), captured(ATTEMPT, AMOUNT, true), processed(true)];

describe('a report of a provider', () => {
  it('is written down as far as it is new', () => {
    const all = reportOf({ [ATTEMPT]: success, capture: success });
    given(paymentAggregate, ...begunManual)
      .when(hear(reportOf({ [ATTEMPT]: success })))
      .thenEvents(authorized());
    given(paymentAggregate, ...held, captureRequested(AMOUNT, true))
      .when(hear(all))
      .thenEvents(captured('capture', AMOUNT, true), processed(true));
    given(
      paymentAggregate,
      ...held,
      captureRequested(AMOUNT, true),
      captured('capture', AMOUNT, true),
      processed(true),
    )
      .when(hear(all))
      .thenNothing();
  });

  it('ends a doubt', () =>
    given(paymentAggregate, ...begun, unknown())
      .when(hear(reportOf({ [ATTEMPT]: success })))
      .thenEvents(reconciled('succeeded'), ...taken));

  it('may be old: nothing goes backwards', () => {
    for (const old of [action, pending])
      given(paymentAggregate, ...completed)
        .when(hear(reportOf({ [ATTEMPT]: old })))
        .thenNothing();
    given(
      paymentAggregate,
      ...held,
      captureRequested(usd(1)),
      captured('capture', usd(1), false),
      processed(true),
    )
      .when(hear(reportOf({ [ATTEMPT]: success, capture: pending })))
      .thenNothing();
  });

  it('may say that it took the money after all', () =>
    given(paymentAggregate, ...begun, attemptFailed(), processed(false))
      .when(hear(reportOf({ [ATTEMPT]: success })))
      .thenEvents(contradicted('declined', 'succeeded'), ...taken.slice(0, 2)));

  it('may say that a refund came back after it had arrived', () =>
    given(paymentAggregate, ...completed, refundRequested(usd(1)), refunded(usd(1)))
      .when(hear(reportOf({ [ATTEMPT]: success, refund: declined })))
      .thenEvents(refundFailed(usd(1), 'card_declined')));

  it('may state another amount, which then counts', () => {
    const amount = usd(4_000);
    given(paymentAggregate, ...begunManual)
      .when(hear(reportOf({ [ATTEMPT]: { ...success, amount } as OperationOutcome })))
      .thenEvents(authorized(amount), mismatch(ATTEMPT, AMOUNT, amount));
  });

  it('may speak of operations that are not ours', () =>
    given(paymentAggregate, ...completed)
      .when(hear(reportOf({ [ATTEMPT]: success, stranger: declined })))
      .thenNothing());

  it('of a payment that is not there is a fault', () =>
    expect(() => hear(reportOf())({ status: 'absent' })).toThrow(InvariantViolation));
});

describe('an attempt that a provider does not know', () => {
  const at = later(T0, 120_000);
  const absent = { ...attemptFailed('not_sent', 'not_received'), at } as PaymentEvent;
  const failed = { ...processed(false), at } as PaymentEvent;
  const evident = { ...reconciled('not_sent'), at } as PaymentEvent;

  it('may be on its way for two minutes', () => {
    for (const events of [begun, [...begun, unknown()]])
      given(paymentAggregate, ...events)
        .when(hear(reportOf(), { at: later(T0, 119_999) }))
        .thenNothing();
  });

  it('was never received after that', () => {
    given(paymentAggregate, ...begun)
      .when(hear(reportOf(), { at }))
      .thenEvents(absent, failed);
    given(paymentAggregate, ...begun, unknown())
      .when(hear(reportOf(), { at }))
      .thenEvents(evident, absent, failed);
  });

  it('may then go to the next provider, which is given two minutes of its own', () => {
    given(paymentAggregate, ...begun, unknown())
      .when(hear(reportOf(), { at, nextProvider: 'second' }))
      .thenEvents(evident, absent, next(at));
    given(paymentAggregate, ...begun, unknown(), evident, absent, next(at))
      .when(hear(reportOf(), { at: later(at, 119_999) }))
      .thenNothing();
  });

  it('says nothing of a capture or a refund, which are sent again', () => {
    for (const events of [
      [...held, captureRequested(usd(1))],
      [...completed, refundRequested(usd(1))],
    ])
      given(paymentAggregate, ...events)
        .when(hear(reportOf({ [ATTEMPT]: success }), { at }))
        .thenNothing();
  });
});

const expired = (amount = AMOUNT): PaymentEvent => ({ type: 'AuthorizationExpired', amount, at: T1 });

describe('what a provider no longer holds', () => {
  const gone = reportOf({ [ATTEMPT]: success }, { isHeld: false });
  const partly = [captureRequested(usd(1_000)), captured('capture', usd(1_000), false), processed(true)];

  it('has expired', () => {
    given(paymentAggregate, ...held)
      .when(hear(gone))
      .thenEvents(expired(), processed(false));
    expect(paymentAfter(...held, expired(), processed(false)).status).toBe('Expired');
  });

  it('has expired as soon as we hear that it was ever held', () =>
    given(paymentAggregate, ...begunManual)
      .when(hear(gone))
      .thenEvents(authorized(), expired(), processed(false)));

  it('is what a capture left, and what was captured stays', () => {
    given(paymentAggregate, ...held, ...partly)
      .when(hear(gone))
      .thenEvents(expired(usd(3_200)));
    expect(paymentAfter(...held, ...partly, expired(usd(3_200))).status).toBe('Completed');
  });

  it('is not known to be gone while it is being captured or let go', () => {
    for (const event of [captureRequested(usd(1)), voidRequested])
      given(paymentAggregate, ...held, event)
        .when(hear(gone))
        .thenNothing();
  });

  it('is nothing when all was captured, let go, or has expired already', () => {
    for (const events of [
      completed,
      [...held, voidRequested, voided(), processed(false)],
      [...held, expired()],
    ])
      given(paymentAggregate, ...events)
        .when(hear(gone))
        .thenNothing();
  });

  it('may be held by another provider, to whom the payment went', () => {
    const atSecond = { ...authorized(), attemptId: SECOND } as PaymentEvent;
    given(paymentAggregate, ...begunManual, attemptFailed(), next(T1), atSecond)
      .when(hear(reportOf({ [ATTEMPT]: declined }, { isHeld: false })))
      .thenNothing();
  });
});

const dispute = (status: DisputeReport['status']): ProviderReport => {
  const facts = { disputeId: 'dispute', amount: AMOUNT, fee: usd(1_500), reason: 'fraudulent' };
  return reportOf({ [ATTEMPT]: success }, { disputes: [{ ...facts, status }] });
};

describe('of a dispute, a provider says', () => {
  const review: PaymentEvent = {
    type: 'DisputeUpdated',
    disputeId: 'dispute',
    status: 'under_review',
    at: T1,
  };
  const won: PaymentEvent = { type: 'DisputeWon', disputeId: 'dispute', amount: AMOUNT, at: T1 };
  const lost: PaymentEvent = { type: 'DisputeLost', disputeId: 'dispute', amount: AMOUNT, at: T1 };
  const opened = disputeOpened(AMOUNT);

  it.each<[string, PaymentEvent[], DisputeReport['status'], PaymentEvent[]]>([
    ['that it was opened', [], 'open', [opened]],
    ['that it is looked at', [opened], 'under_review', [review]],
    ['that it was won', [opened, review], 'won', [won]],
    ['that it was lost', [opened], 'lost', [lost]],
    ['how it ended before how it began', [], 'lost', [opened, lost]],
    ['that it is looked at, first of all', [], 'under_review', [opened, review]],
    ['the same again', [opened], 'open', []],
    ['something older', [opened, review], 'open', []],
    ['something older than its end', [opened, lost], 'under_review', []],
    ['the same end again', [opened, won], 'won', []],
  ])('%s', (_what, events, status, news) =>
    given(paymentAggregate, ...completed, ...events)
      .when(hear(dispute(status)))
      .thenEvents(...news),
  );
});

it('a customer who acts while we let go is not lost: the last word is what the provider did', () => {
  const events = [...begunManual, actionRequired, voidRequested];
  given(paymentAggregate, ...events)
    .when(hear(reportOf({ [ATTEMPT]: success, void: success }, { isHeld: false })))
    .thenEvents(authorized(), voided(), processed(false));
});
