import { Kysely, PostgresDialect, sql } from 'kysely';
import { viewPayment, type PaymentView } from '../../application/payments/payment-view.ts';
import type { PaymentFilter, PaymentPlace } from '../../application/read-models.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { OrderId, TenantId } from '../../domain/shared/ids.ts';
import { currentStates, type StateRow } from './current-states.ts';
import { rowsOf } from './list-query.ts';
import { HAS_UNKNOWN_OUTCOME } from './payment-history.ts';
import type { Source } from './read-by-id.ts';

type PaymentHistoryTable = {
  payment_id: StateRow['id'];
  order_id: string;
  tenant_id: string;
  payment_method: string;
  status: string;
  amount_minor: number | bigint;
  currency: string;
  version: number;
  created_at: Date | string;
  state: unknown;
  state_version: number | null;
};

const OF_ORDER_MAX = 1_000;

/** Both may lag the log by what the projector is behind. */
export const paymentLists = ({ pool, log }: Source) => {
  const db = new Kysely<{ payment_history: PaymentHistoryTable }>({ dialect: new PostgresDialect({ pool }) });

  function fitting(tenantId: TenantId, filter: PaymentFilter) {
    let query = db
      .selectFrom('payment_history')
      .select(['payment_id as id', 'version', 'state', 'state_version as shape'])
      .where('tenant_id', '=', tenantId);
    // Written into the query, which no index of one status alone would serve otherwise: its plan has to fit all values.
    if (filter.status) query = query.where('status', '=', sql.lit(filter.status));
    if (filter.outcome) query = query.where(sql<boolean>`${sql.raw(HAS_UNKNOWN_OUTCOME)}`);
    if (filter.paymentMethod) query = query.where('payment_method', '=', filter.paymentMethod);
    if (filter.currency) query = query.where('currency', '=', filter.currency);
    if (filter.amountMin !== undefined) query = query.where('amount_minor', '>=', filter.amountMin);
    if (filter.amountMax !== undefined) query = query.where('amount_minor', '<=', filter.amountMax);
    if (filter.createdAfter) query = query.where('created_at', '>', filter.createdAfter);
    if (filter.createdBefore) query = query.where('created_at', '<', filter.createdBefore);
    return query;
  }

  async function viewed(tenantId: TenantId, rows: readonly StateRow[]): Promise<PaymentView[]> {
    const payments = await currentStates(log, tenantId, paymentAggregate, rows);
    return payments.flatMap(({ state, version }) =>
      state.status === 'absent' ? [] : [viewPayment(state, version)],
    );
  }

  return {
    /** Newest first, up to `limit`. */
    payments: async (
      tenantId: TenantId,
      filter: PaymentFilter,
      limit: number,
      after?: PaymentPlace,
    ): Promise<PaymentView[]> => {
      let query = fitting(tenantId, filter)
        .orderBy('created_at', 'desc')
        .orderBy('payment_id', 'desc')
        .limit(limit);
      if (after)
        query = query.where(
          sql<boolean>`(created_at, payment_id) < (${after.createdAt}, ${after.paymentId})`,
        );
      const isByAmount = filter.amountMin !== undefined || filter.amountMax !== undefined;
      return viewed(tenantId, await rowsOf(pool, query, isByAmount));
    },
    /** Oldest first. */
    paymentsOfOrder: async (
      tenantId: TenantId,
      orderId: OrderId,
      filter: PaymentFilter,
    ): Promise<PaymentView[]> => {
      const rows = await fitting(tenantId, filter)
        .where('order_id', '=', orderId)
        .orderBy('created_at')
        .orderBy('payment_id')
        .limit(OF_ORDER_MAX)
        .execute();
      return viewed(tenantId, rows);
    },
  };
};
