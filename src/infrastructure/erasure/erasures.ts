import type { RequestErasure } from '../../application/customers/erasures.ts';
import type { CustomerId, OrderId, TenantId } from '../../domain/shared/ids.ts';
import { inTransaction, type Pool } from '../postgres/pool.ts';
import { newErasureId } from '../system.ts';

/** A customer who is being erased. */
export type Erasure = {
  readonly erasureId: string;
  readonly tenantId: TenantId;
  readonly customerId: CustomerId;
  readonly requestedBy: string;
  /** Since it was asked for. */
  readonly seconds: number;
};

const CLAIM_SECONDS = 30; // every step may be repeated, so a claim that runs out costs work and nothing else
const CLAIMED_MAX = 20;

/** Nothing is added while a request that has not begun waits: it covers this one too. */
export const erasureRequester =
  (pool: Pool): RequestErasure =>
  async ({ tenantId, customerId, requestedBy }) => {
    await pool.query({
      name: 'erasure-request',
      text: `insert into erasure (erasure_id, tenant_id, customer_id, requested_by) values ($1, $2, $3, $4)
        on conflict (tenant_id, customer_id) where retired_heads is null do nothing`,
      values: [newErasureId(), tenantId, customerId, requestedBy],
    });
  };

/** Those that no other process works on. */
export async function claimErasures(pool: Pool): Promise<Erasure[]> {
  const { rows } = await pool.query<Erasure>({
    name: 'erasures-claim',
    text: `update erasure e set claimed_until = now() + make_interval(secs => $1)
      from (select erasure_id from erasure where finished_at is null and claimed_until <= now()
        order by requested_at limit $2 for update skip locked) free
      where e.erasure_id = free.erasure_id
      returning e.erasure_id as "erasureId", e.tenant_id as "tenantId", e.customer_id as "customerId",
        e.requested_by as "requestedBy", extract(epoch from now() - e.requested_at)::float8 as seconds`,
    values: [CLAIM_SECONDS, CLAIMED_MAX],
  });
  return rows;
}

/** Work on it may go on at once. */
export async function releaseErasure(pool: Pool, { erasureId }: Erasure): Promise<void> {
  await pool.query('update erasure set claimed_until = now() where erasure_id = $1', [erasureId]);
}

/** The first step: no event that is appended from here on is sealed with the customer's key. */
export async function retireKey(pool: Pool, { erasureId }: Erasure): Promise<void> {
  await pool.query('select retire_customer_key($1)', [erasureId]);
}

const SHOWN = 'order-summary';

/** Whether all generations of the list of orders have come as far as `heads`, a column of the erasure. */
async function haveShown(
  pool: Pool,
  erasureId: string,
  heads: 'retired_heads' | 'told_heads',
): Promise<boolean> {
  const { rows } = await pool.query<{ shown: boolean }>(
    `select not exists (
       select from projection p cross join jsonb_each_text(e.${heads}) h (shard, head)
       left join subscription s on s.name = p.name and s.version = p.generation and s.shard = h.shard::smallint
       where p.name = $2 and coalesce(s.position, 0) < h.head::bigint) as shown
     from erasure e where e.erasure_id = $1`,
    [erasureId, SHOWN],
  );
  return rows[0]!.shown;
}

/**
 * Notes the customer's orders, once every order sealed with the retired key is among those listed; false: not yet.
 * Those of another key are not: whoever orders again after an erasure is not erased by it. What was written before
 * there were keys is.
 */
export async function listOrders(pool: Pool, { erasureId }: Erasure): Promise<boolean> {
  const { rows } = await pool.query<{ listed: boolean }>(
    'select listed_at is not null as listed from erasure where erasure_id = $1',
    [erasureId],
  );
  if (rows[0]!.listed) return true;
  if (!(await haveShown(pool, erasureId, 'retired_heads'))) return false;
  await pool.query(
    `with listed as (
       insert into erasure_order (erasure_id, shard, order_id)
       select e.erasure_id, o.shard, o.order_id
       from erasure e
       join order_summary o on o.tenant_id = e.tenant_id and o.customer_id = e.customer_id
       left join event c on c.shard = o.shard and c.stream_id = o.order_id and c.version = 1
       where e.erasure_id = $1 and (c.data is null or jsonb_typeof(c.data -> 'customerId') = 'string'
         or c.data #>> '{customerId,keyId}' = e.key_id::text)
       on conflict do nothing)
     update erasure set listed_at = now() where erasure_id = $1`,
    [erasureId],
  );
  return true;
}

export type ListedOrder = {
  readonly shard: number;
  readonly orderId: OrderId;
  readonly archived: boolean;
  readonly keyId: string | null;
};

/** The next of those that nothing was done about yet. */
export async function uncleanedOrders(
  pool: Pool,
  { erasureId }: Erasure,
  limit: number,
  after: Pick<ListedOrder, 'shard' | 'orderId'> | undefined,
): Promise<ListedOrder[]> {
  const { rows } = await pool.query<ListedOrder>(
    `select o.shard, o.order_id as "orderId", s.archived, e.key_id as "keyId"
     from erasure e join erasure_order o on o.erasure_id = e.erasure_id and not o.cleaned
     join stream s on s.shard = o.shard and s.stream_id = o.order_id
     where e.erasure_id = $1 and ($3::int is null or (o.shard, o.order_id) > ($3, $4))
     order by o.shard, o.order_id limit $2`,
    [erasureId, limit, after?.shard ?? null, after?.orderId ?? null],
  );
  return rows;
}

export type Destroyed = { readonly keyId: string | null };

/**
 * Deletes the key, once no list shows the customer any more, and forgets who it was; undefined: not yet. From then on
 * nobody can tell from the log, nor from a copy of it.
 */
export async function destroyKey(pool: Pool, { erasureId }: Erasure): Promise<Destroyed | undefined> {
  await pool.query(
    `update erasure set told_heads = (select jsonb_object_agg(shard, head) from log_head)
     where erasure_id = $1 and told_heads is null`,
    [erasureId],
  );
  if (!(await haveShown(pool, erasureId, 'told_heads'))) return undefined;
  return inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<Destroyed>(
      `update erasure e set customer_id = null, finished_at = now()
       where e.erasure_id = $1 and e.finished_at is null and not exists (
         select from erasure_order o join order_summary v on v.shard = o.shard and v.order_id = o.order_id
         where o.erasure_id = e.erasure_id and v.customer_id = e.customer_id)
       returning key_id as "keyId"`,
      [erasureId],
    );
    const destroyed = rows[0];
    if (!destroyed) return undefined;
    await tx.query('delete from customer_key where key_id = $1', [destroyed.keyId]);
    await tx.query('delete from erasure_order where erasure_id = $1', [erasureId]);
    return destroyed;
  });
}
