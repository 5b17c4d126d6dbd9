import type { Pool } from '../postgres/pool.ts';

/** Keeps one whole partition of the event table empty ahead of every shard. */
export async function ensurePartitions(pool: Pool): Promise<void> {
  await pool.query('select ensure_event_partitions()');
}
