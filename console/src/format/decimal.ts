/** Minor units: an integer of the API, or a decimal string where sums may be larger than numbers are exact. */
export type Minor = number | string | bigint;

/** `1999`, 2 digits → `19.99`: exact however large, since it never becomes a float. */
export function decimalOf(amount: Minor, digits: number): string {
  const minor = BigInt(amount);
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `19.99`, 2 digits → 1999; undefined if it is no such amount, or more than a number holds exactly. */
export function minorOf(decimal: string, digits: number): number | undefined {
  const [, whole, fraction = ''] = /^(\d{1,15})(?:[.,](\d*))?$/.exec(decimal.trim()) ?? [];
  if (whole === undefined || fraction.length > digits) return undefined;
  const minor = Number(`${whole}${fraction.padEnd(digits, '0')}`);
  return Number.isSafeInteger(minor) ? minor : undefined;
}
