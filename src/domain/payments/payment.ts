import type { Aggregate } from '../shared/aggregate.ts';
import type { OrderId, PaymentId } from '../shared/ids.ts';
import { assertNever, invariant } from '../shared/invariant.ts';
import { addMoney, zeroMoney, type Money } from '../shared/money.ts';
import type { PaymentEvent, PaymentMethod } from './payment-events.ts';

export type Attempt = {
  readonly attemptId: string;
  readonly provider: string;
  readonly providerKey: string;
  readonly outcome: 'requested' | 'succeeded' | 'declined' | 'not_sent' | 'unknown';
  readonly providerRef?: string;
};

export type StartedPayment = {
  readonly status: 'Pending' | 'Completed' | 'Failed';
  readonly paymentId: PaymentId;
  readonly orderId: OrderId;
  readonly amount: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentToken: string;
  readonly attempt?: Attempt;
  readonly authorizedAmount: Money;
  readonly capturedAmount: Money;
  readonly errorCode?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type Payment = { readonly status: 'absent' } | StartedPayment;

export type PaymentRejection = { readonly code: 'payment-not-found' };

/**
 * What a provider said of one operation. `not_sent`: it certainly never got it. `unknown`: it may or may not have
 * acted, so this is never treated as a failure.
 */
export type OperationOutcome =
  | { readonly kind: 'succeeded'; readonly providerRef: string }
  | { readonly kind: 'declined' | 'not_sent'; readonly code: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type InitiatePayment = {
  readonly paymentId: PaymentId;
  readonly orderId: OrderId;
  readonly amount: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentToken: string;
  readonly provider: string;
  readonly at: string;
};

/** One attempt per payment so far, so the attempt and the provider's key are named after the payment. */
export function initiatePayment(command: InitiatePayment): PaymentEvent[] {
  const { provider, at, ...facts } = command;
  const attemptId = `${command.paymentId}:1`;
  return [
    { type: 'PaymentInitiated', ...facts, captureMethod: 'automatic', at },
    { type: 'AttemptStarted', attemptId, provider, providerKey: attemptId, at },
  ];
}

export type RecordOutcome = { readonly outcome: OperationOutcome; readonly at: string };

/** Writes down what the provider said of the attempt; once the payment is final nothing changes it any more. */
export function recordOutcome({ outcome, at }: RecordOutcome, payment: Payment): PaymentEvent[] {
  invariant(payment.status !== 'absent' && payment.attempt, 'an outcome follows its attempt');
  if (payment.status !== 'Pending') return [];

  const { paymentId, orderId, amount, paymentMethod } = payment;
  const { attemptId, outcome: known } = payment.attempt;
  // While an earlier call may have been received, that this one was not says nothing new. Nor does a second unknown:
  // the polls that follow the first would otherwise fill the stream.
  if (known === 'unknown' && (outcome.kind === 'unknown' || outcome.kind === 'not_sent')) return [];

  const processed = (isSuccessful: boolean): PaymentEvent => ({
    type: 'PaymentProcessed',
    paymentId,
    orderId,
    amount,
    paymentMethod,
    isSuccessful,
    at,
  });
  switch (outcome.kind) {
    case 'succeeded':
      return [
        { type: 'PaymentAuthorized', attemptId, providerRef: outcome.providerRef, amount, at },
        { type: 'CaptureSucceeded', captureId: attemptId, amount, final: true, at },
        processed(true),
      ];
    case 'declined':
    case 'not_sent':
      return [
        { type: 'AttemptFailed', attemptId, code: outcome.code, class: outcome.kind, at },
        processed(false),
      ];
    case 'unknown':
      return [{ type: 'OperationOutcomeUnknown', operationId: attemptId, reason: outcome.reason, at }];
    default:
      return assertNever(outcome);
  }
}

function evolve(payment: Payment, event: PaymentEvent): Payment {
  if (event.type === 'PaymentInitiated') {
    invariant(payment.status === 'absent', 'a payment is initiated once');
    const { type: _type, captureMethod: _captureMethod, at, ...facts } = event;
    const nothing = zeroMoney(event.amount.currency);
    return {
      status: 'Pending',
      ...facts,
      authorizedAmount: nothing,
      capturedAmount: nothing,
      createdAt: at,
      updatedAt: at,
    };
  }
  invariant(payment.status !== 'absent', `${event.type} follows PaymentInitiated`);
  invariant(payment.status === 'Pending', `nothing follows PaymentProcessed, so neither does ${event.type}`);
  const started = { ...payment, updatedAt: event.at };
  switch (event.type) {
    case 'AttemptStarted': {
      const { attemptId, provider, providerKey } = event;
      return { ...started, attempt: { attemptId, provider, providerKey, outcome: 'requested' } };
    }
    case 'PaymentAuthorized': {
      const { providerRef, amount } = event;
      const attempt: Attempt = { ...attemptOf(payment), outcome: 'succeeded', providerRef };
      return { ...started, attempt, authorizedAmount: addMoney(payment.authorizedAmount, amount) };
    }
    case 'CaptureSucceeded':
      return { ...started, capturedAmount: addMoney(payment.capturedAmount, event.amount) };
    case 'AttemptFailed':
      return { ...started, attempt: { ...attemptOf(payment), outcome: event.class }, errorCode: event.code };
    case 'OperationOutcomeUnknown':
      return { ...started, attempt: { ...attemptOf(payment), outcome: 'unknown' } };
    case 'PaymentProcessed':
      return { ...started, status: event.isSuccessful ? 'Completed' : 'Failed' };
    default:
      return assertNever(event);
  }
}

function attemptOf(payment: StartedPayment): Attempt {
  invariant(payment.attempt, 'an outcome follows its attempt');
  return payment.attempt;
}

export const paymentAggregate: Aggregate<Payment, PaymentEvent> = {
  category: 'payment',
  stateVersion: 1,
  firstEvent: 'PaymentInitiated',
  absent: { status: 'absent' },
  evolve,
  // A completed payment may yet be refunded or disputed.
  isClosed: (payment) => payment.status === 'Failed',
};
