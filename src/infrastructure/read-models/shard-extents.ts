import type { ShardExtent } from '../../application/log-browsing.ts';
import { instantText } from '../postgres/column-text.ts';
import type { Pool } from '../postgres/pool.ts';

/** Of the first event of a shard, or of the last. */
const recordedAt = (direction: 'asc' | 'desc'): string =>
  `(select ${instantText('e.recorded_at')} from event e where e.shard = l.shard
    order by e.position ${direction} limit 1)`;

/** Positions are dense, so nothing is counted: the work does not grow with the log. */
export async function readShards(pool: Pool): Promise<ShardExtent[]> {
  const { rows } = await pool.query<ShardExtent>(
    `select l.shard::int, l.head, (l.head - coalesce(a.events, 0))::float8 as events,
        ${recordedAt('asc')} as "oldestAt", ${recordedAt('desc')} as "newestAt"
      from log_head l
      left join lateral (
        select sum(greatest(0, least(l.head + 1, p.to_position) - greatest(1, p.from_position))) as events
        from event_partition p where p.detached_at is not null
      ) a on true
      order by l.shard`,
  );
  return rows;
}
