import { minorDigits } from '@order-payments/client';
import { decimalOf, minorOf, type Minor } from './decimal.ts';

/** `1999`, `USD` → `19.99`. */
export const toDecimal = (amount: Minor, currency: string): string =>
  decimalOf(amount, minorDigits(currency));

/** `19.99`, `USD` → 1999; undefined if that is no amount of the currency. */
export const toMinor = (decimal: string, currency: string): number | undefined =>
  minorOf(decimal, minorDigits(currency));

/** In the viewer's locale. */
export function formatMoney(amount: Minor, currency: string): string {
  const digits = minorDigits(currency);
  const format = new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // A decimal as text is formatted exactly; TypeScript knows of it as a template of a number only.
  return format.format(toDecimal(amount, currency) as `${number}`);
}

type Shown = { readonly amount: Minor; readonly currency: string };

/** The exact amount, as the API has it, shows on hover. */
export const Money = ({ amount, currency }: Shown) => (
  <data
    className="money"
    value={String(amount)}
    title={`${toDecimal(amount, currency)} ${currency} (${amount} in minor units)`}
  >
    {formatMoney(amount, currency)}
  </data>
);
