declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type OrderId = Branded<'OrderId'>;
export type PaymentId = Branded<'PaymentId'>;
/** Of the stream; the provider's name for the payout is another. */
export type PayoutStreamId = Branded<'PayoutStreamId'>;
/** Of the stream of one outage of a webhook endpoint. */
export type WebhookOutageId = Branded<'WebhookOutageId'>;
export type TenantId = Branded<'TenantId'>;
/** Chosen by the tenant's own systems: opaque to us. */
export type CustomerId = Branded<'CustomerId'>;
/** Names one intent to change something; the log accepts each once. */
export type CommandId = Branded<'CommandId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** UUIDs compare without regard to case (RFC 9562); ours are written in lower case. */
const parseUuid = (raw: string): string | undefined => {
  const id = raw.toLowerCase();
  return UUID.test(id) ? id : undefined;
};

export const parseOrderId = (raw: string): OrderId | undefined => parseUuid(raw) as OrderId | undefined;

export const parsePaymentId = (raw: string): PaymentId | undefined => parseUuid(raw) as PaymentId | undefined;
