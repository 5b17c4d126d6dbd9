import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minorDigits, parseCurrency } from '../../src/domain/shared/currencies.ts';
import { fromStripeAmount, toStripeAmount } from '../../src/infrastructure/gateways/stripe-money.ts';
import { amountOf, inShort, openStripe, requestFor, type OpenStripe } from '../support/stripe.ts';

let stripe: OpenStripe;
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.close());

const CODES = Array.from({ length: 26 ** 3 }, (_, n) =>
  String.fromCharCode(65 + Math.floor(n / 676), 65 + (Math.floor(n / 26) % 26), 65 + (n % 26)),
).filter((code) => parseCurrency(code) !== undefined);

const accepts = (
  code: string,
  minor: bigint | number,
  paymentMethod: 'card' | 'bank_transfer' | 'wallet' = 'card',
) =>
  stripe.provider.capabilities.accepts({
    amount: amountOf(minor, code),
    paymentMethod,
    captureMethod: 'automatic',
  });

describe('money on its way to Stripe and back', () => {
  it('comes back as it went, in every currency, or is not sent', () => {
    const amounts = fc.bigInt({ min: 1n, max: 999_999_999_999n });
    fc.assert(
      fc.property(fc.constantFrom(...CODES), amounts, fc.constantFrom(1n, 10n, 100n), (code, n, step) => {
        const money = amountOf(n - (n % step) + step, code);
        const asStripe = toStripeAmount(money);
        expect(accepts(code, money.amountMinor)).toBe(asStripe !== undefined);
        if (asStripe === undefined) return;
        expect(Number.isSafeInteger(asStripe)).toBe(true);
        expect(fromStripeAmount(asStripe, code.toLowerCase())).toEqual(money);
      }),
      { numRuns: 2_000 },
    );
  });

  /** By https://docs.stripe.com/currencies: our minor units, and the amount that Stripe wants for them. */
  it.each([
    ['USD', 1_050, 1_050],
    ['JPY', 500, 500],
    ['HUF', 1_050, 1_050],
    ['TWD', 1_050, 1_050],
    ['ISK', 5, 500],
    ['UGX', 5, 500],
    ['MGA', 50_000, 500],
    ['MGA', 50_020, undefined],
    ['KWD', 5_120, 5_120],
    ['KWD', 5_124, undefined],
    ['BHD', 1, undefined],
    ['IQD', 1_000, undefined],
    ['CLF', 10_000, undefined],
    ['IRR', 1_000, undefined],
  ] as const)('is counted as Stripe counts it: %s %i is %s', (code, minor, asStripe) => {
    expect(toStripeAmount(amountOf(minor, code))).toBe(asStripe);
    expect(accepts(code, minor)).toBe(asStripe !== undefined);
  });

  it('reaches Stripe so, and what Stripe took is stated in our units', async () => {
    for (const [code, minor, asStripe] of [
      ['ISK', 5, '500'],
      ['UGX', 5, '500'],
      ['MGA', 50_000, '500'],
      ['KWD', 5_120, '5120'],
      ['JPY', 500, '500'],
    ] as const) {
      const request = requestFor('tok_success', { amount: amountOf(minor, code) });
      const answer = await stripe.provider.authorize(request);
      expect(answer).toMatchObject({ kind: 'succeeded', amount: amountOf(minor, code) });
      const sent = stripe.facade.writes().find(({ key }) => key === request.operationId)!;
      expect(sent.form.get('amount')).toBe(asStripe);
    }
  });

  it('that Stripe cannot count is declined before it is sent, by every operation', async () => {
    const odd = amountOf(5_124, 'KWD');
    const before = stripe.facade.requests.length;
    const { paymentId, operationId } = requestFor('tok_success');
    const followUp = { operationId, paymentId, providerRef: 'pi_1', amount: odd };
    const answers = [
      stripe.provider.authorize(requestFor('tok_success', { amount: odd })),
      stripe.provider.capture({ ...followUp, final: true }),
      stripe.provider.refund(followUp),
    ];
    for (const answer of answers) expect(await inShort(answer)).toBe('declined: amount_not_representable');
    expect(stripe.facade.requests).toHaveLength(before);
  });

  it('that Stripe reports in parts of a unit, or in a currency we do not know, is a fault', () => {
    expect(minorDigits(amountOf(1, 'ISK').currency)).toBe(0);
    expect(() => fromStripeAmount(501, 'isk')).toThrow('no whole minor unit');
    expect(() => fromStripeAmount(1, 'btc')).toThrow('not known');
  });

  it('is taken by card and wallet, not by a transfer that the customer has to make', () => {
    expect(accepts('EUR', 1)).toBe(true);
    expect(accepts('EUR', 1, 'wallet')).toBe(true);
    expect(accepts('EUR', 1, 'bank_transfer')).toBe(false);
  });
});
