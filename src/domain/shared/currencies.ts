import { invariant } from './invariant.ts';

declare const brand: unique symbol;
/** An active ISO 4217 alphabetic code that has a minor unit. */
export type Currency = string & { readonly [brand]: 'Currency' };

// ISO 4217 List One as published on 2026-09-17, by number of decimals. Left out: the thirteen codes without
// a minor unit, which leave no integer to count in: XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX.
const CODES_BY_MINOR_DIGITS: ReadonlyMap<number, string> = new Map([
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
     CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
     HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
     MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
     SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
     VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
]);

// A Map, not an object: "constructor" is no key of it.
const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  [...CODES_BY_MINOR_DIGITS].flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, digits]),
  ),
);

/** Upper case only: `usd` is not a code. */
export const parseCurrency = (raw: string): Currency | undefined =>
  MINOR_DIGITS.has(raw) ? (raw as Currency) : undefined;

/** Decimals between the currency's unit and its minor unit: 2 for USD, 0 for JPY. */
export function minorDigits(currency: Currency): number {
  const digits = MINOR_DIGITS.get(currency);
  invariant(digits !== undefined, `${currency} is not an active ISO 4217 code`);
  return digits;
}

/** Every currency there is, with its decimals. */
export const allMinorDigits = (): Record<string, number> => Object.fromEntries(MINOR_DIGITS);
