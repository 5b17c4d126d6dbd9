import type { OrderId, PaymentId } from '../shared/ids.ts';
import type { Money } from '../shared/money.ts';

export const PAYMENT_METHODS = ['card', 'bank_transfer', 'wallet'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

/** `automatic`: the money is taken as soon as it is authorized; `manual`: by one or more captures of its own. */
export const CAPTURE_METHODS = ['automatic', 'manual'] as const;
export type CaptureMethod = (typeof CAPTURE_METHODS)[number];

/** What the customer must do before the provider goes on, such as 3-D Secure. */
export type NextAction = { readonly type: 'redirect'; readonly url: string };

/** Part of an order's line that a refund gives back. */
export type RefundedLine = { readonly lineId: string; readonly quantity: number; readonly amount: Money };

/** What is finally known of an operation. */
export type SettledOutcome = 'succeeded' | 'declined' | 'not_sent';

type Stamped<Type extends string, Facts = unknown> = {
  readonly type: Type;
  readonly at: string;
} & Readonly<Facts>;

/**
 * Every call to a provider is an operation: its request is committed before the call, its outcome after it. An attempt
 * is the operation that authorizes; `attemptId`, `captureId`, `voidId` and `refundId` are operation ids.
 */
export type PaymentEvent =
  | Stamped<
      'PaymentInitiated',
      {
        paymentId: PaymentId;
        orderId: OrderId;
        amount: Money;
        paymentMethod: PaymentMethod;
        /** The provider's stand-in for the means of payment; never a card number. */
        paymentToken: string;
        captureMethod: CaptureMethod;
      }
    >
  /** Committed before the provider is called: whatever happens next, we know that money may have moved. */
  | Stamped<
      'AttemptStarted',
      {
        attemptId: string;
        provider: string;
        /** The idempotency key given to the provider; the same at every repetition of this attempt. */
        providerKey: string;
      }
    >
  /** The provider took it and will say later what became of it. */
  | Stamped<'AttemptPending', { attemptId: string; providerRef: string }>
  | Stamped<
      'ActionRequired',
      { attemptId: string; providerRef: string; nextAction: NextAction; expiresAt: string }
    >
  | Stamped<
      'PaymentAuthorized',
      { attemptId: string; providerRef: string; amount: Money; expiresAt: string | null }
    >
  | Stamped<'AttemptFailed', { attemptId: string; code: string; class: 'declined' | 'not_sent' }>
  | Stamped<'OperationOutcomeUnknown', { operationId: string; reason: string }>
  /** Evidence ended a doubt: `poll`, `webhook`, or the operator who vouches for it. */
  | Stamped<'OperationReconciled', { operationId: string; outcome: SettledOutcome; evidence: string }>
  /** The provider says the opposite of what it said before. What it said first stands, unless money moved after all. */
  | Stamped<'OutcomeContradicted', { operationId: string; known: SettledOutcome; reported: SettledOutcome }>
  | Stamped<'CaptureRequested', { captureId: string; amount: Money; final: boolean; reason?: string }>
  /** `final`: what was authorized beyond it is let go. */
  | Stamped<'CaptureSucceeded', { captureId: string; amount: Money; final: boolean }>
  | Stamped<'CaptureFailed', { captureId: string; code: string }>
  | Stamped<'VoidRequested', { voidId: string; reason: string }>
  | Stamped<'PaymentVoided', { voidId: string; amount: Money }>
  | Stamped<'VoidFailed', { voidId: string; code: string }>
  /** `amount` was authorized, not captured, and is no longer held. */
  | Stamped<'AuthorizationExpired', { amount: Money }>
  /** Above its currency's limit: a second person decides, and until then the amount is reserved. */
  | Stamped<
      'RefundApprovalRequested',
      {
        refundId: string;
        amount: Money;
        lines: readonly RefundedLine[];
        reason: string;
        requestedBy: string;
        /** What the order cost when it was asked for. */
        orderTotal: Money;
      }
    >
  /** Always together with its `RefundRequested`. */
  | Stamped<'RefundApproved', { refundId: string; approvedBy: string }>
  | Stamped<'RefundRejected', { refundId: string; rejectedBy: string; reason: string }>
  /** Nobody decided in time. */
  | Stamped<'RefundApprovalLapsed', { refundId: string }>
  | Stamped<
      'RefundRequested',
      { refundId: string; amount: Money; lines: readonly RefundedLine[]; reason: string }
    >
  | Stamped<'RefundSucceeded', { refundId: string; amount: Money }>
  /** May follow `RefundSucceeded`: banks send money back days later. */
  | Stamped<'RefundFailed', { refundId: string; amount: Money; code: string }>
  | Stamped<'DisputeOpened', { disputeId: string; amount: Money; fee: Money; reason: string }>
  | Stamped<'DisputeUpdated', { disputeId: string; status: 'open' | 'under_review' }>
  | Stamped<'DisputeWon', { disputeId: string; amount: Money }>
  | Stamped<'DisputeLost', { disputeId: string; amount: Money }>
  /** What the provider moved is not what we asked for. Its figure is the one that counts. */
  | Stamped<'PaymentAmountMismatch', { operationId: string; expected: Money; reported: Money }>
  /** Once, at the first terminal outcome. */
  | Stamped<
      'PaymentProcessed',
      {
        paymentId: PaymentId;
        orderId: OrderId;
        amount: Money;
        paymentMethod: PaymentMethod;
        isSuccessful: boolean;
      }
    >;

export type PaymentEventOf<Type extends PaymentEvent['type']> = Extract<PaymentEvent, { type: Type }>;
