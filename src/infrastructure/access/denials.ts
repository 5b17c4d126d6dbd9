import type { Denial } from '../../application/access.ts';
import type { Pool } from '../postgres/pool.ts';

const APART_MAX = 5_000; // in memory, between two times they are written
/** Rows of a tenant in a day; what comes after them is only counted, by the hour. */
const ROWS_A_DAY_MAX = 1_000;
const KEPT_DAYS = 90;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

type Counted = Denial & { readonly at: Date; count: number; lastAt: Date };

const MORE = { actor: '*', route: '*', reason: 'not-told-apart' } as const;

/**
 * Counts who was refused what, by the minute, and writes it in batches: being refused costs a client's request nothing,
 * and asking again and again neither disk nor memory. Counts that were not written when a process dies are lost.
 */
export function denials(pool: Pool, now: () => Date, rowsADayMax = ROWS_A_DAY_MAX) {
  let counted = new Map<string, Counted>();

  function count(into: Map<string, Counted>, one: Omit<Counted, 'at'>, spanMs: number): void {
    const at = new Date(one.lastAt.getTime() - (one.lastAt.getTime() % spanMs));
    const name = JSON.stringify([one.tenantId, at, one.actor, one.route, one.reason]);
    const kept = into.get(name);
    if (kept) [kept.count, kept.lastAt] = [kept.count + one.count, one.lastAt];
    else into.set(name, { ...one, at });
  }

  function keep(one: Omit<Counted, 'at'>): void {
    if (one.actor !== MORE.actor && counted.size < APART_MAX) count(counted, one, MINUTE_MS);
    else count(counted, { ...one, ...MORE }, HOUR_MS);
  }

  async function withinRoom(batch: Map<string, Counted>): Promise<Map<string, Counted>> {
    const tenantIds = [...new Set([...batch.values()].map(({ tenantId }) => tenantId))];
    const room = await roomOf(pool, tenantIds, rowsADayMax);
    const rows = new Map<string, Counted>();
    for (const one of batch.values()) {
      const left = room.get(one.tenantId) ?? rowsADayMax;
      room.set(one.tenantId, left - 1);
      if (left > 0 && one.actor !== MORE.actor) count(rows, one, MINUTE_MS);
      else count(rows, { ...one, ...MORE }, HOUR_MS);
    }
    return rows;
  }

  return {
    note: (denial: Denial): void => keep({ ...denial, count: 1, lastAt: now() }),
    /** What could not be written is written with the next batch. */
    write: async (): Promise<void> => {
      if (counted.size === 0) return;
      const batch = counted;
      counted = new Map();
      try {
        await insert(pool, [...(await withinRoom(batch)).values()]);
      } catch (fault) {
        for (const one of batch.values()) keep(one);
        throw fault;
      }
    },
    forget: async (): Promise<void> => {
      await pool.query('delete from access_denial where at < now() - make_interval(days => $1)', [KEPT_DAYS]);
    },
  };
}

/** How many more rows each of them may have today. */
async function roomOf(
  pool: Pool,
  tenantIds: readonly string[],
  rowsADayMax: number,
): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ tenantId: string; count: number }>({
    name: 'denials-of-today',
    text: `select tenant_id as "tenantId", count(*)::int as count from access_denial
      where tenant_id = any($1) and at >= date_trunc('day', now(), 'UTC') group by tenant_id`,
    values: [tenantIds],
  });
  return new Map(rows.map(({ tenantId, count }) => [tenantId, rowsADayMax - count]));
}

/** In an order, or two processes that write at once could wait for each other. */
async function insert(pool: Pool, counted: readonly Counted[]): Promise<void> {
  const column = <K extends keyof Counted>(name: K): Counted[K][] => counted.map((one) => one[name]);
  await pool.query({
    name: 'denials-write',
    text: `insert into access_denial as d (tenant_id, at, actor, route, reason, count, last_at)
      select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[])
        as u (tenant_id, at, actor, route, reason, count, last_at)
      order by tenant_id, at, actor, route, reason
      on conflict (tenant_id, at, actor, route, reason)
        do update set count = d.count + excluded.count, last_at = greatest(d.last_at, excluded.last_at)`,
    values: [
      ...[column('tenantId'), column('at'), column('actor'), column('route'), column('reason')],
      ...[column('count'), column('lastAt')],
    ],
  });
}
