import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chargesOf } from '../support/api-books.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { orderOf, pay, placeOrder, timeless } from '../support/api-samples.ts';
import { expectProblem, problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';

let api: Api;
let client: ApiClient;
let orderId: string;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  ({ orderId } = await placeOrder(client));
  await appendAsNewerBuild(orderId);
});
afterAll(() => api.stop());

/** Puts an event of a type that this build has never heard of at the end of an order's stream. */
async function appendAsNewerBuild(streamId: string): Promise<void> {
  const { rowCount } = await api.database.pool.query(
    `with e as (select shard, metadata from event where stream_id = $1 and version = 1),
       l as (update log_head l set head = l.head + 1 from e where l.shard = e.shard returning l.head),
       s as (update stream s set version = s.version + 1 from e where s.shard = e.shard and s.stream_id = $1
         returning s.version)
     insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
     select e.shard, l.head, $1, s.version, gen_random_uuid(), 'OrderTeleported', 1, '{}', e.metadata, now()
     from e, l, s`,
    [streamId],
  );
  expect(rowCount).toBe(1);
}

async function eventsAbout(id: string): Promise<number> {
  const { rows } = await api.database.pool.query<{ events: number }>(
    `select count(*)::int as events from event where stream_id = $1 or data->>'orderId' = $2`,
    [id, id],
  );
  return rows[0]!.events;
}

function expectUnavailable(answer: ApiAnswer): void {
  expectProblem(answer, { status: 503, code: 'unavailable' });
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expect(problemOf(answer).detail).toMatch(/newer version of the service .* can be repeated/);
}

describe('an order that a newer version of the service wrote to', () => {
  it.each(['', '/events'])('cannot be read for the time being: /api/orders/:orderId%s', async (path) => {
    expectUnavailable(await client.get(`/api/orders/${orderId}${path}`));
  });

  it('takes no payment for the time being', async () => {
    const before = await eventsAbout(orderId);
    expect(before).toBe(3);
    expectUnavailable(await pay(client, orderId));
    expectUnavailable(await pay(client, orderId, {}, { 'idempotency-key': 'pay-it' }));
    // The failed request has let go of its key: it can be repeated with it.
    expectUnavailable(await pay(client, orderId, {}, { 'idempotency-key': 'pay-it' }));
    expect(await eventsAbout(orderId)).toBe(before);
    expect(await chargesOf(api.database.pool, orderId)).toEqual([]);
  });

  it('holds up no other order', async () => {
    const other = await placeOrder(client);
    const found = orderOf(await client.get(`/api/orders/${other.orderId}`));
    expect(timeless(found)).toEqual(timeless(other));
    expect((await client.get(`/api/orders/${other.orderId}/events`)).status).toBe(200);
    expect((await pay(client, other.orderId)).body).toMatchObject({ status: 'Completed' });
  });
});
