import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { money, type Money } from '../../src/domain/shared/money.ts';

const DIVISORS: Readonly<Record<string, number>> = {
  isk: 100,
  ugx: 100,
  bhd: 10,
  jod: 10,
  kwd: 10,
  omr: 10,
  tnd: 10,
};

/** As Stripe counts it: the books hold what Stripe was told, which is what a test wants to see. */
export function amountIn(form: URLSearchParams, name: string, currency: string): Money | undefined {
  const amount = Number(form.get(name));
  const known = parseCurrency(currency.toUpperCase());
  const isWhole = Number.isSafeInteger(amount) && amount > 0 && amount % (DIVISORS[currency] ?? 1) === 0;
  return isWhole && known ? money(BigInt(amount), known) : undefined;
}

export function metadataIn(form: URLSearchParams): Record<string, string> {
  const entries = [...form].flatMap(([name, value]): [string, string][] => {
    const [, key] = /^metadata\[(.+)\]$/.exec(name) ?? [];
    return key === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

export const isExpanded = (form: URLSearchParams): boolean => [...form.values()].includes('latest_charge');
