import type { Stripe } from 'stripe';
import type { ProviderWebhook, WebhookHeaders, WebhookRefusal } from '../../application/provider-ports.ts';
import { parsePaymentId } from '../../domain/shared/ids.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';

type Verify = Pick<Stripe['webhooks'], 'constructEvent'>;

const TOLERANCE_S = 300;

/** Checked against what was sent, byte by byte: parsed and written again it would be another message. */
export function parseStripeWebhook(
  webhooks: Verify,
  secret: string,
  rawBody: Uint8Array,
  headers: WebhookHeaders,
): Result<ProviderWebhook, WebhookRefusal> {
  const signature = headers['stripe-signature'];
  if (typeof signature !== 'string' || signature === '')
    return err({ code: 'webhook-signature-invalid', reason: 'there is no stripe-signature' });
  let event: unknown;
  try {
    event = webhooks.constructEvent(rawBody, signature, secret, TOLERANCE_S);
  } catch (fault) {
    // The SDK's own words may quote the message.
    const isForged = fault instanceof Error && 'type' in fault;
    return isForged
      ? err({
          code: 'webhook-signature-invalid',
          reason: 'it is not signed with our secret, or too long ago',
        })
      : err({ code: 'webhook-unreadable', reason: 'what is signed is no event in JSON' });
  }
  return isEvent(event)
    ? ok({ eventId: event.id, type: event.type, ...paymentIn(event.data.object) })
    : err({ code: 'webhook-unreadable', reason: 'it is no event of Stripe' });
}

type Told = { readonly [key: string]: unknown };
type StripeEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly object: Told };
};

const isTold = (value: unknown): value is Told => typeof value === 'object' && value !== null;

function isEvent(value: unknown): value is StripeEvent {
  if (!isTold(value) || typeof value['id'] !== 'string' || typeof value['type'] !== 'string') return false;
  return isTold(value['data']) && isTold(value['data']['object']);
}

/** Charges and refunds carry what we gave them with the payment; a dispute names only the intent it is about. */
function paymentIn(object: Told): Pick<ProviderWebhook, 'paymentId' | 'providerRef'> {
  const intent = object['object'] === 'payment_intent' ? object['id'] : idOf(object['payment_intent']);
  const metadata = isTold(object['metadata']) ? object['metadata'] : {};
  const kept = metadata['payment_id'];
  const paymentId = typeof kept === 'string' ? parsePaymentId(kept) : undefined;
  return {
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(typeof intent === 'string' ? { providerRef: intent } : {}),
  };
}

/** An id, or what it names in full. */
const idOf = (reference: unknown): unknown => (isTold(reference) ? reference['id'] : reference);
