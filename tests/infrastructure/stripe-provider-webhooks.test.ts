import { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebhookHeaders } from '../../src/application/provider-ports.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { openStripe, WEBHOOK_SECRET, type OpenStripe } from '../support/stripe.ts';

let stripe: OpenStripe;
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.close());

const { webhooks } = new Stripe('sk_test_signs_only');
const paymentId = ids.paymentId(ids.orderId());

const eventOf = (object: unknown, type = 'payment_intent.succeeded'): string =>
  JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } }, undefined, 2);
const INTENT = {
  id: 'pi_1',
  object: 'payment_intent',
  metadata: { payment_id: paymentId, operation_id: 'x' },
};

const signed = (payload: string, { secret = WEBHOOK_SECRET, agoS = 0 } = {}): WebhookHeaders => ({
  'stripe-signature': webhooks.generateTestHeaderString({
    payload,
    secret,
    timestamp: Math.floor(Date.now() / 1_000) - agoS,
  }),
});

const parse = (payload: string, headers: WebhookHeaders) =>
  stripe.provider.parseWebhook(Buffer.from(payload), headers);
const told = (object: unknown, type?: string) => {
  const payload = eventOf(object, type);
  return parse(payload, signed(payload));
};

describe('a webhook of Stripe', () => {
  it('that is signed with our secret names the payment', () => {
    expect(told(INTENT)).toEqual({
      ok: true,
      value: { eventId: 'evt_1', type: 'payment_intent.succeeded', paymentId, providerRef: 'pi_1' },
    });
  });

  it('about a charge or a refund names the payment it is of', () => {
    const metadata = { payment_id: paymentId };
    for (const [object, type] of [
      ['charge', 'charge.captured'],
      ['refund', 'refund.failed'],
    ]) {
      const about = { id: 'x_1', object, payment_intent: 'pi_1', metadata };
      expect(told(about, type)).toMatchObject({ ok: true, value: { type, paymentId, providerRef: 'pi_1' } });
    }
  });

  it.each(['pi_1', { id: 'pi_1', object: 'payment_intent' }])(
    'that carries no id of ours names the intent only: %o',
    (payment_intent) => {
      const answer = told(
        { id: 'du_1', object: 'dispute', payment_intent, metadata: {} },
        'charge.dispute.created',
      );
      expect(answer).toEqual({
        ok: true,
        value: { eventId: 'evt_1', type: 'charge.dispute.created', providerRef: 'pi_1' },
      });
    },
  );

  it('about something else, or with an id that is none, names no payment', () => {
    const payout = told({ id: 'po_1', object: 'payout' }, 'payout.paid');
    expect(payout).toEqual({ ok: true, value: { eventId: 'evt_1', type: 'payout.paid' } });
    const foreign = told({ ...INTENT, metadata: { payment_id: 'shop-77' } });
    expect(foreign.ok && foreign.value).not.toHaveProperty('paymentId');
  });

  it.each<[string, (payload: string) => readonly [string, WebhookHeaders]]>([
    ['signed with another secret', (payload) => [payload, signed(payload, { secret: 'whsec_of_another' })]],
    ['altered on the way', (payload) => [payload.replace('pi_1', 'pi_2'), signed(payload)]],
    ['written anew by a parser', (payload) => [JSON.stringify(JSON.parse(payload)), signed(payload)]],
    ['played again after five minutes', (payload) => [payload, signed(payload, { agoS: 310 })]],
    ['without a signature', (payload) => [payload, {}]],
    ['with an empty signature', (payload) => [payload, { 'stripe-signature': '' }]],
    ['with two signatures', (payload) => [payload, { 'stripe-signature': ['t=1,v1=a', 't=1,v1=b'] }]],
    ['with a signature that is none', (payload) => [payload, { 'stripe-signature': 'v1' }]],
  ])('that is %s is refused, and the refusal quotes nothing of it', (_what, forge) => {
    const [payload, headers] = forge(eventOf(INTENT));
    const answer = parse(payload, headers);
    expect(answer).toMatchObject({ ok: false, error: { code: 'webhook-signature-invalid' } });
    expect(JSON.stringify(answer)).not.toMatch(/pi_|v1|whsec/);
  });

  it('is taken up to five minutes late', () => {
    const payload = eventOf(INTENT);
    expect(parse(payload, signed(payload, { agoS: 280 }))).toMatchObject({ ok: true });
  });

  it.each(['', 'not JSON', '[]', 'null', '7', '{"id":"evt_1"}', '{"id":"evt_1","type":"x","data":{}}'])(
    'that is signed and no event is unreadable: %s',
    (payload) => {
      expect(parse(payload, signed(payload))).toMatchObject({
        ok: false,
        error: { code: 'webhook-unreadable' },
      });
    },
  );
});
