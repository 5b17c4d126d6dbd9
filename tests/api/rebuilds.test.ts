import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { placeOrder } from '../support/api-samples.ts';
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
const URL = `/api/ops/projections/${NAME}`;

let api: Api;
let client: ApiClient;
let machinery: ReturnType<typeof machineryOf>;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  machinery = machineryOf(client);
});
afterAll(() => api.stop());

/** Keeps what is being built from going live, as whoever compares read models with the log does. */
async function keepFromGoingLive(): Promise<() => void> {
  const holder = await api.database.pool.connect();
  await holder.query(`select pg_advisory_lock(hashtextextended('comparing read models', 0))`);
  return () => holder.release(true);
}

const sortedRows = async (): Promise<unknown[]> =>
  (await api.database.pool.query('select order_id, version, status from order_summary order by order_id'))
    .rows;

const details = (generation: number) => ({ projection: NAME, generation });

describe('a rebuild over the API', () => {
  it('is done by the running service, goes live, and loses nothing that comes in meanwhile', async () => {
    const placed = await Promise.all(Array.from({ length: 20 }, () => placeOrder(client)));
    const begun = await machinery.rebuild(NAME, { reason: 'a column was wrong' });
    expect(begun).toMatchObject({ name: NAME, generation: 2, status: 'building', stopped: null });
    let live = false;
    const watching = eventually(async () => {
      const [first, ...others] = await machinery.generations(NAME);
      expect({ first, others }).toMatchObject({ first: { generation: 2, status: 'live' }, others: [] });
      live = true;
    }, 60_000);
    const coming = async (): Promise<void> => {
      do placed.push(await placeOrder(client));
      while (!live);
    };
    await Promise.all([watching, coming(), coming()]);

    await traces(api.database.pool);
    const ids = placed.map(({ orderId }) => orderId).toSorted();
    const rows = await sortedRows();
    expect(rows.map((row) => (row as { order_id: string }).order_id)).toEqual(ids);
    const [generation] = await machinery.generations(NAME);
    expect(generation).toMatchObject({ codeVersion: expect.any(Number), parked: 0, lastError: null });
    expect(generation!.done).toBe(generation!.total);
  });

  it('is the same one for whoever asks while it is being built, and can be cancelled', async () => {
    const letGo = await keepFromGoingLive();
    try {
      const rows = await sortedRows();
      const begun = await machinery.rebuild(NAME);
      expect((await machinery.rebuild(NAME)).generation).toBe(begun.generation);
      await eventually(async () => {
        const [first, second] = await machinery.generations(NAME);
        expect(first).toMatchObject({ generation: 2, status: 'live' });
        expect(second).toMatchObject({ generation: begun.generation, status: 'building' });
        expect(second!.done).toBe(second!.total);
      }, 20_000);
      expect((await machinery.units(NAME)).map(({ generationStatus }) => generationStatus)).toContain(
        'building',
      );

      expect(await machinery.cancel(NAME)).toBe(begun.generation);
      expect(await machinery.cancel(NAME)).toBeNull();
      expect(await machinery.generations(NAME)).toMatchObject([{ generation: 2, status: 'live' }]);
      expect(await sortedRows()).toEqual(rows);
    } finally {
      letGo();
    }
  });

  it('says what keeps it from going on', async () => {
    const letGo = await keepFromGoingLive();
    try {
      await machinery.rebuild(NAME);
      await machinery.change(NAME, 'pause');
      const [, second] = await machinery.generations(NAME);
      expect(second).toMatchObject({ status: 'building', stopped: 'is paused on shard 0' });
      await machinery.change(NAME, 'resume');
      await machinery.cancel(NAME);
    } finally {
      letGo();
    }
  });

  it('is noted in the audit with who began and cancelled it', async () => {
    const actor = `key:${client.key.slice(0, 14)}`;
    const [first, second, third] = (await machinery.actions()).filter(({ what }) =>
      what.startsWith('projections.'),
    );
    expect([first, second, third]).toEqual([
      { actor, what: 'projections.rebuild', reason: 'a column was wrong', details: details(2) },
      { actor, what: 'projections.rebuild', reason: null, details: details(3) },
      { actor, what: 'projections.cancel', reason: null, details: details(3) },
    ]);
  });

  it('of what is no read model is answered with those that there are', async () => {
    const url = '/api/ops/projections/checkout';
    const asked = [
      await client.get(url),
      await client.post(`${url}/rebuild`, {}),
      await client.send({ method: 'DELETE', url: `${url}/rebuild` }),
    ];
    for (const answer of asked) {
      expectProblem(answer, { status: 404, code: 'projection-not-found' });
      expect(problemOf(answer).detail).toBe(`There are: ${PROJECTIONS.map(({ name }) => name).join(', ')}.`);
    }
  });

  it('never puts what newer code made back to what this build makes', async () => {
    await api.database.pool.query(`update projection set code_version = 99 where name = $1`, [NAME]);
    const answer = await client.post(`${URL}/rebuild`, {});
    expectProblem(answer, { status: 409, code: 'projection-newer' });
    expect((await machinery.generations(NAME)).map(({ status }) => status)).toEqual(['live']);
  });
});
