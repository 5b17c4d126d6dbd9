import type { Pool } from '../postgres/pool.ts';

/** When keys were last used, to the minute: noted in memory, written by a job once a minute. */
export function keyUses(pool: Pool) {
  let used = new Set<string>();
  return {
    note: (keyId: string): void => void used.add(keyId),
    /** Skips rows that another process is writing: it writes the same. */
    write: async (): Promise<void> => {
      const keyIds = [...used];
      used = new Set();
      if (keyIds.length === 0) return;
      await pool.query({
        name: 'keys-used',
        text: `update api_key set last_used_at = now() where key_id in (
            select key_id from api_key
            where key_id = any($1) and (last_used_at is null or last_used_at < now() - interval '1 minute')
            for no key update skip locked)`,
        values: [keyIds],
      });
    },
  };
}
