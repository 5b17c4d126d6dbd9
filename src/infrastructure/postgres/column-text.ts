import { parseCurrency, type Currency } from '../../domain/shared/currencies.ts';
import { invariant } from '../../domain/shared/invariant.ts';

/** SQL for an instant as we write it: RFC 3339 in UTC, to the microsecond. */
export const instantText = (expression: string): string =>
  `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Of a row of our own, or of a simulated provider's books. */
export function currencyOf(code: string): Currency {
  const currency = parseCurrency(code);
  invariant(currency, 'what is stored is of a known currency');
  return currency;
}
