import type { Currency } from '../shared/currencies.ts';
import type { OrderId, PaymentId } from '../shared/ids.ts';
import { addMoney, compareMoney, isZero, type Money } from '../shared/money.ts';
import { because } from '../shared/reason.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type {
  CaptureMethod,
  PaymentEvent,
  PaymentEventOf,
  PaymentMethod,
  RefundedLine,
} from './payment-events.ts';
import {
  capturableAmount,
  committedRefunds,
  hasOpenDispute,
  isOpen,
  refundableAmount,
  type OperationKind,
  type Payment,
  type StartedPayment,
} from './payment.ts';

export type PaymentRejection =
  | { readonly code: 'payment-not-found' }
  | { readonly code: 'payment-not-capturable'; readonly status: string }
  | { readonly code: 'payment-not-voidable'; readonly status: string }
  | {
      readonly code: 'payment-not-refundable';
      readonly why:
        'nothing-captured' | 'all-refunded' | 'disputed' | 'less-left' | 'lines-refunded' | 'order-amended';
    }
  | { readonly code: 'refund-not-found' }
  | {
      readonly code: 'refund-not-awaiting-approval';
      readonly why: 'approved' | 'rejected' | 'lapsed' | 'not-needed';
    }
  | { readonly code: 'refund-approval-own' }
  | { readonly code: 'payment-in-flight'; readonly operation: OperationKind }
  | { readonly code: 'payment-token-required'; readonly provider: string }
  | {
      readonly code: 'payment-unsupported';
      readonly currency: string;
      readonly paymentMethod: string;
      readonly captureMethod: string;
    }
  | { readonly code: 'capture-exceeds-authorized'; readonly capturable: Money }
  | {
      readonly code: 'refund-exceeds-refundable';
      readonly field: 'amount' | 'items';
      readonly refundable: Money;
    }
  | AmountRejection;

type AmountRejection =
  | {
      readonly code: 'currency-mismatch';
      readonly field: string;
      readonly expected: string;
      readonly actual: string;
    }
  | { readonly code: 'amount-invalid'; readonly field: string; readonly reason: string };

export type InitiatePayment = {
  readonly paymentId: PaymentId;
  readonly orderId: OrderId;
  readonly amount: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentToken: string;
  readonly captureMethod: CaptureMethod;
  readonly provider: string;
  readonly at: string;
};

export function initiatePayment(command: InitiatePayment): [PaymentEvent, PaymentEvent] {
  const { provider, at, ...facts } = command;
  return [
    { type: 'PaymentInitiated', ...facts, at },
    startAttempt({ paymentId: command.paymentId, number: 1, provider, at }),
  ];
}

const attemptIdOf = (paymentId: PaymentId, number: number): string => `${paymentId}:${number}`;
export const firstAttemptId = (paymentId: PaymentId): string => attemptIdOf(paymentId, 1);

/** The provider's key is the attempt's id: however often the call is repeated, it has one effect. */
export function startAttempt(attempt: {
  readonly paymentId: PaymentId;
  readonly number: number;
  readonly provider: string;
  readonly at: string;
}): PaymentEvent {
  const { paymentId, number, provider, at } = attempt;
  const attemptId = attemptIdOf(paymentId, number);
  return { type: 'AttemptStarted', attemptId, provider, providerKey: attemptId, at };
}

export type CapturePayment = {
  readonly captureId: string;
  /** Absent: all that is left of the authorization. */
  readonly amount?: Money;
  /** Lets go of what is left of the authorization; absent: if nothing is. */
  readonly final?: boolean;
  /** As somebody gave it. */
  readonly reason?: string;
  readonly at: string;
};

export function capturePayment(
  { captureId, amount, final, reason, at }: CapturePayment,
  payment: Payment,
): Result<[PaymentEventOf<'CaptureRequested'>], PaymentRejection> {
  if (payment.status === 'absent') return err({ code: 'payment-not-found' });
  const busy = inFlight(payment, 'capture', 'void');
  if (busy) return err({ code: 'payment-in-flight', operation: busy });
  const { status } = payment;
  if (status !== 'Authorized' && status !== 'PartiallyCaptured')
    return err({ code: 'payment-not-capturable', status });

  const capturable = capturableAmount(payment);
  const asked = amount ?? capturable;
  const problem = amountProblem(asked, payment.amount.currency);
  if (problem) return err(problem);
  if (compareMoney(asked, capturable) > 0) return err({ code: 'capture-exceeds-authorized', capturable });
  const isAll = compareMoney(asked, capturable) === 0;
  const facts = { captureId, amount: asked, final: isAll || final === true, ...because(reason) };
  return ok([{ type: 'CaptureRequested', ...facts, at }]);
}

export type VoidPayment = {
  readonly voidId: string;
  readonly reason: string;
  /** Also what is left after a capture that was not final; else a captured payment is refunded, not voided. */
  readonly remainder?: boolean;
  readonly at: string;
};

/** Lets go of an authorization, or of a customer who has not acted. */
export function voidPayment(
  { voidId, reason, remainder = false, at }: VoidPayment,
  payment: Payment,
): Result<[PaymentEventOf<'VoidRequested'>], PaymentRejection> {
  if (payment.status === 'absent') return err({ code: 'payment-not-found' });
  const busy = inFlight(payment, 'capture', 'void');
  if (busy) return err({ code: 'payment-in-flight', operation: busy });
  const { status } = payment;
  const isVoidable = status === 'Authorized' || status === 'RequiresAction';
  if (!isVoidable && !(remainder && status === 'PartiallyCaptured'))
    return err({ code: 'payment-not-voidable', status });
  return ok([{ type: 'VoidRequested', voidId, reason, at }]);
}

export type RequestRefund = {
  readonly refundId: string;
  /** Absent: all that can still be given back. */
  readonly amount?: Money;
  readonly lines: readonly RefundedLine[];
  readonly reason: string;
  readonly requestedBy: string;
  /** What the order costs. */
  readonly orderTotal: Money;
  /** What may go back of one payment, all its refunds together, without a second person; absent: all of it. */
  readonly approvalAbove?: Money;
  readonly at: string;
};

/**
 * Reserves the amount until the provider has answered, or somebody refused to approve of it: of refunds side by side
 * none can give back too much.
 */
export function requestRefund(
  { refundId, amount, lines, reason, requestedBy, orderTotal, approvalAbove, at }: RequestRefund,
  payment: Payment,
): Result<[PaymentEventOf<'RefundRequested' | 'RefundApprovalRequested'>], PaymentRejection> {
  if (payment.status === 'absent') return err({ code: 'payment-not-found' });
  const code = 'payment-not-refundable';
  if (isZero(payment.capturedAmount)) return err({ code, why: 'nothing-captured' });
  if (hasOpenDispute(payment)) return err({ code, why: 'disputed' });

  const refundable = refundableAmount(payment);
  const asked = amount ?? refundable;
  if (amount === undefined && refundable.amountMinor <= 0n) return err({ code, why: 'all-refunded' });
  const problem = amountProblem(asked, payment.amount.currency);
  if (problem) return err(problem);
  if (compareMoney(asked, refundable) > 0) {
    const field = lines.length > 0 ? 'items' : 'amount';
    return err({ code: 'refund-exceeds-refundable', field, refundable });
  }
  const facts = { refundId, amount: asked, lines, reason, at };
  // With what went back before: else a large refund would be asked for as several small ones.
  const together = addMoney(committedRefunds(payment), asked);
  return approvalAbove !== undefined && compareMoney(together, approvalAbove) > 0
    ? ok([{ type: 'RefundApprovalRequested', ...facts, requestedBy, orderTotal }])
    : ok([{ type: 'RefundRequested', ...facts }]);
}

function inFlight(
  payment: StartedPayment,
  ...kinds: readonly ('capture' | 'void')[]
): OperationKind | undefined {
  const operations = { capture: payment.captures, void: payment.voids };
  return kinds.find((kind) => operations[kind].some(isOpen));
}

export function amountProblem(amount: Money, expected: Currency): AmountRejection | undefined {
  if (amount.currency !== expected)
    return { code: 'currency-mismatch', field: 'amount', expected, actual: amount.currency };
  if (amount.amountMinor <= 0n)
    return { code: 'amount-invalid', field: 'amount', reason: 'must be above zero' };
  return undefined;
}
