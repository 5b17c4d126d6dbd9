import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../packages/client/src/client.ts';
import type { Scope } from '../../src/application/access.ts';
import { usd as money } from '../domain/samples.ts';
import { pay, paymentOf, usd } from '../support/api-samples.ts';
import { startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let base: string;
let client: ApiClient;
let steps: Steps;
let tenants = 0;
beforeAll(async () => {
  api = await startApi({ refundApprovalAbove: [money(500)], webhooksAllowPrivate: true });
  base = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
});
beforeEach(async () => {
  client = await api.connect(`tenant-${++tenants}`);
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const NOTHING = {
  ...{ unknownPayments: 0, openDisputes: 0, refundsAwaitingApproval: 0, openBreaks: 0, ordersCancelling: 0 },
  ...{ paymentsRequiringAction: 0, disabledWebhookEndpoints: 0, deadLetters: 0 },
};

/** Once projectors have read all of the log. */
async function overview({ key }: ApiClient = client): Promise<object> {
  await traces(api.database.pool);
  return createClient({ baseUrl: base, apiKey: key }).getOverview({});
}

/** As a key with these scopes sees it. */
const seenWith = async (...scopes: readonly Scope[]) =>
  overview(await api.connect(`tenant-${tenants}`, scopes));

const query = (text: string, ...values: unknown[]) => api.database.pool.query(text, values);

/** Has the provider know nothing of a payment, or all of it again: an absence tells nothing for two minutes. */
const forget = (paymentId: string) =>
  query(
    `update simulated_provider.operation set operation_id = 'lost ' || operation_id where operation_id like $1`,
    `${paymentId}%`,
  );
const remember = (paymentId: string) =>
  query(
    `update simulated_provider.operation set operation_id = substr(operation_id, 6) where operation_id like $1`,
    `lost ${paymentId}%`,
  );

/** A payment of which neither we nor anybody can know what became of it. */
async function unknown(): Promise<{ orderId: string; paymentId: string }> {
  const { orderId } = await steps.place();
  const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken: 'tok_timeout_then_success' }));
  await forget(paymentId);
  return { orderId, paymentId };
}

const fail = (count: number, tenantId = client.tenantId) =>
  query(
    `insert into dead_letter (letter_id, consumer, message_id, tenant_id, group_id, state, fault_type, fault_message,
       attempts, replays, first_failed_at, failed_at, body)
     select gen_random_uuid(), 'order-created', gen_random_uuid(), $1, 'group', 'failed', 'Fault', 'it failed',
       5, 0, now(), now(), '' from generate_series(1, $2)`,
    tenantId,
    count,
  );

/** Of the payments that are found. */
const listed = async (filter: string): Promise<string[]> => {
  const { data } = (await client.get(`/api/payments${filter}`)).body as { data: { paymentId: string }[] };
  return data.map(({ paymentId }) => paymentId);
};

describe('what waits for a person', () => {
  it('is nothing at first', async () => {
    expect(await overview()).toEqual(NOTHING);
  });

  it('is a payment whose outcome is unknown, until it is known', async () => {
    const { paymentId } = await unknown();
    expect(await overview()).toEqual({ ...NOTHING, unknownPayments: 1 });
    expect(await listed('?outcome=unknown')).toEqual([paymentId]);
    await remember(paymentId);
    await steps.syncUntil(paymentId, ({ status }) => status === 'Completed');
    expect(await overview()).toEqual(NOTHING);
    expect(await listed('?outcome=unknown')).toEqual([]);
  });

  it('is an order that is to be cancelled and cannot be yet', async () => {
    const { orderId, paymentId } = await unknown();
    await steps.onOrder(orderId, 'cancel');
    expect(await overview()).toMatchObject({ ordersCancelling: 1 });
    await remember(paymentId);
  });

  it('is a payment that waits for the customer', async () => {
    const { orderId } = await steps.place();
    const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken: 'tok_3ds_challenge' }));
    expect(await overview()).toEqual({ ...NOTHING, paymentsRequiringAction: 1 });
    await steps.onPayment(paymentId, 'void');
    expect(await overview()).toEqual(NOTHING);
  });

  it('is a refund above the limit, until somebody decides', async () => {
    const { order, paymentId } = await steps.placePaid();
    await steps.onPayment(paymentId, 'refunds', { amount: usd(501) });
    expect(await overview()).toEqual({ ...NOTHING, refundsAwaitingApproval: 1 });
    const { refunds } = await steps.payment(paymentId);
    await (
      await api.connect(`tenant-${tenants}`)
    ).post(`/api/payments/${paymentId}/refunds/${refunds[0]!.refundId}/reject`, {
      reason: 'no',
    });
    await steps.atRest(order.orderId);
    expect(await overview()).toEqual(NOTHING);
  });

  it('is a dispute, until it is answered', async () => {
    const { orderId } = await steps.place();
    const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken: 'tok_dispute_lost' }));
    await query(
      `update simulated_provider.dispute d set opens_at = now() from simulated_provider.intent i
       where i.intent_ref = d.intent_ref and i.payment_id = $1`,
      paymentId,
    );
    const { disputes } = await steps.syncUntil(paymentId, (payment) => payment.disputes.length > 0);
    expect(await overview()).toEqual({ ...NOTHING, openDisputes: 1 });
    await client.post(`/api/disputes/${disputes[0]!.disputeId}/accept`, {});
    await steps.syncUntil(paymentId, (payment) => payment.disputes[0]?.status === 'lost');
    expect(await overview()).toEqual(NOTHING);
  });

  it('is a break, until a run no longer finds it', async () => {
    await query(
      `insert into reconciliation_break (provider, day, kind, subject, tenant_id, currency, resolved_at)
       select 'simulated', '2026-01-01', 'amount-differs', $1::text || n::text, $1::uuid, 'USD', case n when 1 then now() end
       from generate_series(1, 3) n`,
      client.tenantId,
    );
    expect(await overview()).toEqual({ ...NOTHING, openBreaks: 2 });
  });

  it('is an endpoint that the service has disabled, not one that was disabled by request', async () => {
    for (const [path, reason] of [
      ['gone', 'gone'],
      ['off', 'requested'],
      ['on', null],
    ])
      await query(
        `insert into webhook_endpoint (endpoint_id, tenant_id, url, events, secret, status, disabled_reason, disabled_at)
         values (gen_random_uuid(), $1, $2, '{*}', decode(repeat('00', 32), 'hex'),
           case when $3::text is null then 'enabled' else 'disabled' end, $3, now())`,
        client.tenantId,
        `https://shop.example/${path}`,
        reason,
      );
    expect(await overview()).toEqual({ ...NOTHING, disabledWebhookEndpoints: 1 });
  });

  it('is counted up to 1,001', async () => {
    await fail(1_000);
    expect(await overview()).toEqual({ ...NOTHING, deadLetters: 1_000 });
    await fail(150);
    expect(await overview()).toEqual({ ...NOTHING, deadLetters: 1_001 });
  });

  it('is null where the key could not list it', async () => {
    await fail(1);
    const without = { disabledWebhookEndpoints: null, deadLetters: null };
    expect(await seenWith('orders:read')).toEqual({ ...NOTHING, ...without });
    expect(await seenWith('orders:read', 'ops')).toEqual({ ...NOTHING, ...without, deadLetters: 1 });
    expect(await seenWith('orders:read', 'admin')).toEqual({ ...NOTHING, deadLetters: null });
  });
});
