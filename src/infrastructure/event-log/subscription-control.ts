import type {
  ServiceOperator,
  SubscriptionRefusal,
  Subscriptions,
  UnitStanding,
} from '../../application/subscriptions.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { noteAction } from '../operator-actions.ts';
import { inTransaction, inTransactionWithin, type Pool, type Tx } from '../postgres/pool.ts';
import { lockGenerations } from '../read-models/generations.ts';
import type { Unit } from './leases.ts';

/** All subscriptions on all shards; of one name only if it is given. */
export async function subscriptionStandings(db: Pool | Tx, name?: string): Promise<UnitStanding[]> {
  const { rows } = await db.query<UnitStanding>(
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

export type UnitFilter = { readonly name: string; readonly shard?: number | undefined };

/**
 * Nothing is committed for them any more once this returns: it waits for the rows that batches in hand lock. An effect
 * outside this database may still be at work until the lease is given back. Those that were running.
 */
export const pauseUnits = (pool: Pool, by: ServiceOperator, filter: UnitFilter): Promise<Unit[]> =>
  inTransaction(pool, (tx) => change(tx, by, filter, PAUSE));

/** Lets them go on, also what halted; the next process with a free hand takes them up. Those that were not running. */
export const resumeUnits = (pool: Pool, by: ServiceOperator, filter: UnitFilter): Promise<Unit[]> =>
  inTransaction(pool, (tx) => change(tx, by, filter, RESUME));

type Change = {
  readonly action: 'subscriptions.pause' | 'subscriptions.resume';
  readonly from: readonly string[];
  readonly to: string;
};
const PAUSE: Change = { action: 'subscriptions.pause', from: ['running'], to: 'paused' };
const RESUME: Change = { action: 'subscriptions.resume', from: ['paused', 'halted'], to: 'running' };

async function change(
  tx: Tx,
  { actor, tenantId, reason }: ServiceOperator,
  { name, shard }: UnitFilter,
  { action, from, to }: Change,
): Promise<Unit[]> {
  // Generations begin and switch under this lock: holding several rows, the two could wait for each other.
  await lockGenerations(tx, name);
  const filter = [name, shard ?? null, from];
  await tx.query(
    `select from subscription where name = $1 and ($2::smallint is null or shard = $2) and status = any($3)
     order by version, shard for update`,
    filter,
  );
  const { rows } = await tx.query<Unit>(
    `update subscription set status = $4
     where name = $1 and ($2::smallint is null or shard = $2) and status = any($3)
     returning shard, name, version`,
    [...filter, to],
  );
  if (rows.length > 0) {
    const units = rows.map((unit) => `${unit.name} v${unit.version} / ${unit.shard}`).toSorted();
    await noteAction(tx, { actor, action, tenantId, reason, details: { units } });
  }
  return rows;
}

const PATIENCE_MS = 2_000; // of two statements that may wait: an operator over HTTP is answered within five seconds

/** For those who do not wait until it is their turn. */
export function subscriptionControl(pool: Pool, shardCount: number): Subscriptions {
  async function changed(
    by: ServiceOperator,
    filter: UnitFilter,
    how: Change,
  ): Promise<Result<readonly UnitStanding[], SubscriptionRefusal>> {
    const { name, shard } = filter;
    const units = await subscriptionStandings(pool);
    if (!units.some((unit) => unit.name === name)) {
      const names = [...new Set(units.map((unit) => unit.name))].toSorted();
      return err({ code: 'subscription-not-found', names });
    }
    if (shard !== undefined && shard >= shardCount) return err({ code: 'shard-unknown', shardCount });
    const done = await inTransactionWithin(pool, PATIENCE_MS, async (tx) =>
      ok(await change(tx, by, filter, how)),
    );
    if (!done.ok) return done;
    const standings = await subscriptionStandings(pool, name);
    return ok(standings.filter((unit) => shard === undefined || unit.shard === shard));
  }
  return {
    list: () => subscriptionStandings(pool),
    pause: (by, name, shard) => changed(by, { name, shard }, PAUSE),
    resume: (by, name, shard) => changed(by, { name, shard }, RESUME),
  };
}
