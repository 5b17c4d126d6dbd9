import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScheduledWork } from '../../src/application/scheduled-work.ts';
import { scheduleMessage } from '../../src/infrastructure/dead-letters/scheduled-messages.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { pay, paymentOf, placeOrder } from '../support/api-samples.ts';
import { expectProblem, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';

const URL = '/api/ops/scheduled';
const HOUR_MS = 3_600_000;

let api: Api;
let client: ApiClient;
let neighbour: ApiClient;

beforeAll(async () => {
  api = await startApi({ webhooksAllowPrivate: true });
  client = await api.connect();
  neighbour = await api.connect('neighbour');
});
afterAll(() => api.stop());

type Page = { readonly data: readonly ScheduledWork[]; readonly nextCursor: string | null };
async function read(query = '?limit=100', by = client): Promise<Page> {
  const { status, body } = await by.get(`${URL}${query}`);
  expect(status).toBe(200);
  return body as Page;
}
const workOf = async (kind: string, by = client): Promise<ScheduledWork[]> =>
  (await read('?limit=100', by)).data.filter((one) => one.kind === kind);

/** As a timer does that has this stream in hand, or has put it off. */
const claim = (streamId: string, until: string): Promise<unknown> =>
  api.database.pool.query(
    `insert into timer_claim (shard, stream_id, version, until)
     select shard, stream_id, version, $2 from stream where stream_id = $1
     on conflict (shard, stream_id) do update set version = excluded.version, until = excluded.until`,
    [streamId, until],
  );

describe('what will happen by itself', () => {
  it('is an order that expires', async () => {
    const { orderId, expiresAt } = await placeOrder(client, { expiresInSeconds: 7_200 });
    await traces(api.database.pool);
    await eventually(async () => {
      const found = (await workOf('order')).find((one) => one.orderId === orderId);
      expect(found).toMatchObject({ id: orderId, paymentId: null, attempts: null, claimedUntil: null });
      expect(Date.parse(found!.dueAt)).toBe(Date.parse(expiresAt!));
    });
  });

  it('is a provider that is asked again about a payment, later if it was put off, and never if for good', async () => {
    const { orderId } = await placeOrder(client);
    const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken: 'tok_timeout_never_sent' }));
    await traces(api.database.pool);
    const found = async () => (await workOf('payment')).find((one) => one.paymentId === paymentId);
    await eventually(async () => expect(await found()).toMatchObject({ orderId, claimedUntil: null }));

    await claim(paymentId, '2099-01-01T00:00:00.000Z');
    expect(await found()).toMatchObject({ claimedUntil: '2099-01-01T00:00:00.000000Z' });
    await claim(paymentId, 'infinity');
    expect(await found()).toBeUndefined();
    // A claim is of a version: when something has happened since, it means nothing.
    await api.database.pool.query('update timer_claim set version = version - 1 where stream_id = $1', [
      paymentId,
    ]);
    expect(await found()).toMatchObject({ orderId, claimedUntil: null });
  });

  it('is a webhook that is posted again, while its endpoint is enabled', async () => {
    const made = await client.post('/api/webhook-endpoints', { url: 'http://127.0.0.1:9/', events: ['*'] });
    const { endpointId } = made.body as { endpointId: string };
    await client.post(`/api/webhook-endpoints/${endpointId}/ping`, {});
    await eventually(async () => {
      const [delivery] = await workOf('webhook-delivery');
      expect(delivery).toMatchObject({
        endpointId,
        id: delivery!.deliveryId,
        attempts: 1,
        claimedUntil: null,
      });
    }, 20_000);
    await client.patch(`/api/webhook-endpoints/${endpointId}`, { status: 'disabled' });
    expect(await workOf('webhook-delivery')).toEqual([]);
  });

  it('is a message that its consumer gets again, by a broker or on the log', async () => {
    const messageId = ids.commandId();
    const properties = { headers: { cloudEvents_tenantid: client.tenantId } };
    const body = Buffer.from('{}');
    await scheduleMessage(
      api.database.pool,
      { consumer: 'shipping', messageId, redelivery: 1, replay: 0, attempts: 3, properties, body },
      HOUR_MS,
    );
    const { orderId } = await placeOrder(client);
    await api.database.pool.query(
      `insert into parked (shard, name, version, position, stream_id, stream_version, event_id, type, kind, error,
         attempts, next_retry_at)
       select shard, 'parking', 1, position, stream_id, version, event_id, type, 'failed', 'Error: no', 6, now() + interval '30 s'
       from event where stream_id = $1 and version = 1`,
      [orderId],
    );
    await traces(api.database.pool);
    expect(await workOf('message')).toMatchObject([
      { consumer: 'parking', attempts: 6, orderId: null },
      { consumer: 'shipping', messageId, attempts: 3, claimedUntil: null },
    ]);
  });

  it('comes soonest first, in pages that fit together, each cursor for its own tenant', async () => {
    const all = (await read()).data;
    expect(all.map(({ dueAt }) => dueAt)).toEqual(all.map(({ dueAt }) => dueAt).toSorted());
    expect(all.length).toBeGreaterThan(3);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await read(`?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(all.map(({ id }) => id));
    const { nextCursor } = await read('?limit=1');
    expectProblem(await neighbour.get(`${URL}?cursor=${nextCursor}`), {
      ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
    });
  });

  it('is the tenant’s own', async () => {
    expect((await read('', neighbour)).data).toEqual([]);
    const { orderId } = await placeOrder(neighbour);
    await traces(api.database.pool);
    expect((await read('', neighbour)).data).toMatchObject([{ kind: 'order', orderId }]);
    expect((await read()).data.map((one) => one.orderId)).not.toContain(orderId);
  });
});
