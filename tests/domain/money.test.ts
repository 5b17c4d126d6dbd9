import * as dinero from 'dinero.js/bigint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minorDigits, parseCurrency, type Currency } from '../../src/domain/shared/currencies.ts';
import { assertNever, InvariantViolation } from '../../src/domain/shared/invariant.ts';
import {
  addMoney,
  allocateMoney,
  compareMoney,
  formatMoney,
  isZero,
  MAX_AMOUNT_MINOR,
  money,
  multiplyMoney,
  subtractMoney,
  sumMoney,
  taxInGross,
  taxOnNet,
  zeroMoney,
  type Money,
} from '../../src/domain/shared/money.ts';

function currencyOf(code: string): Currency {
  const currency = parseCurrency(code);
  if (currency === undefined) throw new Error(`${code} is not in the table`);
  return currency;
}

const USD = currencyOf('USD');
const JPY = currencyOf('JPY');
const KWD = currencyOf('KWD');
const CLF = currencyOf('CLF');

const usd = (amountMinor: bigint): Money => money(amountMinor, USD);
const amounts = (parts: readonly Money[]): bigint[] => parts.map((part) => part.amountMinor);

const currency = fc.constantFrom(USD, JPY, KWD, CLF);
const signedAmount = fc.bigInt({ min: -MAX_AMOUNT_MINOR, max: MAX_AMOUNT_MINOR });
const amount = fc.oneof(fc.bigInt({ min: 0n, max: 1_000n }), fc.bigInt({ min: 0n, max: MAX_AMOUNT_MINOR }));
const anyMoney = fc.tuple(signedAmount, currency).map(([amountMinor, code]) => money(amountMinor, code));
const pairOfOneCurrency = fc
  .tuple(signedAmount, signedAmount, currency)
  .map(([a, b, code]): [Money, Money] => [money(a, code), money(b, code)]);
const rate = fc.oneof(fc.constantFrom(0, 550, 700, 1_900, 2_000, 2_500), fc.integer({ min: 0, max: 20_000 }));
const weights = fc
  .array(fc.oneof(fc.bigInt({ min: 0n, max: 5n }), fc.bigInt({ min: 0n, max: MAX_AMOUNT_MINOR })), {
    minLength: 1,
    maxLength: 20,
  })
  .filter((candidates) => candidates.some((weight) => weight > 0n));

const asDinero = ({ amountMinor, currency: code }: Money): dinero.Dinero<bigint> =>
  dinero.dinero({ amount: amountMinor, currency: { code, base: 10n, exponent: BigInt(minorDigits(code)) } });
const amountOf = (value: dinero.Dinero<bigint>): bigint => dinero.toSnapshot(value).amount;

/** True if `rounded` is the one integer r with r − ½ ≤ numerator/denominator < r + ½. */
const isHalfUp = (rounded: bigint, numerator: bigint, denominator: bigint): boolean =>
  2n * rounded * denominator - denominator <= 2n * numerator &&
  2n * numerator < 2n * rounded * denominator + denominator;

describe('adding, subtracting, multiplying', () => {
  it('agrees with dinero.js', () => {
    fc.assert(
      fc.property(pairOfOneCurrency, fc.integer({ min: -9_999, max: 9_999 }), ([a, b], quantity) => {
        expect(addMoney(a, b).amountMinor).toBe(amountOf(dinero.add(asDinero(a), asDinero(b))));
        expect(subtractMoney(a, b).amountMinor).toBe(amountOf(dinero.subtract(asDinero(a), asDinero(b))));
        expect(multiplyMoney(a, quantity).amountMinor).toBe(
          amountOf(dinero.multiply(asDinero(a), BigInt(quantity))),
        );
      }),
    );
  });

  it('adds in either order to the same amount', () => {
    fc.assert(
      fc.property(pairOfOneCurrency, ([a, b]) => {
        expect(addMoney(a, b)).toEqual(addMoney(b, a));
      }),
    );
  });

  it('stays exact beyond 2^53', () => {
    expect(multiplyMoney(usd(MAX_AMOUNT_MINOR), 1_000_001)).toEqual(usd(1_000_000_999_998_999_999n));
  });

  it('sums nothing to zero', () => {
    expect(sumMoney(JPY, [])).toEqual(zeroMoney(JPY));
    expect(isZero(sumMoney(JPY, []))).toBe(true);
    expect(isZero(usd(-1n))).toBe(false);
  });

  it.each([1.5, NaN, Infinity, 2 ** 53])('takes a quantity of %d for a fault', (quantity) => {
    expect(() => multiplyMoney(usd(1n), quantity)).toThrow(InvariantViolation);
  });
});

describe('comparing', () => {
  it('says less, equal or more, as dinero.js does', () => {
    expect(compareMoney(usd(2n), usd(2n))).toBe(0);
    fc.assert(
      fc.property(pairOfOneCurrency, ([a, b]) => {
        expect(compareMoney(a, b)).toBe(dinero.compare(asDinero(a), asDinero(b)));
      }),
    );
  });
});

describe('mixing currencies', () => {
  const dollar = usd(1n);
  const yen = money(1n, JPY);

  it.each([
    ['adding', () => addMoney(dollar, yen)],
    ['subtracting', () => subtractMoney(dollar, yen)],
    ['comparing', () => compareMoney(dollar, yen)],
    ['summing', () => sumMoney(USD, [dollar, yen])],
    ['summing into another currency', () => sumMoney(USD, [yen])],
  ])('is a fault when %s', (_operation, mix) => {
    expect(mix).toThrow(new InvariantViolation('USD and JPY do not mix'));
  });
});

describe('tax', () => {
  it.each([
    [10n, 500, 1n],
    [30n, 500, 2n],
    [1_999n, 1_900, 380n],
    [MAX_AMOUNT_MINOR, 10_000, MAX_AMOUNT_MINOR],
    [1n, 0, 0n],
  ])('on a net of %d at %d basis points is %d', (net, rateBasisPoints, tax) => {
    expect(taxOnNet(usd(net), rateBasisPoints)).toEqual(usd(tax));
  });

  it.each([
    [119n, 1_900, 19n],
    [1n, 10_000, 1n],
    [3n, 10_000, 2n],
    [1_000n, 2_000, 167n],
    [1_000n, 0, 0n],
  ])('in a gross of %d at %d basis points is %d', (gross, rateBasisPoints, tax) => {
    expect(taxInGross(usd(gross), rateBasisPoints)).toEqual(usd(tax));
  });

  it('rounds half up, exactly', () => {
    fc.assert(
      fc.property(amount, rate, (stated, rateBasisPoints) => {
        const scaled = stated * BigInt(rateBasisPoints);
        const added = taxOnNet(usd(stated), rateBasisPoints).amountMinor;
        const contained = taxInGross(usd(stated), rateBasisPoints).amountMinor;
        expect(isHalfUp(added, scaled, 10_000n)).toBe(true);
        expect(isHalfUp(contained, scaled, 10_000n + BigInt(rateBasisPoints))).toBe(true);
      }),
    );
  });

  it('found in a gross amount is the tax that was added to the net', () => {
    fc.assert(
      fc.property(amount, rate, (net, rateBasisPoints) => {
        const tax = taxOnNet(usd(net), rateBasisPoints);
        expect(taxInGross(addMoney(usd(net), tax), rateBasisPoints)).toEqual(tax);
      }),
    );
  });

  it.each([-1, 0.5, NaN])('at a rate of %d basis points is a fault', (rateBasisPoints) => {
    expect(() => taxOnNet(usd(100n), rateBasisPoints)).toThrow(InvariantViolation);
    expect(() => taxInGross(usd(100n), rateBasisPoints)).toThrow(InvariantViolation);
  });

  it('of a negative amount is a fault', () => {
    expect(() => taxOnNet(usd(-1n), 500)).toThrow(InvariantViolation);
    expect(() => taxInGross(usd(-1n), 500)).toThrow(InvariantViolation);
  });
});

describe('allocating', () => {
  it.each([
    { total: 100n, by: [1n, 1n, 1n], parts: [34n, 33n, 33n], because: 'a tie goes to the first' },
    { total: 10n, by: [1n, 8n, 3n], parts: [1n, 7n, 2n], because: 'the remainder counts, not the weight' },
    { total: 1n, by: [0n, 1n, 1n], parts: [0n, 1n, 0n], because: 'a weight of zero receives nothing' },
    { total: 0n, by: [1n, 2n], parts: [0n, 0n], because: 'there is nothing to give' },
  ])('gives $parts of $total by $by, as $because', ({ total, by, parts }) => {
    expect(amounts(allocateMoney(usd(total), by))).toEqual(parts);
  });

  it('gives parts that sum to the whole, and nothing to a weight of zero', () => {
    fc.assert(
      fc.property(amount, currency, weights, (total, code, by) => {
        const parts = allocateMoney(money(total, code), by);
        expect(parts).toHaveLength(by.length);
        expect(sumMoney(code, parts)).toEqual(money(total, code));
        expect(parts.filter((part, index) => by[index] === 0n && !isZero(part))).toEqual([]);
      }),
    );
  });

  it('gives each less than one minor unit away from its exact share', () => {
    fc.assert(
      fc.property(amount, weights, (total, by) => {
        const weightSum = by.reduce((sum, weight) => sum + weight, 0n);
        amounts(allocateMoney(usd(total), by)).forEach((part, index) => {
          const scaledError = part * weightSum - total * by[index]!;
          expect(-weightSum < scaledError && scaledError < weightSum).toBe(true);
        });
      }),
    );
  });

  it('rounds up only those with the largest remainders, the earlier of two equals', () => {
    fc.assert(
      fc.property(amount, weights, (total, by) => {
        const weightSum = by.reduce((sum, weight) => sum + weight, 0n);
        const shares = amounts(allocateMoney(usd(total), by)).map((part, index) => {
          const scaled = total * by[index]!;
          return { index, remainder: scaled % weightSum, roundedUp: part * weightSum > scaled };
        });
        for (const up of shares.filter((share) => share.roundedUp)) {
          for (const down of shares.filter((share) => !share.roundedUp)) {
            const goesFirst =
              up.remainder > down.remainder || (up.remainder === down.remainder && up.index < down.index);
            expect(goesFirst).toBe(true);
          }
        }
      }),
    );
  });

  // dinero.js gives what is left to the largest weights, not the largest remainders, so others may differ.
  it('agrees with dinero.js on equal weights', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 1, max: 20 }), (total, count) => {
        const by = Array<bigint>(count).fill(1n);
        expect(amounts(allocateMoney(usd(total), by))).toEqual(
          dinero.allocate(asDinero(usd(total)), by).map(amountOf),
        );
      }),
    );
  });

  it('agrees with dinero.js where nothing is left over', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1_000n }), weights, (unit, by) => {
        const total = usd(unit * by.reduce((sum, weight) => sum + weight, 0n));
        expect(amounts(allocateMoney(total, by))).toEqual(dinero.allocate(asDinero(total), by).map(amountOf));
      }),
    );
  });

  it.each([
    ['weights that are all zero', () => allocateMoney(usd(1n), [0n, 0n])],
    ['no weights', () => allocateMoney(usd(1n), [])],
    ['a negative weight', () => allocateMoney(usd(1n), [2n, -1n])],
    ['a negative amount', () => allocateMoney(usd(-1n), [1n])],
  ])('takes %s for a fault', (_what, allocate) => {
    expect(allocate).toThrow(InvariantViolation);
  });
});

describe('formatting', () => {
  it.each([
    [usd(1_050n), '10.50 USD'],
    [usd(0n), '0.00 USD'],
    [usd(5n), '0.05 USD'],
    [usd(-5n), '-0.05 USD'],
    [money(500n, JPY), '500 JPY'],
    [money(1_050n, KWD), '1.050 KWD'],
    [money(1n, CLF), '0.0001 CLF'],
    [usd(MAX_AMOUNT_MINOR), '9999999999.99 USD'],
  ])('writes %o as %s', (value, text) => {
    expect(formatMoney(value)).toBe(text);
  });

  it('writes what reads back as the same amount', () => {
    fc.assert(
      fc.property(anyMoney, (value) => {
        const [decimal, code] = formatMoney(value).split(' ') as [string, string];
        expect(money(BigInt(decimal.replace('.', '')), currencyOf(code))).toEqual(value);
      }),
    );
  });

  it('agrees with dinero.js', () => {
    fc.assert(
      fc.property(anyMoney, (value) => {
        expect(formatMoney(value)).toBe(`${dinero.toDecimal(asDinero(value))} ${value.currency}`);
      }),
    );
  });
});

describe('a case that no branch handles', () => {
  it.each([
    [{ type: 'OrderTeleported', total: usd(1n) }, 'unhandled case: OrderTeleported'],
    [{ status: 'lost' }, 'unhandled case: lost'],
    ['sideways', 'unhandled case: sideways'],
    [undefined, 'unhandled case: undefined'],
  ])('is a fault that names %o', (value, message) => {
    expect(() => assertNever(value as never)).toThrow(new InvariantViolation(message));
  });
});
