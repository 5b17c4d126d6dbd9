import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { Children } from './children.ts';
import type { Violation } from './protocol.ts';

const PATIENCE_MS = 60_000;

/**
 * Everybody finishes what is in hand, a newer build takes over, what was poison is healed, the subscriptions come to
 * the head, and the processes end in good order.
 */
export async function bringToRest(
  pool: Pool,
  children: Children,
  onViolation: (violation: Violation) => void,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const within = async (what: string, work: Promise<unknown>): Promise<void> => {
    const late = sleep(Math.max(0, deadline - performance.now()), 'late' as const, { ref: false });
    if ((await Promise.race([work, late])) === 'late')
      onViolation({
        kind: 'stalled',
        detail: `${what} was not done ${PATIENCE_MS / 1_000} s after the last trouble`,
      });
  };

  if (!children.living().some((child) => child.newerBuild)) children.start(true);
  const living = children.living();
  for (const child of living) child.tell(['rest']);
  await within('answering the last commands', Promise.all(living.map((child) => child.resting)));
  const older = living.filter((child) => !child.newerBuild);
  for (const child of older) child.tell(['stop']);
  await within('ending of the older build', Promise.all(older.map((child) => child.gone)));
  while (performance.now() < deadline && !(await isDone(pool))) await sleep(50);
  const newer = living.filter((child) => child.newerBuild);
  for (const child of newer) child.tell(['stop']);
  await within('ending of the newer build', Promise.all(newer.map((child) => child.gone)));
}

/** Nothing is parked any more, and every subscription is at the head. */
async function isDone(pool: Pool): Promise<boolean> {
  await heal(pool);
  const { rows } = await pool.query<{ open: boolean }>(
    `select exists (select from parked) or exists (
       select from subscription s join log_head l using (shard) where s.position <> l.head) as open`,
  );
  return !rows[0]!.open;
}

/** As operators do: what was the matter is mended, and another try is asked for. How many events that concerns. */
export async function heal(pool: Pool, share = 1): Promise<number> {
  await pool.query(
    `insert into soak_healed select distinct stream_id from parked where kind = 'failed' and random() < $1
     on conflict do nothing`,
    [share],
  );
  const { rowCount } = await pool.query(
    `update parked set status = 'retry' where status = 'parked' and random() < $1`,
    [share],
  );
  return rowCount ?? 0;
}
