import { setTimeout as sleep } from 'node:timers/promises';
import { isUnreachable, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { Violation } from './protocol.ts';

const BATCH = 5_000;

/** Follows a shard by position as any subscriber does: whatever it passed must have been all there was. */
export async function readByPosition(
  pool: Pool,
  shard: number,
  signal: AbortSignal,
  onViolation: (violation: Violation) => void,
): Promise<void> {
  let last = 0n;
  while (!signal.aborted) {
    try {
      const { rows } = await pool.query<{ position: bigint }>({
        name: 'soak-positions',
        text: 'select position from event where shard = $1 and position > $2 order by position limit $3',
        values: [shard, last, BATCH],
      });
      const gap = rows.findIndex(({ position }, index) => position !== last + BigInt(index + 1));
      if (gap >= 0) {
        const detail = `shard ${shard}: ${rows[gap]!.position} was there before ${last + BigInt(gap + 1)}`;
        onViolation({ kind: 'late', detail });
      }
      last = rows.at(-1)?.position ?? last;
    } catch (fault) {
      if (!isUnreachable(fault)) throw fault;
    }
    await sleep(3);
  }
}
