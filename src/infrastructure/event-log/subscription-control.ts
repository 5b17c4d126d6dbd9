import type { Pool } from '../postgres/pool.ts';
import type { SubscriptionState, Unit } from './leases.ts';

/** How one subscription stands on one shard, for operators. */
export type UnitStanding = Unit & {
  readonly status: SubscriptionState;
  readonly position: bigint;
  readonly head: bigint;
  /** How long ago the next event was recorded; null: there is none. */
  readonly behindMs: number | null;
  readonly owner: string | null;
  /** Until the lease ends, below zero since when; null: nobody has it. */
  readonly leaseMs: number | null;
  readonly lastError: string | null;
  /** Events it could not handle, or that wait behind one. */
  readonly parked: number;
  /** Whether a living process would follow it. */
  readonly followed: boolean;
  /** Of a projection only. */
  readonly generation: 'building' | 'live' | null;
  readonly codeVersion: number | null;
};

/** All subscriptions on all shards; of one name only if it is given. */
export async function subscriptionStandings(pool: Pool, name?: string): Promise<UnitStanding[]> {
  const { rows } = await pool.query<UnitStanding>(
    `select s.shard, s.name, s.version, s.status, s.position, l.head, s.owner, s.last_error as "lastError",
       case when s.owner is not null then round(extract(epoch from s.lease_until - now()) * 1000)::float8 end as "leaseMs",
       (select round(extract(epoch from now() - e.recorded_at) * 1000)::float8 from event e
         where e.shard = s.shard and e.position = s.position + 1) as "behindMs",
       (select count(*)::int from parked k where k.shard = s.shard and k.name = s.name and k.version = s.version
         and k.status <> 'discarded') as parked,
       exists (select from worker w where w.name = s.name and w.version = s.version and w.alive_until > now()) as followed,
       p.status as generation, p.code_version as "codeVersion"
     from subscription s
     join log_head l on l.shard = s.shard
     left join projection p on p.name = s.name and p.generation = s.version
     where $1::text is null or s.name = $1
     order by p.name is null, s.name, s.version, s.shard`,
    [name ?? null],
  );
  return rows;
}

/**
 * Nothing is committed for it any more once this returns: it waits for the row that a batch in hand locks. An effect
 * outside this database may still be at work until the lease is given back. False: it was not running.
 */
export async function pauseUnit(pool: Pool, unit: Unit): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update subscription set status = 'paused'
     where shard = $1 and name = $2 and version = $3 and status = 'running'`,
    [unit.shard, unit.name, unit.version],
  );
  return rowCount === 1;
}

/** Lets it go on, also one that halted; the next process with a free hand takes it up. False: it was running. */
export async function resumeUnit(pool: Pool, unit: Unit): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update subscription set status = 'running'
     where shard = $1 and name = $2 and version = $3 and status <> 'running'`,
    [unit.shard, unit.name, unit.version],
  );
  return rowCount === 1;
}
