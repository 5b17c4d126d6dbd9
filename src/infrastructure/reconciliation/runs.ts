import type { Run } from '../../application/ledger/reconcile-day.ts';
import type { ClaimDay } from '../../application/ledger/reconcile-due.ts';
import {
  GRACE_MS,
  SETTLES_WITHIN_DAYS,
  type ReconciliationBreak,
} from '../../domain/ledger/reconciliation.ts';
import { addDays, dayOf } from '../../domain/ledger/settlement.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { columns } from '../read-models/projection.ts';

/** The last day that no side books anything on any more. */
const lastClosedDay = (now: Date): string =>
  addDays(dayOf(new Date(now.getTime() - GRACE_MS).toISOString()), -1);

/**
 * A day is due once it is closed, once more when all of it should have been paid out, and daily for a month while
 * something of it is open. Claimed for half an hour; a process that dies leaves it to others after that.
 */
export const dayClaims =
  (pool: Pool): ClaimDay =>
  async (provider, now) => {
    const { rows } = await pool.query<{ day: string }>(
      `with first as (
         select coalesce(least(
           (select min(day) from reconciliation_run where provider = $1),
           (select (min(booked_at) at time zone 'UTC')::date from ledger_transaction where provider = $1)), $3::date) as day),
       due as (
         select d.day, r.ran_at from first, lateral (select generate_series(first.day, $3::date, '1 day')::date as day) d
         left join reconciliation_run r on r.provider = $1 and r.day = d.day,
         lateral (select (d.day + 1)::timestamp at time zone 'UTC' + $4 * interval '1 ms' as closed_at,
           (d.day + 1 + $5::int)::timestamp at time zone 'UTC' + $4 * interval '1 ms' as settled_at) t
         where coalesce(r.claimed_until, '-infinity') <= $2 and (
           r.ran_at is null or r.ran_at < t.closed_at or r.ran_at < t.settled_at and t.settled_at <= $2
           or r.ran_at < $2 - interval '20 hours' and d.day > $3::date - 30 and exists (
             select from reconciliation_break b where b.provider = $1 and b.day = d.day and b.resolved_at is null))
         order by d.day limit 1)
       insert into reconciliation_run as r (provider, day, claimed_until, ran_at)
         select $1, day, $2::timestamptz + interval '30 min', ran_at from due
       on conflict (provider, day) do update set claimed_until = excluded.claimed_until
         where r.claimed_until <= $2 and r.ran_at is not distinct from excluded.ran_at -- still as it was seen to be due
       returning day::text`,
      [provider, now, lastClosedDay(now), GRACE_MS, SETTLES_WITHIN_DAYS],
    );
    return rows[0]?.day;
  };

export const keepRun = (pool: Pool, run: Run, breaks: readonly ReconciliationBreak[]): Promise<void> =>
  inTransaction(pool, async (tx) => {
    if (!(await isLatest(tx, run))) return;
    if (breaks.length > 0) await upsertBreaks(tx, breaks);
    await tx.query(
      `update reconciliation_break b set resolved_at = now()
       where provider = $1 and day = $2 and resolved_at is null
         and not exists (select from unnest($3::text[], $4::text[]) f (kind, subject)
           where f.kind = b.kind and f.subject = b.subject)`,
      [run.provider, run.day, breaks.map(({ kind }) => kind), breaks.map(({ subject }) => subject)],
    );
  });

/** False if a run that began later has ended already. Locks the run's row until `tx` ends. */
async function isLatest(
  tx: Tx,
  { provider, day, startedAt, transactions, settlements }: Run,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into reconciliation_run as r (provider, day, ran_at, transactions, settlements) values ($1, $2, $3, $4, $5)
     on conflict (provider, day) do update set ran_at = excluded.ran_at, transactions = excluded.transactions,
       settlements = excluded.settlements, claimed_until = '-infinity'
     where r.ran_at is null or r.ran_at <= excluded.ran_at`,
    [provider, day, startedAt, transactions, settlements],
  );
  return rowCount === 1;
}

/** One that comes back is open again, and has been there since it was first found. */
async function upsertBreaks(tx: Tx, breaks: readonly ReconciliationBreak[]): Promise<void> {
  const rows = breaks.map((one) => [
    ...[one.provider, one.day, one.kind, one.subject, one.tenantId, one.currency, one.expected, one.actual],
    ...[one.operationId, one.paymentId, one.orderId, one.transactionId, one.payoutId],
  ]);
  await tx.query(
    `insert into reconciliation_break (provider, day, kind, subject, tenant_id, currency, expected, actual, operation_id,
       payment_id, order_id, transaction_id, payout_id)
     select * from unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::numeric[],
       $8::numeric[], $9::text[], $10::uuid[], $11::uuid[], $12::text[], $13::text[])
     on conflict (provider, day, kind, subject) do update set tenant_id = excluded.tenant_id,
       currency = excluded.currency, expected = excluded.expected, actual = excluded.actual,
       operation_id = excluded.operation_id, payment_id = excluded.payment_id, order_id = excluded.order_id,
       transaction_id = excluded.transaction_id, payout_id = excluded.payout_id, resolved_at = null`,
    columns(rows),
  );
}
