import { setTimeout as sleep } from 'node:timers/promises';
import {
  LedgerBehind,
  type Account,
  type ReconciliationBooks,
} from '../../application/ledger/reconcile-day.ts';
import type { BookedMovement } from '../../domain/ledger/movement-matching.ts';
import { MOVEMENTS } from '../../domain/ledger/postings.ts';
import type { BookedPayout } from '../../domain/ledger/reconciliation.ts';
import type { Owner, Owners } from '../../domain/ledger/settlement.ts';
import type { OrderId, PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { money } from '../../domain/shared/money.ts';
import type { Pool } from '../postgres/pool.ts';
import { ledgerProjection } from '../read-models/ledger.ts';
import { shardOf } from '../system.ts';
import { keepRun } from './runs.ts';
import { currencyOf, instantText } from '../postgres/column-text.ts';

export type BooksOptions = { readonly shardCount: number; readonly patienceMs: number };

const POLL_MS = 100;

/** The ledger's side of a reconciliation. It speaks of all tenants, since a provider's account does. */
export const openBooks = (pool: Pool, { shardCount, patienceMs }: BooksOptions): ReconciliationBooks => ({
  untilBooked: () => untilBooked(pool, patienceMs),
  owners: (paymentIds) => readOwners(pool, shardCount, paymentIds),
  movements: (account, operationIds) => readMovements(pool, account, operationIds),
  payouts: (account) => readPayouts(pool, account),
  keep: (run, breaks) => keepRun(pool, run, breaks),
});

async function untilBooked(pool: Pool, patienceMs: number): Promise<void> {
  const { rows: heads } = await pool.query<{ shard: number; head: bigint }>(
    'select shard, head from log_head',
  );
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const behind = await eventsBehind(pool, heads);
    if (behind === 0n) return;
    if (performance.now() >= deadline)
      throw new LedgerBehind(
        behind === undefined
          ? 'the ledger was made by other code than this and has to be rebuilt first'
          : `the ledger is ${behind} events behind the log`,
      );
    await sleep(POLL_MS);
  }
}

/** undefined: the ledger that is live lacks what this build's would hold. */
async function eventsBehind(
  pool: Pool,
  heads: readonly { readonly shard: number; readonly head: bigint }[],
): Promise<bigint | undefined> {
  const { name, codeVersion } = ledgerProjection;
  const { rows } = await pool.query<{ behind: bigint }>(
    `select (select coalesce(sum(greatest(h.head - coalesce(s.position, 0), 0)), 0)::bigint
         from unnest($3::smallint[], $4::bigint[]) h (shard, head)
         left join subscription s on s.shard = h.shard and s.name = p.name and s.version = p.generation) as behind
     from projection p where p.name = $1 and p.status = 'live' and p.code_version >= $2`,
    [name, codeVersion, heads.map(({ shard }) => shard), heads.map(({ head }) => head)],
  );
  return rows[0]?.behind;
}

/** By the log's own list of streams, so that no payment is unknown because a read model is late. */
async function readOwners(pool: Pool, shardCount: number, paymentIds: readonly PaymentId[]): Promise<Owners> {
  if (paymentIds.length === 0) return new Map();
  const { rows } = await pool.query<{ payment_id: PaymentId; tenant_id: TenantId; order_id: OrderId | null }>(
    `select s.stream_id as payment_id, s.tenant_id, p.order_id
     from unnest($1::smallint[], $2::uuid[]) u (shard, id)
     join stream s on s.shard = u.shard and s.stream_id = u.id and s.category = 'payment'
     left join payment_history p on p.shard = s.shard and p.payment_id = s.stream_id`,
    [paymentIds.map((id) => shardOf(id, shardCount)), paymentIds],
  );
  return new Map(
    rows.map((row): [PaymentId, Owner] => [
      row.payment_id,
      { tenantId: row.tenant_id, orderId: row.order_id },
    ]),
  );
}

const clearing = `case when account = 'psp_clearing:' || $1`;

type MovementRow = {
  type: keyof typeof MOVEMENTS;
  operationId: string;
  tenantId: TenantId;
  paymentId: PaymentId;
  orderId: OrderId | null;
  currency: string;
  minor: bigint;
  at: string;
};

async function readMovements(
  pool: Pool,
  { provider, day }: Account,
  operationIds: readonly string[],
): Promise<BookedMovement[]> {
  const { rows } = await pool.query<MovementRow>(
    `with operation as (
       select operation_id from ledger_transaction
         where provider = $1 and value_day is null and booked_at >= $2::date::timestamp at time zone 'UTC'
           and booked_at < ($2::date + 1)::timestamp at time zone 'UTC'
       union select unnest($3::text[]))
     select t.type, t.operation_id as "operationId", t.tenant_id as "tenantId", t.stream_id as "paymentId",
       t.order_id as "orderId", t.currency, l.minor,
       ${instantText('t.booked_at')} as at
     from operation o join ledger_transaction t on t.operation_id = o.operation_id,
     lateral (select sum(${clearing} then debit - credit else 0 end)::bigint as minor
       from unnest(t.accounts, t.debits, t.credits) u (account, debit, credit)) l
     where t.provider = $1 and t.value_day is null order by t.booked_at, t.shard, t.position`,
    [provider, day, operationIds],
  );
  return rows.map(({ type, currency, minor, ...row }) => ({
    ...row,
    kind: MOVEMENTS[type],
    amount: money(minor, currencyOf(currency)),
  }));
}

type PayoutRow = { payoutId: string; tenantId: TenantId; currency: string; gross: bigint; net: bigint };

async function readPayouts(pool: Pool, { provider, day }: Account): Promise<BookedPayout[]> {
  const { rows } = await pool.query<PayoutRow>(
    `select t.operation_id as "payoutId", t.tenant_id as "tenantId", t.currency, l.gross, l.net
     from ledger_transaction t,
     lateral (select sum(${clearing} then credit - debit else 0 end)::bigint as gross,
         sum(case when account = 'bank' then debit - credit else 0 end)::bigint as net
       from unnest(t.accounts, t.debits, t.credits) u (account, debit, credit)) l
     where t.provider = $1 and t.value_day = $2::date order by t.operation_id, t.tenant_id`,
    [provider, day],
  );
  return rows.map(({ currency: code, gross, net, ...row }) => {
    const currency = currencyOf(code);
    return { ...row, gross: money(gross, currency), net: money(net, currency) };
  });
}
