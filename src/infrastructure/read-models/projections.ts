import { activityProjection } from './activity.ts';
import { awaitingRefundProjection } from './awaiting-refunds.ts';
import { disputeProjection } from './disputes.ts';
import { ledgerProjection } from './ledger.ts';
import { orderSummaryProjection } from './order-summary.ts';
import { paymentHistoryProjection } from './payment-history.ts';
import type { Projection } from './projection.ts';

/** All read models that are rebuilt from the log. */
export const PROJECTIONS: readonly Projection[] = [
  orderSummaryProjection,
  paymentHistoryProjection,
  disputeProjection,
  awaitingRefundProjection,
  ledgerProjection,
  activityProjection,
];
