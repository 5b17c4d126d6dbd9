import { startWorker } from '../src/infrastructure/event-log/worker.ts';
import type { Pool } from '../src/infrastructure/postgres/pool.ts';
import { newOwnerName } from '../src/infrastructure/system.ts';
import { fill, readAllOnce } from './fill.ts';
import { assertDense, openServiceLog, silent, type Database, type Lab } from './lab.ts';
import { compare, type Row } from './report.ts';
import { interleave, timed, until } from './rounds.ts';

export const CATCH_UP_EVENTS = 200_000;
const BATCH_MAX = 1_000;
const LEASE_MS = 5_000;
const PATIENCE_MS = 600_000;

/** A subscription whose effect does nothing, from the beginning of the log to its head. */
export async function benchCatchUp(lab: Lab, { events }: { events: number }): Promise<Row[]> {
  const database = await lab.emptyDatabase();
  const pool = database.connect(2);
  const filled = await fill(pool, Math.min(events, CATCH_UP_EVENTS));
  await assertDense(pool, filled.events);
  await readAllOnce(pool);
  await lab.checkpoint();
  const perSecond = (ms: number): number => (filled.events / ms) * 1_000;
  const measured = await interleave({
    subscription: async (round) => perSecond(await timed(() => follow(database, round, filled.events))),
    select: async () => perSecond(await timed(() => selectAll(pool, filled.events))),
  });
  await database.drop();
  return [
    compare({
      scenario: 'catch-up',
      what: `subscription over ${filled.events.toLocaleString('en-US')} events`,
      unit: '/s',
      ours: measured.subscription,
      baseline: {
        name: `a bare select of the same rows through pg, ${BATCH_MAX} at a time`,
        values: measured.select,
      },
      reach: { atLeast: 0.7 },
      note: 'from the start of the worker until the checkpoint stands at the head',
    }),
  ];
}

async function follow(database: Database, round: number, events: number): Promise<void> {
  const { pool, tails, stop } = openServiceLog(database);
  const worker = startWorker(pool, tails, silent, { owner: newOwnerName(), leaseMs: LEASE_MS });
  let seen = 0;
  const following = worker.follow({
    name: 'bench',
    version: round + 1,
    batchMax: BATCH_MAX,
    effect: {
      kind: 'sql',
      apply: async (_tx, batch) => {
        seen += batch.length;
      },
    },
    onPoison: 'halt',
  });
  const head = BigInt(events);
  await until('the head', PATIENCE_MS, () => following.status()[0]?.position === head);
  await worker.stop();
  await stop();
  if (seen !== events) throw new Error(`the subscription saw ${seen} of ${events} events`);
}

async function selectAll(pool: Pool, events: number): Promise<void> {
  let position = 0n;
  let seen = 0;
  for (;;) {
    const { rows } = await pool.query<{ position: bigint }>({
      name: 'bench-select',
      text: `select position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at
        from event where shard = $1 and position > $2 order by position limit $3`,
      values: [0, position, BATCH_MAX],
    });
    seen += rows.length;
    if (rows.length < BATCH_MAX) break;
    position = rows.at(-1)!.position;
  }
  if (seen !== events) throw new Error(`the select gave ${seen} of ${events} events`);
}
