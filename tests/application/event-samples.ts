import type { DomainEvent } from '../../src/application/ports.ts';
import { CUSTOMER_ID, ORDER_ID, paymentIdOf, T0, T1, usd } from '../domain/samples.ts';

type Types = DomainEvent['type'];

/** Nothing marked so may ever leave: only ids and amounts do. */
export const SECRET = 'canary';

export const PAYMENT_ID = paymentIdOf(1);
const LINE = { lineId: '1', quantity: 2 };
const AMOUNT = usd(1_050);
const TOTALS = { items: usd(1_000), discount: usd(0), tax: usd(0), shipping: usd(50), grand: AMOUNT };
const ITEM = {
  ...{ ...LINE, productId: 'teapot', productName: SECRET, unitPrice: usd(500) },
  ...{ discount: usd(0), taxRateBasisPoints: 0, net: usd(1_000), tax: usd(0) },
};
const OF_PAYMENT = { paymentId: PAYMENT_ID, amount: AMOUNT, at: T1 };
const OF_ATTEMPT = { attemptId: SECRET, providerRef: SECRET, at: T1 };
const OF_REFUND = { refundId: 'refund-1', ...OF_PAYMENT };
const OF_FULFILMENT = { fulfilmentId: 'shipment-1', at: T1 };
const OF_RETURN = { returnId: 'return-1', at: T1 };
const OF_ORDER = { orderId: ORDER_ID, at: T1 };
const OF_DISPUTE = { disputeId: SECRET, amount: AMOUNT, at: T1 };
const NONE = { funds: usd(0), returns: usd(0), tax: usd(0) };

/** What each type of event holds beside its type. */
const FACTS: { readonly [Type in Types]: Omit<Extract<DomainEvent, { type: Type }>, 'type'> } = {
  OrderCreated: {
    ...{ orderId: ORDER_ID, customerId: CUSTOMER_ID, currency: AMOUNT.currency, pricesIncludeTax: false },
    ...{ items: [ITEM], totals: TOTALS, expiresAt: T1, at: T0 },
  },
  OrderAmended: {
    ...{
      amendmentId: 'amendment-1',
      items: [ITEM],
      totalsBefore: { ...TOTALS, grand: usd(2_000) },
      totalsAfter: TOTALS,
      reason: SECRET,
    },
    at: T1,
  },
  StockReserved: OF_ORDER,
  StockRejected: { ...OF_ORDER, reason: SECRET },
  StockReleased: OF_ORDER,
  PaymentClaimed: OF_PAYMENT,
  PaymentClaimReleased: { paymentId: PAYMENT_ID, reason: SECRET, at: T1 },
  OrderPaymentAuthorized: { ...OF_PAYMENT, operationId: SECRET },
  OrderPaymentCaptured: { ...OF_PAYMENT, operationId: 'capture-1' },
  OrderPaymentFailed: { ...OF_PAYMENT, operationId: SECRET, code: SECRET },
  OrderRefundRequested: { ...OF_REFUND, lines: [], source: NONE },
  OrderRefundApplied: OF_REFUND,
  OrderRefundReleased: { ...OF_REFUND, code: SECRET },
  OrderChargedBack: { ...OF_PAYMENT, disputeId: 'dispute-1' },
  OrderConfirmed: OF_ORDER,
  OrderPaid: { ...OF_ORDER, total: AMOUNT },
  OrderOverpaid: { ...OF_ORDER, excess: AMOUNT },
  OrderCancellationRequested: { by: SECRET, reason: SECRET, into: 'Cancelled', at: T1 },
  OrderCancelled: OF_ORDER,
  OrderExpired: OF_ORDER,
  FulfilmentCreated: { ...OF_FULFILMENT, lines: [] },
  FulfilmentShipped: {
    ...OF_FULFILMENT,
    ...{ lines: [{ ...LINE, net: usd(1_000), tax: usd(0) }], shipping: usd(50), tracking: SECRET },
  },
  FulfilmentDelivered: OF_FULFILMENT,
  FulfilmentCancelled: { ...OF_FULFILMENT, reason: SECRET },
  ReturnRequested: { ...OF_RETURN, lines: [LINE], reason: SECRET },
  ReturnReceived: OF_RETURN,
  OrderCompleted: OF_ORDER,
  CustomerDataErased: { keyId: SECRET, at: T1 },
  PaymentInitiated: {
    ...OF_PAYMENT,
    ...{ orderId: ORDER_ID, paymentMethod: 'card', paymentToken: SECRET, captureMethod: 'automatic' },
  },
  AttemptStarted: { attemptId: SECRET, provider: SECRET, providerKey: SECRET, at: T1 },
  AttemptPending: OF_ATTEMPT,
  ActionRequired: { ...OF_ATTEMPT, nextAction: { type: 'redirect', url: SECRET }, expiresAt: T1 },
  PaymentAuthorized: { ...OF_ATTEMPT, amount: AMOUNT, expiresAt: null },
  AttemptFailed: { attemptId: SECRET, code: SECRET, class: 'declined', at: T1 },
  OperationOutcomeUnknown: { operationId: SECRET, reason: SECRET, at: T1 },
  OperationReconciled: { operationId: SECRET, outcome: 'succeeded', evidence: SECRET, at: T1 },
  OutcomeContradicted: { operationId: SECRET, known: 'declined', reported: 'succeeded', at: T1 },
  CaptureRequested: { captureId: SECRET, amount: AMOUNT, final: true, at: T1 },
  CaptureSucceeded: { captureId: SECRET, amount: AMOUNT, final: true, at: T1 },
  CaptureFailed: { captureId: SECRET, code: SECRET, at: T1 },
  VoidRequested: { voidId: SECRET, reason: SECRET, at: T1 },
  PaymentVoided: { voidId: SECRET, amount: AMOUNT, at: T1 },
  VoidFailed: { voidId: SECRET, code: SECRET, at: T1 },
  AuthorizationExpired: { amount: AMOUNT, at: T1 },
  RefundApprovalRequested: {
    ...{
      refundId: SECRET,
      amount: AMOUNT,
      lines: [],
      reason: SECRET,
      requestedBy: SECRET,
      orderTotal: AMOUNT,
      at: T1,
    },
  },
  RefundApproved: { refundId: SECRET, approvedBy: SECRET, at: T1 },
  RefundRejected: { refundId: SECRET, rejectedBy: SECRET, reason: SECRET, at: T1 },
  RefundApprovalLapsed: { refundId: SECRET, at: T1 },
  RefundRequested: { refundId: SECRET, amount: AMOUNT, lines: [], reason: SECRET, at: T1 },
  RefundSucceeded: { refundId: SECRET, amount: AMOUNT, at: T1 },
  RefundFailed: { refundId: SECRET, amount: AMOUNT, code: SECRET, at: T1 },
  DisputeOpened: { ...OF_DISPUTE, fee: AMOUNT, reason: SECRET },
  DisputeUpdated: { disputeId: SECRET, status: 'under_review', at: T1 },
  DisputeWon: OF_DISPUTE,
  DisputeLost: OF_DISPUTE,
  PaymentAmountMismatch: { operationId: SECRET, expected: AMOUNT, reported: AMOUNT, at: T1 },
  PaymentProcessed: { ...OF_PAYMENT, orderId: ORDER_ID, paymentMethod: 'card', isSuccessful: true },
  PayoutReceived: {
    ...{ provider: SECRET, payoutId: SECRET, day: '2026-01-01', gross: AMOUNT, fees: usd(0), net: AMOUNT },
    ...{ lineCount: 1, at: T1 },
  },
  WebhookEndpointDisabled: {
    ...{ endpointId: SECRET, reason: 'gone', failures: 1, failingSince: T0, at: T1 },
  },
};

/** One of each; every string that is neither an id of ours, a method nor a time holds the canary. */
export const EVENTS = Object.fromEntries(
  Object.entries(FACTS).map(([type, facts]) => [type, { type, ...facts }]),
) as { readonly [Type in Types]: Extract<DomainEvent, { type: Type }> };
