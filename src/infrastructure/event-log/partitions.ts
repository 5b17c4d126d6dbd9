import type { Pool } from '../postgres/pool.ts';

/** Keeps one whole partition of the event table empty ahead of every shard. */
export async function ensurePartitions(pool: Pool): Promise<void> {
  await pool.query('select ensure_event_partitions()');
}

export type Partition = {
  readonly ordinal: number;
  /** First position that belongs here, of every shard. */
  readonly from: bigint;
  /** Last position that belongs here. */
  readonly to: bigint;
  /** `ahead`: nothing was appended to it yet; `full`: nothing will be any more. */
  readonly state: 'ahead' | 'written' | 'full' | 'detached';
  readonly events: bigint;
  /** Of table and indexes; null when the table is not in this database. */
  readonly bytes: bigint | null;
  readonly detachedAt: string | null;
};

export async function listPartitions(pool: Pool): Promise<Partition[]> {
  const { rows } = await pool.query<Partition>(
    `select ordinal, greatest(from_position, 1) as from, to_position - 1 as to, events::bigint,
       pg_total_relation_size(to_regclass('event_p' || ordinal)) as bytes,
       to_char(detached_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "detachedAt",
       case when detached_at is not null then 'detached' when lowest >= to_position - 1 then 'full'
         when events = 0 then 'ahead' else 'written' end as state
     from event_partition p cross join lateral (
       select sum(greatest(least(head, p.to_position - 1) - greatest(p.from_position, 1) + 1, 0)) as events,
         min(head) as lowest
       from log_head
     ) l order by ordinal`,
  );
  return rows;
}
