import { assertNever } from '../domain/shared/invariant.ts';
import type { OrderId, PaymentId, TenantId } from '../domain/shared/ids.ts';
import { viewMoney, type MoneyView } from './money-view.ts';
import type { RecordedEvent } from './ports.ts';

/**
 * The public contract: all that leaves the service. A version, once published, never changes its meaning; domain
 * events may. Only ids and amounts travel, so a copy in somebody's queue holds nothing personal.
 */
export type IntegrationEvent =
  | {
      readonly type: 'order.created.v1';
      readonly data: {
        readonly orderId: OrderId;
        readonly customerId: string;
        readonly currency: string;
        readonly items: readonly {
          readonly productId: string;
          readonly quantity: number;
          readonly unitPrice: MoneyView;
        }[];
        readonly total: MoneyView;
        readonly createdAt: string;
      };
    }
  | {
      readonly type: 'order.confirmed.v1';
      readonly data: { readonly orderId: OrderId; readonly confirmedAt: string };
    }
  | {
      readonly type: 'order.paid.v1';
      readonly data: { readonly orderId: OrderId; readonly total: MoneyView; readonly paidAt: string };
    }
  | {
      readonly type: 'payment.processed.v1';
      readonly data: {
        readonly paymentId: PaymentId;
        readonly orderId: OrderId;
        readonly amount: MoneyView;
        readonly paymentMethod: string;
        readonly isSuccessful: boolean;
        readonly processedAt: string;
      };
    };

export type IntegrationEventType = IntegrationEvent['type'];

export type IntegrationMessage = {
  /** The id of the event it tells of: the same at every redelivery. */
  readonly messageId: string;
  readonly tenantId: TenantId;
  readonly shard: number;
  readonly position: bigint;
  /** Version of the stream after the event: later is higher, per stream. */
  readonly sequence: number;
  readonly correlationId: string;
  readonly traceparent?: string;
  readonly event: IntegrationEvent;
};

/** `undefined`: the event is our own business. */
export function toIntegrationMessage(recorded: RecordedEvent): IntegrationMessage | undefined {
  const event = toIntegrationEvent(recorded);
  if (!event) return undefined;
  const { eventId: messageId, shard, position, version: sequence } = recorded;
  const { tenantId, correlationId, traceparent } = recorded.metadata;
  return {
    messageId,
    tenantId,
    shard,
    position,
    sequence,
    correlationId,
    event,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function toIntegrationEvent({ event }: RecordedEvent): IntegrationEvent | undefined {
  switch (event.type) {
    case 'OrderCreated': {
      const { orderId, customerId, currency, at: createdAt } = event;
      const items = event.items.map(({ productId, quantity, unitPrice }) => ({
        productId,
        quantity,
        unitPrice: viewMoney(unitPrice),
      }));
      const total = viewMoney(event.totals.grand);
      return { type: 'order.created.v1', data: { orderId, customerId, currency, items, total, createdAt } };
    }
    case 'OrderConfirmed':
      return { type: 'order.confirmed.v1', data: { orderId: event.orderId, confirmedAt: event.at } };
    case 'OrderPaid': {
      const { orderId, total, at: paidAt } = event;
      return { type: 'order.paid.v1', data: { orderId, total: viewMoney(total), paidAt } };
    }
    case 'PaymentProcessed': {
      const { paymentId, orderId, amount, paymentMethod, isSuccessful, at: processedAt } = event;
      const data = {
        paymentId,
        orderId,
        amount: viewMoney(amount),
        paymentMethod,
        isSuccessful,
        processedAt,
      };
      return { type: 'payment.processed.v1', data };
    }
    case 'OrderAmended':
    case 'StockReserved':
    case 'StockRejected':
    case 'StockReleased':
    case 'PaymentClaimed':
    case 'PaymentClaimReleased':
    case 'OrderPaymentAuthorized':
    case 'OrderPaymentCaptured':
    case 'OrderPaymentFailed':
    case 'OrderRefundRequested':
    case 'OrderRefundApplied':
    case 'OrderRefundReleased':
    case 'OrderChargedBack':
    case 'OrderOverpaid':
    case 'OrderCancellationRequested':
    case 'OrderCancelled':
    case 'OrderExpired':
    case 'FulfilmentCreated':
    case 'FulfilmentShipped':
    case 'FulfilmentDelivered':
    case 'FulfilmentCancelled':
    case 'ReturnRequested':
    case 'ReturnReceived':
    case 'OrderCompleted':
    case 'PaymentInitiated':
    case 'AttemptStarted':
    case 'AttemptPending':
    case 'ActionRequired':
    case 'PaymentAuthorized':
    case 'AttemptFailed':
    case 'OperationOutcomeUnknown':
    case 'OperationReconciled':
    case 'OutcomeContradicted':
    case 'CaptureRequested':
    case 'CaptureSucceeded':
    case 'CaptureFailed':
    case 'VoidRequested':
    case 'PaymentVoided':
    case 'VoidFailed':
    case 'AuthorizationExpired':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundFailed':
    case 'DisputeOpened':
    case 'DisputeUpdated':
    case 'DisputeWon':
    case 'DisputeLost':
    case 'PaymentAmountMismatch':
      return undefined;
    default:
      return assertNever(event);
  }
}

/** The order that a message is about: messages of one order keep their order where that is possible. */
export const orderIdOf = ({ event }: IntegrationMessage): OrderId => event.data.orderId;
