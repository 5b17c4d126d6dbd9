import { foldStream } from '../../application/load-aggregates.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import type { AwaitingRefund, AwaitingRefundPlace } from '../../application/read-models.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import { awaitingApproval } from '../../domain/payments/payment.ts';
import { lapsesAt } from '../../domain/payments/refund-approval.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { eventCodec } from '../codecs/event-codec.ts';
import { readStreams } from '../event-log/read.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { columns, type Projection } from './projection.ts';

const ABOUT_APPROVALS: ReadonlySet<string> = new Set([
  'RefundApprovalRequested',
  'RefundApproved',
  'RefundRejected',
  'RefundApprovalLapsed',
]);

/** One row a refund for as long as it waits. They are few, so the stream of each payment is read again. */
export const awaitingRefundProjection: Projection = {
  name: 'awaiting-refund',
  codeVersion: 1,
  concerns: ({ type }) => ABOUT_APPROVALS.has(type),
  project: async (tx, table, events) => {
    const last = new Map<string, RecordedEvent>();
    for (const recorded of events)
      if (ABOUT_APPROVALS.has(recorded.event.type)) last.set(recorded.streamId, recorded);
    for (const recorded of last.values()) await projectPayment(tx, table, recorded);
  },
};

async function projectPayment(
  tx: Tx,
  table: string,
  { shard, streamId, version, metadata: { tenantId } }: RecordedEvent,
): Promise<void> {
  const [events = []] = await readStreams(tx, eventCodec, shard, tenantId, [streamId], { version });
  const { state: payment } = foldStream(paymentAggregate, events);
  invariant(payment.status !== 'absent', 'a payment whose refund waits exists');
  const waiting = awaitingApproval(payment);
  await tx.query({
    name: `delete from ${table}`,
    text: `delete from ${table} where shard = $1 and payment_id = $2 and refund_id <> all ($3::text[])`,
    values: [shard, streamId, waiting.map(({ refundId }) => refundId)],
  });
  if (waiting.length === 0) return;
  await tx.query({
    name: `insert into ${table}`,
    text: `insert into ${table} (shard, payment_id, refund_id, tenant_id, order_id, amount_minor, currency, reason,
        requested_by, requested_at)
      select * from unnest($1::smallint[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
        $8::text[], $9::text[], $10::timestamptz[])
      on conflict (shard, payment_id, refund_id) do nothing`,
    values: columns(
      waiting.map(({ refundId, amount, reason, requestedBy, requestedAt }) => [
        ...[shard, streamId, refundId, tenantId, payment.orderId, amount.amountMinor, amount.currency],
        ...[reason, requestedBy, requestedAt],
      ]),
    ),
  });
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

type Row = Omit<AwaitingRefund, 'amount' | 'status' | 'lapsesAt'> & {
  readonly amount_minor: bigint;
  readonly currency: string;
};

/** The one that lapses first comes first. */
export async function listAwaitingRefunds(
  pool: Pool,
  tenantId: TenantId,
  limit: number,
  after?: AwaitingRefundPlace,
): Promise<AwaitingRefund[]> {
  const { rows } = await pool.query<Row>({
    name: 'awaiting-refunds',
    text: `select refund_id as "refundId", payment_id as "paymentId", order_id as "orderId", amount_minor, currency, reason,
        requested_by as "requestedBy", to_char(requested_at at time zone 'UTC', ${ISO}) as "createdAt"
      from awaiting_refund
      where tenant_id = $1 and ($2::timestamptz is null or (requested_at, refund_id) > ($2, $3))
      order by requested_at, refund_id limit $4`,
    values: [tenantId, after?.createdAt ?? null, after?.refundId ?? null, limit],
  });
  return rows.map(({ amount_minor, currency, ...refund }) => ({
    ...refund,
    status: 'AwaitingApproval',
    amount: { amount: Number(amount_minor), currency },
    lapsesAt: lapsesAt({ requestedAt: refund.createdAt }),
  }));
}
