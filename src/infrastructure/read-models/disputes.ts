import { foldStream } from '../../application/load-aggregates.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import type { DisputeFilter, DisputePlace, DisputeView } from '../../application/read-models.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import { attemptOf, type Dispute } from '../../domain/payments/payment.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { eventCodec } from '../codecs/event-codec.ts';
import { readStreams } from '../event-log/read.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { columns, type Projection } from './projection.ts';

const ABOUT_DISPUTES: ReadonlySet<string> = new Set([
  'DisputeOpened',
  'DisputeUpdated',
  'DisputeWon',
  'DisputeLost',
]);

/** Disputes are rare, so the stream of each is read again: one row a dispute, as it is after the batch. */
export const disputeProjection: Projection = {
  name: 'dispute',
  codeVersion: 1,
  concerns: ({ type }) => ABOUT_DISPUTES.has(type),
  project: async (tx, table, events) => {
    const last = new Map<string, RecordedEvent>();
    for (const recorded of events)
      if (ABOUT_DISPUTES.has(recorded.event.type)) last.set(recorded.streamId, recorded);
    for (const recorded of last.values()) await projectPayment(tx, table, recorded);
  },
};

async function projectPayment(
  tx: Tx,
  table: string,
  { shard, streamId, version, metadata, event: { at } }: RecordedEvent,
): Promise<void> {
  const [events = []] = await readStreams(tx, eventCodec, shard, metadata.tenantId, [streamId], {
    version,
  });
  const { state: payment } = foldStream(paymentAggregate, events);
  invariant(payment.status !== 'absent', 'a disputed payment exists');
  const { orderId } = payment;
  const { provider } = attemptOf(payment);
  const rowOf = ({ disputeId, amount, fee, reason, status, openedAt }: Dispute) => [
    ...[shard, streamId, disputeId, metadata.tenantId, orderId, provider],
    ...[amount.amountMinor, fee.amountMinor, amount.currency, reason, status, openedAt, at],
  ];
  await tx.query({
    name: `upsert into ${table}`,
    text: `insert into ${table} as v (shard, payment_id, dispute_id, tenant_id, order_id, provider, amount_minor,
        fee_minor, currency, reason, status, opened_at, updated_at)
      select * from unnest($1::smallint[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[],
        $8::bigint[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[])
      on conflict (shard, payment_id, dispute_id) do update
        set status = excluded.status, updated_at = excluded.updated_at where v.status <> excluded.status`,
    values: columns(payment.disputes.map(rowOf)),
  });
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

type Row = Omit<DisputeView, 'amount' | 'fee'> & {
  readonly amount_minor: bigint;
  readonly fee_minor: bigint;
  readonly currency: string;
};

/** Newest first; with `disputeId` that one alone. */
export async function listDisputes(
  pool: Pool,
  tenantId: TenantId,
  { status, disputeId, orderId }: DisputeFilter,
  limit: number,
  after?: DisputePlace,
): Promise<DisputeView[]> {
  const { rows } = await pool.query<Row>({
    name: 'disputes',
    text: `select dispute_id as "disputeId", payment_id as "paymentId", order_id as "orderId", provider, amount_minor,
        fee_minor, currency, reason, status, to_char(opened_at at time zone 'UTC', ${ISO}) as "openedAt",
        to_char(updated_at at time zone 'UTC', ${ISO}) as "updatedAt"
      from dispute
      where tenant_id = $1 and ($2::text is null or status = $2) and ($3::text is null or dispute_id = $3)
        and ($4::uuid is null or order_id = $4)
        and ($5::timestamptz is null or (opened_at, dispute_id) < ($5, $6))
      order by opened_at desc, dispute_id desc limit $7`,
    values: [
      tenantId,
      status ?? null,
      disputeId ?? null,
      orderId ?? null,
      after?.openedAt ?? null,
      after?.disputeId ?? null,
      limit,
    ],
  });
  return rows.map(({ amount_minor, fee_minor, currency, ...dispute }) => ({
    ...dispute,
    amount: { amount: Number(amount_minor), currency },
    fee: { amount: Number(fee_minor), currency },
  }));
}
