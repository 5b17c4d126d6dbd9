import { Type, type Static } from 'typebox';
import type { DomainEvent } from '../../application/ports.ts';
import type { OrderEvent } from '../../domain/orders/order-events.ts';
import type { Encoded } from './money-json.ts';
import { Instant, MoneyPayload, payload, Text, TextOrNull, Uuid } from './payload-schemas.ts';
import { version1 } from './payload-versions.ts';

const Lines = Type.Array(
  payload({
    lineId: Text,
    productId: Text,
    productName: Text,
    quantity: Type.Integer(),
    unitPrice: MoneyPayload,
    discount: MoneyPayload,
    taxRateBasisPoints: Type.Integer(),
    net: MoneyPayload,
    tax: MoneyPayload,
  }),
);

const Totals = payload({
  items: MoneyPayload,
  discount: MoneyPayload,
  tax: MoneyPayload,
  shipping: MoneyPayload,
  grand: MoneyPayload,
});

const created = {
  orderId: Uuid,
  customerId: Text,
  currency: Text,
  pricesIncludeTax: Type.Boolean(),
  items: Lines,
  totals: Totals,
  at: Instant,
};

const lineQuantity = { lineId: Text, quantity: Type.Integer() };
const shipped = {
  fulfilmentId: Text,
  lines: Type.Array(payload({ ...lineQuantity, net: MoneyPayload, tax: MoneyPayload })),
  shipping: MoneyPayload,
  tracking: TextOrNull,
  at: Instant,
};
/** As an operator gave it, if one did. */
const Reason = Type.Optional(Text);
const Quantities = Type.Array(payload(lineQuantity));

/**
 * Payloads of the order events, in every version ever written. What was written stays, so a change is one version more
 * below the others, and a golden payload of it in `tests/infrastructure/golden-payloads.json`:
 *   OrderConfirmed: version1({ orderId: Uuid, at: Instant })
 *     .next({ orderId: Uuid, by: Text, at: Instant }, (v1) => ({ ...v1, by: 'unknown' })),
 */
export const ORDER_PAYLOADS = {
  // From version 3 on `customerId` is sealed where it is kept (`personal-data.ts`); here it is open again.
  OrderCreated: version1(created)
    .next({ ...created, expiresAt: TextOrNull }, (v1) => ({ ...v1, expiresAt: null }))
    .next({ ...created, expiresAt: TextOrNull }, (v2) => v2),
  OrderAmended: version1({
    amendmentId: Text,
    items: Lines,
    totalsBefore: Totals,
    totalsAfter: Totals,
    reason: Text,
    at: Instant,
  }),
  StockReserved: version1({ orderId: Uuid, at: Instant }),
  StockRejected: version1({ orderId: Uuid, reason: Text, at: Instant }),
  StockReleased: version1({ orderId: Uuid, at: Instant }),

  PaymentClaimed: version1({ paymentId: Uuid, amount: MoneyPayload, at: Instant }),
  PaymentClaimReleased: version1({ paymentId: Uuid, reason: Text, at: Instant }),
  OrderPaymentAuthorized: version1({ paymentId: Uuid, operationId: Text, amount: MoneyPayload, at: Instant }),
  OrderPaymentCaptured: version1({ paymentId: Uuid, operationId: Text, amount: MoneyPayload, at: Instant }),
  OrderPaymentFailed: version1({
    paymentId: Uuid,
    operationId: Text,
    amount: MoneyPayload,
    code: Text,
    at: Instant,
  }),
  OrderRefundRequested: version1({
    refundId: Text,
    paymentId: Uuid,
    amount: MoneyPayload,
    lines: Type.Array(payload({ ...lineQuantity, amount: MoneyPayload })),
    source: payload({ funds: MoneyPayload, returns: MoneyPayload, tax: MoneyPayload }),
    at: Instant,
  }),
  OrderRefundApplied: version1({ refundId: Text, paymentId: Uuid, amount: MoneyPayload, at: Instant }),
  OrderRefundReleased: version1({
    refundId: Text,
    paymentId: Uuid,
    amount: MoneyPayload,
    code: Text,
    at: Instant,
  }),
  OrderChargedBack: version1({ paymentId: Uuid, disputeId: Text, amount: MoneyPayload, at: Instant }),

  OrderConfirmed: version1({ orderId: Uuid, at: Instant }),
  OrderPaid: version1({ orderId: Uuid, total: MoneyPayload, at: Instant }),
  OrderOverpaid: version1({ orderId: Uuid, excess: MoneyPayload, at: Instant }),
  OrderCancellationRequested: version1({
    by: Text,
    reason: Text,
    into: Type.Enum(['Cancelled', 'Expired']),
    at: Instant,
  }),
  OrderCancelled: version1({ orderId: Uuid, at: Instant }),
  OrderExpired: version1({ orderId: Uuid, at: Instant }),

  FulfilmentCreated: version1({ fulfilmentId: Text, lines: Quantities, at: Instant }).next(
    { fulfilmentId: Text, lines: Quantities, reason: Reason, at: Instant },
    (v1) => v1,
  ),
  // From version 2 on `tracking` is sealed where it is kept.
  FulfilmentShipped: version1(shipped)
    .next(shipped, (v1) => v1)
    .next({ ...shipped, reason: Reason }, (v2) => v2),
  FulfilmentDelivered: version1({ fulfilmentId: Text, at: Instant }).next(
    { fulfilmentId: Text, reason: Reason, at: Instant },
    (v1) => v1,
  ),
  FulfilmentCancelled: version1({ fulfilmentId: Text, reason: Text, at: Instant }),
  ReturnRequested: version1({ returnId: Text, lines: Quantities, reason: Text, at: Instant }),
  ReturnReceived: version1({ returnId: Text, at: Instant }).next(
    { returnId: Text, reason: Reason, at: Instant },
    (v1) => v1,
  ),
  OrderCompleted: version1({ orderId: Uuid, at: Instant }),
  CustomerDataErased: version1({ keyId: TextOrNull, at: Instant }),
} as const;

export const isOrderEvent = (event: DomainEvent): event is OrderEvent => event.type in ORDER_PAYLOADS;

type Payloads = { [Name in keyof typeof ORDER_PAYLOADS]: Static<(typeof ORDER_PAYLOADS)[Name]['current']> };
type Events = { [Event in OrderEvent as Event['type']]: Encoded<Omit<Event, 'type'>> };

// Compiles only while the schemas and the domain's events say the same, field by field, in both directions.
true satisfies [Payloads, Events] extends [Events, Payloads] ? true : never;
