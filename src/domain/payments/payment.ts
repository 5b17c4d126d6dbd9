import type { OrderId, PaymentId } from '../shared/ids.ts';
import { invariant } from '../shared/invariant.ts';
import { addMoney, subtractMoney, sumMoney, zeroMoney, type Money } from '../shared/money.ts';
import type {
  CaptureMethod,
  NextAction,
  PaymentMethod,
  RefundedLine,
  SettledOutcome,
} from './payment-events.ts';

/** `requested`: committed, and perhaps called. `unknown`: called, and the provider may or may not have acted. */
export type OperationState = 'requested' | 'pending' | 'requires_action' | 'unknown' | SettledOutcome;

export type Operation = {
  readonly operationId: string;
  readonly outcome: OperationState;
  readonly requestedAt: string;
  /** What the provider said later, against what it had said. */
  readonly contradictedBy?: SettledOutcome;
};

export type Attempt = Operation & {
  readonly provider: string;
  readonly providerKey: string;
  readonly providerRef?: string;
};
export type Capture = Operation & {
  readonly amount: Money;
  readonly final: boolean;
  readonly code?: string;
};
export type Void = Operation & { readonly reason: string };
export type Refund = Operation & {
  readonly amount: Money;
  readonly lines: readonly RefundedLine[];
  readonly reason: string;
  readonly code?: string;
};
/** Of a refund above the limit. Once it is approved, the refund itself is among the operations. */
export type RefundApproval = {
  readonly refundId: string;
  readonly amount: Money;
  readonly lines: readonly RefundedLine[];
  readonly reason: string;
  readonly status: 'awaiting' | 'approved' | 'rejected' | 'lapsed';
  readonly requestedBy: string;
  readonly orderTotal: Money;
  readonly requestedAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly rejectionReason?: string;
};
export type Dispute = {
  readonly disputeId: string;
  readonly amount: Money;
  readonly fee: Money;
  readonly reason: string;
  readonly status: 'open' | 'under_review' | 'won' | 'lost';
  readonly openedAt: string;
};

export type PaymentStatus =
  | 'Pending'
  | 'RequiresAction'
  | 'Authorized'
  | 'PartiallyCaptured'
  | 'Completed'
  | 'Failed'
  | 'Voided'
  | 'Expired';

export type StartedPayment = {
  readonly status: PaymentStatus;
  readonly paymentId: PaymentId;
  readonly orderId: OrderId;
  /** What was asked for; what the provider authorized and took is stated apart. */
  readonly amount: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentToken: string;
  readonly captureMethod: CaptureMethod;
  readonly attempts: readonly Attempt[];
  readonly captures: readonly Capture[];
  readonly voids: readonly Void[];
  readonly refunds: readonly Refund[];
  readonly approvals: readonly RefundApproval[];
  readonly disputes: readonly Dispute[];
  readonly authorizedAmount: Money;
  readonly capturedAmount: Money;
  readonly nextAction?: NextAction;
  /** Of the customer's action, then of the authorization. */
  readonly expiresAt?: string;
  readonly errorCode?: string;
  /** The first terminal outcome was announced; there is no second announcement. */
  readonly isProcessed: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type Payment = { readonly status: 'absent' } | StartedPayment;

const OPEN: readonly OperationState[] = ['requested', 'pending', 'requires_action', 'unknown'];
export const isOpen = ({ outcome }: Operation): boolean => OPEN.includes(outcome);

/** The attempt that counts: the newest. */
export function attemptOf(payment: StartedPayment): Attempt {
  const attempt = payment.attempts.at(-1);
  invariant(attempt, 'an initiated payment has an attempt');
  return attempt;
}

export type OperationKind = 'authorize' | 'capture' | 'void' | 'refund';
export type OperationInFlight = { readonly kind: OperationKind; readonly operation: Operation };

/** Whose outcome is not settled yet, oldest first. */
export const openOperations = (payment: StartedPayment): OperationInFlight[] =>
  operationsOf(payment).filter(({ operation }) => isOpen(operation));

export const operationsOf = (payment: StartedPayment): OperationInFlight[] => [
  ...payment.attempts.map((operation) => ({ kind: 'authorize' as const, operation })),
  ...payment.captures.map((operation) => ({ kind: 'capture' as const, operation })),
  ...payment.voids.map((operation) => ({ kind: 'void' as const, operation })),
  ...payment.refunds.map((operation) => ({ kind: 'refund' as const, operation })),
];

const sumOf = (payment: StartedPayment, parts: readonly { readonly amount: Money }[]): Money =>
  sumMoney(
    payment.amount.currency,
    parts.map(({ amount }) => amount),
  );

/** Given back for certain. */
export const refundedAmount = (payment: StartedPayment): Money =>
  sumOf(
    payment,
    payment.refunds.filter(({ outcome }) => outcome === 'succeeded'),
  );

const isAuthorized = ({ status }: StartedPayment): boolean =>
  status === 'Authorized' || status === 'PartiallyCaptured';

/** Authorized, and neither captured nor being captured. */
export function capturableAmount(payment: StartedPayment): Money {
  if (!isAuthorized(payment)) return zeroMoney(payment.amount.currency);
  const taken = addMoney(payment.capturedAmount, sumOf(payment, payment.captures.filter(isOpen)));
  return subtractMoney(payment.authorizedAmount, taken);
}

export const awaitingApproval = ({ approvals }: StartedPayment): RefundApproval[] =>
  approvals.filter(({ status }) => status === 'awaiting');

export const awaitingAmount = (payment: StartedPayment): Money => sumOf(payment, awaitingApproval(payment));

/** Given back, on its way back, or waiting for somebody to approve of it. */
export function committedRefunds(payment: StartedPayment): Money {
  const refunds = payment.refunds.filter((refund) => isOpen(refund) || refund.outcome === 'succeeded');
  return addMoney(sumOf(payment, refunds), awaitingAmount(payment));
}

/** Captured, and neither given back, nor about to be, nor claimed by the customer's bank. */
export function refundableAmount(payment: StartedPayment): Money {
  const disputes = payment.disputes.filter(({ status }) => status !== 'won');
  return subtractMoney(payment.capturedAmount, addMoney(committedRefunds(payment), sumOf(payment, disputes)));
}

/** Lost to the customer's bank. */
export const lostAmount = (payment: StartedPayment): Money =>
  sumOf(
    payment,
    payment.disputes.filter(({ status }) => status === 'lost'),
  );

export const hasOpenDispute = ({ disputes }: StartedPayment): boolean =>
  disputes.some(({ status }) => status === 'open' || status === 'under_review');
