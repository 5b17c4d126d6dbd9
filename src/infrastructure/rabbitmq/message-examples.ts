import type {
  IntegrationEvent,
  IntegrationEventType,
  IntegrationMessage,
} from '../../application/integration-events.ts';
import type { OrderId, PaymentId, TenantId } from '../../domain/shared/ids.ts';

// One of each, for the description of the messages and for the golden files that hold them to it byte for byte.

const orderId = '0199b0a4-0000-7000-8000-00000000a5a5' as OrderId;
const paymentId = '0199b0a4-0000-7000-8000-00000001a5a5' as PaymentId;
const tenantId = '0199b0a4-0000-7000-8000-000000000002' as TenantId;
const at = '2026-01-02T03:04:05.678Z';
const eur = (amount: number) => ({ amount, currency: 'EUR' });

const items = [
  {
    ...{ lineId: '1', productId: 'teapot', quantity: 2 },
    ...{ unitPrice: eur(1_000), discount: eur(100), net: eur(1_900), tax: eur(380) },
  },
];
const ofOrder = { shipping: eur(500), total: eur(2_780) };
const ofPayment = { orderId, paymentId, amount: eur(2_780) };
const ofRefund = { orderId, paymentId, refundId: 'b0a5c3f2-6f0e-5d0b-9a7e-3c1f5e8d2a41', amount: eur(1_140) };
const ofFulfilment = { orderId, fulfilmentId: '1f2d3c4b-5a69-5788-9766-554433221100' };
const ofReturn = { orderId, returnId: '2e3d4c5b-6a79-5887-9665-544332211000' };

type Data = { readonly [Event in IntegrationEvent as Event['type']]: Event['data'] };

const DATA: Data = {
  'order.created.v1': {
    ...{ orderId, customerId: 'customer-42', currency: 'EUR', items, ...ofOrder, createdAt: at },
  },
  'order.amended.v1': {
    ...{ orderId, amendmentId: '3d4c5b6a-7988-5786-9554-433221100fed', items, ...ofOrder },
    ...{ totalBefore: eur(3_980), amendedAt: at },
  },
  'order.confirmed.v1': { orderId, confirmedAt: at },
  'order.paid.v1': { orderId, total: eur(2_780), paidAt: at },
  'order.overpaid.v1': { orderId, excess: eur(20), overpaidAt: at },
  'order.payment_authorized.v1': { ...ofPayment, authorizedAt: at },
  'order.payment_captured.v1': {
    ...{ ...ofPayment, captureId: '4c5b6a79-8897-5675-9443-3221100fedcb', capturedAt: at },
  },
  'order.refunded.v1': { ...ofRefund, refundedAt: at },
  'order.refund_failed.v1': { ...ofRefund, failedAt: at },
  'order.charged_back.v1': { ...ofPayment, disputeId: 'dp_1PqRsTuVwXyZ', chargedBackAt: at },
  'order.cancelled.v1': { orderId, cancelledAt: at },
  'order.expired.v1': { orderId, expiredAt: at },
  'order.shipped.v1': {
    ...{ ...ofFulfilment, lines: [{ lineId: '1', quantity: 1, net: eur(950), tax: eur(190) }] },
    ...{ shipping: eur(500), shippedAt: at },
  },
  'order.delivered.v1': { ...ofFulfilment, deliveredAt: at },
  'order.return_requested.v1': { ...ofReturn, lines: [{ lineId: '1', quantity: 1 }], requestedAt: at },
  'order.returned.v1': { ...ofReturn, returnedAt: at },
  'order.completed.v1': { orderId, completedAt: at },
  'payment.processed.v1': { ...ofPayment, paymentMethod: 'card', isSuccessful: true, processedAt: at },
};

export const MESSAGE_EXAMPLES: readonly IntegrationMessage[] = Object.entries(DATA).map(
  ([type, data], index) => ({
    messageId: `0199b0a4-0000-7000-8000-0000000001${String(index + 10)}`,
    tenantId,
    shard: 0,
    position: BigInt(index + 1),
    subject: type === 'payment.processed.v1' ? paymentId : orderId,
    sequence: index + 1,
    occurredAt: at,
    correlationId: '4bf92f3577b34da6a3ce929d0e0e4736',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    event: { type: type as IntegrationEventType, data } as IntegrationEvent, // as the type of `DATA` pairs them
  }),
);
