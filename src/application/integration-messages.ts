import type { LineQuantity, OrderLine, ShippedLine } from '../domain/orders/order-events.ts';
import type { OrderId } from '../domain/shared/ids.ts';
import { invariant } from '../domain/shared/invariant.ts';
import type {
  IntegrationEvent,
  IntegrationMessage,
  LineQuantityView,
  LineView,
  ShippedLineView,
} from './integration-events.ts';
import { viewMoney } from './money-view.ts';
import type { DomainEvent, RecordedEvent } from './ports.ts';

/** `undefined`: the event is our own business. */
export function toIntegrationMessage(recorded: RecordedEvent): IntegrationMessage | undefined {
  const event = toIntegrationEvent(recorded);
  if (!event) return undefined;
  const { eventId: messageId, shard, position, streamId: subject, version: sequence } = recorded;
  const { tenantId, correlationId, traceparent } = recorded.metadata;
  return {
    messageId,
    tenantId,
    shard,
    position,
    subject,
    sequence,
    occurredAt: recorded.event.at,
    correlationId,
    event,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function toIntegrationEvent({ event, streamId }: RecordedEvent): IntegrationEvent | undefined {
  const publish = PUBLIC[event.type] as Publish<DomainEvent> | null | undefined;
  invariant(publish !== undefined, `it was decided whether the world hears of ${event.type}`);
  return publish?.(event, streamId as OrderId);
}

/** `orderId` is the stream's, so it is an order's for events of orders only. */
type Publish<Event extends DomainEvent> = (event: Event, orderId: OrderId) => IntegrationEvent;

/** What the world hears of each event. What somebody wrote, or the provider, and where a parcel went stay with us. */
const PUBLIC: {
  readonly [Type in DomainEvent['type']]: Publish<Extract<DomainEvent, { type: Type }>> | null;
} = {
  OrderCreated: ({ customerId, currency, items, totals, at: createdAt }, orderId) => {
    const shipping = viewMoney(totals.shipping);
    const total = viewMoney(totals.grand);
    const data = { orderId, customerId, currency, items: items.map(viewLine), shipping, total, createdAt };
    return { type: 'order.created.v1', data };
  },
  OrderAmended: ({ amendmentId, items, totalsBefore, totalsAfter, at: amendedAt }, orderId) => {
    const shipping = viewMoney(totalsAfter.shipping);
    const totals = { totalBefore: viewMoney(totalsBefore.grand), total: viewMoney(totalsAfter.grand) };
    const data = { orderId, amendmentId, items: items.map(viewLine), shipping, ...totals, amendedAt };
    return { type: 'order.amended.v1', data };
  },
  OrderConfirmed: ({ at: confirmedAt }, orderId) => ({
    type: 'order.confirmed.v1',
    data: { orderId, confirmedAt },
  }),
  OrderPaid: ({ total, at: paidAt }, orderId) => ({
    type: 'order.paid.v1',
    data: { orderId, total: viewMoney(total), paidAt },
  }),
  OrderOverpaid: ({ excess, at: overpaidAt }, orderId) => ({
    type: 'order.overpaid.v1',
    data: { orderId, excess: viewMoney(excess), overpaidAt },
  }),
  OrderPaymentAuthorized: ({ paymentId, amount, at: authorizedAt }, orderId) => ({
    type: 'order.payment_authorized.v1',
    data: { orderId, paymentId, amount: viewMoney(amount), authorizedAt },
  }),
  OrderPaymentCaptured: ({ paymentId, operationId: captureId, amount, at: capturedAt }, orderId) => ({
    type: 'order.payment_captured.v1',
    data: { orderId, paymentId, captureId, amount: viewMoney(amount), capturedAt },
  }),
  OrderRefundApplied: ({ paymentId, refundId, amount, at: refundedAt }, orderId) => ({
    type: 'order.refunded.v1',
    data: { orderId, paymentId, refundId, amount: viewMoney(amount), refundedAt },
  }),
  OrderRefundReleased: ({ paymentId, refundId, amount, at: failedAt }, orderId) => ({
    type: 'order.refund_failed.v1',
    data: { orderId, paymentId, refundId, amount: viewMoney(amount), failedAt },
  }),
  OrderChargedBack: ({ paymentId, disputeId, amount, at: chargedBackAt }, orderId) => ({
    type: 'order.charged_back.v1',
    data: { orderId, paymentId, disputeId, amount: viewMoney(amount), chargedBackAt },
  }),
  OrderCancelled: ({ at: cancelledAt }, orderId) => ({
    type: 'order.cancelled.v1',
    data: { orderId, cancelledAt },
  }),
  OrderExpired: ({ at: expiredAt }, orderId) => ({ type: 'order.expired.v1', data: { orderId, expiredAt } }),
  FulfilmentShipped: ({ fulfilmentId, lines, shipping, at: shippedAt }, orderId) => ({
    type: 'order.shipped.v1',
    data: { orderId, fulfilmentId, lines: lines.map(viewShipped), shipping: viewMoney(shipping), shippedAt },
  }),
  FulfilmentDelivered: ({ fulfilmentId, at: deliveredAt }, orderId) => ({
    type: 'order.delivered.v1',
    data: { orderId, fulfilmentId, deliveredAt },
  }),
  ReturnRequested: ({ returnId, lines, at: requestedAt }, orderId) => ({
    type: 'order.return_requested.v1',
    data: { orderId, returnId, lines: lines.map(viewQuantity), requestedAt },
  }),
  ReturnReceived: ({ returnId, at: returnedAt }, orderId) => ({
    type: 'order.returned.v1',
    data: { orderId, returnId, returnedAt },
  }),
  OrderCompleted: ({ at: completedAt }, orderId) => ({
    type: 'order.completed.v1',
    data: { orderId, completedAt },
  }),
  PaymentProcessed: ({ paymentId, orderId, amount, paymentMethod, isSuccessful, at: processedAt }) => {
    const data = {
      paymentId,
      orderId,
      amount: viewMoney(amount),
      paymentMethod,
      isSuccessful,
      processedAt,
    };
    return { type: 'payment.processed.v1', data };
  },
  StockReserved: null,
  StockRejected: null,
  StockReleased: null,
  PaymentClaimed: null,
  PaymentClaimReleased: null,
  OrderPaymentFailed: null,
  OrderRefundRequested: null,
  OrderCancellationRequested: null,
  FulfilmentCreated: null,
  FulfilmentCancelled: null,
  CustomerDataErased: null,
  PaymentInitiated: null,
  AttemptStarted: null,
  AttemptPending: null,
  ActionRequired: null,
  PaymentAuthorized: null,
  AttemptFailed: null,
  OperationOutcomeUnknown: null,
  OperationReconciled: null,
  OutcomeContradicted: null,
  CaptureRequested: null,
  CaptureSucceeded: null,
  CaptureFailed: null,
  VoidRequested: null,
  PaymentVoided: null,
  VoidFailed: null,
  AuthorizationExpired: null,
  RefundApprovalRequested: null,
  RefundApproved: null,
  RefundRejected: null,
  RefundApprovalLapsed: null,
  RefundRequested: null,
  RefundSucceeded: null,
  RefundFailed: null,
  DisputeOpened: null,
  DisputeUpdated: null,
  DisputeWon: null,
  DisputeLost: null,
  PaymentAmountMismatch: null,
  PayoutReceived: null,
  WebhookEndpointDisabled: null,
};

/** Types of events that the world hears of. */
export const PUBLISHED_EVENTS: readonly string[] = Object.entries(PUBLIC).flatMap(([type, publish]) =>
  publish ? [type] : [],
);

const viewLine = ({ lineId, productId, quantity, unitPrice, discount, net, tax }: OrderLine): LineView => ({
  lineId,
  productId,
  quantity,
  unitPrice: viewMoney(unitPrice),
  discount: viewMoney(discount),
  net: viewMoney(net),
  tax: viewMoney(tax),
});

const viewQuantity = ({ lineId, quantity }: LineQuantity): LineQuantityView => ({ lineId, quantity });

const viewShipped = ({ lineId, quantity, net, tax }: ShippedLine): ShippedLineView => ({
  lineId,
  quantity,
  net: viewMoney(net),
  tax: viewMoney(tax),
});
