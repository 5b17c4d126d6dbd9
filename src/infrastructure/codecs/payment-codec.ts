import { Type, type Static } from 'typebox';
import type { DomainEvent } from '../../application/ports.ts';
import { PAYMENT_METHODS, type PaymentEvent } from '../../domain/payments/payment-events.ts';
import type { Encoded } from './money-json.ts';
import { Instant, MoneyPayload, Text, Uuid } from './payload-schemas.ts';
import { version1 } from './payload-versions.ts';

const Method = Type.Enum([...PAYMENT_METHODS]);

/** Payloads of the payment events, in every version ever written; how to add one is said at `ORDER_PAYLOADS`. */
export const PAYMENT_PAYLOADS = {
  PaymentInitiated: version1({
    paymentId: Uuid,
    orderId: Uuid,
    amount: MoneyPayload,
    paymentMethod: Method,
    paymentToken: Text,
    captureMethod: Type.Literal('automatic'),
    at: Instant,
  }),
  AttemptStarted: version1({ attemptId: Text, provider: Text, providerKey: Text, at: Instant }),
  PaymentAuthorized: version1({ attemptId: Text, providerRef: Text, amount: MoneyPayload, at: Instant }),
  CaptureSucceeded: version1({ captureId: Text, amount: MoneyPayload, final: Type.Boolean(), at: Instant }),
  AttemptFailed: version1({
    attemptId: Text,
    code: Text,
    class: Type.Enum(['declined', 'not_sent']),
    at: Instant,
  }),
  OperationOutcomeUnknown: version1({ operationId: Text, reason: Text, at: Instant }),
  PaymentProcessed: version1({
    paymentId: Uuid,
    orderId: Uuid,
    amount: MoneyPayload,
    paymentMethod: Method,
    isSuccessful: Type.Boolean(),
    at: Instant,
  }),
} as const;

export const isPaymentEvent = (event: DomainEvent): event is PaymentEvent => event.type in PAYMENT_PAYLOADS;

type Payloads = {
  [Name in keyof typeof PAYMENT_PAYLOADS]: Static<(typeof PAYMENT_PAYLOADS)[Name]['current']>;
};
type Events = { [Event in PaymentEvent as Event['type']]: Encoded<Omit<Event, 'type'>> };

// Compiles only while the schemas and the domain's events say the same, field by field, in both directions.
true satisfies [Payloads, Events] extends [Events, Payloads] ? true : never;
