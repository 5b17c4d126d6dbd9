import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Days, SettlementSource } from '../../src/application/provider-ports.ts';
import { addDays, type ProviderTransaction } from '../../src/domain/ledger/settlement.ts';
import { stripeSettlements } from '../../src/infrastructure/gateways/stripe-settlements.ts';
import { SECRET_KEY } from '../support/stripe-facade.ts';
import type { Transaction } from '../support/stripe-facade-balance.ts';
import { today } from '../support/reconciler.ts';
import { amountOf, hold, openStripe, requestFor, TOTAL, type OpenStripe } from '../support/stripe.ts';

let stripe: OpenStripe;
let source: SettlementSource;
beforeEach(async () => {
  stripe = await openStripe();
  const account = { secretKey: SECRET_KEY, apiUrl: stripe.facade.url, timeoutMs: 20_000 };
  source = await stripeSettlements({ ...account, name: 'stripe' });
});
afterEach(() => stripe.close());

/** The first test's day and the one after it, should midnight pass. */
const recent = (): Days => ({ from: addDays(today(), -1), to: addDays(today(), 1) });

const inWords = ({ kind, operationId, gross, fee }: ProviderTransaction): string =>
  `${kind} ${operationId ?? '-'}: ${gross.amountMinor} ${gross.currency}, fee ${fee.amountMinor}`;

const found = async (days = recent()): Promise<string[]> => (await source.transactions(days)).map(inWords);

async function pay(minor = TOTAL, currency = 'EUR') {
  const request = requestFor('tok_success', { amount: amountOf(minor, currency) });
  const outcome = await stripe.provider.authorize(request);
  const providerRef = 'providerRef' in outcome ? outcome.providerRef : undefined;
  if (providerRef === undefined) throw new Error(`not taken: ${outcome.kind}`);
  return { ...request, providerRef };
}

const { parse } = Date;
const secondsAt = (instant: string): number => parse(instant) / 1_000;

/** As if Stripe had it in its books otherwise. */
function meddle(nth: number, change: Partial<Transaction>): void {
  Object.assign(stripe.facade.balance.transactions.at(nth)!, change);
}

describe('a capture in the books of Stripe', () => {
  it('is named by the operation that authorizes where the money was taken at once', async () => {
    const { operationId, paymentId } = await pay();
    const [capture] = await source.transactions(recent());
    expect(capture).toMatchObject({ kind: 'capture', operationId, paymentId, transactionId: 'txn_1' });
    expect(capture).toMatchObject({ gross: amountOf(1_000), fee: amountOf(59) }); // 2.9 % + 30
    const { created } = stripe.facade.balance.transactions[0]!;
    expect(parse(capture!.at)).toBe(created * 1_000);
    expect(capture!.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it.each([
    ['all of it', 1_000, 59],
    ['a part of it', 400, 42],
  ])('is named by itself where it was held: %s', async (_, minor, fee) => {
    const held = await hold(stripe.provider);
    await held.capture(minor, { id: 'capture-a', final: true });
    expect(await found()).toEqual([`capture capture-a: ${minor} EUR, fee ${fee}`]);
  });

  it('is one of several of a charge, which are told apart by their order, on whatever day each was', async () => {
    stripe.provider = await stripe.adapter({ severalCaptures: true });
    const held = await hold(stripe.provider);
    for (const [id, minor] of [['a', 300] as const, ['b', 300] as const, ['c', 100] as const])
      await held.capture(minor, { id: `capture-${id}` });
    meddle(0, { created: secondsAt('2026-01-05T10:00:00Z') });
    meddle(1, { created: secondsAt('2026-01-06T10:00:00Z') });
    meddle(2, { created: secondsAt('2026-01-07T10:00:00Z') });
    expect(await found({ from: '2026-01-06', to: '2026-01-06' })).toEqual([
      'capture capture-b: 300 EUR, fee 39',
    ]);
    meddle(0, { amount: 299 });
    const days = { from: '2026-01-05', to: '2026-01-07' };
    expect(await found(days)).toEqual([
      'capture capture-a: 299 EUR, fee 39',
      'capture capture-b: 300 EUR, fee 39',
      'capture capture-c: 100 EUR, fee 33',
    ]);
    const { balance } = stripe.facade;
    balance.transactions.push({ ...balance.transactions[1]!, id: 'txn_again', amount: 100 });
    expect(await found(days)).toEqual([
      'capture -: 299 EUR, fee 39',
      'capture capture-a: 300 EUR, fee 39',
      'capture capture-c: 100 EUR, fee 39',
      'capture -: 100 EUR, fee 33',
    ]);
  });

  it('that other hands made belongs to the payment, and is no operation of ours', async () => {
    const held = await hold(stripe.provider);
    await held.capture(1_000, { id: 'capture-a', final: true });
    const opened = stripe.facade.intents.get(held.providerRef)!;
    const { payment_id, operation_id } = opened.metadata;
    opened.metadata = { payment_id: payment_id!, operation_id: operation_id! };
    const [capture] = await source.transactions(recent());
    expect(inWords(capture!)).toBe('capture -: 1000 EUR, fee 59');
    expect(capture!.paymentId).toBe(held.request.paymentId);
  });
});

describe('what goes back', () => {
  it('is named by the refund, and by it once more when it fails', async () => {
    const held = await hold(stripe.provider, 'tok_refund_fails_later');
    await held.capture(1_000, { id: 'capture-a', final: true });
    await held.refund(400, 'refund-a');
    expect(await found()).toEqual([
      'capture capture-a: 1000 EUR, fee 59',
      'refund refund-a: -400 EUR, fee 0',
    ]);
    await stripe.database.pool.query('update simulated_provider.operation set settles_at = now()');
    const [, refund, failure] = await source.transactions(recent());
    expect(refund).toMatchObject({ kind: 'refund', paymentId: held.request.paymentId });
    expect(failure).toMatchObject({ kind: 'refund_failure', paymentId: held.request.paymentId });
    expect(inWords(failure!)).toBe('refund_failure refund-a: 400 EUR, fee 0');
  });

  it.each([
    ['kept', 0, 0],
    ['given back', 1_500, -1_500],
  ])('is disputed with the fee, which is %s when it is won', async (_, feeBack, fee) => {
    const { providerRef: payment_intent, paymentId } = await pay();
    const about = { payment_intent, amount: TOTAL, currency: 'eur', fee: 1_500 };
    const disputeId = stripe.facade.withdraw(about);
    const [, lost] = await source.transactions(recent());
    expect(lost).toMatchObject({ kind: 'dispute', operationId: disputeId, paymentId });
    expect(lost).toMatchObject({ gross: amountOf(-2_500), fee: amountOf(0) });
    stripe.facade.reinstate(disputeId, feeBack);
    const [, , won] = await source.transactions(recent());
    expect(won).toMatchObject({ kind: 'dispute_won', operationId: disputeId, paymentId });
    expect(won).toMatchObject({ gross: amountOf(1_000), fee: amountOf(fee) });
  });
});

describe('the books of Stripe', () => {
  it.each([
    ['JPY', 777, '777 JPY, fee 53'],
    ['MGA', 50_000, '50000 MGA, fee 4500'], // 500 at Stripe, in fifths of an ariary here
    ['KWD', 5_120, '5120 KWD, fee 178'],
  ])('are in the minor unit that we count in: %s', async (currency, minor, books) => {
    const { operationId } = await pay(minor, currency);
    expect(await found()).toEqual([`capture ${operationId}: ${books}`]);
  });

  it('are in the currency that Stripe exchanged the money to, and so differ from ours', async () => {
    const { operationId } = await pay();
    meddle(0, { amount: 1_234, fee: 66, currency: 'usd' });
    expect(await found()).toEqual([`capture ${operationId}: 1234 USD, fee 66`]);
  });

  it('are asked about whole days, by the clock of Stripe', async () => {
    for (const instant of ['04T23:59:59', '05T00:00:00', '06T23:59:59', '07T00:00:00']) {
      await pay();
      meddle(-1, { created: secondsAt(`2026-01-${instant}Z`) });
    }
    const [two, one] = await Promise.all([
      source.transactions({ from: '2026-01-05', to: '2026-01-06' }),
      source.transactions({ from: '2026-01-07', to: '2026-01-07' }),
    ]);
    expect(two.map(({ at }) => at)).toEqual(['2026-01-05T00:00:00.000Z', '2026-01-06T23:59:59.000Z']);
    expect(one.map(({ at }) => at)).toEqual(['2026-01-07T00:00:00.000Z']);
  });

  it('are read to the end, however many pages they have', async () => {
    await pay();
    const refund = { type: 'refund', reporting_category: 'refund', source: null, currency: 'eur' };
    for (let n = 1; n <= 250; n++) stripe.facade.balance.enter({ ...refund, amount: -n });
    const all = await source.transactions(recent());
    expect(new Set(all.map(({ transactionId }) => transactionId)).size).toBe(251);
    expect(all[1]!.gross).toEqual(amountOf(-1)); // the oldest first
    const pages = stripe.facade.requests.filter(({ path }) => path === '/v1/balance_transactions');
    expect(pages).toHaveLength(3);
  });

  it('have what Stripe does by itself, which is of no payment', async () => {
    const fee = { type: 'stripe_fee', reporting_category: 'fee', source: null, currency: 'eur' };
    stripe.facade.balance.enter({ ...fee, amount: -250 });
    const [only] = await source.transactions(recent());
    expect(inWords(only!)).toBe('adjustment -: -250 EUR, fee 0');
    expect(only).not.toHaveProperty('paymentId');
  });

  it('are a fault where Stripe does not say what a transaction is about', async () => {
    const charge = { type: 'charge', reporting_category: 'charge', source: 'ch_unheard_of' };
    stripe.facade.balance.enter({ ...charge, amount: 100, currency: 'eur' });
    await expect(source.transactions(recent())).rejects.toThrow('did not expand');
  });

  it.each([401, 403, 429, 500])('are a fault when Stripe answers %i, never empty', async (answer) => {
    await pay();
    stripe.facade.trouble({ answer, when: 'before', of: 'reads' });
    await expect(source.transactions(recent())).rejects.toThrow('Stripe');
  });
});

describe('a payout of Stripe', () => {
  const DAY = '2026-01-08';
  const settlements = (from = DAY, to = from) => source.settlements({ from, to });

  it('is there on the day it arrives, with its lines and without itself', async () => {
    const { paymentId, operationId: _, ...paid } = await pay();
    await stripe.provider.refund({ ...paid, paymentId, operationId: 'refund-a', amount: amountOf(400) });
    stripe.facade.withdraw({ payment_intent: paid.providerRef, amount: 600, currency: 'eur', fee: 1_500 });
    await pay(500, 'USD');
    for (const currency of ['eur', 'usd']) stripe.facade.balance.payOut(currency, DAY);

    const [inEuros, inDollars, ...others] = await settlements();
    expect(others).toEqual([]);
    // 10.00 less 4.00 and the 6.00 and 15.00 of the dispute; of it Stripe keeps 0.59.
    expect(inEuros).toMatchObject({ payoutId: 'po_1', day: DAY, currency: 'EUR' });
    expect(inEuros).toMatchObject({ gross: amountOf(-1_500), fees: amountOf(59), net: amountOf(-1_559) });
    expect(inEuros!.lines.map(({ transactionId, gross }) => [transactionId, gross.amountMinor])).toEqual([
      ['txn_1', 1_000n],
      ['txn_2', -400n],
      ['txn_3', -2_100n],
    ]);
    expect(inEuros!.lines.map((line) => line.paymentId)).toEqual([paymentId, paymentId, paymentId]);
    const [gross, fees, net] = [500, 45, 455].map((minor) => amountOf(minor, 'USD'));
    expect(inDollars).toMatchObject({ gross, fees, net });

    expect(await settlements('2026-01-07')).toEqual([]);
    expect(await settlements('2026-01-09')).toEqual([]);
    expect(await found()).toHaveLength(4); // what left for the bank is no movement
  });

  it('has all its lines, however many pages they have', async () => {
    const charge = { type: 'charge', reporting_category: 'charge', source: null, currency: 'eur', fee: 1 };
    for (let n = 0; n < 201; n++) stripe.facade.balance.enter({ ...charge, amount: 10 });
    stripe.facade.balance.payOut('eur', DAY);
    const [payout] = await settlements();
    expect(payout).toMatchObject({ gross: amountOf(2_010), fees: amountOf(201), net: amountOf(1_809) });
    expect(payout!.lines).toHaveLength(201);
  });

  it.each(['pending', 'in_transit', 'failed', 'canceled'])('is none while it is %s', async (status) => {
    await pay();
    stripe.facade.balance.payOut('eur', DAY, { status });
    expect(await settlements()).toEqual([]);
  });

  it('is a fault while Stripe has not yet listed all it is made of', async () => {
    await pay();
    stripe.facade.balance.payOut('eur', DAY, { reconciliation_status: 'in_progress' });
    await expect(settlements()).rejects.toThrow('po_1');
  });

  it('that was asked for by hand has no lines: Stripe does not know what it is made of', async () => {
    await pay();
    stripe.facade.balance.payOut('eur', DAY, { automatic: false });
    expect(await settlements()).toMatchObject([{ net: amountOf(941), gross: amountOf(941), lines: [] }]);
  });

  it('is the last that is asked about when it is enough, and none is once nobody waits any more', async () => {
    const { facade } = stripe;
    for (const day of [DAY, '2026-01-09', '2026-01-10']) {
      await pay();
      facade.balance.payOut('eur', day);
    }
    const days = { from: DAY, to: '2026-01-10' };
    const linesAsked = () => facade.requests.filter(({ path }) => path === '/v1/balance_transactions').length;
    const enough = await source.settlements(days, { isEnough: ({ payoutId }) => payoutId === 'po_2' });
    expect(enough.map(({ payoutId }) => payoutId)).toEqual(['po_1', 'po_2']);
    expect(linesAsked()).toBe(2);

    const late = new AbortController();
    const giveUp = (): boolean => {
      late.abort();
      return false;
    };
    const given = source.settlements(days, { isEnough: giveUp, signal: late.signal });
    await expect(given).rejects.toThrow('aborted');
    await expect(source.transactions(days, { signal: late.signal })).rejects.toThrow('aborted');
    expect(linesAsked()).toBe(3);
  });

  it('that failed comes back as an adjustment, and is in the next one', async () => {
    await pay();
    const failed = stripe.facade.balance.payOut('eur', '2026-01-07')!;
    failed.status = 'failed';
    const back = { type: 'payout_failure', reporting_category: 'payout_reversal', source: failed.id };
    stripe.facade.balance.enter({ ...back, amount: 941, currency: 'eur' });
    stripe.facade.balance.payOut('eur', DAY);
    expect(await found()).toContain('adjustment -: 941 EUR, fee 0');
    const [payout] = await settlements();
    expect(payout!.lines).toMatchObject([{ transactionId: 'txn_3', gross: amountOf(941) }]);
    expect(payout!.net).toEqual(amountOf(941));
  });
});
