import { Type, type Static } from 'typebox';
import type { DomainEvent } from '../../application/ports.ts';
import type { PayoutEvent } from '../../domain/ledger/payout.ts';
import type { Encoded } from './money-json.ts';
import { Instant, MoneyPayload, Text } from './payload-schemas.ts';
import { version1 } from './payload-versions.ts';

/** Payloads of the payout events, in every version ever written; how to add one is said at `ORDER_PAYLOADS`. */
export const PAYOUT_PAYLOADS = {
  PayoutReceived: version1({
    provider: Text,
    payoutId: Text,
    day: Text,
    gross: MoneyPayload,
    fees: MoneyPayload,
    net: MoneyPayload,
    lineCount: Type.Integer(),
    at: Instant,
  }),
} as const;

export const isPayoutEvent = (event: DomainEvent): event is PayoutEvent => event.type in PAYOUT_PAYLOADS;

type Payloads = {
  [Name in keyof typeof PAYOUT_PAYLOADS]: Static<(typeof PAYOUT_PAYLOADS)[Name]['current']>;
};
type Events = { [Event in PayoutEvent as Event['type']]: Encoded<Omit<Event, 'type'>> };

// Compiles only while the schemas and the domain's events say the same, field by field, in both directions.
true satisfies [Payloads, Events] extends [Events, Payloads] ? true : never;
