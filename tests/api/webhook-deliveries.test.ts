import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryView, DeliveryWithAttempts } from '../../src/application/webhooks/ports.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { holdLock, waitingForLocks } from '../support/api-locks.ts';
import { eventually } from '../support/eventually.ts';
import { holding, startReceiver, type Receiver } from '../support/webhook-receiver.ts';

const DELIVERIES = '/api/webhook-deliveries';
const NO_DELIVERY = { status: 404, code: 'webhook-delivery-not-found' } as const;

let api: Api;
let client: ApiClient;
let receiver: Receiver;
let endpointId: string;
beforeAll(async () => {
  api = await startApi({ webhooksAllowPrivate: true });
  client = await api.connect();
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.database.pool.query('delete from webhook_endpoint');
  receiver = await startReceiver();
  endpointId = await createEndpoint();
});
afterEach(() => receiver.stop());

async function createEndpoint(by = client): Promise<string> {
  const { body } = await by.post('/api/webhook-endpoints', { url: receiver.url, events: ['*'] });
  return (body as { endpointId: string }).endpointId;
}

async function ping(to = endpointId, by = client): Promise<DeliveryView> {
  const { body, status } = await by.post(`/api/webhook-endpoints/${to}/ping`, '');
  expect(status).toBe(202);
  return body as DeliveryView;
}

const read = async (deliveryId: string): Promise<DeliveryWithAttempts> =>
  (await client.get(`${DELIVERIES}/${deliveryId}`)).body as DeliveryWithAttempts;
const until = (deliveryId: string, wanted: object): Promise<DeliveryWithAttempts> =>
  eventually(async () => {
    const found = await read(deliveryId);
    expect(found).toMatchObject(wanted);
    return found;
  });
const redeliver = (deliveryId: string, headers = {}, by = client) =>
  by.post(`${DELIVERIES}/${deliveryId}/redeliver`, '', headers);
const list = async (query = '', by = client): Promise<{ data: DeliveryView[]; nextCursor: string | null }> =>
  (await by.get(`${DELIVERIES}${query}`)).body as { data: DeliveryView[]; nextCursor: string | null };

describe('a delivery', () => {
  it('says what came of each attempt, newest first', async () => {
    const answers = [
      { status: 503, body: 'busy' },
      { status: 200, body: 'thanks' },
    ];
    receiver.answerWith(() => answers.shift() ?? {});
    const { deliveryId } = await ping();
    const failed = await until(deliveryId, { status: 'pending', attempts: [{ statusCode: 503 }] });
    expect(failed.attempts).toMatchObject([{ number: 1, response: 'busy', error: null }]);
    expect(failed).toMatchObject({ attemptCount: 1, settledAt: null, nextAttemptAt: expect.any(String) });
    const wait = Date.parse(failed.nextAttemptAt!) - Date.parse(failed.attempts[0]!.at);
    expect(wait).toBeGreaterThan(4_000);
    await redeliver(deliveryId);
    const done = await until(deliveryId, { status: 'succeeded' });
    expect(done).toMatchObject({ nextAttemptAt: null, settledAt: expect.any(String) });
    expect(done.attempts.map(({ number, statusCode, response }) => [number, statusCode, response])).toEqual([
      [2, 200, 'thanks'],
      [1, 503, 'busy'],
    ]);
    expect(new Set(receiver.idsReceived()).size).toBe(1);
  });

  it('is sent again when that is asked for, under its id, once for each key', async () => {
    const { deliveryId, messageId } = await ping();
    await until(deliveryId, { status: 'succeeded' });
    const first = await redeliver(deliveryId, { 'idempotency-key': 'again-1' });
    expect(first).toMatchObject({ status: 202, body: { deliveryId, messageId, status: 'pending' } });
    await until(deliveryId, { status: 'succeeded', attemptCount: 2 });
    const replayed = await redeliver(deliveryId, { 'idempotency-key': 'again-1' });
    expect(replayed.headers['idempotency-replayed']).toBe('true');
    expect(await read(deliveryId)).toMatchObject({ status: 'succeeded', attemptCount: 2 });
    expect(receiver.idsReceived()).toEqual([messageId, messageId]);
  });

  it('in the hands of a process is not sent a second time meanwhile', async () => {
    const { hold, release } = holding();
    receiver.answerWith(() => ({ hold }));
    const { deliveryId } = await ping();
    await eventually(() => expect(receiver.received).toHaveLength(1));
    const { body } = await redeliver(deliveryId);
    expect(Date.parse((body as DeliveryView).nextAttemptAt!)).toBeGreaterThan(Date.now() + 20_000);
    release();
    await until(deliveryId, { status: 'succeeded', attemptCount: 1 });
    expect(receiver.received).toHaveLength(1);
  });

  it('is held by nobody who waits for its endpoint, as while that is deleted', async () => {
    const { deliveryId } = await ping();
    await until(deliveryId, { status: 'succeeded' });
    const { pool } = api.database;
    const release = await holdLock(pool, 'select from webhook_endpoint for update');
    const again = redeliver(deliveryId, { 'idempotency-key': 'while-deleted' });
    await waitingForLocks(pool, 1);
    await pool.query('select from webhook_delivery for update nowait');
    await release();
    expect((await again).status).toBe(202);
  });

  it('to an endpoint that is disabled waits for it', async () => {
    const { deliveryId } = await ping();
    await until(deliveryId, { status: 'succeeded' });
    await client.patch(`/api/webhook-endpoints/${endpointId}`, { status: 'disabled' });
    expectProblem(await redeliver(deliveryId), { status: 409, code: 'webhook-endpoint-disabled' });
  });
});

const idsIn = ({ data }: { data: DeliveryView[] }) => data.map(({ deliveryId }) => deliveryId);

describe('the list of deliveries', () => {
  it('is by endpoint, status and message, page by page, newest first', async () => {
    const other = await createEndpoint();
    const made = [await ping(), await ping(other), await ping()];
    for (const { deliveryId } of made) await until(deliveryId, { status: 'succeeded' });
    const [first, second, third] = made.map(({ deliveryId }) => deliveryId);
    expect(idsIn(await list())).toEqual([third, second, first]);
    expect(idsIn(await list(`?endpointId=${other}`))).toEqual([second]);
    expect(idsIn(await list(`?messageId=${made[0]!.messageId}`))).toEqual([first]);
    expect(idsIn(await list('?status=failed'))).toEqual([]);
    const page = await list('?limit=2&status=succeeded');
    expect(idsIn(page)).toEqual([third, second]);
    expect(await list(`?limit=2&status=succeeded&cursor=${page.nextCursor}`)).toMatchObject({
      data: [{ deliveryId: first }],
      nextCursor: null,
    });
    for (const query of [`limit=2&cursor=${page.nextCursor}`, 'cursor=x'])
      expectProblem(await client.get(`${DELIVERIES}?${query}`), {
        ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
      });
  });

  it('is the tenant’s own', async () => {
    const stranger = await api.connect('stranger');
    const { deliveryId } = await ping();
    await until(deliveryId, { status: 'succeeded' });
    expect(await list('', stranger)).toEqual({ data: [], nextCursor: null });
    expect(await list(`?endpointId=${endpointId}`, stranger)).toEqual({ data: [], nextCursor: null });
    expectProblem(await stranger.get(`${DELIVERIES}/${deliveryId}`), NO_DELIVERY);
    expectProblem(await redeliver(deliveryId, {}, stranger), NO_DELIVERY);
    expect(receiver.received).toHaveLength(1);
  });
});
