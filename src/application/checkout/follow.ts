import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { OrderId, PaymentId } from '../../domain/shared/ids.ts';
import { loadAggregate } from '../load-aggregates.ts';
import type { CommandContext, DomainEvent, EventLog, Ids, RecordedEvent } from '../ports.ts';
import type { ReconcileOrder } from './reconcile-order.ts';

/** What may leave an order and its payments at odds. */
const ON_ORDERS: ReadonlySet<DomainEvent['type']> = new Set([
  'OrderCreated',
  'OrderAmended',
  'OrderCancellationRequested',
  'OrderCancelled',
  'OrderExpired',
]);
const ON_PAYMENTS: ReadonlySet<DomainEvent['type']> = new Set([
  'PaymentAuthorized',
  'CaptureSucceeded',
  'CaptureFailed',
  'PaymentVoided',
  'AuthorizationExpired',
  'RefundSucceeded',
  'RefundFailed',
  'RefundRejected',
  'RefundApprovalLapsed',
  'DisputeWon',
  'DisputeLost',
  'PaymentProcessed',
]);

/** The process manager's ear: which orders these events concern, each to be reconciled once. */
export function checkoutFollower(log: EventLog, reconcileOrder: ReconcileOrder, ids: Ids) {
  async function concernedBy({ event, streamId, metadata }: RecordedEvent): Promise<OrderId | undefined> {
    if (ON_ORDERS.has(event.type)) return streamId as OrderId;
    if (!ON_PAYMENTS.has(event.type)) return undefined;
    if (event.type === 'PaymentProcessed') return event.orderId;
    const payment = await loadAggregate(log, metadata.tenantId, paymentAggregate, streamId as PaymentId);
    return payment.state.status === 'absent' ? undefined : payment.state.orderId;
  }

  return {
    /** The last event of each order or payment that concerns us: those before it lead to the same. */
    lastOfEach: (events: readonly RecordedEvent[]): RecordedEvent[] => {
      // Nearly every order is created with its stock reserved: nothing is left to do for it.
      const inStock = new Set(
        events.filter(({ event }) => event.type === 'StockReserved').map(({ streamId }) => streamId),
      );
      const concerning = events.filter(
        ({ event, streamId }) =>
          (ON_ORDERS.has(event.type) || ON_PAYMENTS.has(event.type)) &&
          !(event.type === 'OrderCreated' && inStock.has(streamId)),
      );
      return [...new Map(concerning.map((recorded) => [recorded.streamId, recorded])).values()];
    },
    handle: async (recorded: RecordedEvent): Promise<void> => {
      const orderId = await concernedBy(recorded);
      const paymentIds = ON_PAYMENTS.has(recorded.event.type) ? [recorded.streamId as PaymentId] : [];
      if (orderId) await reconcileOrder(contextOf(recorded, ids), orderId, { paymentIds });
    },
  };
}

export type CheckoutFollower = ReturnType<typeof checkoutFollower>;

function contextOf({ eventId, metadata }: RecordedEvent, ids: Ids): CommandContext {
  const { tenantId, correlationId, traceparent } = metadata;
  const commandId = ids.derivedCommandId('checkout', eventId);
  return {
    commandId,
    tenantId,
    fingerprint: commandId,
    correlationId,
    causationId: eventId,
    actor: 'system:checkout',
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
