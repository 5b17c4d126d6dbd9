import {
  recordOutcome,
  type OperationOutcome,
  type RecordOutcome,
} from '../../src/domain/payments/operation-outcome.ts';
import { initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import { later, ORDER_ID, paymentFor, paymentIdOf, T0, T1, usd } from './samples.ts';

export const AMOUNT = usd(4_200);
export const PAYMENT = paymentIdOf(1);
export const ATTEMPT = `${PAYMENT}:1`;
export const HELD_UNTIL = later(T0, 7 * 86_400_000);
export const ACT_UNTIL = later(T0, 30 * 60_000);

export const begun: readonly PaymentEvent[] = initiatePayment(paymentFor(PAYMENT, AMOUNT));
export const begunManual: readonly PaymentEvent[] = initiatePayment({
  ...paymentFor(PAYMENT, AMOUNT),
  captureMethod: 'manual',
});

export const authorized = (amount = AMOUNT, expiresAt: string | null = null): PaymentEvent => ({
  type: 'PaymentAuthorized',
  attemptId: ATTEMPT,
  providerRef: 'ref-1',
  amount,
  expiresAt,
  at: T1,
});
export const captured = (captureId: string, amount: Money, final: boolean): PaymentEvent => ({
  type: 'CaptureSucceeded',
  captureId,
  amount,
  final,
  at: T1,
});
export const processed = (isSuccessful: boolean): PaymentEvent => ({
  type: 'PaymentProcessed',
  paymentId: PAYMENT,
  orderId: ORDER_ID,
  amount: AMOUNT,
  paymentMethod: 'card',
  isSuccessful,
  at: T1,
});
export const attemptFailed = (
  kind: 'declined' | 'not_sent' = 'declined',
  code = 'card_declined',
): PaymentEvent => ({
  type: 'AttemptFailed',
  attemptId: ATTEMPT,
  code,
  class: kind,
  at: T1,
});
export const unknown = (operationId = ATTEMPT, reason = 'timeout'): PaymentEvent => ({
  type: 'OperationOutcomeUnknown',
  operationId,
  reason,
  at: T1,
});
export const reconciled = (
  outcome: 'succeeded' | 'declined' | 'not_sent',
  operationId = ATTEMPT,
): PaymentEvent => ({
  type: 'OperationReconciled',
  operationId,
  outcome,
  evidence: 'poll',
  at: T1,
});
export const contradicted = (
  known: 'succeeded' | 'declined' | 'not_sent',
  reported: 'succeeded' | 'declined',
  operationId = ATTEMPT,
): PaymentEvent => ({ type: 'OutcomeContradicted', operationId, known, reported, at: T1 });
export const mismatch = (operationId: string, expected: Money, reported: Money): PaymentEvent => ({
  type: 'PaymentAmountMismatch',
  operationId,
  expected,
  reported,
  at: T1,
});

export const captureRequested = (amount: Money, final = false, captureId = 'capture'): PaymentEvent => ({
  type: 'CaptureRequested',
  captureId,
  amount,
  final,
  at: T1,
});
export const voidRequested: PaymentEvent = { type: 'VoidRequested', voidId: 'void', reason: 'asked', at: T1 };
export const voided = (amount = AMOUNT): PaymentEvent => ({
  type: 'PaymentVoided',
  voidId: 'void',
  amount,
  at: T1,
});
export const approvalRequested = (amount: Money, refundId = 'refund'): PaymentEvent => ({
  type: 'RefundApprovalRequested',
  refundId,
  amount,
  lines: [],
  reason: 'broken',
  requestedBy: 'key:first',
  orderTotal: AMOUNT,
  at: T1,
});
export const refundRequested = (amount: Money, refundId = 'refund'): PaymentEvent => ({
  type: 'RefundRequested',
  refundId,
  amount,
  lines: [],
  reason: 'broken',
  at: T1,
});
export const refunded = (amount: Money, refundId = 'refund'): PaymentEvent => ({
  type: 'RefundSucceeded',
  refundId,
  amount,
  at: T1,
});
export const refundFailed = (amount: Money, code: string, refundId = 'refund'): PaymentEvent => ({
  type: 'RefundFailed',
  refundId,
  amount,
  code,
  at: T1,
});
export const actionRequired: PaymentEvent = {
  type: 'ActionRequired',
  attemptId: ATTEMPT,
  providerRef: 'ref-1',
  nextAction: { type: 'redirect', url: 'https://bank.invalid/1' },
  expiresAt: ACT_UNTIL,
  at: T1,
};
export const disputeOpened = (amount: Money, disputeId = 'dispute'): PaymentEvent => ({
  type: 'DisputeOpened',
  disputeId,
  amount,
  fee: usd(1_500),
  reason: 'fraudulent',
  at: T1,
});

/** Authorized in full, and nothing captured. */
export const held: readonly PaymentEvent[] = [...begunManual, authorized()];
/** Captured in full at once. */
export const completed: readonly PaymentEvent[] = [
  ...begun,
  authorized(),
  captured(ATTEMPT, AMOUNT, true),
  processed(true),
];

export const success: OperationOutcome = { kind: 'succeeded', providerRef: 'ref-1' };
export const declined: OperationOutcome = { kind: 'declined', code: 'card_declined' };
export const notSent: OperationOutcome = { kind: 'not_sent', code: 'connection_refused' };
export const timeout: OperationOutcome = { kind: 'unknown', reason: 'timeout' };
export const pending: OperationOutcome = { kind: 'pending', providerRef: 'ref-1' };
export const action: OperationOutcome = {
  kind: 'requires_action',
  providerRef: 'ref-1',
  nextAction: { type: 'redirect', url: 'https://bank.invalid/1' },
  expiresAt: ACT_UNTIL,
};

/** What a provider says of an operation; of the first attempt, if none is named. */
export const say =
  (outcome: OperationOutcome, options: Partial<RecordOutcome> = {}) =>
  (payment: Payment): PaymentEvent[] =>
    recordOutcome({ operationId: ATTEMPT, outcome, evidence: 'poll', at: T1, ...options }, payment);
