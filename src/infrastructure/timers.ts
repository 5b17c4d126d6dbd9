import type { Logger } from 'pino';
import type { Due, Wake } from '../application/checkout/wake.ts';
import { inLanes } from './consumers/lanes.ts';
import { isTransient, type Pool } from './postgres/pool.ts';

type Claimed = Due & { readonly shard: number; readonly version: number };

const BATCH_MAX = 50;
const LANES_MAX = 10; // 50 provider calls of 10 s, ten at a time, end within a claim
const CLAIM_SECONDS = 60; // longer than the slowest provider call; a process that dies leaves its streams for so long

/**
 * Wakes the streams whose time has come: each on one process at a time. When is derived from the log (`due_at` of the
 * read models), so nothing has to be remembered; only what came to nothing is, until it is due again.
 */
export async function wakeDue(pool: Pool, wake: Wake, logger: Logger): Promise<void> {
  await inLanes(
    await claimDue(pool),
    ({ streamId }) => streamId,
    LANES_MAX,
    async (due) => {
      try {
        await putOff(pool, due, await wake(due));
      } catch (fault) {
        if (isTransient(fault)) throw fault;
        // The claim runs out, and then it is tried again.
        logger.error({ err: fault, streamId: due.streamId }, 'what a timer asked for failed, will retry');
      }
    },
  );
}

/** Claims that are over, and those of streams that have changed since. */
export async function forgetClaims(pool: Pool): Promise<void> {
  await pool.query(
    `delete from timer_claim c using stream s
     where s.shard = c.shard and s.stream_id = c.stream_id
       and (c.until < now() - interval '1 hour' or s.version > c.version)`,
  );
}

/** Of those that are due, the ones that no other process has claimed, and that were not put off in their version. */
async function claimDue(pool: Pool): Promise<Claimed[]> {
  const { rows } = await pool.query<Claimed>({
    name: 'timers-claim',
    text: `with due as (
        select 'order' as category, shard, order_id as stream_id, tenant_id, version, due_at from order_summary
          where due_at <= now()
        union all
        select 'payment', shard, payment_id, tenant_id, version, due_at from payment_history where due_at <= now()),
      free as (
        select d.* from due d left join timer_claim c using (shard, stream_id)
        where c.version is distinct from d.version or c.until <= now() order by d.due_at limit $1),
      claimed as (
        insert into timer_claim as c (shard, stream_id, version, until)
          select shard, stream_id, version, now() + make_interval(secs => $2) from free
        on conflict (shard, stream_id) do update set version = excluded.version, until = excluded.until
          where c.version <> excluded.version or c.until <= now()
        returning shard, stream_id)
      select f.category, f.shard, f.stream_id as "streamId", f.tenant_id as "tenantId", f.version
      from free f join claimed using (shard, stream_id)`,
    values: [BATCH_MAX, CLAIM_SECONDS],
  });
  return rows;
}

/** Until then, unless something happens to the stream before. */
async function putOff(
  pool: Pool,
  { shard, streamId, version }: Claimed,
  until: string | undefined,
): Promise<void> {
  await pool.query({
    name: 'timers-put-off',
    text: `update timer_claim set until = coalesce($4::timestamptz, 'infinity')
      where shard = $1 and stream_id = $2 and version = $3`,
    values: [shard, streamId, version, until ?? null],
  });
}
