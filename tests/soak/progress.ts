import { setTimeout as sleep } from 'node:timers/promises';
import { isUnreachable, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { Violation } from './protocol.ts';

type Place = {
  readonly unit: string;
  readonly position: bigint;
  readonly behind: boolean;
  readonly state: string;
};

/** Complains when the log, or a subscription that is behind it, stands still for so long. */
export async function watchProgress(
  pool: Pool,
  standstillMs: number,
  signal: AbortSignal,
  onViolation: (violation: Violation) => void,
): Promise<void> {
  const moved = new Map<string, { position: bigint; at: number }>();

  for (;;) {
    await sleep(standstillMs / 20, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    for (const { unit, position, behind, state } of await places(pool)) {
      const last = moved.get(unit);
      if (last?.position !== position || !behind) moved.set(unit, { position, at: performance.now() });
      else if (performance.now() - last.at > standstillMs) {
        const detail = `${unit} is at ${position} for ${standstillMs / 1_000} s ${state}`;
        onViolation({ kind: 'stalled', detail });
        moved.delete(unit);
      }
    }
  }
}

// Each attempt takes its time, and a new holder of the lease begins to count anew.
const HELD_UP = `exists (select from event e where e.shard = s.shard and e.position = s.position + 1
  and e.data #>> '{items,0,productId}' = 'poison')`;

/** None while the server cannot be reached: then its return is waited for by everybody alike. */
async function places(pool: Pool): Promise<readonly Place[]> {
  try {
    const { rows } = await pool.query<Place>(
      `select 'the log' as unit, sum(head)::bigint as position, true as behind, '' as state from log_head
       union all
       select s.name || ' on shard ' || shard, s.position, s.position < l.head and not ${HELD_UP},
         format('(%s, owner %s, epoch %s, %s)', s.status, s.owner, s.epoch, s.last_error)
       from subscription s join log_head l using (shard)`,
    );
    return rows;
  } catch (fault) {
    if (!isUnreachable(fault)) throw fault;
    return [];
  }
}
