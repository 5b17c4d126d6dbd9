import type { BreakBooks, SideEntry } from '../../application/ledger/look-into-break.ts';
import type { ReconciliationBooks } from '../../application/ledger/reconcile-day.ts';
import type { BreakFilter, BreakPlace, FoundBreak } from '../../application/read-models.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { inSearch, type Pool } from '../postgres/pool.ts';
import { instantText } from '../postgres/column-text.ts';

export type BreakPage = { readonly limit: number; readonly after?: BreakPlace | undefined };

const COLUMNS = `break_id as "breakId", provider, day::text, kind, subject, tenant_id as "tenantId", currency,
  expected::text, actual::text, operation_id as "operationId", payment_id as "paymentId", order_id as "orderId",
  transaction_id as "transactionId", payout_id as "payoutId",
  case when resolved_at is null then 'open' else 'resolved' end as status,
  ${instantText('found_at')} as "foundAt", ${instantText('resolved_at')} as "resolvedAt"`;

/** undefined: the tenant has no such break. */
async function findBreak(pool: Pool, tenantId: TenantId, breakId: string): Promise<FoundBreak | undefined> {
  const { rows } = await pool.query<FoundBreak>(
    `select ${COLUMNS} from reconciliation_break where tenant_id = $1 and break_id = $2`,
    [tenantId, breakId],
  );
  return rows[0];
}

/**
 * The newest day first, by the column: the day that is shown is text, in the order of which no index is. Without a tenant:
 * those of all tenants, and those of none.
 */
export async function listBreaks(
  pool: Pool,
  tenantId: TenantId | undefined,
  { day, provider, status }: BreakFilter,
  { limit, after }: BreakPage,
): Promise<FoundBreak[]> {
  const { rows } = await inSearch(pool, (tx) =>
    tx.query<FoundBreak>(
      `select ${COLUMNS}
       from reconciliation_break b
       where ($1::uuid is null or tenant_id = $1) and ($2::date is null or day = $2)
         and ($3::text is null or provider = $3) and ($4::text is null or ($4 = 'open') = (resolved_at is null))
         and ($5::date is null or (day, provider, kind, subject) < ($5, $6, $7, $8))
       order by b.day desc, provider desc, kind desc, subject desc limit $9`,
      [
        tenantId ?? null,
        day ?? null,
        provider ?? null,
        status ?? null,
        ...[after?.day ?? null, after?.provider ?? null, after?.kind ?? null, after?.subject ?? null],
        limit,
      ],
    ),
  );
  return rows;
}

/** By the index on operations: a payout is booked under its own id. */
async function readBooked(pool: Pool, tenantId: TenantId, found: FoundBreak): Promise<SideEntry[]> {
  const { operationId, payoutId, provider } = found;
  const { rows } = await pool.query<SideEntry>(
    `select t.event_id as id, ${instantText('t.booked_at')} as at, t.type, l.minor::text as amount, t.currency,
       null as fee, case when t.value_day is null then t.operation_id end as "operationId",
       case when t.value_day is null then t.stream_id end as "paymentId",
       case when t.value_day is not null then t.operation_id end as "payoutId"
     from ledger_transaction t,
     lateral (select sum(debit - credit) as minor from unnest(t.accounts, t.debits, t.credits) u (account, debit, credit)
       where account = 'psp_clearing:' || $2) l
     where t.tenant_id = $1 and t.provider = $2 and t.operation_id = any($3::text[])
     order by t.booked_at, t.shard, t.position`,
    [tenantId, provider, [operationId, payoutId].filter((id) => id !== null)],
  );
  return rows;
}

export const breakBooks = (pool: Pool, { owners }: Pick<ReconciliationBooks, 'owners'>): BreakBooks => ({
  find: (tenantId, breakId) => findBreak(pool, tenantId, breakId),
  booked: (tenantId, found) => readBooked(pool, tenantId, found),
  owners,
});
