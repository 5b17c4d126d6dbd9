import type { EventLog } from '../../application/ports.ts';
import type { ReadModels } from '../../application/read-models.ts';
import type { Pool } from '../postgres/pool.ts';
import { readDailySales } from './daily-sales.ts';
import { listLedgerEntries, readTrialBalance } from './ledger-queries.ts';
import { readOrderHistory } from './order-history.ts';
import { orderLists, orderReader } from './order-summary.ts';
import { listPayments, paymentReader } from './payment-history.ts';

export function openReadModels(pool: Pool, log: EventLog, shardCount: number): ReadModels {
  const source = { pool, log, shardCount };
  return {
    order: orderReader(source),
    orders: orderLists(source),
    orderHistory: (tenantId, orderId) => readOrderHistory(log, tenantId, orderId),
    payment: paymentReader(source),
    payments: (tenantId, orderId) => listPayments(source, tenantId, orderId),
    trialBalance: (tenantId, at) => readTrialBalance(pool, tenantId, at),
    ledgerEntries: (tenantId, filter, limit, after) =>
      listLedgerEntries(pool, tenantId, filter, limit, after),
    dailySales: (tenantId, limit) => readDailySales(pool, tenantId, limit),
  };
}
