import { describe, expect, it } from 'vitest';
import { payoutAggregate } from '../../src/domain/ledger/payout.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { fold, type Aggregate } from '../../src/domain/shared/aggregate.ts';
import { decodeEvent } from '../../src/infrastructure/codecs/event-codec.ts';
import { fromJson, toJson } from '../../src/infrastructure/codecs/money-json.ts';
import { ORDER_PAYLOADS } from '../../src/infrastructure/codecs/order-codec.ts';
import { PAYMENT_PAYLOADS } from '../../src/infrastructure/codecs/payment-codec.ts';
import { PAYOUT_PAYLOADS } from '../../src/infrastructure/codecs/payout-codec.ts';
import { ledgerProjection } from '../../src/infrastructure/read-models/ledger.ts';
import { orderSummaryProjection } from '../../src/infrastructure/read-models/order-summary.ts';
import { paymentHistoryProjection } from '../../src/infrastructure/read-models/payment-history.ts';
import goldenPayloads from './golden-payloads.json' with { type: 'json' };
import goldenStates from './golden-states.json' with { type: 'json' };

const KNOWN = [
  { aggregate: orderAggregate, payloads: ORDER_PAYLOADS, projection: orderSummaryProjection },
  { aggregate: paymentAggregate, payloads: PAYMENT_PAYLOADS, projection: paymentHistoryProjection },
  { aggregate: payoutAggregate, payloads: PAYOUT_PAYLOADS, projection: ledgerProjection },
].map(({ aggregate, ...rest }) => ({
  ...rest,
  category: aggregate.category,
  aggregate: aggregate as Aggregate<object, object>,
}));

/** The golden payload of a type's current version. */
function eventOf(type: string): object {
  const payload = goldenPayloads.findLast((golden) => golden.type === type);
  if (!payload) throw new Error(`no golden payload of ${type}`);
  return decodeEvent(payload);
}

describe.each(KNOWN)(
  'stored states of category $category',
  ({ category, aggregate, payloads, projection }) => {
    const pinned = goldenStates.filter((pin) => pin.category === category);
    const newest = pinned.at(-1)!;
    const advice =
      `Snapshots and rows of the read model hold states of ${category}: with their shape raise stateVersion of the ` +
      `aggregate and codeVersion of ${projection.name}, and add both to golden-states.json below what is there.`;

    it('have the shape they had, or stateVersion and codeVersion are raised with it', () => {
      for (const { after, state } of newest.states) {
        const folded = fold(aggregate, after.map(eventOf));
        const stored = JSON.parse(JSON.stringify(toJson(folded))) as object;
        expect({ advice, state: stored }).toEqual({ advice, state });
        expect({ advice, state: fromJson<object>(state) }).toEqual({ advice, state: folded });
      }
    });

    it('are pinned under the versions they are stored with', () => {
      const { stateVersion } = aggregate;
      expect({ advice, stateVersion }).toEqual({ advice, stateVersion: newest.stateVersion });
      // Rows may be made anew for other reasons too.
      expect(projection.codeVersion).toBeGreaterThanOrEqual(newest.codeVersion);
    });

    it('have both versions raised with every change', () => {
      for (const [index, { stateVersion, codeVersion }] of pinned.entries()) {
        expect(stateVersion).toBe(index + 1);
        expect(codeVersion).toBeGreaterThan(pinned[index - 1]?.codeVersion ?? 0);
      }
    });

    it('are pinned after every type of event', () => {
      const types = new Set(newest.states.flatMap(({ after }) => after));
      expect([...types].toSorted()).toEqual(Object.keys(payloads).toSorted());
    });
  },
);
