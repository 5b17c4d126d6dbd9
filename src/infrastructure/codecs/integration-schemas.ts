import { Type, type Static, type TSchema } from 'typebox';
import type { IntegrationEvent, IntegrationEventType } from '../../application/integration-events.ts';
import type { Encoded } from './money-json.ts';
import { Instant, MoneyPayload, Text, Uuid } from './payload-schemas.ts';

// Open to further properties, unlike what the log keeps: a newer build may add one while this one still consumes.
const open = <Properties extends Record<string, TSchema>>(properties: Properties) => Type.Object(properties);

/** The bodies of the messages, by type and version of the public contract. */
export const INTEGRATION_DATA = {
  'order.created.v1': open({
    orderId: Uuid,
    customerId: Text,
    currency: Text,
    items: Type.Array(open({ productId: Text, quantity: Type.Integer(), unitPrice: MoneyPayload })),
    total: MoneyPayload,
    createdAt: Instant,
  }),
  'order.confirmed.v1': open({ orderId: Uuid, confirmedAt: Instant }),
  'order.paid.v1': open({ orderId: Uuid, total: MoneyPayload, paidAt: Instant }),
  'payment.processed.v1': open({
    paymentId: Uuid,
    orderId: Uuid,
    amount: MoneyPayload,
    paymentMethod: Text,
    isSuccessful: Type.Boolean(),
    processedAt: Instant,
  }),
} as const satisfies Record<IntegrationEventType, TSchema>;

type Schemas = { [Name in keyof typeof INTEGRATION_DATA]: Static<(typeof INTEGRATION_DATA)[Name]> };
type Contracts = { [Event in IntegrationEvent as Event['type']]: Encoded<Event['data']> };

// Compiles only while the schemas and the contracts say the same, field by field, in both directions.
export type IntegrationDataMatch = [
  Schemas extends Contracts ? true : never,
  Contracts extends Schemas ? true : never,
];
[true, true] satisfies IntegrationDataMatch;
