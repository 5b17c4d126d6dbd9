import type { Pool } from '../postgres/pool.ts';

const KEPT_DAYS = 14;
const BATCH_MAX = 10_000;

/**
 * Forgets what was taken from the broker so long ago that it cannot come again. Ids of messages begin with the time of
 * their event, so the old ones lie together; but one that was held up somewhere is old and may have been taken just now.
 */
export async function forgetInbox(
  pool: Pool,
  consumers: readonly string[],
  now: Date,
  batchMax = BATCH_MAX,
): Promise<void> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
  for (const consumer of consumers) {
    for (let forgotten = batchMax; forgotten === batchMax;) {
      const { rowCount } = await pool.query(
        `delete from inbox where consumer = $1 and message_id in (
           select message_id from inbox where consumer = $1 and message_id < $2 and received_at < $3 limit $4)`,
        [consumer, firstIdOf(before), before, batchMax],
      );
      forgotten = rowCount ?? 0;
    }
  }
}

/** The least UUIDv7 of that millisecond. */
function firstIdOf(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
