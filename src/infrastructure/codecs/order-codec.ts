import { Type, type Static } from 'typebox';
import type { DomainEvent } from '../../application/ports.ts';
import type { OrderEvent } from '../../domain/orders/order-events.ts';
import type { Encoded } from './money-json.ts';
import { Instant, MoneyPayload, payload, Text, Uuid } from './payload-schemas.ts';
import { version1 } from './payload-versions.ts';

/**
 * Payloads of the order events, in every version ever written. What was written stays, so a change is one version more
 * below the others, and a golden payload of it in `tests/infrastructure/golden-payloads.json`:
 *   OrderConfirmed: version1({ orderId: Uuid, at: Instant })
 *     .next({ orderId: Uuid, by: Text, at: Instant }, (v1) => ({ ...v1, by: 'unknown' })),
 */
export const ORDER_PAYLOADS = {
  OrderCreated: version1({
    orderId: Uuid,
    customerId: Text,
    currency: Text,
    pricesIncludeTax: Type.Boolean(),
    items: Type.Array(
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
    ),
    totals: payload({
      items: MoneyPayload,
      discount: MoneyPayload,
      tax: MoneyPayload,
      shipping: MoneyPayload,
      grand: MoneyPayload,
    }),
    at: Instant,
  }),
  PaymentClaimed: version1({ paymentId: Uuid, amount: MoneyPayload, at: Instant }),
  PaymentClaimReleased: version1({ paymentId: Uuid, reason: Text, at: Instant }),
  OrderPaymentCaptured: version1({ paymentId: Uuid, operationId: Text, amount: MoneyPayload, at: Instant }),
  OrderPaymentFailed: version1({
    paymentId: Uuid,
    operationId: Text,
    amount: MoneyPayload,
    code: Text,
    at: Instant,
  }),

  OrderConfirmed: version1({ orderId: Uuid, at: Instant }),
  OrderPaid: version1({ orderId: Uuid, total: MoneyPayload, at: Instant }),
} as const;

export const isOrderEvent = (event: DomainEvent): event is OrderEvent => event.type in ORDER_PAYLOADS;

type Payloads = { [Name in keyof typeof ORDER_PAYLOADS]: Static<(typeof ORDER_PAYLOADS)[Name]['current']> };
type Events = { [Event in OrderEvent as Event['type']]: Encoded<Omit<Event, 'type'>> };

// Compiles only while the schemas and the domain's events say the same, field by field, in both directions.
true satisfies [Payloads, Events] extends [Events, Payloads] ? true : never;
