import type { Pool } from '../postgres/pool.ts';
import type { UnitStanding } from '../../application/subscriptions.ts';
import { subscriptionStandings } from './subscription-control.ts';

/** How the log is kept and followed: read by `doctor`, judged there. */
export type LogFacts = {
  readonly shardCount: number;
  /** Tables that refuse changes by a trigger, or should. */
  readonly guards: readonly { readonly table: string; readonly guarded: boolean }[];
  readonly role: {
    readonly name: string;
    readonly superuser: boolean;
    readonly owner: boolean;
    /** What it may do to events if the triggers were gone. */
    readonly mayChange: readonly string[];
  };
  readonly furthestHead: bigint;
  /** The last partition that was made ahead. */
  readonly lastPartition: { readonly from: bigint; readonly to: bigint };
  readonly units: readonly UnitStanding[];
  /** Owners of all processes that follow something. */
  readonly liveOwners: readonly string[];
};

export async function readLogFacts(pool: Pool): Promise<LogFacts> {
  return {
    ...(await headsAndPartitions(pool)),
    guards: await readGuards(pool),
    role: await readRole(pool),
    units: await subscriptionStandings(pool),
    liveOwners: await readLiveOwners(pool),
  };
}

async function headsAndPartitions(pool: Pool) {
  const { rows } = await pool.query<{ shardCount: number; furthestHead: bigint; from: bigint; to: bigint }>(
    `select (select count(*)::int from log_head) as "shardCount",
       (select coalesce(max(head), 0) from log_head) as "furthestHead", from_position as from, to_position as to
     from event_partition order by ordinal desc limit 1`,
  );
  const { shardCount, furthestHead, from, to } = rows[0]!;
  return { shardCount, furthestHead, lastPartition: { from, to } };
}

// 58: before (2) delete (8), update (16) and truncate (32), once a statement. A partition needs a trigger of its own,
// since one on the whole does not see a statement on a part.
async function readGuards(pool: Pool): Promise<LogFacts['guards']> {
  const { rows } = await pool.query<{ table: string; guarded: boolean }>(
    `select c.relname as table, exists (
         select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = to_regproc('refuse_change') and t.tgtype = 58
           and t.tgenabled in ('O', 'A') and t.tgqual is null and t.tgattr = ''::int2vector) as guarded
     from pg_class c
     where c.oid in ('event'::regclass, 'seal'::regclass)
       or c.oid in (select inhrelid from pg_inherits where inhparent = 'event'::regclass)
     order by c.relname`,
  );
  return rows;
}

async function readRole(pool: Pool): Promise<LogFacts['role']> {
  const { rows } = await pool.query<LogFacts['role']>(
    `select current_user::text as name, r.rolsuper as superuser, pg_has_role(c.relowner, 'usage') as owner,
       array(select p from unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) as p
         where has_table_privilege(c.oid, p)) as "mayChange"
     from pg_class c join pg_roles r on r.rolname = current_user where c.oid = 'event'::regclass`,
  );
  return rows[0]!;
}

async function readLiveOwners(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ owner: string }>(
    `select distinct owner from worker where alive_until > now() order by owner`,
  );
  return rows.map(({ owner }) => owner);
}
