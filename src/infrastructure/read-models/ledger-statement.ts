import type { LedgerEntry, LedgerPlace, Statement, StatementOf } from '../../application/read-models.ts';
import { isWholeClass } from '../../domain/ledger/chart.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { instantText } from '../postgres/column-text.ts';
import { inSearch, type Pool } from '../postgres/pool.ts';

type SumsRow = { opening: string; closing: string; before: string };
type Row = SumsRow & { [Name in keyof LedgerEntry]: LedgerEntry[Name] | null };

/**
 * Sums and entries of one moment, so that they fit each other whatever is booked meanwhile. The sums are of all that was
 * ever booked on the account; an account of its own name is found by the index on the accounts of transactions.
 */
export async function readStatement(
  pool: Pool,
  tenantId: TenantId,
  { account, currency, from, to }: StatementOf,
  limit: number,
  after?: LedgerPlace,
): Promise<Statement> {
  const isWhole = isWholeClass(account);
  const { rows } = await inSearch(pool, (tx) =>
    tx.query<Row>({
      name: isWhole ? 'statement-of-class' : 'statement',
      text: statementOf(
        isWhole
          ? { transaction: 'true', leg: `split_part(account, ':', 1) = $2` }
          : { transaction: 'accounts @> array[$2::text]', leg: 'account = $2' },
      ),
      values: [
        ...[tenantId, account, currency, from ?? null, to ?? null],
        ...[after?.bookedAt ?? null, after?.shard ?? null, after?.position ?? null, after?.number ?? null],
        limit,
      ],
    }),
  );
  const { opening, closing, before } = rows[0]!;
  let balance = BigInt(before);
  const entries = rows.filter(isEntry).map((row) => {
    const { opening: _opening, closing: _closing, before: _before, ...entry } = row;
    balance += BigInt(entry.debit) - BigInt(entry.credit);
    return { ...entry, balance: String(balance) };
  });
  return { opening, closing, entries };
}

/** Without entries there is one row all the same, of the sums. */
const isEntry = (row: Row): row is SumsRow & LedgerEntry => row.eventId !== null;

const statementOf = (is: { readonly transaction: string; readonly leg: string }): string => `
  with entry as materialized (
    select t.event_id, t.type, t.order_id, l.account, t.currency, l.debit, l.credit, t.booked_at, t.shard, t.position,
      l.number, t.booked_at > coalesce($4::timestamptz, '-infinity') as is_in
    from ledger_transaction t,
      unnest(t.accounts, t.debits, t.credits) with ordinality as l (account, debit, credit, number)
    where t.tenant_id = $1 and t.currency = $3 and t.booked_at <= coalesce($5::timestamptz, 'infinity')
      and ${is.transaction} and ${is.leg}),
  sums as (
    select coalesce(sum(debit - credit) filter (where not is_in), 0)::text as opening,
      coalesce(sum(debit - credit), 0)::text as closing,
      coalesce(sum(debit - credit) filter (where not is_in
        or (booked_at, shard, position, number) <= ($6::timestamptz, $7::smallint, $8::bigint, $9::bigint)), 0)::text as before
    from entry),
  page as (
    select * from entry where is_in
      and ($6::timestamptz is null or (booked_at, shard, position, number) > ($6, $7, $8, $9))
    order by booked_at, shard, position, number limit $10)
  select s.opening, s.closing, s.before, p.event_id as "eventId", p.type, p.order_id as "orderId", p.account, p.currency,
    p.debit::text, p.credit::text, ${instantText('p.booked_at')} as "bookedAt", p.shard, p.position::text,
    p.number::int
  from sums s left join page p on true order by p.booked_at, p.shard, p.position, p.number`;
