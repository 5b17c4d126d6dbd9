import * as dineroCurrencies from 'dinero.js/currencies';
import { describe, expect, it } from 'vitest';
import { minorDigits, parseCurrency, type Currency } from '../../src/domain/shared/currencies.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const EVERY_TRIPLE = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => a + b + c)));
const table = new Map(
  EVERY_TRIPLE.map(parseCurrency)
    .filter((currency) => currency !== undefined)
    .map((currency): [string, number] => [currency, minorDigits(currency)]),
);
const codesWithDigits = (digits: number): string[] =>
  [...table.keys()].filter((code) => table.get(code) === digits);

describe('the currency table', () => {
  it('holds the 165 active codes that have a minor unit', () => {
    expect(table.size).toBe(165);
  });

  it('has no decimals for exactly these seventeen', () => {
    expect(codesWithDigits(0).join(' ')).toBe(
      'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    );
  });

  it('has three decimals for exactly these seven', () => {
    expect(codesWithDigits(3).join(' ')).toBe('BHD IQD JOD KWD LYD OMR TND');
  });

  it('has four decimals for exactly these two', () => {
    expect(codesWithDigits(4).join(' ')).toBe('CLF UYW');
  });

  it('has two decimals for all the others', () => {
    expect(codesWithDigits(2)).toHaveLength(139);
    expect(codesWithDigits(2)).toEqual(expect.arrayContaining(['USD', 'EUR', 'GBP', 'HUF', 'MGA', 'MRU']));
  });

  it.each(['SLE', 'VED', 'VES', 'XAD', 'XCG', 'ZWG'])('knows %s, a recent arrival', (code) => {
    expect(parseCurrency(code)).toBe(code);
  });

  it.each(['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL'])('no longer knows %s, which is withdrawn', (code) => {
    expect(parseCurrency(code)).toBeUndefined();
  });

  it.each(['XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT', 'XSU', 'XTS', 'XUA', 'XXX'])(
    'leaves out %s, which has no minor unit',
    (code) => {
      expect(parseCurrency(code)).toBeUndefined();
    },
  );

  it('agrees with an independent table, save for three known differences', () => {
    const independent = new Map<string, number>(
      Object.values(dineroCurrencies).map(({ code, exponent }) => [code, exponent]),
    );
    const codes = new Set([...table.keys(), ...independent.keys()]);
    const differing = [...codes].filter((code) => table.get(code) !== independent.get(code)).toSorted();
    // It still has BGN, and counts the ariary and the ouguiya in fifths where ISO 4217 has two decimals.
    expect(differing).toEqual(['BGN', 'MGA', 'MRU']);
  });
});

describe('parsing a currency', () => {
  it.each(['usd', 'Usd', ' USD', 'USD ', 'USDX', 'US', '840', 'USD EUR', '', ' ', '\n'])(
    'refuses %j',
    (raw) => {
      expect(parseCurrency(raw)).toBeUndefined();
    },
  );

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'get', 'size'])(
    'refuses %s, which objects and maps inherit',
    (raw) => {
      expect(parseCurrency(raw)).toBeUndefined();
    },
  );

  it('is the only way in: digits of a code that was never parsed are a fault', () => {
    expect(() => minorDigits('XXX' as Currency)).toThrow(InvariantViolation);
    expect(() => minorDigits('constructor' as Currency)).toThrow(InvariantViolation);
  });
});
