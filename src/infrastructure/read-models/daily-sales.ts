import type { IntegrationMessage } from '../../application/integration-events.ts';
import type { DailySales } from '../../application/read-models.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { columns } from './projection.ts';

type Tally = { orders: number; ordered: bigint; succeeded: number; failed: number; paid: bigint };

export const DAILY_SALES_TABLE = 'daily_sales';

/**
 * Counts what the messages tell into `table`. Not repeatable: the caller sees to it that each message arrives here once.
 */
export async function countSales(
  tx: Tx,
  table: string,
  messages: readonly IntegrationMessage[],
): Promise<void> {
  const tallies = new Map<string, Tally>();
  for (const { tenantId, event } of messages) {
    if (event.type === 'order.created.v1') {
      const tally = tallyOf(tallies, tenantId, event.data.createdAt, event.data.currency);
      tally.orders++;
      tally.ordered += BigInt(event.data.total.amount);
    } else if (event.type === 'payment.processed.v1') {
      const { amount, isSuccessful, processedAt } = event.data;
      const tally = tallyOf(tallies, tenantId, processedAt, amount.currency);
      if (isSuccessful) tally.succeeded++;
      else tally.failed++;
      if (isSuccessful) tally.paid += BigInt(amount.amount);
    }
  }
  if (tallies.size > 0) await addTallies(tx, table, tallies);
}

function tallyOf(tallies: Map<string, Tally>, tenantId: string, instant: string, currency: string): Tally {
  const key = `${tenantId}|${instant.slice(0, 10)}|${currency}`;
  const tally = tallies.get(key) ?? { orders: 0, ordered: 0n, succeeded: 0, failed: 0, paid: 0n };
  tallies.set(key, tally);
  return tally;
}

async function addTallies(tx: Tx, table: string, tallies: ReadonlyMap<string, Tally>): Promise<void> {
  // Sorted, so that two processes adding to the same days lock the rows in the same order.
  const rows = [...tallies]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, t]) => [...key.split('|'), t.orders, t.ordered, t.succeeded, t.failed, t.paid]);
  await tx.query({
    name: `add to ${table}`,
    text: `insert into ${table} as d (tenant_id, day, currency, orders_created, ordered_minor, payments_succeeded,
        payments_failed, paid_minor)
      select * from unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[], $5::numeric[], $6::bigint[], $7::bigint[],
        $8::numeric[])
      on conflict (tenant_id, day, currency) do update set
        orders_created = d.orders_created + excluded.orders_created,
        ordered_minor = d.ordered_minor + excluded.ordered_minor,
        payments_succeeded = d.payments_succeeded + excluded.payments_succeeded,
        payments_failed = d.payments_failed + excluded.payments_failed,
        paid_minor = d.paid_minor + excluded.paid_minor`,
    values: columns(rows),
  });
}

/** The newest days first. */
export async function readDailySales(pool: Pool, tenantId: TenantId, limit: number): Promise<DailySales[]> {
  const { rows } = await pool.query<DailySales>(
    `select day::text, currency, orders_created::int as "ordersCreated", ordered_minor::text as "orderedAmount",
       payments_succeeded::int as "paymentsSucceeded", payments_failed::int as "paymentsFailed",
       paid_minor::text as "paidAmount"
     from daily_sales where tenant_id = $1 order by day desc, currency limit $2`,
    [tenantId, limit],
  );
  return rows;
}
