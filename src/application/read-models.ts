import type { ReconciliationBreak } from '../domain/ledger/reconciliation.ts';
import type { OrderId, PaymentId, TenantId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { MoneyView } from './money-view.ts';
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
  payments(
    tenantId: TenantId,
    filter: PaymentFilter,
    limit: number,
    after?: PaymentPlace,
  ): Promise<PaymentView[]>;
  /** All of them that fit, oldest first. */
  paymentsOfOrder(tenantId: TenantId, orderId: OrderId, filter: PaymentFilter): Promise<PaymentView[]>;
  dailySales(tenantId: TenantId, limit: number): Promise<DailySales[]>;
  activity(tenantId: TenantId, range: ActivityRange): Promise<Activity[]>;
  overview(tenantId: TenantId, seen: Seen): Promise<Waiting>;
  disputes(
    tenantId: TenantId,
    filter: DisputeFilter,
    limit: number,
    after?: DisputePlace,
  ): Promise<DisputeView[]>;
  awaitingRefunds(tenantId: TenantId, limit: number, after?: AwaitingRefundPlace): Promise<AwaitingRefund[]>;
  trialBalance(tenantId: TenantId, at?: string): Promise<TrialBalance[]>;
  ledgerEntries(
    tenantId: TenantId,
    filter: { readonly account?: string; readonly orderId?: string },
    limit: number,
    after?: LedgerPlace,
  ): Promise<LedgerEntry[]>;
  /** What was booked on one account in one currency, oldest first; `order_funds` stands for the funds of all orders. */
  statement(tenantId: TenantId, of: StatementOf, limit: number, after?: LedgerPlace): Promise<Statement>;
  /** The tenant's own; those of no tenant, or of several, are for whoever runs the service. */
  breaks(tenantId: TenantId, filter: BreakFilter, limit: number, after?: BreakPlace): Promise<FoundBreak[]>;
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
  readonly currency?: string;
  /** Of the grand total, in minor units; both ends are within. */
  readonly totalMin?: number;
  readonly totalMax?: number;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
};

/** The place in a list, newest first, after which the next page begins. */
export type OrderPlace = { readonly createdAt: string; readonly orderId: string };

export type PaymentFilter = {
  readonly status?: string;
  /** With an operation of which the provider has not said what came of it. */
  readonly outcome?: 'unknown';
  readonly paymentMethod?: string;
  readonly currency?: string;
  /** Of what was asked for, in minor units; both ends are within. */
  readonly amountMin?: number;
  readonly amountMax?: number;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
};

/** The place in a list, newest first. */
export type PaymentPlace = { readonly createdAt: string; readonly paymentId: string };

export type HistoryEntry = {
  /** `shard-position`. */
  readonly id: string;
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

export const ACTIVITY_STEPS = ['minute', 'hour'] as const;

/** Whole steps, from the beginning of the first to the end of the last; milliseconds since 1970. */
export type ActivityRange = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly step: (typeof ACTIVITY_STEPS)[number];
};

/** What happened in one step, in one currency, by the clock of the log. */
export type Activity = {
  /** Its beginning. */
  readonly at: string;
  readonly currency: string;
  readonly ordersCreated: number;
  /** Sums of minor units, as decimal strings: a sum has no upper limit. */
  readonly orderedAmount: string;
  /** Each payment once, when it is first authorized; with automatic capture that is when it is taken. */
  readonly paymentsSucceeded: number;
  /** Declined for good. One that turns out later to have been authorized after all succeeds then, too. */
  readonly paymentsFailed: number;
  readonly capturedAmount: string;
  /** As they succeed; what a bank sends back later is not taken out again. */
  readonly refundsSucceeded: number;
  readonly refundedAmount: string;
  readonly disputesOpened: number;
};

/** What waits is counted up to this, which means: more than one less. */
export const WAITING_MAX = 1_001;

/** What whoever asks may list, beside what every reader may. */
export type Seen = { readonly webhookEndpoints: boolean; readonly deadLetters: boolean };

/** How much waits for a person now; null: whoever asks may not list it. */
export type Waiting = {
  /** With an operation of which nobody knows what the provider made of it. */
  readonly unknownPayments: number;
  readonly openDisputes: number;
  readonly refundsAwaitingApproval: number;
  readonly openBreaks: number;
  readonly ordersCancelling: number;
  readonly paymentsRequiringAction: number;
  /** By the service, not by request. */
  readonly disabledWebhookEndpoints: number | null;
  readonly deadLetters: number | null;
};

export type DisputeFilter = {
  readonly status?: string;
  readonly disputeId?: string;
  readonly orderId?: string;
};

export type DisputePlace = { readonly openedAt: string; readonly disputeId: string };

/** A dispute of a payment; the fee is what the provider takes for it, whoever wins. */
export type DisputeView = {
  readonly disputeId: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly provider: string;
  readonly amount: MoneyView;
  readonly fee: MoneyView;
  readonly reason: string;
  readonly status: 'open' | 'under_review' | 'won' | 'lost';
  readonly openedAt: string;
  readonly updatedAt: string;
};

/** The place in a list, oldest first. */
export type AwaitingRefundPlace = { readonly createdAt: string; readonly refundId: string };

/** A refund that somebody else than asked for it has to approve of. */
export type AwaitingRefund = {
  readonly refundId: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly amount: MoneyView;
  readonly status: 'AwaitingApproval';
  readonly reason: string;
  readonly requestedBy: string;
  readonly lapsesAt: string;
  readonly createdAt: string;
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
  /** null: of no order, as a payout is. */
  readonly orderId: string | null;
  readonly account: string;
  readonly currency: string;
  readonly debit: string;
  readonly credit: string;
};

export type StatementOf = {
  readonly account: string;
  readonly currency: string;
  /** What was booked by then is in `opening`; unset: nothing is. */
  readonly from?: string;
  /** With all that was booked by then; unset: by now. */
  readonly to?: string;
};

/** `opening` and all entries of the time come to `closing`, whatever part of them is in `entries`. */
export type Statement = {
  readonly opening: string;
  readonly closing: string;
  readonly entries: readonly StatementEntry[];
};

/** `balance`: of the account with this entry, debit less credit. */
export type StatementEntry = LedgerEntry & { readonly balance: string };

export const BREAK_STATUSES = ['open', 'resolved'] as const;

export type BreakFilter = {
  readonly day?: string;
  readonly provider?: string;
  readonly status?: (typeof BREAK_STATUSES)[number];
};

/** Where a break stands in a list: the newest day first. */
export type BreakPlace = Pick<ReconciliationBreak, 'day' | 'provider' | 'kind' | 'subject'>;

export type FoundBreak = ReconciliationBreak & {
  readonly breakId: string;
  readonly status: (typeof BREAK_STATUSES)[number];
  readonly foundAt: string;
  /** When a later run no longer found it; null: it is open. */
  readonly resolvedAt: string | null;
};
