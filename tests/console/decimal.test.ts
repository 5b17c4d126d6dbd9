import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalOf, minorOf } from '../../console/src/format/decimal.ts';

const digits = fc.integer({ min: 0, max: 4 });

describe('an amount that is shown', () => {
  it('is typed back as the same amount, in a currency of whatever decimals', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), digits, (amount, of) => {
        fc.pre(amount < 10 ** (15 + of));
        expect(minorOf(decimalOf(amount, of), of)).toBe(amount);
      }),
    );
  });

  it('is exact, also where numbers are not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), digits, (amount, of) => {
        expect(BigInt(decimalOf(String(amount), of).replace('.', ''))).toBe(amount);
      }),
    );
    expect(decimalOf('-90071992547409931', 2)).toBe('-900719925474099.31');
    expect(decimalOf(5, 3)).toBe('0.005');
    expect(decimalOf(2400, 0)).toBe('2400');
  });
});

describe('what is typed', () => {
  it.each<[string, number, number | undefined]>([
    ['12', 2, 1200],
    ['12.5', 2, 1250],
    ['12,50', 2, 1250],
    [' 0.01 ', 2, 1],
    ['12.', 2, 1200],
    ['12.505', 2, undefined],
    ['12.0', 0, undefined],
    ['-1', 2, undefined],
    ['1e3', 2, undefined],
    ['1,000.00', 2, undefined],
    ['', 2, undefined],
    ['999999999999999.99', 2, undefined],
  ])('%j with %d decimals is %s', (typed, of, minor) => {
    expect(minorOf(typed, of)).toBe(minor);
  });
});
