import { viewPayment, type PaymentView } from '../../application/payments/payment-view.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import { nextPaymentWake } from '../../domain/payments/payment-timers.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { toJson } from '../codecs/money-json.ts';
import { isPaymentEvent } from '../codecs/payment-codec.ts';
import type { Tx } from '../postgres/pool.ts';
import { columns, foldBatch, type Folded, type Projection, type StoredState } from './projection.ts';
import { readerById, type ReadById, type Source } from './read-by-id.ts';

/** Of a state: an operation whose outcome is unknown. As in the index of migration 0027, which it must fit. */
export const HAS_UNKNOWN_OUTCOME = `state @? '$.*[*].outcome ? (@ == "unknown")'`;

export const paymentHistoryProjection: Projection = {
  name: 'payment-history',
  codeVersion: 3,
  concerns: isPaymentEvent,
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
      cross join lateral (select * from ${table} k where k.shard = $1 and k.payment_id = u.id limit 1) v`,
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
      nextPaymentWake(payment, payment.updatedAt),
    ];
  });
  const states = folded.map(({ state }) => toJson(state));
  await tx.query({
    name: `upsert into ${table}`,
    text: `insert into ${table} as v (shard, payment_id, order_id, tenant_id, payment_method, status,
        amount_minor, currency, version, created_at, updated_at, due_at, state, state_version)
      select $1, *, $14 from rows from (
        unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::int[],
          $10::timestamptz[], $11::timestamptz[], $12::timestamptz[]),
        jsonb_array_elements($13::jsonb))
      on conflict (shard, payment_id) do update set status = excluded.status, version = excluded.version,
        updated_at = excluded.updated_at, due_at = excluded.due_at, state = excluded.state,
        state_version = excluded.state_version`,
    values: [shard, ...columns(rows), JSON.stringify(states), paymentAggregate.stateVersion],
  });
}

export const paymentReader = (source: Source): ReadById<PaymentView> =>
  readerById(source, {
    aggregate: paymentAggregate,
    table: 'payment_history',
    key: 'payment_id',
    view: (payment, version) => (payment.status === 'absent' ? undefined : viewPayment(payment, version)),
  });
