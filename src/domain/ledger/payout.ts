import type { Aggregate } from '../shared/aggregate.ts';
import { invariant } from '../shared/invariant.ts';
import { compareMoney, subtractMoney, type Money } from '../shared/money.ts';

/** A tenant's share of what a provider paid out to our bank. */
export type PayoutFacts = {
  readonly provider: string;
  /** The provider's own. */
  readonly payoutId: string;
  /** On which it was paid, `YYYY-MM-DD` in UTC. */
  readonly day: string;
  /** Signed: more refunds than captures make a payout that is taken from our bank. */
  readonly gross: Money;
  readonly fees: Money;
  readonly net: Money;
  readonly lineCount: number;
  readonly at: string;
};

export type PayoutEvent = { readonly type: 'PayoutReceived' } & PayoutFacts;

export type Payout = { readonly status: 'absent' } | ({ readonly status: 'received' } & PayoutFacts);

export const payoutAggregate: Aggregate<Payout, PayoutEvent> = {
  category: 'payout',
  stateVersion: 1,
  firstEvent: 'PayoutReceived',
  absent: { status: 'absent' },
  evolve: (payout, event) => {
    invariant(payout.status === 'absent', 'a payout is received once');
    const { type: _, ...facts } = event;
    return { status: 'received', ...facts };
  },
  isClosed: ({ status }) => status === 'received',
};

/** Once; what the provider says of it later is compared with this, and never replaces it. */
export function receivePayout(facts: PayoutFacts, payout: Payout): PayoutEvent[] {
  if (payout.status === 'received') return [];
  const { gross, fees, net } = facts;
  invariant(compareMoney(net, subtractMoney(gross, fees)) === 0, 'a payout is what is left after the fees');
  return [{ type: 'PayoutReceived', ...facts }];
}
