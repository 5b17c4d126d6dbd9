import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TENANT_SCOPES } from '../../src/application/access.ts';
import { ordersOf, placeOrder } from '../support/api-samples.ts';
import {
  expectProblem,
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { machineryOf } from '../support/machinery.ts';

const NAME = 'order-summary';
const URL = '/api/ops/subscriptions';

let api: Api;
let client: ApiClient;
let shardCount: number;
let machinery: ReturnType<typeof machineryOf>;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  machinery = machineryOf(client);
  await placeOrder(client);
  await traces(api.database.pool);
  const { rows } = await api.database.pool.query('select from log_head');
  shardCount = rows.length;
});
afterAll(() => api.stop());

const listed = async (): Promise<string[]> =>
  ordersOf(await client.get('/api/orders?limit=100')).data.map(({ orderId }) => orderId);

const summaries = async (orderId: string): Promise<unknown[]> =>
  (await api.database.pool.query('select from order_summary where order_id = $1', [orderId])).rows;

/** As far as everything else has come: what still stands aside is stopped. */
const untilOthersCaughtUp = (name: string): Promise<void> =>
  eventually(async () => {
    const { data } = (await client.get(URL)).body as { data: { name: string; lag: string }[] };
    const behind = data.filter((unit) => unit.name !== name && unit.lag !== '0');
    expect(behind).toEqual([]);
  }, 20_000);

const unitsNamed = (name: string, shards: readonly number[]) => ({
  units: shards.map((shard) => `${name} v1 / ${shard}`),
});
const names = ({ checks }: { checks: { name: string }[] }) => checks.map(({ name }) => name);

describe('subscriptions over the API', () => {
  it('are told shard by shard, with who has them', async () => {
    const owner = ((await client.get('/api/ops/health')).body as { owner: string }).owner;
    const projections = await eventually(async () => {
      const units = await machinery.units(NAME);
      for (const unit of units) expect(unit).toMatchObject({ owner, lag: '0' });
      return units;
    });
    expect(projections.map(({ shard }) => shard)).toEqual([...Array(shardCount).keys()]);
    expect(projections[0]).toMatchObject({
      ...{ kind: 'projection', version: 1, generationStatus: 'live', status: 'running', parked: 0 },
      ...{ lastError: null, behindMs: null, followed: true },
    });
    expect(projections[0]!.leaseMs).toBeGreaterThan(0);
    expect(await machinery.units('checkout')).toMatchObject(
      projections.map(({ shard }) => ({ shard, kind: 'subscription', generationStatus: null })),
    );
  });

  it('stop when they are paused, and go on from there when they are resumed', async () => {
    const paused = await machinery.change(NAME, 'pause', { reason: 'a look at the disk' });
    expect(paused.map(({ status }) => status)).toEqual(paused.map(() => 'paused'));
    const positions = paused.map(({ position }) => position);
    const { orderId } = await placeOrder(client);
    await untilOthersCaughtUp(NAME);
    expect(await summaries(orderId)).toEqual([]);
    expect((await machinery.units(NAME)).map(({ position }) => position)).toEqual(positions);
    expect((await machinery.units(NAME)).some(({ lag }) => lag !== '0')).toBe(true);

    expect(await machinery.change(NAME, 'pause')).toMatchObject(paused.map(() => ({ status: 'paused' })));
    await eventually(async () => {
      for (const unit of await machinery.units(NAME))
        expect(unit).toMatchObject({ owner: null, leaseMs: null });
    });

    const resumed = await machinery.change(NAME, 'resume');
    expect(resumed.map(({ status }) => status)).toEqual(resumed.map(() => 'running'));
    await eventually(async () => expect(await listed()).toContain(orderId), 20_000);
    await machinery.change(NAME, 'resume');
  });

  it('are paused on one shard alone', async () => {
    const last = shardCount - 1;
    expect(await machinery.change('checkout', 'pause', { shard: last })).toMatchObject([
      { shard: last, status: 'paused' },
    ]);
    const others = (await machinery.units('checkout')).filter(({ shard }) => shard !== last);
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 'running'));
    await machinery.change('checkout', 'resume');
    expectProblem(await client.post(`${URL}/checkout/pause`, { shard: shardCount }), {
      ...{ status: 422, code: 'validation-failed', errors: ['body /shard'] },
    });
  });

  it('are noted in the audit with who did it and why, once for each change', async () => {
    const actor = `key:${client.key.slice(0, 14)}`;
    const all = [...Array(shardCount).keys()];
    const last = [shardCount - 1];
    expect(await machinery.actions()).toEqual([
      { actor, what: 'subscriptions.pause', reason: 'a look at the disk', details: unitsNamed(NAME, all) },
      { actor, what: 'subscriptions.resume', reason: null, details: unitsNamed(NAME, all) },
      { actor, what: 'subscriptions.pause', reason: null, details: unitsNamed('checkout', last) },
      { actor, what: 'subscriptions.resume', reason: null, details: unitsNamed('checkout', last) },
    ]);
    const neighbour = machineryOf(await api.connect('neighbour'));
    expect(await neighbour.actions()).toEqual([]);
  });

  it('that there are not are answered with those that there are', async () => {
    for (const verb of ['pause', 'resume']) {
      const answer = await client.post(`${URL}/order-sumary/${verb}`, {});
      expectProblem(answer, { status: 404, code: 'subscription-not-found' });
      expect(problemOf(answer).detail).toMatch(/^There are: .*checkout.*order-summary.*\.$/);
    }
  });

  it('are not waited for while a batch in hand takes long, and nothing is changed then', async () => {
    const holder = await api.database.pool.connect();
    await holder.query('begin');
    await holder.query('set local idle_in_transaction_session_timeout = 0');
    await holder.query('select from subscription where name = $1 for update', [NAME]);
    const answer = await client.post(`${URL}/${NAME}/pause`, {});
    expectProblem(answer, { status: 503, code: 'unavailable' });
    expect(answer.headers['retry-after']).toBe('1');
    await holder.query('rollback');
    holder.release();
    expect((await machinery.units(NAME)).map(({ status }) => status)).not.toContain('paused');
  });

  it('are for whoever has the scope, which nobody hands on without having it', async () => {
    const admin = await api.connect('acme', TENANT_SCOPES);
    const wanted = { name: 'more', scopes: ['service'] };
    expectProblem(await admin.post('/api/api-keys', wanted), { status: 403, code: 'scope-not-held' });
    expect((await client.post('/api/api-keys', wanted)).status).toBe(201);
  });
});

describe('health over the API', () => {
  it('tells of the process what its metrics tell, and of the checks what readiness does', async () => {
    const { body } = await client.get('/api/ops/health');
    const { body: ready } = await api.anonymous.get('/readyz');
    expect(body).toMatchObject({
      version: '0.0.0-test',
      owner: expect.stringMatching(/^.+:\d+:[0-9a-f]{6}$/),
      relay: { configured: false, connected: false, messagesBehind: 0, oldestSeconds: null },
      appendQueues: [...Array(shardCount).keys()].map((shard) => ({ shard, waiting: 0 })),
      pools: [{ name: 'read' }, { name: 'append' }],
    });
    expect(names(body as { checks: { name: string }[] })).toEqual(
      names(ready as { checks: { name: string }[] }),
    );
  });
});
