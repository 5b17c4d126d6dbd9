import { anyAggregate, type AnyAggregate } from '../application/any-aggregate.ts';
import { orderAggregate } from '../domain/orders/order-evolution.ts';
import { paymentAggregate } from '../domain/payments/payment-evolution.ts';

/** All that streams of this log are of. */
export const AGGREGATES: readonly AnyAggregate[] = [
  anyAggregate(orderAggregate),
  anyAggregate(paymentAggregate),
];

export const STATE_VERSIONS: Readonly<Record<string, number>> = Object.fromEntries(
  AGGREGATES.map(({ category, stateVersion }) => [category, stateVersion]),
);
