import { Type, type Static } from 'typebox';
import type { DomainEvent } from '../../application/ports.ts';
import { CAPTURE_METHODS, PAYMENT_METHODS, type PaymentEvent } from '../../domain/payments/payment-events.ts';
import type { Encoded } from './money-json.ts';
import { Instant, MoneyPayload, payload, Text, TextOrNull, Uuid } from './payload-schemas.ts';
import { version1 } from './payload-versions.ts';

const Method = Type.Enum([...PAYMENT_METHODS]);
const Settled = Type.Enum(['succeeded', 'declined', 'not_sent']);

const initiated = {
  paymentId: Uuid,
  orderId: Uuid,
  amount: MoneyPayload,
  paymentMethod: Method,
  paymentToken: Text,
  at: Instant,
};
const refundAsked = {
  refundId: Text,
  amount: MoneyPayload,
  lines: Type.Array(payload({ lineId: Text, quantity: Type.Integer(), amount: MoneyPayload })),
  reason: Text,
  at: Instant,
};
const captureAsked = { captureId: Text, amount: MoneyPayload, final: Type.Boolean(), at: Instant };
const authorized = { attemptId: Text, providerRef: Text, amount: MoneyPayload, at: Instant };

/** Payloads of the payment events, in every version ever written; how to add one is said at `ORDER_PAYLOADS`. */
export const PAYMENT_PAYLOADS = {
  PaymentInitiated: version1({ ...initiated, captureMethod: Type.Literal('automatic') }).next(
    { ...initiated, captureMethod: Type.Enum([...CAPTURE_METHODS]) },
    (v1) => v1,
  ),
  AttemptStarted: version1({ attemptId: Text, provider: Text, providerKey: Text, at: Instant }),
  AttemptPending: version1({ attemptId: Text, providerRef: Text, at: Instant }),
  ActionRequired: version1({
    attemptId: Text,
    providerRef: Text,
    nextAction: payload({ type: Type.Literal('redirect'), url: Text }),
    expiresAt: Instant,
    at: Instant,
  }),
  PaymentAuthorized: version1(authorized).next({ ...authorized, expiresAt: TextOrNull }, (v1) => ({
    ...v1,
    expiresAt: null,
  })),
  AttemptFailed: version1({
    attemptId: Text,
    code: Text,
    class: Type.Enum(['declined', 'not_sent']),
    at: Instant,
  }),
  OperationOutcomeUnknown: version1({ operationId: Text, reason: Text, at: Instant }),
  OperationReconciled: version1({ operationId: Text, outcome: Settled, evidence: Text, at: Instant }),
  OutcomeContradicted: version1({ operationId: Text, known: Settled, reported: Settled, at: Instant }),

  CaptureRequested: version1(captureAsked).next({ ...captureAsked, reason: Type.Optional(Text) }, (v1) => v1),
  CaptureSucceeded: version1({ captureId: Text, amount: MoneyPayload, final: Type.Boolean(), at: Instant }),
  CaptureFailed: version1({ captureId: Text, code: Text, at: Instant }),
  VoidRequested: version1({ voidId: Text, reason: Text, at: Instant }),
  PaymentVoided: version1({ voidId: Text, amount: MoneyPayload, at: Instant }),
  VoidFailed: version1({ voidId: Text, code: Text, at: Instant }),
  AuthorizationExpired: version1({ amount: MoneyPayload, at: Instant }),

  RefundApprovalRequested: version1({ ...refundAsked, requestedBy: Text, orderTotal: MoneyPayload }),
  RefundApproved: version1({ refundId: Text, approvedBy: Text, at: Instant }),
  RefundRejected: version1({ refundId: Text, rejectedBy: Text, reason: Text, at: Instant }),
  RefundApprovalLapsed: version1({ refundId: Text, at: Instant }),
  RefundRequested: version1(refundAsked),
  RefundSucceeded: version1({ refundId: Text, amount: MoneyPayload, at: Instant }),
  RefundFailed: version1({ refundId: Text, amount: MoneyPayload, code: Text, at: Instant }),
  DisputeOpened: version1({
    disputeId: Text,
    amount: MoneyPayload,
    fee: MoneyPayload,
    reason: Text,
    at: Instant,
  }),
  DisputeUpdated: version1({
    disputeId: Text,
    status: Type.Enum(['open', 'under_review']),
    at: Instant,
  }),
  DisputeWon: version1({ disputeId: Text, amount: MoneyPayload, at: Instant }),
  DisputeLost: version1({ disputeId: Text, amount: MoneyPayload, at: Instant }),
  PaymentAmountMismatch: version1({
    operationId: Text,
    expected: MoneyPayload,
    reported: MoneyPayload,
    at: Instant,
  }),
  PaymentProcessed: version1({
    paymentId: Uuid,
    orderId: Uuid,
    amount: MoneyPayload,
    paymentMethod: Method,
    isSuccessful: Type.Boolean(),
    at: Instant,
  }),
} as const;

export const isPaymentEvent = (event: DomainEvent): event is PaymentEvent => event.type in PAYMENT_PAYLOADS;

type Payloads = {
  [Name in keyof typeof PAYMENT_PAYLOADS]: Static<(typeof PAYMENT_PAYLOADS)[Name]['current']>;
};
type Events = { [Event in PaymentEvent as Event['type']]: Encoded<Omit<Event, 'type'>> };

// Compiles only while the schemas and the domain's events say the same, field by field, in both directions.
true satisfies [Payloads, Events] extends [Events, Payloads] ? true : never;
