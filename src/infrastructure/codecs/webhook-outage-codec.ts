import { Type, type Static } from 'typebox';
import type { WebhookOutageEvent } from '../../domain/webhooks/outage.ts';
import type { Encoded } from './money-json.ts';
import { Instant, Uuid } from './payload-schemas.ts';
import { version1 } from './payload-versions.ts';

/** Payloads of the outages of webhook endpoints, in every version ever written; see `ORDER_PAYLOADS`. */
export const WEBHOOK_OUTAGE_PAYLOADS = {
  WebhookEndpointDisabled: version1({
    endpointId: Uuid,
    reason: Type.Enum(['sustained-failure', 'gone']),
    failures: Type.Integer(),
    failingSince: Instant,
    at: Instant,
  }),
} as const;

type Payloads = {
  [Name in keyof typeof WEBHOOK_OUTAGE_PAYLOADS]: Static<(typeof WEBHOOK_OUTAGE_PAYLOADS)[Name]['current']>;
};
type Events = { [Event in WebhookOutageEvent as Event['type']]: Encoded<Omit<Event, 'type'>> };

// Compiles only while the schemas and the domain's events say the same, field by field, in both directions.
true satisfies [Payloads, Events] extends [Events, Payloads] ? true : never;
