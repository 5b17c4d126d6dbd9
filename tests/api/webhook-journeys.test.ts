import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedMoney, chargesOf } from '../support/api-books.ts';
import { pay, paymentOf } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
  api.service.reachableAt(await api.service.server.listen({ host: '127.0.0.1', port: 0 }));
});
afterAll(() => api.stop());

/** Who wrote the last event of this type: by webhook, not by a poll nor by the answer to a call. */
async function writerOf(paymentId: string, type: string): Promise<string | undefined> {
  const { rows } = await api.database.pool.query<{ actor: string }>(
    `select metadata->>'actor' as actor from event where stream_id = $1 and type = $2 order by version desc limit 1`,
    [paymentId, type],
  );
  return rows[0]?.actor;
}

type Delivery = { type: string; copies: number; is_handled: boolean };

/** What the provider told of a payment, once all of it was delivered and looked into. */
const deliveriesOf = (paymentId: string): Promise<Delivery[]> =>
  eventually(async () => {
    const { rows } = await api.database.pool.query<Delivery & { is_delivered: boolean }>(
      `select s.type, s.copies, s.delivered_at is not null as is_delivered,
         coalesce(w.outcome = 'handled', false) as is_handled
       from simulated_provider.webhook s left join provider_webhook w using (event_id)
       where s.payment_id = $1 order by s.delivered_at`,
      [paymentId],
    );
    expect(rows.every((row) => row.is_delivered && row.is_handled)).toBe(true);
    return rows.map(({ type, copies, is_handled }) => ({ type, copies, is_handled }));
  }, 15_000);

/** Pays a new order and waits, without asking anybody, until the payment has this status. */
async function journey(paymentToken: string, status: string) {
  const { orderId } = await steps.place();
  const first = paymentOf(await pay(client, orderId, { paymentToken }));
  const { paymentId } = first;
  await eventually(async () => expect((await steps.payment(paymentId)).status).toBe(status), 15_000);
  const told = await deliveriesOf(paymentId);
  await steps.atRest(orderId);
  const money = await agreedMoney(api.database.pool, client, orderId);
  return { orderId, paymentId, first, told, money, charges: await chargesOf(api.database.pool, orderId) };
}

const PAID = { captured: 1_000, refunded: 0, held: 0 };
const UNPAID = { captured: 0, refunded: 0, held: 0 };
const BY_WEBHOOK = 'provider:simulated';

describe('by webhook alone', () => {
  it.concurrent.each([
    ['tok_async_success', 'Completed', 'CaptureSucceeded', [['authorize.succeeded', 1]]],
    ['tok_async_fail', 'Failed', 'AttemptFailed', [['authorize.declined', 1]]],
    ['tok_dup_webhook', 'Completed', 'CaptureSucceeded', [['authorize.succeeded', 2]]],
    [
      'tok_ooo_webhooks',
      'Completed',
      'CaptureSucceeded',
      [
        ['authorize.succeeded', 1],
        ['authorize.pending', 1],
      ],
    ],
    ['tok_timeout_then_success', 'Completed', 'OperationReconciled', [['authorize.succeeded', 1]]],
    ['tok_timeout_then_decline', 'Failed', 'OperationReconciled', [['authorize.declined', 1]]],
  ] as const)('%s ends as %s, in one charge', async (token, status, type, told) => {
    const done = await journey(token, status);
    expect(done.first.status).toBe('Pending');
    expect(await writerOf(done.paymentId, type)).toBe(BY_WEBHOOK);
    expect(done.told.map(({ type: what, copies }) => [what, copies])).toEqual(told);
    expect(done.money).toEqual(status === 'Completed' ? PAID : UNPAID);
    expect(done.charges).toHaveLength(1);
    const events = await steps.eventsOf(done.orderId);
    expect(events.filter((one) => one === 'PaymentProcessed')).toHaveLength(1);
  });

  it.concurrent(
    'tok_webhook_before_response is completed before its own call is answered, once',
    async () => {
      const { first, paymentId, orderId, told, money, charges } = await journey(
        'tok_webhook_before_response',
        'Completed',
      );
      expect(first).toMatchObject({ status: 'Completed', isSuccessful: true });
      expect(await writerOf(paymentId, 'CaptureSucceeded')).toBe(BY_WEBHOOK);
      expect(told).toHaveLength(1);
      expect([money, charges.length]).toEqual([PAID, 1]);
      const events = await steps.eventsOf(orderId);
      expect(events.filter((type) => type === 'CaptureSucceeded')).toHaveLength(1);
    },
  );

  it.concurrent.each([
    ['tok_refund_pending', 'Pending', 'Succeeded', 'RefundSucceeded', 1_000],
    ['tok_refund_fails_later', 'Succeeded', 'Failed', 'RefundFailed', 0],
  ] as const)('the refund of %s goes from %s to %s', async (paymentToken, first, last, type, refunded) => {
    const { orderId } = await steps.place();
    const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken }));
    await steps.atRest(orderId);
    const answer = await steps.onPayment(paymentId, 'refunds');
    const { status, refundId } = answer.body as { status: string; refundId: string };
    expect(status).toBe(first);
    await eventually(async () => {
      const { body } = await client.get(`/api/payments/${paymentId}/refunds/${refundId}`);
      expect(body).toMatchObject({ status: last });
    }, 15_000);
    expect(await writerOf(paymentId, type)).toBe(BY_WEBHOOK);
    await deliveriesOf(paymentId);
    await steps.atRest(orderId);
    expect(await agreedMoney(api.database.pool, client, orderId)).toEqual({ ...PAID, refunded });
  });
});
