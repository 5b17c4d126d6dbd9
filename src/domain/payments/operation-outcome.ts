import { assertNever, invariant } from '../shared/invariant.ts';
import { addMoney, compareMoney, isZero, type Money } from '../shared/money.ts';
import type { NextAction, PaymentEvent, SettledOutcome } from './payment-events.ts';
import { startAttempt } from './payment-commands.ts';
import {
  attemptOf,
  capturableAmount,
  isOpen,
  operationsOf,
  type Attempt,
  type Capture,
  type OperationInFlight,
  type Payment,
  type Refund,
  type StartedPayment,
} from './payment.ts';

/**
 * What a provider said of one operation. `not_sent`: it certainly never got it. `unknown`: it may or may not have
 * acted, so this is never treated as a failure. `amount`: what it moved, if it says so.
 */
export type OperationOutcome =
  | {
      readonly kind: 'succeeded';
      readonly providerRef?: string;
      readonly amount?: Money;
      readonly authorizationExpiresAt?: string;
    }
  | {
      readonly kind: 'requires_action';
      readonly providerRef: string;
      readonly nextAction: NextAction;
      readonly expiresAt: string;
    }
  | { readonly kind: 'pending'; readonly providerRef: string }
  | { readonly kind: 'declined' | 'not_sent'; readonly code: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type Evidence = {
  /** `answer` to our call, `poll`, `webhook`, or `operator:<who>`. */
  readonly evidence: string;
  /** Who is tried next when this one certainly took nothing. */
  readonly nextProvider?: string;
  readonly at: string;
};

export type RecordOutcome = Evidence & { readonly operationId: string; readonly outcome: OperationOutcome };

/** Writes down what the provider said of one operation; what was known already changes nothing. */
export function recordOutcome(command: RecordOutcome, payment: Payment): PaymentEvent[] {
  invariant(payment.status !== 'absent', 'an outcome follows its payment');
  const found = operationsOf(payment).find(({ operation }) => operation.operationId === command.operationId);
  invariant(found, 'an outcome follows its operation');
  const understood = { ...command, outcome: understand(command.outcome, payment) };
  return isOpen(found.operation)
    ? settle(understood, found, payment)
    : contradict(understood, found, payment);
}

/** Money in another currency than was asked for is not ours to interpret: that is for people. */
function understand(outcome: OperationOutcome, { amount: asked }: StartedPayment): OperationOutcome {
  const reported = outcome.kind === 'succeeded' ? outcome.amount?.currency : undefined;
  return reported === undefined || reported === asked.currency
    ? outcome
    : { kind: 'unknown', reason: `reported in ${reported}` };
}

function settle(
  command: RecordOutcome,
  { kind, operation }: OperationInFlight,
  payment: StartedPayment,
): PaymentEvent[] {
  const { operationId, outcome, at } = command;
  const inDoubt = operation.outcome !== 'requested';
  if (outcome.kind === 'unknown') {
    // A second unknown says nothing new: the polls that follow the first would otherwise fill the stream.
    return inDoubt ? [] : [{ type: 'OperationOutcomeUnknown', operationId, reason: outcome.reason, at }];
  }
  if (outcome.kind === 'not_sent') {
    // While an earlier call may have been received, that this one was not says nothing.
    if (inDoubt) return [];
    // What must go back or be let go of is not given up because a provider was busy: it is sent again by the clock.
    if (kind === 'refund' || kind === 'void')
      return [{ type: 'OperationOutcomeUnknown', operationId, reason: outcome.code, at }];
  }
  switch (kind) {
    case 'authorize':
      return settleAttempt(command, operation as Attempt, payment, inDoubt);
    case 'capture':
      return settleCapture(command, operation as Capture, payment);
    case 'void':
      return settleVoid(command, operation, payment);
    case 'refund':
      return settleRefund(command, operation as Refund);
    default:
      return assertNever(kind);
  }
}

export function settleAttempt(
  { operationId: attemptId, outcome, nextProvider, at, evidence }: RecordOutcome,
  attempt: Attempt,
  payment: StartedPayment,
  inDoubt: boolean,
): PaymentEvent[] {
  const reconciled = inDoubt ? reconcile(attempt, outcome, evidence, at) : [];
  switch (outcome.kind) {
    case 'requires_action': {
      if (attempt.outcome === 'requires_action') return [];
      const { providerRef, nextAction, expiresAt } = outcome;
      return [{ type: 'ActionRequired', attemptId, providerRef, nextAction, expiresAt, at }];
    }
    case 'pending': {
      if (attempt.outcome === 'pending') return [];
      return [{ type: 'AttemptPending', attemptId, providerRef: outcome.providerRef, at }];
    }
    case 'succeeded':
      return [...reconciled, ...authorized(attempt, outcome, payment, at)];
    case 'declined':
    case 'not_sent': {
      const { code } = outcome;
      const failed: PaymentEvent = { type: 'AttemptFailed', attemptId, code, class: outcome.kind, at };
      const { paymentId, attempts } = payment;
      // One that is being let go of goes to nobody else.
      const next =
        nextProvider && !payment.voids.some(isOpen)
          ? [startAttempt({ paymentId, number: attempts.length + 1, provider: nextProvider, at })]
          : processed(payment, false, at);
      return [...reconciled, failed, ...next];
    }
    case 'unknown':
      return [];
    default:
      return assertNever(outcome);
  }
}

type Succeeded = Extract<OperationOutcome, { kind: 'succeeded' }>;

function authorized(
  attempt: Attempt,
  outcome: Succeeded,
  payment: StartedPayment,
  at: string,
): PaymentEvent[] {
  const { operationId: attemptId } = attempt;
  const providerRef = outcome.providerRef ?? attempt.providerRef;
  invariant(providerRef, 'a provider names what it authorized');
  const { amount = payment.amount, authorizationExpiresAt: expiresAt = null } = outcome;
  const events: PaymentEvent[] = [
    { type: 'PaymentAuthorized', attemptId, providerRef, amount, expiresAt, at },
    ...mismatch(attemptId, payment.amount, amount, at),
  ];
  if (payment.captureMethod === 'manual') return events;
  return [
    ...events,
    { type: 'CaptureSucceeded', captureId: attemptId, amount, final: true, at },
    ...processed(payment, true, at),
  ];
}

function settleCapture(
  { operationId: captureId, outcome, at, evidence }: RecordOutcome,
  capture: Capture,
  payment: StartedPayment,
): PaymentEvent[] {
  const reconciled = reconcile(capture, outcome, evidence, at);
  if (outcome.kind === 'declined' || outcome.kind === 'not_sent')
    return [...reconciled, { type: 'CaptureFailed', captureId, code: outcome.code, at }];
  if (outcome.kind !== 'succeeded') return [];
  const { amount = capture.amount } = outcome;
  return [
    ...reconciled,
    { type: 'CaptureSucceeded', captureId, amount, final: capture.final, at },
    ...mismatch(captureId, capture.amount, amount, at),
    ...processed(payment, true, at),
  ];
}

function settleVoid(
  { operationId: voidId, outcome, at, evidence }: RecordOutcome,
  operation: OperationInFlight['operation'],
  payment: StartedPayment,
): PaymentEvent[] {
  const reconciled = reconcile(operation, outcome, evidence, at);
  if (outcome.kind === 'declined' || outcome.kind === 'not_sent')
    return [...reconciled, { type: 'VoidFailed', voidId, code: outcome.code, at }];
  if (outcome.kind !== 'succeeded') return [];
  const voided: PaymentEvent = { type: 'PaymentVoided', voidId, amount: capturableAmount(payment), at };
  return [...reconciled, voided, ...processed(payment, false, at)];
}

function settleRefund(
  { operationId: refundId, outcome, at, evidence }: RecordOutcome,
  refund: Refund,
): PaymentEvent[] {
  const reconciled = reconcile(refund, outcome, evidence, at);
  const { amount } = refund;
  if (outcome.kind === 'declined' || outcome.kind === 'not_sent')
    return [...reconciled, { type: 'RefundFailed', refundId, amount, code: outcome.code, at }];
  if (outcome.kind !== 'succeeded') return [];
  const moved = outcome.amount ?? amount;
  const events: PaymentEvent[] = [
    { type: 'RefundSucceeded', refundId, amount: moved, at },
    ...mismatch(refundId, amount, moved, at),
  ];
  return [...reconciled, ...events];
}

/** The provider takes back what it said. Success stands; money that moved after all is written down as moved. */
function contradict(
  command: RecordOutcome,
  { kind, operation }: OperationInFlight,
  payment: StartedPayment,
): PaymentEvent[] {
  const { operationId, outcome, at } = command;
  // That one call was not sent says nothing of those before it.
  if (outcome.kind === 'not_sent') return [];
  const known = operation.outcome as SettledOutcome;
  const reported = settledOutcome(outcome);
  if (!reported || (known === 'succeeded') === (reported === 'succeeded')) return [];
  // Banks send refunds back days later: no contradiction, but how refunds are.
  if (kind === 'refund' && known === 'succeeded') return settleRefund(command, operation as Refund);
  if (operation.contradictedBy === reported) return [];
  const contradicted: PaymentEvent = { type: 'OutcomeContradicted', operationId, known, reported, at };
  if (outcome.kind !== 'succeeded') return [contradicted];
  return [contradicted, ...movedAfterAll(command, { kind, operation }, outcome, payment)];
}

function movedAfterAll(
  command: RecordOutcome,
  { kind, operation }: OperationInFlight,
  outcome: Succeeded,
  payment: StartedPayment,
): PaymentEvent[] {
  switch (kind) {
    case 'authorize': {
      // After another provider took the payment this is for people: money was taken twice, or is about to be.
      const isLatest = attemptOf(payment).operationId === operation.operationId;
      const isFirst = isLatest && isZero(payment.authorizedAmount);
      return isFirst ? authorized(operation as Attempt, outcome, payment, command.at) : [];
    }
    case 'capture': {
      const { amount = (operation as Capture).amount } = outcome;
      const fits = compareMoney(addMoney(payment.capturedAmount, amount), payment.authorizedAmount) <= 0;
      return fits ? settleCapture(command, operation as Capture, payment) : [];
    }
    case 'void':
      return payment.status === 'Authorized' || payment.status === 'PartiallyCaptured'
        ? settleVoid(command, operation, payment)
        : [];
    case 'refund':
      // It succeeds, then it may fail, never the other way: what says so is old, or for people.
      return [];
    default:
      return assertNever(kind);
  }
}

const settledOutcome = ({ kind }: OperationOutcome): SettledOutcome | undefined =>
  kind === 'succeeded' || kind === 'declined' || kind === 'not_sent' ? kind : undefined;

function reconcile(
  operation: OperationInFlight['operation'],
  outcome: OperationOutcome,
  evidence: string,
  at: string,
): PaymentEvent[] {
  const settled = settledOutcome(outcome);
  if (operation.outcome !== 'unknown' || !settled) return [];
  return [
    { type: 'OperationReconciled', operationId: operation.operationId, outcome: settled, evidence, at },
  ];
}

const mismatch = (operationId: string, expected: Money, reported: Money, at: string): PaymentEvent[] =>
  compareMoney(expected, reported) === 0
    ? []
    : [{ type: 'PaymentAmountMismatch', operationId, expected, reported, at }];

export function processed(payment: StartedPayment, isSuccessful: boolean, at: string): PaymentEvent[] {
  if (payment.isProcessed) return [];
  const { paymentId, orderId, amount, paymentMethod } = payment;
  return [{ type: 'PaymentProcessed', paymentId, orderId, amount, paymentMethod, isSuccessful, at }];
}
