import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  priceOrder,
  type PricedOrder,
  type PricingRequest,
  type RequestedItem,
} from '../../src/domain/orders/order-pricing.ts';
import type { OrderTotals } from '../../src/domain/orders/order-events.ts';
import { MAX_AMOUNT_MINOR } from '../../src/domain/shared/money.ts';
import { pricingRequest } from '../support/arbitraries.ts';
import { usd, yen } from './samples.ts';

const teapot: RequestedItem = {
  productId: 'teapot',
  productName: 'Teapot',
  quantity: 1,
  unitPrice: usd(1_000),
};

const order = (item: Partial<RequestedItem>, rest: Partial<PricingRequest> = {}): PricingRequest => ({
  items: [{ ...teapot, ...item }],
  pricesIncludeTax: false,
  ...rest,
});

function priced(request: PricingRequest): PricedOrder {
  const result = priceOrder(request);
  if (!result.ok) throw new Error(`refused: ${result.error.code}`);
  return result.value;
}

const totalsOf = (request: PricingRequest): Record<keyof OrderTotals, bigint> =>
  amounts(priced(request).totals);

const amounts = ({ items, discount, tax, shipping, grand }: OrderTotals) => ({
  items: items.amountMinor,
  discount: discount.amountMinor,
  tax: tax.amountMinor,
  shipping: shipping.amountMinor,
  grand: grand.amountMinor,
});

const sum = (parts: readonly bigint[]): bigint => parts.reduce((total, part) => total + part, 0n);

/** Half up by remainder, where the code under test doubles and divides. */
const roundHalfUp = (numerator: bigint, denominator: bigint): bigint =>
  numerator / denominator + (2n * (numerator % denominator) >= denominator ? 1n : 0n);

/** What a clerk would reckon, line by line, on plain integers. */
function reckon({ items, shipping, pricesIncludeTax }: PricingRequest): Record<keyof OrderTotals, bigint> {
  const lines = items.map(({ unitPrice, quantity, discount, taxRateBasisPoints = 0 }) => {
    const off = discount?.amountMinor ?? 0n;
    const charged = unitPrice.amountMinor * BigInt(quantity) - off;
    const rate = BigInt(taxRateBasisPoints);
    const tax = roundHalfUp(charged * rate, pricesIncludeTax ? 10_000n + rate : 10_000n);
    return { off, charged, tax };
  });
  const tax = sum(lines.map((line) => line.tax));
  const charged = sum(lines.map((line) => line.charged));
  const discount = sum(lines.map((line) => line.off));
  const freight = shipping?.amountMinor ?? 0n;
  return {
    items: charged + discount - (pricesIncludeTax ? tax : 0n),
    discount,
    tax,
    shipping: freight,
    // The customer pays what the shelf says when prices include tax, and the tax on top when they do not.
    grand: charged + freight + (pricesIncludeTax ? 0n : tax),
  };
}

const discountExceedsLine = ({ items }: PricingRequest): boolean =>
  items.some(
    ({ discount, unitPrice, quantity }) =>
      (discount?.amountMinor ?? 0n) > unitPrice.amountMinor * BigInt(quantity),
  );

const exceedsMaximum = ({ items, grand }: Record<keyof OrderTotals, bigint>): boolean =>
  items > MAX_AMOUNT_MINOR || grand > MAX_AMOUNT_MINOR;

describe('the price of an order', () => {
  it('is its lines when there is nothing else', () => {
    expect(totalsOf(order({ quantity: 3 }))).toEqual({
      items: 3_000n,
      discount: 0n,
      tax: 0n,
      shipping: 0n,
      grand: 3_000n,
    });
  });

  it('has tax on top, of what is left after the discount, and shipping untaxed', () => {
    const request = order(
      { quantity: 2, discount: usd(500), taxRateBasisPoints: 2_000 },
      { shipping: usd(700) },
    );
    expect(totalsOf(request)).toEqual({
      items: 2_000n,
      discount: 500n,
      tax: 300n,
      shipping: 700n,
      grand: 2_500n,
    });
  });

  it('is what the shelf says when prices include tax, whatever the rate', () => {
    const request = order({ unitPrice: usd(1_190), taxRateBasisPoints: 1_900 }, { pricesIncludeTax: true });
    expect(totalsOf(request)).toEqual({
      items: 1_000n,
      discount: 0n,
      tax: 190n,
      shipping: 0n,
      grand: 1_190n,
    });
  });

  it('rounds the tax of each line by itself, so three halves make three', () => {
    const line = { ...teapot, unitPrice: usd(10), taxRateBasisPoints: 500 };
    expect(totalsOf({ items: [line, line, line], pricesIncludeTax: false }).tax).toBe(3n);
  });

  it('is zero when everything is given away', () => {
    const free = order({ discount: usd(1_000), taxRateBasisPoints: 2_000 });
    expect(totalsOf(free).grand).toBe(0n);
  });

  it('names its lines by their place', () => {
    const { items } = priced({ items: [teapot, teapot], pricesIncludeTax: false });
    expect(items.map(({ lineId }) => lineId)).toEqual(['1', '2']);
  });

  it('is what an independent reckoning says, or refused for one of the two reasons', () => {
    fc.assert(
      fc.property(pricingRequest, (request) => {
        const result = priceOrder(request);
        if (result.ok) {
          expect(amounts(result.value.totals)).toEqual(reckon(request));
        } else {
          expect(result.error.code).toBe('amount-invalid');
          expect(discountExceedsLine(request) || exceedsMaximum(reckon(request))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is lines − discounts + tax + shipping, and nothing is lost between the lines and the totals', () => {
    fc.assert(
      fc.property(pricingRequest, (request) => {
        fc.pre(!discountExceedsLine(request) && !exceedsMaximum(reckon(request)));
        const { items: lines, totals } = priced(request);
        const { items, discount, tax, shipping, grand } = amounts(totals);
        expect(grand).toBe(items - discount + tax + shipping);
        expect(sum(lines.map((line) => line.net.amountMinor))).toBe(items - discount);
        expect(sum(lines.map((line) => line.tax.amountMinor))).toBe(tax);
        expect(sum(lines.map((line) => line.discount.amountMinor))).toBe(discount);
        const stated = lines.flatMap(({ net, tax: ofLine }) => [net, ofLine]);
        expect([...stated, ...Object.values(totals)].every((amount) => amount.amountMinor >= 0n)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an order is refused', () => {
  it.each([
    ['a unit price', 'items/1/unitPrice', { items: [teapot, { ...teapot, unitPrice: yen(1) }] as const }],
    ['a discount', 'items/0/discount', { items: [{ ...teapot, discount: yen(1) }] as const }],
    ['the shipping', 'shipping', { shipping: yen(1) }],
  ])('when %s is in another currency', (_what, field, odd) => {
    const refusal = { code: 'currency-mismatch', field, expected: 'USD', actual: 'JPY' };
    expect(priceOrder({ ...order({}), ...odd })).toEqual({ ok: false, error: refusal });
  });

  it('when even a zero is in another currency', () => {
    expect(priceOrder(order({}, { shipping: yen(0) })).ok).toBe(false);
  });

  it('when a discount exceeds its line by one unit, and not before', () => {
    const line = { quantity: 2, unitPrice: usd(500) };
    expect(priceOrder(order({ ...line, discount: usd(1_000) })).ok).toBe(true);
    expect(priceOrder(order({ ...line, discount: usd(1_001) }))).toMatchObject({
      ok: false,
      error: { code: 'amount-invalid', field: 'items/0/discount' },
    });
  });

  it.each([
    [
      'one line',
      order({ unitPrice: usd(MAX_AMOUNT_MINOR) }),
      order({ unitPrice: usd(MAX_AMOUNT_MINOR + 1n) }),
    ],
    [
      'shipping',
      order({}, { shipping: usd(MAX_AMOUNT_MINOR - 1_000n) }),
      order({}, { shipping: usd(MAX_AMOUNT_MINOR - 999n) }),
    ],
    [
      'tax on top',
      order({ unitPrice: usd(500_000_000_000n - 1n), taxRateBasisPoints: 10_000 }, { shipping: usd(1) }),
      order({ unitPrice: usd(500_000_000_000n), taxRateBasisPoints: 10_000 }),
    ],
  ])('when %s takes the total one unit above the maximum, and not before', (_how, most, tooMuch) => {
    expect(totalsOf(most).grand).toBe(MAX_AMOUNT_MINOR);
    expect(priceOrder(tooMuch)).toMatchObject({
      ok: false,
      error: { code: 'amount-invalid', field: 'items' },
    });
  });

  it('when a discount hides lines above the maximum, which no answer could state', () => {
    const request = order({ quantity: 2, unitPrice: usd(MAX_AMOUNT_MINOR), discount: usd(MAX_AMOUNT_MINOR) });
    expect(priceOrder(request)).toMatchObject({
      ok: false,
      error: { code: 'amount-invalid', field: 'items' },
    });
  });
});
