import { viewPayment, type PaymentView } from '../../application/payments/payment-view.ts';
import { paymentAggregate, type Payment, type StartedPayment } from '../../domain/payments/payment.ts';
import type { PendingPayment } from '../../application/checkout/resume-payments.ts';
import type { OrderId, TenantId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { fromJson, toJson } from '../codecs/money-json.ts';
import { isPaymentEvent } from '../codecs/payment-codec.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { columns, foldBatch, type Folded, type Projection, type StoredState } from './projection.ts';
import { readerById, type ReadById, type Source } from './read-by-id.ts';

export const paymentHistoryProjection: Projection = {
  name: 'payment-history',
  codeVersion: 1,
  project: async (tx, table, events) => {
    const [{ shard } = { shard: 0 }] = events;
    const folded = await foldBatch(paymentAggregate, isPaymentEvent, events, (ids) =>
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
    text: `select v.payment_id as id, v.version, v.state from unnest($2::uuid[]) as u (id)
      join ${table} v on v.shard = $1 and v.payment_id = u.id`,
    values: [shard, ids],
  });
  return rows;
}

async function upsert(
  tx: Tx,
  table: string,
  shard: number,
  folded: readonly Folded<Payment>[],
): Promise<void> {
  const rows = folded.map(({ id, tenantId, version, state: payment }) => {
    invariant(payment.status !== 'absent', 'a projected payment exists');
    return [
      id,
      payment.orderId,
      tenantId,
      payment.paymentMethod,
      payment.status,
      payment.amount.amountMinor,
      payment.amount.currency,
      version,
      payment.createdAt,
      payment.updatedAt,
    ];
  });
  const states = folded.map(({ state }) => toJson(state));
  await tx.query({
    name: `upsert into ${table}`,
    text: `insert into ${table} as v (shard, payment_id, order_id, tenant_id, payment_method, status,
        amount_minor, currency, version, created_at, updated_at, state)
      select $1, * from rows from (
        unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::int[],
          $10::timestamptz[], $11::timestamptz[]),
        jsonb_array_elements($12::jsonb))
      on conflict (shard, payment_id) do update set status = excluded.status, version = excluded.version,
        updated_at = excluded.updated_at, state = excluded.state`,
    values: [shard, ...columns(rows), JSON.stringify(states)],
  });
}

export const paymentReader = (source: Source): ReadById<PaymentView> =>
  readerById(source, {
    aggregate: paymentAggregate,
    table: 'payment_history',
    key: 'payment_id',
    view: (payment, version) => (payment.status === 'absent' ? undefined : viewPayment(payment, version)),
  });

/** All payments of an order, oldest first; may lag the log by what the projector is behind. */
export async function listPayments(pool: Pool, tenantId: TenantId, orderId: OrderId): Promise<PaymentView[]> {
  const { rows } = await pool.query<{ version: number; state: unknown }>(
    `select version, state from payment_history where tenant_id = $1 and order_id = $2
     order by created_at, payment_id limit 1000`,
    [tenantId, orderId],
  );
  return rows.map(({ state, version }) => viewPayment(fromJson<StartedPayment>(state), version));
}

/**
 * Payments without a final outcome that nobody has touched for `quietSeconds`, by the database's clock. Any of them, so
 * that those whose outcome stays unknown do not keep the others from being asked about.
 */
export async function pendingPayments(
  pool: Pool,
  quietSeconds: number,
  limit: number,
): Promise<PendingPayment[]> {
  const { rows } = await pool.query<PendingPayment>(
    `select tenant_id as "tenantId", payment_id as "paymentId" from payment_history
     where status = 'Pending' and updated_at < now() - make_interval(secs => $1) order by random() limit $2`,
    [quietSeconds, limit],
  );
  return rows;
}
