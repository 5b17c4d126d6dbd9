import type { DomainEvent, RecordedEvent } from '../../application/ports.ts';
import type { Activity, ActivityRange } from '../../application/read-models.ts';
import type { Currency } from '../../domain/shared/currencies.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { assertNever } from '../../domain/shared/invariant.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { columns, type Projection } from './projection.ts';

type Tally = {
  readonly key: readonly [tenantId: string, minute: string, currency: Currency];
  ordersCreated: number;
  ordered: bigint;
  paymentsSucceeded: number;
  paymentsFailed: number;
  captured: bigint;
  refundsSucceeded: number;
  refunded: bigint;
  disputesOpened: number;
};

/** An event that is counted by what it says itself: no state is read for it. */
type Counted = Extract<
  DomainEvent,
  {
    type:
      | 'OrderCreated'
      | 'PaymentAuthorized'
      | 'CaptureSucceeded'
      | 'PaymentProcessed'
      | 'RefundSucceeded'
      | 'DisputeOpened';
  }
>;

const COUNTED: ReadonlySet<DomainEvent['type']> = new Set<Counted['type']>([
  'OrderCreated',
  'PaymentAuthorized',
  'CaptureSucceeded',
  'PaymentProcessed',
  'RefundSucceeded',
  'DisputeOpened',
]);

/** That a payment was processed with success is told by its authorization before. */
const isCounted = (event: DomainEvent): event is Counted =>
  COUNTED.has(event.type) && !(event.type === 'PaymentProcessed' && event.isSuccessful);

/**
 * Counters of each minute. Unlike the other projections this one adds: that each event is counted once is the doing of
 * the checkpoint, which commits with it.
 */
export const activityProjection: Projection = {
  name: 'activity',
  codeVersion: 1,
  addsUp: true,
  concerns: isCounted,
  project: async (tx, table, events) => {
    const tallies = new Map<string, Tally>();
    const letGo = await findLetGo(tx, events);
    for (const recorded of events) {
      const { event } = recorded;
      if (isCounted(event) && !letGo.has(recorded.eventId)) count(tallies, recorded, event);
    }
    if (tallies.size > 0) await add(tx, table, events[0]!.shard, [...tallies.values()]);
  },
};

/**
 * Of the payments that ended without success, those that nobody declined: they were voided, or expired. The event right
 * before, decided with it, tells; it need not be in the batch.
 */
async function findLetGo(tx: Tx, events: readonly RecordedEvent[]): Promise<ReadonlySet<string>> {
  const failed = events.filter(({ event }) => event.type === 'PaymentProcessed' && !event.isSuccessful);
  if (failed.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>({
    name: 'payments let go of',
    text: `select u.id from unnest($2::uuid[], $3::uuid[], $4::int[]) as u (id, stream_id, version)
      cross join lateral (select type from event e
        where e.shard = $1 and e.stream_id = u.stream_id and e.version = u.version - 1 limit 1) before
      where before.type in ('PaymentVoided', 'AuthorizationExpired')`,
    values: [
      failed[0]!.shard,
      ...columns(failed.map(({ eventId, streamId, version }) => [eventId, streamId, version])),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}

function count(tallies: Map<string, Tally>, recorded: RecordedEvent, event: Counted): void {
  switch (event.type) {
    case 'OrderCreated': {
      const tally = tallyOf(tallies, recorded, event.currency);
      tally.ordersCreated++;
      tally.ordered += event.totals.grand.amountMinor;
      return;
    }
    // Once a payment, and before any capture of it: a second authorization is never written down.
    case 'PaymentAuthorized':
      tallyOf(tallies, recorded, event.amount.currency).paymentsSucceeded++;
      return;
    case 'PaymentProcessed':
      tallyOf(tallies, recorded, event.amount.currency).paymentsFailed++;
      return;
    case 'CaptureSucceeded':
      tallyOf(tallies, recorded, event.amount.currency).captured += event.amount.amountMinor;
      return;
    case 'RefundSucceeded': {
      const tally = tallyOf(tallies, recorded, event.amount.currency);
      tally.refundsSucceeded++;
      tally.refunded += event.amount.amountMinor;
      return;
    }
    case 'DisputeOpened':
      tallyOf(tallies, recorded, event.amount.currency).disputesOpened++;
      return;
    default:
      assertNever(event);
  }
}

function tallyOf(
  tallies: Map<string, Tally>,
  { metadata: { tenantId }, recordedAt }: RecordedEvent,
  currency: Currency,
): Tally {
  const minute = `${recordedAt.slice(0, 16)}:00Z`;
  const key = `${tenantId}|${minute}|${currency}`;
  const tally = tallies.get(key) ?? {
    ...{ key: [tenantId, minute, currency] as const, ordersCreated: 0, ordered: 0n },
    ...{ paymentsSucceeded: 0, paymentsFailed: 0, captured: 0n },
    ...{ refundsSucceeded: 0, refunded: 0n, disputesOpened: 0 },
  };
  tallies.set(key, tally);
  return tally;
}

/** One statement a batch, whatever it holds. Nobody else writes rows of this shard, so no order of locks is needed. */
async function add(tx: Tx, table: string, shard: number, tallies: readonly Tally[]): Promise<void> {
  const rows = tallies.map((t) => [
    ...[...t.key, t.ordersCreated, t.ordered, t.paymentsSucceeded, t.paymentsFailed],
    ...[t.captured, t.refundsSucceeded, t.refunded, t.disputesOpened],
  ]);
  await tx.query({
    name: `add to ${table}`,
    text: `insert into ${table} as a (shard, tenant_id, minute, currency, orders_created, ordered_minor,
        payments_succeeded, payments_failed, captured_minor, refunds_succeeded, refunded_minor, disputes_opened)
      select $1, * from unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[], $6::numeric[], $7::bigint[],
        $8::bigint[], $9::numeric[], $10::bigint[], $11::numeric[], $12::bigint[])
      on conflict (tenant_id, minute, currency, shard) do update set
        orders_created = a.orders_created + excluded.orders_created,
        ordered_minor = a.ordered_minor + excluded.ordered_minor,
        payments_succeeded = a.payments_succeeded + excluded.payments_succeeded,
        payments_failed = a.payments_failed + excluded.payments_failed,
        captured_minor = a.captured_minor + excluded.captured_minor,
        refunds_succeeded = a.refunds_succeeded + excluded.refunds_succeeded,
        refunded_minor = a.refunded_minor + excluded.refunded_minor,
        disputes_opened = a.disputes_opened + excluded.disputes_opened`,
    values: [shard, ...columns(rows)],
  });
}

/** Steps in which something happened, oldest first; of all shards together. */
export async function readActivity(
  pool: Pool,
  tenantId: TenantId,
  { fromMs, toMs, step }: ActivityRange,
): Promise<Activity[]> {
  const { rows } = await pool.query<Activity>({
    name: 'activity',
    text: `select to_char(date_trunc($4, minute, 'UTC') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
        currency, sum(orders_created)::int as "ordersCreated", sum(ordered_minor)::text as "orderedAmount",
        sum(payments_succeeded)::int as "paymentsSucceeded", sum(payments_failed)::int as "paymentsFailed",
        sum(captured_minor)::text as "capturedAmount", sum(refunds_succeeded)::int as "refundsSucceeded",
        sum(refunded_minor)::text as "refundedAmount", sum(disputes_opened)::int as "disputesOpened"
      from activity
      where tenant_id = $1 and minute >= to_timestamp($2::float8 / 1000) and minute < to_timestamp($3::float8 / 1000)
      group by 1, 2 order by 1, 2`,
    values: [tenantId, fromMs, toMs, step],
  });
  return rows;
}
