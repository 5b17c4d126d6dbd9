import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { eventually } from './eventually.ts';

const HELD_AT_MOST = '15s'; // a test that waits for what it locked itself fails then, and nothing hangs after it

/** Holds whatever `statement` locks until the function that it gives is called. */
export async function holdLock(pool: Pool, statement: string): Promise<() => Promise<void>> {
  const holder = await pool.connect();
  holder.on('error', () => {});
  await holder.query('begin');
  await holder.query(`set local idle_in_transaction_session_timeout = '${HELD_AT_MOST}'`);
  await holder.query(statement);
  return async () => {
    await holder.query('commit').finally(() => holder.release(true));
  };
}

/** Resolves once so many statements on this database wait for a lock. */
export const waitingForLocks = (pool: Pool, count: number): Promise<void> =>
  eventually(async () => {
    const { rows } = await pool.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows[0]!.waiting < count) throw new Error(`${rows[0]!.waiting} of ${count} wait`);
  }, 10_000);
