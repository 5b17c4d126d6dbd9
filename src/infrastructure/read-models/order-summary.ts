import { Kysely, PostgresDialect, sql } from 'kysely';
import { viewOrder, type OrderView } from '../../application/orders/order-view.ts';
import type { OrderFilter, OrderPlace } from '../../application/read-models.ts';
import type { OrderId, TenantId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { nextOrderWake } from '../../domain/orders/order-timers.ts';
import {
  fulfilmentStatus,
  orderPaymentStatus,
  outstanding,
  withoutPersonalData,
  type Order,
} from '../../domain/orders/order.ts';
import { isOrderEvent } from '../codecs/order-codec.ts';
import { toJson } from '../codecs/money-json.ts';
import type { Tx } from '../postgres/pool.ts';
import { currentStates } from './current-states.ts';
import { rowsOf } from './list-query.ts';
import { columns, foldBatch, type Folded, type Projection, type StoredState } from './projection.ts';
import { readerById, type ReadById, type Source } from './read-by-id.ts';

export const orderSummaryProjection: Projection = {
  name: 'order-summary',
  codeVersion: 2,
  concerns: isOrderEvent,
  project: async (tx, table, events) => {
    const [{ shard } = { shard: 0 }] = events;
    const folded = await foldBatch(orderAggregate, isOrderEvent, events, (ids) =>
      loadStates(tx, table, shard, ids),
    );
    if (folded.length > 0) await upsert(tx, table, shard, folded);
  },
};

async function loadStates(
  tx: Tx,
  table: string,
  shard: number,
  ids: readonly string[],
): Promise<StoredState[]> {
  const { rows } = await tx.query<StoredState>({
    name: `states of ${table}`,
    text: `select v.order_id as id, v.version, v.state from unnest($2::uuid[]) as u (id)
      cross join lateral (select * from ${table} k where k.shard = $1 and k.order_id = u.id limit 1) v`,
    values: [shard, ids],
  });
  return rows;
}

async function upsert(tx: Tx, table: string, shard: number, folded: readonly Folded<Order>[]): Promise<void> {
  const rows = folded.map(({ id, tenantId, version, state: order }) => {
    invariant(order.status !== 'absent', 'a projected order exists');
    return [
      id,
      tenantId,
      order.customerId,
      order.status,
      orderPaymentStatus(order),
      order.currency,
      order.totals.grand.amountMinor,
      outstanding(order).amountMinor,
      version,
      order.createdAt,
      order.updatedAt,
      fulfilmentStatus(order),
      nextOrderWake(order, order.updatedAt),
    ];
  });
  const states = folded.map(({ state }) => toJson(state));
  await tx.query({
    name: `upsert into ${table}`,
    text: `insert into ${table} as v (shard, order_id, tenant_id, customer_id, status, payment_status, currency,
        total_minor, due_minor, version, created_at, updated_at, fulfilment_status, due_at, state, state_version)
      select $1, *, $16 from rows from (
        unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
          $10::int[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::timestamptz[]),
        jsonb_array_elements($15::jsonb))
      on conflict (shard, order_id) do update set customer_id = excluded.customer_id, status = excluded.status, payment_status = excluded.payment_status,
        total_minor = excluded.total_minor, due_minor = excluded.due_minor, version = excluded.version,
        updated_at = excluded.updated_at, fulfilment_status = excluded.fulfilment_status, due_at = excluded.due_at,
        state = excluded.state, state_version = excluded.state_version`,
    values: [shard, ...columns(rows), JSON.stringify(states), orderAggregate.stateVersion],
  });
}

export const orderReader = (source: Source): ReadById<OrderView> =>
  readerById(source, {
    aggregate: orderAggregate,
    table: 'order_summary',
    key: 'order_id',
    view: (order, version) => (order.status === 'absent' ? undefined : viewOrder(order, version)),
    erased: (order) => (order.status === 'absent' ? order : withoutPersonalData(order)),
  });

type OrderSummaryTable = {
  order_id: string;
  tenant_id: string;
  customer_id: string;
  status: string;
  payment_status: string;
  currency: string;
  total_minor: number | bigint;
  version: number;
  created_at: Date | string;
  state: unknown;
  state_version: number | null;
  fulfilment_status: string | null;
};

export const orderLists = ({ pool, log }: Source) => {
  const db = new Kysely<{ order_summary: OrderSummaryTable }>({ dialect: new PostgresDialect({ pool }) });

  /** Newest first, up to `limit`; may lag the log by what the projector is behind. */
  return async (
    tenantId: TenantId,
    filter: OrderFilter,
    limit: number,
    after?: OrderPlace,
  ): Promise<OrderView[]> => {
    let query = db
      .selectFrom('order_summary')
      .select(['order_id', 'version', 'state', 'state_version'])
      .where('tenant_id', '=', tenantId)
      .orderBy('created_at', 'desc')
      .orderBy('order_id', 'desc')
      .limit(limit);
    // Written into the query, which no index of one status alone would serve otherwise: its plan has to fit all values.
    if (filter.status) query = query.where('status', '=', sql.lit(filter.status));
    if (filter.paymentStatus) query = query.where('payment_status', '=', filter.paymentStatus);
    if (filter.fulfilmentStatus) query = query.where('fulfilment_status', '=', filter.fulfilmentStatus);
    if (filter.customerId) query = query.where('customer_id', '=', filter.customerId);
    if (filter.currency) query = query.where('currency', '=', filter.currency);
    if (filter.totalMin !== undefined) query = query.where('total_minor', '>=', filter.totalMin);
    if (filter.totalMax !== undefined) query = query.where('total_minor', '<=', filter.totalMax);
    if (filter.createdAfter) query = query.where('created_at', '>', filter.createdAfter);
    if (filter.createdBefore) query = query.where('created_at', '<', filter.createdBefore);
    if (after)
      query = query.where(sql<boolean>`(created_at, order_id) < (${after.createdAt}, ${after.orderId})`);
    const isByAmount = filter.totalMin !== undefined || filter.totalMax !== undefined;
    const found = await rowsOf(pool, query, isByAmount);
    const rows = found.map(({ order_id, version, state, state_version: shape }) => ({
      id: order_id as OrderId,
      ...{ version, state, shape },
    }));
    const orders = await currentStates(log, tenantId, orderAggregate, rows);
    return orders.flatMap(({ state, version }) =>
      state.status === 'absent' ? [] : [viewOrder(state, version)],
    );
  };
};
