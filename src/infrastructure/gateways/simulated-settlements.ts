import type { Days, SettlementSource } from '../../application/provider-ports.ts';
import type { ProviderTransaction, Settlement, SettlementLine } from '../../domain/ledger/settlement.ts';
import type { Currency } from '../../domain/shared/currencies.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
import { money } from '../../domain/shared/money.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { currencyOf, instantText } from '../postgres/column-text.ts';

/**
 * A simulated provider's account with us. Each day it pays out, per currency, what moved until then and was in no
 * payout yet; it does so when it is first asked about a day that has begun, so the day that is today can be paid out
 * without waiting, once: what moves later today is in tomorrow's.
 */
export const simulatedSettlements = (pool: Pool, name: string): SettlementSource => ({
  name,
  transactions: (days) => readTransactions(pool, name, days),
  settlements: async (days) => {
    await inTransaction(pool, async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('simulated payouts', 0))`);
      // One day after the other: a payout takes what none before it has.
      for (const day of await daysToPay(tx, name, days)) await payOut(tx, name, day);
    });
    return readSettlements(pool, name, days);
  },
});

type TransactionRow = {
  transaction_id: string;
  kind: ProviderTransaction['kind'];
  operation_id: string;
  payment_id: PaymentId;
  currency: string;
  gross_minor: bigint;
  fee_minor: bigint;
  at: string;
};

async function readTransactions(
  pool: Pool,
  provider: string,
  { from, to }: Days,
): Promise<ProviderTransaction[]> {
  const { rows } = await pool.query<TransactionRow>(
    `select transaction_id, kind, operation_id, payment_id, currency, gross_minor, fee_minor,
       ${instantText('at')} as at
     from simulated_provider.balance_transaction
     where (at at time zone 'UTC')::date between $1::date and $2::date and provider = $3 order by at, transaction_id`,
    [from, to, provider],
  );
  return rows.map((row) => {
    const currency = currencyOf(row.currency);
    return {
      transactionId: row.transaction_id,
      kind: row.kind,
      operationId: row.operation_id,
      paymentId: row.payment_id,
      gross: money(row.gross_minor, currency),
      fee: money(row.fee_minor, currency),
      at: row.at,
    };
  });
}

/** Of those days, and begun by the database's clock: on which something waits to be paid out. */
async function daysToPay(tx: Tx, provider: string, { from, to }: Days): Promise<string[]> {
  const { rows } = await tx.query<{ day: string }>(
    `select distinct greatest((t.at at time zone 'UTC')::date, $1::date)::text as day
     from simulated_provider.balance_transaction t
     where t.provider = $3 and (t.at at time zone 'UTC')::date <= $2::date
       and $1::date <= (now() at time zone 'UTC')::date
       and not exists (select from simulated_provider.payout_line l where l.transaction_id = t.transaction_id)
     order by 1`,
    [from, to, provider],
  );
  return rows.map(({ day }) => day);
}

/** A currency that has been paid out on that day already waits for the next. */
async function payOut(tx: Tx, provider: string, day: string): Promise<void> {
  await tx.query(
    `with due as (
       select * from simulated_provider.balance_transaction t
       where t.provider = $2 and (t.at at time zone 'UTC')::date <= $1::date
         and not exists (select from simulated_provider.payout_line l where l.transaction_id = t.transaction_id)),
     paid as (
       insert into simulated_provider.payout (payout_id, provider, day, currency, gross_minor, fees_minor, net_minor)
       select 'po_' || md5($2 || ' ' || currency || ' ' || $1::date), $2, $1::date, currency, sum(gross_minor), sum(fee_minor),
         sum(gross_minor - fee_minor)
       from due group by currency
       on conflict do nothing returning payout_id, currency)
     insert into simulated_provider.payout_line (payout_id, transaction_id, payment_id, gross_minor, fee_minor, at)
     select payout_id, transaction_id, payment_id, gross_minor, fee_minor, at from due join paid using (currency)`,
    [day, provider],
  );
}

type LineJson = { transactionId: string; paymentId: PaymentId; gross: string; fee: string; at: string };
type PayoutRow = {
  payout_id: string;
  day: string;
  currency: string;
  gross_minor: bigint;
  fees_minor: bigint;
  net_minor: bigint;
  lines: LineJson[];
};

async function readSettlements(pool: Pool, provider: string, { from, to }: Days): Promise<Settlement[]> {
  const { rows } = await pool.query<PayoutRow>(
    `select p.payout_id, p.day::text, p.currency, p.gross_minor, p.fees_minor, p.net_minor,
       (select coalesce(jsonb_agg(jsonb_build_object('transactionId', l.transaction_id, 'paymentId', l.payment_id,
           'gross', l.gross_minor::text, 'fee', l.fee_minor::text,
           'at', ${instantText('l.at')}) order by l.at, l.transaction_id), '[]')
         from simulated_provider.payout_line l where l.payout_id = p.payout_id) as lines
     from simulated_provider.payout p
     where p.provider = $3 and p.day between $1::date and $2::date order by p.day, p.currency`,
    [from, to, provider],
  );
  return rows.map((row) => {
    const currency = currencyOf(row.currency);
    return {
      payoutId: row.payout_id,
      day: row.day,
      currency,
      gross: money(row.gross_minor, currency),
      fees: money(row.fees_minor, currency),
      net: money(row.net_minor, currency),
      lines: row.lines.map((line) => toLine(line, currency)),
    };
  });
}

const toLine = ({ gross, fee, ...line }: LineJson, currency: Currency): SettlementLine => ({
  ...line,
  gross: money(BigInt(gross), currency),
  fee: money(BigInt(fee), currency),
});
