import { minorDigits } from '@order-payments/client';
import { toMinor } from '../../format/money.tsx';

const CURRENCY = /^[A-Z]{3}$/;

export const isCurrency = (code: string): boolean => {
  try {
    return CURRENCY.test(code) && minorDigits(code) >= 0;
  } catch {
    return false;
  }
};

/** Amounts are of a currency: without one there is nothing to compare with. */
export const wrongCurrency = (code: string): string | undefined =>
  isCurrency(code) ? undefined : 'A code of ISO 4217, such as USD';

export const wrongAmount =
  (currency: string | undefined) =>
  (amount: string): string | undefined => {
    if (currency === undefined || !isCurrency(currency)) return 'Give the currency first';
    return toMinor(amount, currency) === undefined ? `An amount in ${currency}, such as 12` : undefined;
  };

/** `{totalMin: 1200}` for `12`, `USD`; what is not an amount is left out. */
export const minorOf = (amount: string | undefined, currency: string | undefined): number | undefined =>
  amount === undefined || currency === undefined || !isCurrency(currency)
    ? undefined
    : toMinor(amount, currency);
