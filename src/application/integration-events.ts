import type { OrderId, PaymentId, TenantId } from '../domain/shared/ids.ts';
import type { MoneyView } from './money-view.ts';

/**
 * Every contract, with its name as a class for those who know messages by one. A version, once published, never changes
 * its meaning; another meaning is another version beside it.
 */
export const CONTRACT_NAMES = {
  'order.created.v1': 'OrderCreated',
  'order.amended.v1': 'OrderAmended',
  'order.confirmed.v1': 'OrderConfirmed',
  'order.paid.v1': 'OrderPaid',
  'order.overpaid.v1': 'OrderOverpaid',
  'order.payment_authorized.v1': 'OrderPaymentAuthorized',
  'order.payment_captured.v1': 'OrderPaymentCaptured',
  'order.refunded.v1': 'OrderRefunded',
  'order.refund_failed.v1': 'OrderRefundFailed',
  'order.charged_back.v1': 'OrderChargedBack',
  'order.cancelled.v1': 'OrderCancelled',
  'order.expired.v1': 'OrderExpired',
  'order.shipped.v1': 'OrderShipped',
  'order.delivered.v1': 'OrderDelivered',
  'order.return_requested.v1': 'OrderReturnRequested',
  'order.returned.v1': 'OrderReturned',
  'order.completed.v1': 'OrderCompleted',
  'payment.processed.v1': 'PaymentProcessed',
} as const;

export type IntegrationEventType = keyof typeof CONTRACT_NAMES;

export const INTEGRATION_EVENT_TYPES = Object.keys(CONTRACT_NAMES) as readonly IntegrationEventType[];

export const isIntegrationEventType = (type: string): type is IntegrationEventType =>
  Object.hasOwn(CONTRACT_NAMES, type);

/** A line of an order, by whose `lineId` later messages speak of it. `net + tax` is what the customer pays for it. */
export type LineView = {
  readonly lineId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: MoneyView;
  readonly discount: MoneyView;
  readonly net: MoneyView;
  readonly tax: MoneyView;
};

export type LineQuantityView = { readonly lineId: string; readonly quantity: number };

/** What is sold with a shipment; the shipments of a line sum to the line. */
export type ShippedLineView = LineQuantityView & { readonly net: MoneyView; readonly tax: MoneyView };

type Contract<Type extends IntegrationEventType, Facts = unknown> = {
  readonly type: Type;
  readonly data: { readonly orderId: OrderId } & Readonly<Facts>;
};

type RefundFacts = { paymentId: PaymentId; refundId: string; amount: MoneyView };

/**
 * The public contract: all that leaves the service. Only ids, quantities and amounts travel, and of persons the opaque
 * `customerId` alone, so a copy in somebody's queue holds nothing else personal.
 */
export type IntegrationEvent =
  | Contract<
      'order.created.v1',
      {
        customerId: string;
        currency: string;
        items: readonly LineView[];
        shipping: MoneyView;
        total: MoneyView;
        createdAt: string;
      }
    >
  /** All lines as they are from now on. */
  | Contract<
      'order.amended.v1',
      {
        amendmentId: string;
        items: readonly LineView[];
        shipping: MoneyView;
        totalBefore: MoneyView;
        total: MoneyView;
        amendedAt: string;
      }
    >
  /** Paid, or promised by banks to be: it may be sent. */
  | Contract<'order.confirmed.v1', { confirmedAt: string }>
  | Contract<'order.paid.v1', { total: MoneyView; paidAt: string }>
  /** More was taken than is due; it goes back by refunds of its own. */
  | Contract<'order.overpaid.v1', { excess: MoneyView; overpaidAt: string }>
  | Contract<'order.payment_authorized.v1', { paymentId: PaymentId; amount: MoneyView; authorizedAt: string }>
  /** A payment may be captured in parts, each told once. */
  | Contract<
      'order.payment_captured.v1',
      { paymentId: PaymentId; captureId: string; amount: MoneyView; capturedAt: string }
    >
  | Contract<'order.refunded.v1', RefundFacts & { refundedAt: string }>
  /** Nothing went back, even if the same refund was told before: providers take word back. */
  | Contract<'order.refund_failed.v1', RefundFacts & { failedAt: string }>
  /** The customer's bank took it back for good. */
  | Contract<
      'order.charged_back.v1',
      { paymentId: PaymentId; disputeId: string; amount: MoneyView; chargedBackAt: string }
    >
  | Contract<'order.cancelled.v1', { cancelledAt: string }>
  | Contract<'order.expired.v1', { expiredAt: string }>
  /** From here on the lines are sold; with the first shipment, so is the shipping. */
  | Contract<
      'order.shipped.v1',
      { fulfilmentId: string; lines: readonly ShippedLineView[]; shipping: MoneyView; shippedAt: string }
    >
  | Contract<'order.delivered.v1', { fulfilmentId: string; deliveredAt: string }>
  | Contract<
      'order.return_requested.v1',
      { returnId: string; lines: readonly LineQuantityView[]; requestedAt: string }
    >
  /** The goods of the return that was requested are back. */
  | Contract<'order.returned.v1', { returnId: string; returnedAt: string }>
  | Contract<'order.completed.v1', { completedAt: string }>
  | Contract<
      'payment.processed.v1',
      {
        paymentId: PaymentId;
        amount: MoneyView;
        paymentMethod: string;
        isSuccessful: boolean;
        processedAt: string;
      }
    >;

export type IntegrationMessage = {
  /** The id of the event it tells of: the same at every redelivery. */
  readonly messageId: string;
  readonly tenantId: TenantId;
  readonly shard: number;
  readonly position: bigint;
  /** The order or payment whose stream the event is in. */
  readonly subject: string;
  /** Version of that stream after the event: later is higher. */
  readonly sequence: number;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly traceparent?: string;
  readonly event: IntegrationEvent;
};

/** The order that a message is about: messages of one order keep their order where that is possible. */
export const orderIdOf = ({ event }: IntegrationMessage): OrderId => event.data.orderId;
