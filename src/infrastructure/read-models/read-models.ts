import type { EventLog } from '../../application/ports.ts';
import { joinedLookups } from '../../application/joined-lookups.ts';
import type { ReadModels } from '../../application/read-models.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Pool } from '../postgres/pool.ts';
import { listBreaks } from '../reconciliation/breaks.ts';
import { readActivity } from './activity.ts';
import { listAwaitingRefunds } from './awaiting-refunds.ts';
import { readDailySales } from './daily-sales.ts';
import { listDisputes } from './disputes.ts';
import { listLedgerEntries, readTrialBalance } from './ledger-queries.ts';
import { readStatement } from './ledger-statement.ts';
import { readOrderHistory } from './order-history.ts';
import { orderLists, orderReader } from './order-summary.ts';
import { readOverview } from './overview.ts';
import { paymentReader } from './payment-history.ts';
import { paymentLists } from './payment-lists.ts';

export function openReadModels(pool: Pool, log: EventLog, shardCount: number): ReadModels {
  const source = { pool, log, shardCount };
  return {
    order: orderReader(source),
    orders: orderLists(source),
    orderHistory: (tenantId, orderId) => readOrderHistory(log, tenantId, orderId),
    payment: paymentReader(source),
    ...paymentLists(source),
    disputes: (tenantId, filter, limit, after) => listDisputes(pool, tenantId, filter, limit, after),
    awaitingRefunds: (tenantId, limit, after) => listAwaitingRefunds(pool, tenantId, limit, after),
    // Sums all that was ever booked, and each page of the ledger asks for it again and again.
    trialBalance: joinedLookups((tenantId: TenantId, at?: string) => readTrialBalance(pool, tenantId, at)),
    ledgerEntries: (tenantId, filter, limit, after) =>
      listLedgerEntries(pool, tenantId, filter, limit, after),
    statement: (tenantId, of, limit, after) => readStatement(pool, tenantId, of, limit, after),
    breaks: (tenantId, filter, limit, after) => listBreaks(pool, tenantId, filter, { limit, after }),
    dailySales: (tenantId, limit) => readDailySales(pool, tenantId, limit),
    activity: (tenantId, range) => readActivity(pool, tenantId, range),
    overview: (tenantId, seen) => readOverview(pool, tenantId, seen),
  };
}
