import type { LedgerEntry, LedgerPlace, TrialBalance } from '../../application/read-models.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { inSearch, type Pool } from '../postgres/pool.ts';
import { instantText } from '../postgres/column-text.ts';

/** The part of an account's name before the colon: `order_funds` for all orders together. */
const ACCOUNT_CLASS = `split_part(account, ':', 1)`;

type BalanceRow = { account: string; currency: string; debit: string; credit: string };

/** Of all that was booked up to an instant by the log's clock. The funds of all orders are one account here. */
export async function readTrialBalance(pool: Pool, tenantId: TenantId, at?: string): Promise<TrialBalance[]> {
  const { rows } = await pool.query<BalanceRow>({
    name: 'ledger-trial-balance',
    text: `select case when ${ACCOUNT_CLASS} = 'order_funds' then 'order_funds' else account end as account, currency,
        sum(debit)::text as debit, sum(credit)::text as credit
      from ledger_entry where tenant_id = $1 and booked_at <= coalesce($2::timestamptz, 'infinity')
      group by 1, 2 order by currency, account`,
    values: [tenantId, at ?? null],
  });
  const currencies = [...new Set(rows.map(({ currency }) => currency))];
  return currencies.map((currency) => {
    const accounts = rows
      .filter((row) => row.currency === currency)
      .map(({ account, debit, credit }) => ({ account, debit, credit, balance: minus(debit, credit) }));
    const [debit, credit] = [total(accounts, 'debit'), total(accounts, 'credit')];
    return { currency, accounts, debit, credit, balance: minus(debit, credit) };
  });
}

const minus = (a: string, b: string): string => String(BigInt(a) - BigInt(b));
const total = (rows: readonly { debit: string; credit: string }[], side: 'debit' | 'credit'): string =>
  String(rows.reduce((sum, row) => sum + BigInt(row[side]), 0n));

type Filter = { readonly account?: string; readonly orderId?: string };

/** What was booked, newest first; `order_funds` and `psp_clearing` without a colon stand for all of theirs. */
export async function listLedgerEntries(
  pool: Pool,
  tenantId: TenantId,
  { account, orderId }: Filter,
  limit: number,
  after?: LedgerPlace,
): Promise<LedgerEntry[]> {
  const { rows } = await inSearch(pool, (tx) =>
    tx.query<LedgerEntry>({
      name: 'ledger-entries',
      text: `select event_id as "eventId", type, order_id as "orderId", account, currency, debit::text, credit::text,
        ${instantText('booked_at')} as "bookedAt",
        shard, position::text, number::int
      from ledger_entry
      where tenant_id = $1 and ($2::text is null or account = $2 or ${ACCOUNT_CLASS} = $2)
        and ($3::uuid is null or order_id = $3)
        and ($4::timestamptz is null or (booked_at, shard, position, number) < ($4, $5, $6, $7))
      order by booked_at desc, shard desc, position desc, number desc limit $8`,
      values: [
        tenantId,
        account ?? null,
        orderId ?? null,
        after?.bookedAt ?? null,
        after?.shard ?? null,
        after?.position ?? null,
        after?.number ?? null,
        limit,
      ],
    }),
  );
  return rows;
}
