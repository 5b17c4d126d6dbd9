import { minorDigits, type Currency } from './currencies.ts';
import { invariant } from './invariant.ts';

/** Amount in the currency's minor unit (cents for USD, yen for JPY); never a float. */
export type Money = { readonly amountMinor: bigint; readonly currency: Currency };

/** The most that one amount on the wire may be: below 2^53, so a JSON number is exact. Sums may exceed it. */
export const MAX_AMOUNT_MINOR = 999_999_999_999n;

const BASIS_POINTS_PER_WHOLE = 10_000n;

export const money = (amountMinor: bigint, currency: Currency): Money => ({ amountMinor, currency });

export const zeroMoney = (currency: Currency): Money => money(0n, currency);

export const isZero = (a: Money): boolean => a.amountMinor === 0n;

export function addMoney(a: Money, b: Money): Money {
  requireSameCurrency(a, b);
  return money(a.amountMinor + b.amountMinor, a.currency);
}

export function subtractMoney(a: Money, b: Money): Money {
  requireSameCurrency(a, b);
  return money(a.amountMinor - b.amountMinor, a.currency);
}

export function multiplyMoney(a: Money, quantity: number): Money {
  invariant(Number.isSafeInteger(quantity), `quantity is a whole number, not ${quantity}`);
  return money(a.amountMinor * BigInt(quantity), a.currency);
}

export const sumMoney = (currency: Currency, parts: readonly Money[]): Money =>
  parts.reduce((sum, part) => addMoney(sum, part), zeroMoney(currency));

export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  requireSameCurrency(a, b);
  return compareBigints(a.amountMinor, b.amountMinor);
}

/** The tax to add to an amount that is stated without it; half a minor unit rounds up. */
export function taxOnNet(net: Money, rateBasisPoints: number): Money {
  const rate = parseRate(rateBasisPoints);
  return money(divideHalfUp(net.amountMinor * rate, BASIS_POINTS_PER_WHOLE), net.currency);
}

/** The tax within an amount that is stated with it; half a minor unit rounds up. */
export function taxInGross(gross: Money, rateBasisPoints: number): Money {
  const rate = parseRate(rateBasisPoints);
  return money(divideHalfUp(gross.amountMinor * rate, BASIS_POINTS_PER_WHOLE + rate), gross.currency);
}

/** Splits in proportion to the weights: largest remainder, ties by order, so the parts sum to the whole. */
export function allocateMoney(total: Money, weights: readonly bigint[]): Money[] {
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  invariant(total.amountMinor >= 0n, 'only an amount of zero or more is allocated');
  invariant(weights.every((weight) => weight >= 0n) && weightSum > 0n, 'weights are ≥ 0 and not all zero');

  const shares = weights.map((weight) => {
    const scaled = total.amountMinor * weight;
    return { floor: scaled / weightSum, remainder: scaled % weightSum };
  });
  const left = total.amountMinor - shares.reduce((sum, share) => sum + share.floor, 0n);
  // More shares have a remainder than there are units left, so a weight of zero never receives one.
  const byRemainder = shares.toSorted((a, b) => compareBigints(b.remainder, a.remainder));
  const roundedUp = new Set(byRemainder.slice(0, Number(left)));
  return shares.map((share) => money(roundedUp.has(share) ? share.floor + 1n : share.floor, total.currency));
}

/** For people, in messages: `10.50 USD`, `500 JPY`. */
export function formatMoney({ amountMinor, currency }: Money): string {
  const digits = minorDigits(currency);
  const sign = amountMinor < 0n ? '-' : '';
  const padded = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(digits + 1, '0');
  const point = padded.length - digits;
  const fraction = digits === 0 ? '' : `.${padded.slice(point)}`;
  return `${sign}${padded.slice(0, point)}${fraction} ${currency}`;
}

function requireSameCurrency(a: Money, b: Money): void {
  invariant(a.currency === b.currency, `${a.currency} and ${b.currency} do not mix`);
}

function parseRate(rateBasisPoints: number): bigint {
  invariant(
    Number.isSafeInteger(rateBasisPoints) && rateBasisPoints >= 0,
    `a rate is a whole number of basis points, not ${rateBasisPoints}`,
  );
  return BigInt(rateBasisPoints);
}

// Bigint division truncates toward zero, which would round a negative otherwise: refused, not guessed at.
function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  invariant(numerator >= 0n, 'only an amount of zero or more is rounded');
  return (2n * numerator + denominator) / (2n * denominator);
}

const compareBigints = (a: bigint, b: bigint): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0);
