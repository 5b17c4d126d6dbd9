import { startWorker } from '../src/infrastructure/event-log/worker.ts';
import type { Pool } from '../src/infrastructure/postgres/pool.ts';
import { listGenerations, tableOf } from '../src/infrastructure/read-models/generations.ts';
import { orderSummaryProjection } from '../src/infrastructure/read-models/order-summary.ts';
import { hostProjections } from '../src/infrastructure/read-models/projection-host.ts';
import { newOwnerName } from '../src/infrastructure/system.ts';
import { CATCH_UP_EVENTS } from './catch-up.ts';
import { fill, readAllOnce } from './fill.ts';
import { assertDense, openServiceLog, silent, type Database, type Lab } from './lab.ts';
import { compare, type Row } from './report.ts';
import { interleave, timed, until } from './rounds.ts';
import { SUMMARY_SQL } from './summary-sql.ts';

const { name } = orderSummaryProjection;
const BY_HAND = 'bench.order_summary_by_hand';
const LEASE_MS = 5_000;
const PATIENCE_MS = 1_200_000;

/** The order summary anew: the projection in a generation of its own, until readers see it; and by hand, in SQL. */
export async function benchRebuild(lab: Lab, { events }: { events: number }): Promise<Row[]> {
  const database = await lab.emptyDatabase();
  const pool = database.connect(2);
  const plain = database.connectPlain();
  const filled = await fill(pool, Math.min(events, CATCH_UP_EVENTS));
  await assertDense(pool, filled.events);
  await readAllOnce(pool);
  await lab.checkpoint();
  const perSecond = (ms: number): number => (filled.events / ms) * 1_000;
  const measured = await interleave({
    projection: async (round) =>
      perSecond(await rebuild(database, orderSummaryProjection.codeVersion + 1 + round, filled.events)),
    sql: async () => {
      await plain.query(`drop table if exists ${BY_HAND};
        create table ${BY_HAND} (like read_model.order_summary including all) with (fillfactor = 80)`);
      const ms = await timed(() => plain.query(SUMMARY_SQL(BY_HAND)));
      await assertSameRows(plain, filled.orders);
      return perSecond(ms);
    },
  });
  await database.drop();
  return [
    compare({
      scenario: 'rebuild',
      what: `order summary of ${filled.orders.toLocaleString('en-US')} orders, ${filled.events.toLocaleString('en-US')} events`,
      unit: '/s',
      ours: measured.projection,
      baseline: {
        name: 'one insert … select that makes the same table, compared row by row',
        values: measured.sql,
      },
      aim: { atLeast: 0.3 },
      note: 'from before the new generation exists until it is live',
    }),
  ];
}

/** Milliseconds until the generation of this code is live. */
async function rebuild(database: Database, codeVersion: number, events: number): Promise<number> {
  const { pool, tails, stop } = openServiceLog(database);
  const worker = startWorker(pool, tails, silent, { owner: newOwnerName(), leaseMs: LEASE_MS });
  const isLive = async () =>
    (await listGenerations(pool)).some(
      (one) => one.name === name && one.codeVersion === codeVersion && one.status === 'live',
    );
  const startedAt = performance.now();
  const host = await hostProjections(pool, worker, silent, [{ ...orderSummaryProjection, codeVersion }]);
  await until('the new generation', PATIENCE_MS, isLive);
  const ms = performance.now() - startedAt;
  // A switch may come a few events before the head; what is compared below must be all of it.
  const head = BigInt(events);
  await until('the head', PATIENCE_MS, () => host.status()[0]?.position === head);
  await host.stop();
  await worker.stop();
  await stop();
  return ms;
}

async function assertSameRows(pool: Pool, orders: number): Promise<void> {
  const live = (await listGenerations(pool)).find((one) => one.name === name && one.status === 'live')!;
  const projected = tableOf(name, live.generation);
  const { rows } = await pool.query<{ n: bigint; extra: bigint; missing: bigint }>(
    `select (select count(*) from ${projected}) as n,
      (select count(*) from (table ${projected} except table ${BY_HAND}) a) as extra,
      (select count(*) from (table ${BY_HAND} except table ${projected}) b) as missing`,
  );
  const { n, extra, missing } = rows[0]!;
  if (n !== BigInt(orders) || extra !== 0n || missing !== 0n)
    throw new Error(
      `of ${orders} orders ${n} were projected; ${extra} rows differ one way, ${missing} the other`,
    );
}
