import { anyAggregate, type AnyAggregate } from '../application/any-aggregate.ts';
import { payoutAggregate } from '../domain/ledger/payout.ts';
import { orderAggregate } from '../domain/orders/order-evolution.ts';
import { paymentAggregate } from '../domain/payments/payment-evolution.ts';
import { webhookOutageAggregate } from '../domain/webhooks/outage.ts';

/** All that streams of this log are of. */
export const AGGREGATES: readonly AnyAggregate[] = [
  anyAggregate(orderAggregate),
  anyAggregate(paymentAggregate),
  anyAggregate(payoutAggregate),
  anyAggregate(webhookOutageAggregate),
];

export const STATE_VERSIONS: Readonly<Record<string, number>> = Object.fromEntries(
  AGGREGATES.map(({ category, stateVersion }) => [category, stateVersion]),
);
