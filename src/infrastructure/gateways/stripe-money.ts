import { minorDigits, parseCurrency, type Currency } from '../../domain/shared/currencies.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { money, type Money } from '../../domain/shared/money.ts';

/** What cards can be charged in, of the currencies that we know: https://docs.stripe.com/currencies. */
const CHARGEABLE = new Set(
  `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP
   CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD
   JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN
   NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD
   SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW`.split(
    /\s+/,
  ),
);

// Not ISO's table: the ariary has two decimals there and none here. ISK and UGX have none there, but are among the
// currencies of two decimals here, for compatibility with what they once were: 5 UGX is 500, and 5 would be a
// twentieth of a shilling. Stripe's list of zero-decimal currencies names UGX all the same; its special cases prevail.
const ZERO_DECIMALS = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMALS = new Set('BHD JOD KWD OMR TND'.split(' '));

const decimalsAtStripe = (currency: Currency): number =>
  ZERO_DECIMALS.has(currency) ? 0 : THREE_DECIMALS.has(currency) ? 3 : 2;

/** The amount as Stripe counts it; undefined where that would not be exact. */
export function toStripeAmount({ amountMinor, currency }: Money): number | undefined {
  if (!CHARGEABLE.has(currency)) return undefined;
  // The card networks behind Stripe know two of the three decimals: the last must be 0.
  if (THREE_DECIMALS.has(currency) && amountMinor % 10n !== 0n) return undefined;
  const amount = rescale(amountMinor, decimalsAtStripe(currency) - minorDigits(currency));
  return amount === undefined ? undefined : Number(amount);
}

/** A fault for what we have no unit for: better a payment that waits for a person than an amount that is made up. */
export function fromStripeAmount(amount: number, code: string): Money {
  const currency = parseCurrency(code.toUpperCase());
  invariant(currency, `Stripe reports a currency that is not known here: ${code}`);
  const amountMinor = rescale(BigInt(amount), minorDigits(currency) - decimalsAtStripe(currency));
  invariant(amountMinor !== undefined, `Stripe reports ${amount} ${code}, which is no whole minor unit`);
  return money(amountMinor, currency);
}

function rescale(amount: bigint, decimals: number): bigint | undefined {
  if (decimals >= 0) return amount * 10n ** BigInt(decimals);
  const unit = 10n ** BigInt(-decimals);
  return amount % unit === 0n ? amount / unit : undefined;
}
