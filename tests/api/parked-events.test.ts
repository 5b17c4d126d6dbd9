import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOrder } from '../support/api-samples.ts';
import { expectProblem, expectRefusal, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { machineryOf } from '../support/machinery.ts';

const NAME = 'order-summary';
const INVALID = { status: 422, code: 'validation-failed' } as const;

let api: Api;
let client: ApiClient;
let machinery: ReturnType<typeof machineryOf>;
let first: string;
let second: string;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  machinery = machineryOf(client);
  await api.database.pool.query(
    `create function refuse_row() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$;
     create trigger refuse_poison before insert or update on read_model.order_summary_1
       for each row when (new.customer_id = 'poison') execute function refuse_row()`,
  );
  ({ orderId: first } = await placeOrder(client, { customerId: 'poison' }));
  ({ orderId: second } = await placeOrder(await api.connect('neighbour'), { customerId: 'poison' }));
  await eventually(async () => {
    const { data } = await machinery.parked('?limit=100');
    // Of each order its first event, and behind that what its stock says.
    if (data.length < 4) throw new Error(`${data.length} events are parked`);
  }, 60_000);
});
afterAll(() => api.stop());

const parkedOf = async (streamId: string) =>
  (await machinery.parked('?limit=100')).data.filter((one) => one.streamId === streamId);

describe('parked events over the API', () => {
  it('are told with the reason, whatever tenant they are of', async () => {
    const [failed, behind] = await parkedOf(first);
    expect(failed).toMatchObject({
      ...{ subscription: NAME, version: 1, type: 'OrderCreated', streamVersion: 1, kind: 'failed' },
      ...{ status: 'parked', error: expect.stringContaining('no room'), nextRetryAt: null },
      parkedId: `${NAME}:1:${failed!.shard}-${failed!.position}`,
    });
    expect(failed!.attempts).toBeGreaterThan(1);
    expect(behind).toMatchObject({ kind: 'behind', streamVersion: 2 });
    expect((await machinery.units(NAME)).reduce((sum, { parked }) => sum + parked, 0)).toBe(4);
  });

  it('come in pages that fit together, and of one subscription', async () => {
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof machinery.parked>> = await machinery.parked(
        `?subscription=${NAME}&limit=1${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      paged.push(...page.data.map(({ parkedId }) => parkedId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual((await machinery.parked()).data.map(({ parkedId }) => parkedId));
    expect(new Set(paged).size).toBe(4);
    expect(await machinery.parked('?subscription=checkout')).toEqual({ data: [], nextCursor: null });
    const { nextCursor } = await machinery.parked('?limit=1');
    expectProblem(await client.get(`/api/ops/parked?subscription=${NAME}&cursor=${nextCursor}`), {
      ...{ ...INVALID, errors: ['query /cursor'] },
    });
  });

  it.each<[string, object, string[]]>([
    ['nothing that it means', {}, ['body ']],
    ['two ways at once', { all: true, subscription: NAME }, ['body ']],
    ['no id', { ids: [] }, ['body /ids']],
    ['what is no id', { ids: ['0-42'] }, ['body /ids/0']],
    ['what there is not', { all: true, force: true }, ['body /force']],
  ])('refuse a retry that names %s', async (_what, body, errors) => {
    await expectRefusal(api, () => client.post('/api/ops/parked/retry', body), { ...INVALID, errors });
  });

  it('refuse to be discarded without a reason', async () => {
    const refusal = { ...INVALID, errors: ['body /reason'] };
    await expectRefusal(api, () => client.post('/api/ops/parked/discard', { all: true }), refusal);
  });

  it('are looked at before, and nothing is changed by that', async () => {
    const before = (await machinery.parked()).data;
    const ids = before.map(({ parkedId }) => parkedId);
    expect(await machinery.act('retry', { all: true, preview: true })).toEqual({
      ...{ count: 4, ids, preview: true },
    });
    const [one] = ids;
    expect(
      await machinery.act('discard', { subscription: NAME, limit: 1, reason: 'x', preview: true }),
    ).toEqual({ count: 1, ids: [one], preview: true });
    expect((await machinery.parked()).data).toEqual(before);
    expect(await machinery.actions()).toEqual([]);
  });

  it('that fail again are parked again, with one more attempt', async () => {
    const [failed] = await parkedOf(first);
    const ids = [failed!.parkedId, `${NAME}:1:0-999999`];
    expect(await machinery.act('retry', { ids })).toMatchObject({ count: 1, ids: [failed!.parkedId] });
    await eventually(async () => {
      const [now] = await parkedOf(first);
      expect(now).toMatchObject({ status: 'parked', kind: 'failed', attempts: failed!.attempts + 1 });
    }, 20_000);
  });

  it('are given up for good, and what waits behind them goes on', async () => {
    const [failed] = await parkedOf(second);
    expect(await machinery.act('discard', { ids: [failed!.parkedId], reason: 'of a test' })).toEqual({
      ...{ count: 1, ids: [failed!.parkedId], preview: false },
    });
    expect(await machinery.act('discard', { ids: [failed!.parkedId], reason: 'again' })).toMatchObject({
      count: 0,
    });
    expect((await machinery.parked()).data.map(({ parkedId }) => parkedId)).not.toContain(failed!.parkedId);
    const { rows } = await api.database.pool.query(
      `select actor, reason from parked where status = 'discarded'`,
    );
    expect(rows).toEqual([{ actor: `key:${client.key.slice(0, 14)}`, reason: 'of a test' }]);
  });

  it('are handled once what was wrong is mended', async () => {
    await api.database.pool.query('drop trigger refuse_poison on read_model.order_summary_1');
    const { count } = await machinery.act('retry', { subscription: NAME, reason: 'there is room again' });
    expect(count).toBeGreaterThanOrEqual(2);
    await eventually(async () => expect(await parkedOf(first)).toEqual([]), 20_000);
    const { rows } = await api.database.pool.query('select from order_summary where order_id = $1', [first]);
    expect(rows).toHaveLength(1);
  });

  it('are noted in the audit with who did what to them and why', async () => {
    const actions = await machinery.actions();
    const actor = `key:${client.key.slice(0, 14)}`;
    expect(actions).toMatchObject([
      { actor, what: 'parked.retry', reason: null },
      { actor, what: 'parked.discard', reason: 'of a test' },
      { actor, what: 'parked.retry', reason: 'there is room again' },
    ]);
    for (const { details } of actions) expect((details as { events: string[] }).events[0]).toContain(NAME);
  });
});
