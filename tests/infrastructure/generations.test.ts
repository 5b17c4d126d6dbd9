import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import type { Worker } from '../../src/infrastructure/event-log/worker.ts';
import {
  beginGeneration,
  listGenerations,
  switchGeneration,
  tableOf,
} from '../../src/infrastructure/read-models/generations.ts';
import { orderSummaryProjection } from '../../src/infrastructure/read-models/order-summary.ts';
import {
  hostProjections,
  type ProjectionHost,
} from '../../src/infrastructure/read-models/projection-host.ts';
import type { Projection } from '../../src/infrastructure/read-models/projection.ts';
import { eventually } from '../support/eventually.ts';
import { newOrder, openTestLog, silent, startTestWorker } from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const { name: NAME, codeVersion: CODE } = orderSummaryProjection;
const NEWER_CODE = CODE + 1;
/** The generation that is live at first, and the one after it. */
const [FIRST, NEXT] = [1, 2];

let database: TestDatabase;
let open: OpenLog;
let stopAll: (() => Promise<void>)[];

beforeEach(async () => {
  database = await createTestDatabase();
  open = openTestLog(database.pool);
  stopAll = [];
});
afterEach(async () => {
  for (const stop of stopAll) await stop();
  await database.drop();
});

/** One process of the service, as far as read models go. */
async function host(
  projection: Projection = orderSummaryProjection,
): Promise<ProjectionHost & { kill(): Promise<void> }> {
  const worker: Worker = startTestWorker(database.pool, openTestLog(database.pool).tails);
  const hosted = await hostProjections(database.pool, worker, silent, [projection]);
  const kill = async (): Promise<void> => {
    await hosted.stop();
    await worker.stop();
  };
  stopAll.unshift(kill);
  return { ...hosted, kill };
}

const append = (count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => open.log.append(newOrder())));

async function listed(): Promise<number> {
  const { rows } = await database.pool.query('select count(*)::int as n from order_summary');
  return rows[0].n;
}

const generations = async (): Promise<string[]> =>
  (await listGenerations(database.pool))
    .filter(({ name }) => name === NAME)
    .map(({ generation, codeVersion, status }) => `${generation} of code ${codeVersion}: ${status}`);

const tables = async (): Promise<string[]> =>
  (
    await database.pool.query(
      `select table_name from information_schema.tables
       where table_schema = 'read_model' and table_name like 'order_summary%' order by 1`,
    )
  ).rows.map((row) => row.table_name);

/** As a deployment of newer code would be. */
const NEWER: Projection = {
  ...orderSummaryProjection,
  codeVersion: NEWER_CODE,
  project: async (tx, table, events) => {
    await orderSummaryProjection.project(tx, table, events);
    await tx.query(`update ${table} set customer_id = 'of newer code'`);
  },
};

describe('a rebuild', () => {
  it('fills a table of its own, takes the place of the live one, and leaves nothing of that behind', async () => {
    await host();
    await append(50);
    await eventually(async () => expect(await listed()).toBe(50));
    await database.pool.query(`update ${tableOf(NAME, FIRST)} set status = 'Damaged'`);
    expect(await beginGeneration(database.pool, NAME, CODE)).toBe(NEXT);
    await eventually(async () => expect(await generations()).toEqual([`${NEXT} of code ${CODE}: live`]));
    const { rows } = await database.pool.query('select distinct status from order_summary');
    expect(rows).toEqual([{ status: 'Created' }]);
    expect(await tables()).toEqual(['order_summary', `order_summary_${NEXT}`]);
    const left = await database.pool.query(`select from subscription where name = $1 and version = $2`, [
      NAME,
      FIRST,
    ]);
    expect(left.rowCount).toBe(0);
    await append(1);
    await eventually(async () => expect(await listed()).toBe(51));
  });

  it('never shows readers less than they saw before, while orders keep coming', async () => {
    await host();
    await append(200);
    await eventually(async () => expect(await listed()).toBe(200));
    let stop = false;
    const appending = (async () => {
      while (!stop) await append(5);
    })();
    const seen: number[] = [];
    const reading = (async () => {
      while (!stop) seen.push(await listed());
    })();
    await beginGeneration(database.pool, NAME, CODE);
    await eventually(async () => expect(await generations()).toEqual([`${NEXT} of code ${CODE}: live`]));
    stop = true;
    await Promise.all([appending, reading]);
    seen.forEach((count, index) => expect(count).toBeGreaterThanOrEqual(seen[index - 1] ?? 200));
    const { rows } = await database.pool.query('select count(*)::int as n from event');
    await eventually(async () => expect(await listed()).toBe(rows[0].n));
  });

  it('goes on where it was when whoever did it is gone, and is not begun twice', async () => {
    await append(30);
    expect(await beginGeneration(database.pool, NAME, CODE)).toBe(NEXT);
    expect(await beginGeneration(database.pool, NAME, CODE)).toBe(NEXT);
    const gone = await host();
    await gone.kill();
    await host();
    await eventually(async () => expect(await generations()).toEqual([`${NEXT} of code ${CODE}: live`]));
    await eventually(async () => expect(await listed()).toBe(30));
  });

  it('does not take over while it is behind', async () => {
    const [older] = [await host()];
    await append(30);
    await eventually(async () => expect(await listed()).toBe(30));
    await older.kill();
    await beginGeneration(database.pool, NAME, CODE);
    const building = { name: NAME, generation: NEXT };
    expect(await switchGeneration(database.pool, building, 5)).toBe(false); // behind the head
    expect(await switchGeneration(database.pool, building, 1_000)).toBe(false); // behind the live one
    expect(await generations()).toEqual([
      `${FIRST} of code ${CODE}: live`,
      `${NEXT} of code ${CODE}: building`,
    ]);
  });

  it('waits for a long query without holding up other readers', async () => {
    await host();
    await append(10);
    await eventually(async () => expect(await listed()).toBe(10));
    const reader = await database.pool.connect();
    await reader.query('begin');
    await reader.query('set local idle_in_transaction_session_timeout = 0'); // a query that takes long does not idle
    await reader.query('select count(*) from order_summary');
    await beginGeneration(database.pool, NAME, CODE);
    await eventually(async () => {
      const { rowCount } = await database.pool.query(
        `select from subscription s join log_head l using (shard)
         where s.name = $1 and s.version = $2 and s.position < l.head`,
        [NAME, NEXT],
      );
      expect(rowCount).toBe(0);
    });
    // Until it is our turn the host itself tries, which is answered with false.
    await eventually(async () => {
      const locked = switchGeneration(database.pool, { name: NAME, generation: NEXT }, 0);
      await expect(locked).rejects.toMatchObject({ code: '55P03' });
    });
    expect(await listed()).toBe(10);
    expect(await generations()).toHaveLength(2);
    await reader.query('commit');
    reader.release();
    await eventually(async () => expect(await generations()).toEqual([`${NEXT} of code ${CODE}: live`]));
  });
});

describe('newer code', () => {
  it('builds its own generation beside the live one of the older, which goes on until then', async () => {
    const older = await host();
    await append(20);
    await eventually(async () => expect(await listed()).toBe(20));
    await host(NEWER);
    await eventually(async () =>
      expect(await generations()).toEqual([`${NEXT} of code ${NEWER_CODE}: live`]),
    );
    const { rows } = await database.pool.query('select distinct customer_id from order_summary');
    expect(rows).toEqual([{ customer_id: 'of newer code' }]);
    await eventually(() => expect(older.status()).toEqual([]));
  });

  it('is left alone by a process of the older code that starts after it', async () => {
    const newer = await host(NEWER);
    await append(5);
    await eventually(async () =>
      expect(await generations()).toEqual([`${NEXT} of code ${NEWER_CODE}: live`]),
    );
    await host();
    await append(5);
    await eventually(async () => expect(await listed()).toBe(10));
    expect(await generations()).toEqual([`${NEXT} of code ${NEWER_CODE}: live`]);
    expect(newer.status().length).toBeGreaterThan(0);
  });
});
