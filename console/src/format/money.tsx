import { minorDigits } from '@order-payments/client';

/** Minor units: an integer of the API, or a decimal string where sums may be larger than numbers are exact. */
type Minor = number | string | bigint;

/** `1999`, `USD` → `19.99`: exact however large, since it never becomes a float. */
export function toDecimal(amount: Minor, currency: string): string {
  const digits = minorDigits(currency);
  const minor = BigInt(amount);
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `19.99`, `USD` → 1999; undefined if that is no amount of the currency. */
export function toMinor(decimal: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const [, whole, fraction = ''] = /^(\d{1,15})(?:[.,](\d*))?$/.exec(decimal.trim()) ?? [];
  if (whole === undefined || fraction.length > digits) return undefined;
  const minor = Number(`${whole}${fraction.padEnd(digits, '0')}`);
  return Number.isSafeInteger(minor) ? minor : undefined;
}

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
