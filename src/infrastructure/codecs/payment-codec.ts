import { Type, type Static } from 'typebox';
import type { DomainEvent } from '../../application/ports.ts';
import { PAYMENT_METHODS, type PaymentEvent } from '../../domain/payments/payment-events.ts';
import type { Encoded } from './money-json.ts';
import { Instant, MoneyPayload, payload, Text, Uuid } from './payload-schemas.ts';

const Method = Type.Enum([...PAYMENT_METHODS]);

/** Payloads of the payment events, version 1 of each. */
export const PAYMENT_PAYLOADS = {
  PaymentInitiated: payload({
    paymentId: Uuid,
    orderId: Uuid,
    amount: MoneyPayload,
    paymentMethod: Method,
    paymentToken: Text,
    captureMethod: Type.Literal('automatic'),
    at: Instant,
  }),
  AttemptStarted: payload({ attemptId: Text, provider: Text, providerKey: Text, at: Instant }),
  PaymentAuthorized: payload({ attemptId: Text, providerRef: Text, amount: MoneyPayload, at: Instant }),
  CaptureSucceeded: payload({ captureId: Text, amount: MoneyPayload, final: Type.Boolean(), at: Instant }),
  AttemptFailed: payload({
    attemptId: Text,
    code: Text,
    class: Type.Enum(['declined', 'not_sent']),
    at: Instant,
  }),
  OperationOutcomeUnknown: payload({ operationId: Text, reason: Text, at: Instant }),
  PaymentProcessed: payload({
    paymentId: Uuid,
    orderId: Uuid,
    amount: MoneyPayload,
    paymentMethod: Method,
    isSuccessful: Type.Boolean(),
    at: Instant,
  }),
} as const;

export const isPaymentEvent = (event: DomainEvent): event is PaymentEvent => event.type in PAYMENT_PAYLOADS;

type Payloads = { [Name in keyof typeof PAYMENT_PAYLOADS]: Static<(typeof PAYMENT_PAYLOADS)[Name]> };
type Events = { [Event in PaymentEvent as Event['type']]: Encoded<Omit<Event, 'type'>> };

// Compiles only while the schemas and the domain's events say the same, field by field, in both directions.
true satisfies [Payloads, Events] extends [Events, Payloads] ? true : never;
