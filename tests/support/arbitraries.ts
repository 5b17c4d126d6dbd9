import fc from 'fast-check';
import type { PricingRequest, RequestedItem } from '../../src/domain/orders/order-pricing.ts';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { parseCurrency, type Currency } from '../../src/domain/shared/currencies.ts';
import { MAX_AMOUNT_MINOR, money } from '../../src/domain/shared/money.ts';

/** No decimals, two, three and four. */
const currency = fc.constantFrom(
  ...['JPY', 'USD', 'KWD', 'CLF'].map(parseCurrency).filter((code) => code !== undefined),
);

/** Everyday amounts, any amount, and both ends of what the wire allows. */
export const amountMinor = fc.oneof(
  fc.bigInt({ min: 0n, max: 1_000n }),
  fc.bigInt({ min: 0n, max: MAX_AMOUNT_MINOR }),
  fc.constantFrom(0n, 1n, MAX_AMOUNT_MINOR - 1n, MAX_AMOUNT_MINOR),
);

const quantity = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 10 }) },
  fc.integer({ min: 1, max: 1_000_000 }),
);
const rate = fc.oneof(fc.constantFrom(0, 550, 700, 1_900, 2_000), fc.integer({ min: 0, max: 10_000 }));
const price = fc.oneof({ weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 100_000n }) }, amountMinor);
/** Percent of the line; now and then it is more than the line. */
const discount = fc.oneof({ weight: 9, arbitrary: fc.bigInt({ min: 0n, max: 100n }) }, fc.constant(101n));

const item = (code: Currency): fc.Arbitrary<RequestedItem> =>
  fc
    .record({ count: quantity, unit: price, percentOff: fc.option(discount), rate: fc.option(rate) })
    .map(({ count, unit, percentOff, rate: taxRateBasisPoints }) => ({
      productId: 'sku',
      productName: 'Thing',
      quantity: count,
      unitPrice: money(unit, code),
      ...(percentOff === null ? {} : { discount: money((unit * BigInt(count) * percentOff) / 100n, code) }),
      ...(taxRateBasisPoints === null ? {} : { taxRateBasisPoints }),
    }));

/** In one currency; discounts above their line and totals above the maximum are among them. */
export const pricingRequest: fc.Arbitrary<PricingRequest> = currency.chain((code) =>
  fc
    .record({
      first: item(code),
      rest: fc.array(item(code), { maxLength: 8 }),
      shipping: fc.option(price),
      pricesIncludeTax: fc.boolean(),
    })
    .map(({ first, rest, shipping, pricesIncludeTax }) => ({
      items: [first, ...rest] as const,
      pricesIncludeTax,
      ...(shipping === null ? {} : { shipping: money(shipping, code) }),
    })),
);

/** What a provider knows of an operation: evidence, one way or the other. */
export const evidence: fc.Arbitrary<OperationOutcome> = fc.oneof(
  fc.record({ kind: fc.constant('succeeded' as const), providerRef: fc.constantFrom('ref-1', 'ref-2') }),
  fc.record({ kind: fc.constant('declined' as const), code: fc.constantFrom('card_declined', 'expired') }),
);

const notSentOutcome: fc.Arbitrary<OperationOutcome> = fc.constant({
  kind: 'not_sent',
  code: 'connection_refused',
});

const unknownOutcome: fc.Arbitrary<OperationOutcome> = fc.record({
  kind: fc.constant('unknown' as const),
  reason: fc.constantFrom('timeout', 'connection reset'),
});

/** What says nothing of an earlier call that may have been received. */
export const noEvidence = fc.oneof(unknownOutcome, notSentOutcome);

export const providerOutcome = fc.oneof(evidence, noEvidence);

/** Every one at least once, some again, in any order: what a broker may make of what was sent. */
export const redelivered = <T>(messages: readonly T[]): fc.Arbitrary<T[]> =>
  fc
    .shuffledSubarray([...messages])
    .chain((again) =>
      fc.shuffledSubarray([...messages, ...again], { minLength: messages.length + again.length }),
    );
