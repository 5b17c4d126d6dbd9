import type { OrderId, PaymentId, TenantId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { OrderView } from './orders/order-view.ts';
import type { PaymentView } from './payments/payment-view.ts';
import type { Json, UpTo } from './ports.ts';

/**
 * What queries read. By id: never older than the last acknowledged change, or, with `upTo`, as it was then, version and
 * times included. Lists and sums: as far as projectors are.
 */
export type ReadModels = {
  order(tenantId: TenantId, orderId: OrderId, upTo?: UpTo): Promise<Result<OrderView, NotFound>>;
  orders(tenantId: TenantId, filter: OrderFilter, limit: number, after?: OrderPlace): Promise<OrderView[]>;
  /** The order's events and its payments', in the order of the log. */
  orderHistory(tenantId: TenantId, orderId: OrderId): Promise<HistoryEntry[] | undefined>;
  payment(tenantId: TenantId, paymentId: PaymentId, upTo?: UpTo): Promise<Result<PaymentView, NotFound>>;
  payments(tenantId: TenantId, orderId: OrderId): Promise<PaymentView[]>;
  dailySales(tenantId: TenantId, limit: number): Promise<DailySales[]>;
  trialBalance(tenantId: TenantId, at?: string): Promise<TrialBalance[]>;
  ledgerEntries(
    tenantId: TenantId,
    filter: { readonly account?: string; readonly orderId?: string },
    limit: number,
    after?: LedgerPlace,
  ): Promise<LedgerEntry[]>;
};

/** Why a read by id finds nothing; what is another tenant's is `absent`, whenever it is asked for. */
export type NotFound =
  | { readonly code: 'absent' }
  | { readonly code: 'created-later'; readonly createdAt: string }
  | { readonly code: 'version-not-reached'; readonly current: number };

export type OrderFilter = {
  readonly status?: string;
  readonly paymentStatus?: string;
  readonly fulfilmentStatus?: string;
  readonly customerId?: string;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
};

/** The place in a list, newest first, after which the next page begins. */
export type OrderPlace = { readonly createdAt: string; readonly orderId: string };

export type HistoryEntry = {
  readonly eventId: string;
  readonly type: string;
  readonly streamId: string;
  readonly version: number;
  readonly position: string;
  readonly recordedAt: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** The event whose message led to the command; null: none did, it came from outside or from a clock. */
  readonly causedBy: string | null;
  readonly actor: string;
  readonly data: Json;
};

export type DailySales = {
  /** Calendar day in UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly currency: string;
  readonly ordersCreated: number;
  /** Sums of minor units, as decimal strings: a sum has no upper limit. */
  readonly orderedAmount: string;
  readonly paymentsSucceeded: number;
  readonly paymentsFailed: number;
  readonly paidAmount: string;
};

/** Sums of minor units, as decimal strings; `balance` = debit − credit, 0 in total. */
export type TrialBalance = {
  readonly currency: string;
  readonly accounts: readonly {
    readonly account: string;
    readonly debit: string;
    readonly credit: string;
    readonly balance: string;
  }[];
  readonly debit: string;
  readonly credit: string;
  readonly balance: string;
};

/** Where an entry stands: transactions by time and log, legs by number. */
export type LedgerPlace = {
  readonly bookedAt: string;
  readonly shard: number;
  readonly position: string;
  readonly number: number;
};

/** One leg of a transaction. Minor units, as decimal strings; one of the two is 0. */
export type LedgerEntry = LedgerPlace & {
  readonly eventId: string;
  readonly type: string;
  readonly orderId: string;
  readonly account: string;
  readonly currency: string;
  readonly debit: string;
  readonly credit: string;
};
