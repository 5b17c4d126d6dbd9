import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReconcileDay } from '../../src/application/ledger/reconcile-day.ts';
import type { SettlementSource } from '../../src/application/provider-ports.ts';
import { addDays } from '../../src/domain/ledger/settlement.ts';
import { openSettlementSources, type ProviderOptions } from '../../src/infrastructure/gateways/providers.ts';
import { line, pay, paymentOf, usd } from '../support/api-samples.ts';
import { startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';
import { dayReconcilerOn, today } from '../support/reconciler.ts';
import { openStripe, WEBHOOK_SECRET, type OpenStripe } from '../support/stripe.ts';
import { SECRET_KEY } from '../support/stripe-facade.ts';

const paymentToken = 'tok_success';

let stripe: OpenStripe;
let api: Api;
let client: ApiClient;
let steps: Steps;
let source: SettlementSource;
let reconcileDay: ReconcileDay;
let firstDay: string;
beforeAll(async () => {
  firstDay = today();
  stripe = await openStripe();
  const account = { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, apiUrl: stripe.facade.url };
  const payments: ProviderOptions = {
    names: ['stripe'],
    routes: [],
    stripe: { ...account, severalCaptures: true },
  };
  api = await startApi({ payments });
  client = await api.connect();
  steps = stepsOf(api, client);
  [source] = (await openSettlementSources(api.database.pool, payments)) as [SettlementSource];
  reconcileDay = dayReconcilerOn(api.database.pool);
  await sell();
  await dispute();
}, 60_000);
afterAll(async () => {
  await api.stop();
  await stripe.close();
});

/** One payment taken at once and refunded in part, one captured in two, one in yen, one whose refund fails. */
async function sell(): Promise<void> {
  const { order, paymentId } = await steps.placePaid({ paymentToken });
  await steps.onPayment(paymentId, 'refunds', { amount: usd(1_000) });
  await steps.atRest(order.orderId);
  const held = await steps.placeHeld({ paymentToken });
  await steps.onPayment(held.paymentId, 'capture', { amount: usd(333) });
  await steps.onPayment(held.paymentId, 'capture', { final: true });
  const yen = await steps.place({ items: [line({ unitPrice: { amount: 777, currency: 'JPY' } })] });
  await pay(client, yen.orderId, { paymentToken });
  const { orderId } = await steps.place();
  const failing = paymentOf(await pay(client, orderId, { paymentToken: 'tok_refund_fails_later' }));
  await steps.atRest(orderId);
  await steps.onPayment(failing.paymentId, 'refunds');
  await steps.syncUntil(failing.paymentId, ({ refunds }) => refunds[0]?.status === 'Failed');
}

/** One that is lost, and one that is won, of which Stripe gives its fee back. */
async function dispute(): Promise<void> {
  for (const verdict of ['lost', 'won'] as const) {
    const { orderId } = await steps.place();
    const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken }));
    await steps.atRest(orderId);
    const about = { payment_intent: `pi_${stripe.facade.intents.size}`, amount: 1_000, currency: 'usd' };
    const disputeId = stripe.facade.withdraw({ ...about, fee: 1_500 });
    await steps.onPayment(paymentId, 'sync');
    if (verdict === 'won') stripe.facade.reinstate(disputeId, 1_500);
    else stripe.facade.disputes.get(disputeId)!.status = 'lost';
    await steps.onPayment(paymentId, 'sync');
  }
}

/** Of all tenants together. */
async function ledgerBalance(account: string): Promise<Record<string, number>> {
  const { rows } = await api.database.pool.query<{ currency: string; minor: number }>(
    'select currency, sum(debit - credit)::int as minor from ledger_entry where account = $1 group by 1',
    [account],
  );
  return Object.fromEntries(rows.map(({ currency, minor }) => [currency, minor]));
}

/** Of every day on which something may have been booked: one, or two where this runs over midnight. */
async function breaks(): Promise<string[]> {
  await traces(api.database.pool);
  const days = [...new Set([firstDay, today()])];
  const runs = [];
  for (const day of days) runs.push(await reconcileDay(source, day));
  return runs
    .flatMap((run) => run.breaks)
    .map((one) => `${one.kind}: ${one.expected} ${one.actual} ${one.currency}`)
    .toSorted();
}

describe('reconciliation with Stripe', () => {
  it('agrees to the cent before a payout', async () => {
    expect(await breaks()).toEqual([]);
    const { transactions } = stripe.facade.balance;
    expect(transactions.map(({ reporting_category }) => reporting_category).toSorted()).toEqual([
      ...Array.from({ length: 7 }, () => 'charge'),
      ...['dispute', 'dispute', 'dispute_reversal', 'refund', 'refund', 'refund_failure'],
    ]);
    // 36.66 - 10.00 + 10.00 + 10.00 + 10.00 - 25.00 + 10.00 - 25.00 + 10.00
    expect(await ledgerBalance('psp_clearing:stripe')).toEqual({ USD: 2_666, JPY: 777 });
  });

  it.each<[string, () => void, () => void, string[]]>([
    [
      'a charge of another amount',
      () => (stripe.facade.balance.transactions[0]!.amount += 7),
      () => (stripe.facade.balance.transactions[0]!.amount -= 7),
      ['amount-differs: 3666 3673 USD'],
    ],
    [
      'money that was exchanged, which no book of ours says',
      () => Object.assign(stripe.facade.balance.transactions[4]!, { currency: 'eur' }),
      () => Object.assign(stripe.facade.balance.transactions[4]!, { currency: 'jpy' }),
      ['missing-at-provider: 777 null JPY', 'missing-in-ledger: 777 null EUR'],
    ],
    [
      'a fee of Stripe that no payment caused',
      () => {
        const fee = { type: 'stripe_fee', reporting_category: 'fee', source: null };
        stripe.facade.balance.enter({ ...fee, amount: -250, currency: 'usd' });
      },
      () => stripe.facade.balance.transactions.pop(),
      ['unknown-payment: null -250 USD'],
    ],
  ])('finds %s, and says so no more once it is put right', async (_, plant, putRight, expected) => {
    plant();
    expect(await breaks()).toEqual(expected);
    putRight();
    expect(await breaks()).toEqual([]);
  });

  it('writes down the payouts, and agrees to the cent after them', async () => {
    const payouts = ['usd', 'jpy'].map((currency) => stripe.facade.balance.payOut(currency, today())!);
    expect(await breaks()).toEqual([]);
    expect(await ledgerBalance('psp_clearing:stripe')).toEqual({ USD: 0, JPY: 0 });
    const [dollars, yen] = payouts.map(({ amount }) => amount);
    expect(await ledgerBalance('bank')).toEqual({ USD: dollars, JPY: yen });
    expect(await breaks()).toEqual([]);
  });

  it('finds a payout that came back', async () => {
    const [payout] = stripe.facade.balance.payouts;
    payout!.status = 'failed';
    expect(await breaks()).toEqual([`missing-at-provider: ${payout!.amount} null USD`]);
    payout!.status = 'paid';
    expect(await source.settlements({ from: addDays(firstDay, -1), to: today() })).toHaveLength(2);
  });
});
