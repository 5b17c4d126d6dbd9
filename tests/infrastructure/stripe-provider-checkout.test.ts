import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PaymentId } from '../../src/domain/shared/ids.ts';
import { refundedAmount } from '../../src/domain/payments/payment.ts';
import { usd } from '../domain/samples.ts';
import { paymentIdOf, paymentIn, virtualService } from '../application/virtual-service.ts';
import type { Trouble } from '../support/stripe-facade.ts';
import { openStripe, type OpenStripe } from '../support/stripe.ts';

let stripe: OpenStripe;
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.close());

const TOTAL = usd(10_000);
let shops = 0;

/** The use cases with an order of 100.00, paid through Stripe; no two orders have one id. */
async function openShop() {
  const name = `shop-${++shops}`;
  const other = await stripe.adapter({ name: 'other' });
  const service = virtualService(undefined, { providers: [stripe.provider, other] });
  const orderId = await service.placeOrder(TOTAL, name);
  const request = { key: `${name}-card`, captureMethod: 'manual' as const };
  const paymentId = paymentIdOf(orderId, request);
  /** Until nothing is left to ask, and long after what never arrived is known not to have. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 4; round++) {
      service.clock.advance(60_000);
      await service.sync(paymentId, `${name}-sync-${round}`);
      await service.deliverAll();
    }
  };
  return { ...service, name, orderId, request, paymentId, settle };
}

type Shop = Awaited<ReturnType<typeof openShop>>;

/** What the provider's own books say was taken, and given back. */
async function booksOf(paymentId: PaymentId): Promise<Record<string, number>> {
  const { rows } = await stripe.database.pool.query<{ kind: string; total: number }>(
    `select kind, sum(b.amount_minor)::int as total from simulated_provider.book b
       join simulated_provider.intent using (intent_ref)
     where payment_id = $1 and outcome = 'succeeded' and kind in ('capture', 'refund') group by kind`,
    [paymentId],
  );
  return Object.fromEntries(rows.map(({ kind, total }) => [kind, total]));
}

async function expectBooksToAgree({ payment, paymentId }: Shop): Promise<void> {
  const books = await booksOf(paymentId);
  const state = payment(paymentId);
  expect(books['capture'] ?? 0).toBe(Number(state.capturedAmount.amountMinor));
  expect(books['refund'] ?? 0).toBe(Number(refundedAmount(state).amountMinor));
}

const STEPS = {
  pay: ({ pay, orderId, request }: Shop) => pay(orderId, request),
  capture: ({ capture, paymentId, name }: Shop) => capture(paymentId, `${name}-capture`),
  refund: ({ refund, paymentId, name }: Shop) => refund(paymentId, `${name}-refund`, { amount: usd(4_000) }),
};

describe('an order that is paid through Stripe', () => {
  it('is authorized, captured and refunded in part, and the books agree', async () => {
    const shop = await openShop();
    expect(paymentIn(await STEPS.pay(shop))).toMatchObject({ status: 'Authorized' });
    await shop.deliverAll();
    expect(paymentIn(await STEPS.capture(shop))).toMatchObject({ status: 'Completed' });
    await shop.deliverAll();
    expect(paymentIn(await STEPS.refund(shop)).refundedAmount.amount).toBe(4_000);
    await shop.settle();
    expect(await booksOf(shop.paymentId)).toEqual({ capture: 10_000, refund: 4_000 });
    await expectBooksToAgree(shop);
    expect(shop.providerFaults).toEqual([]);
  });

  const TROUBLES: readonly Trouble[] = [
    { answer: 'reset', when: 'before' },
    { answer: 'reset', when: 'after' },
    { answer: 500, when: 'before' },
    { answer: 500, when: 'after' },
    { answer: 429, when: 'before' },
    { answer: 409, when: 'before', error: { code: 'idempotency_key_in_use' } },
  ];
  const cases = Object.keys(STEPS).flatMap((step) =>
    TROUBLES.map((trouble) => [step as keyof typeof STEPS, trouble] as const),
  );

  it.each(cases)('agrees with the books of Stripe when to %s meets %o', async (troubled, trouble) => {
    const shop = await openShop();
    for (const step of ['pay', 'capture', 'refund'] as const) {
      if (step === troubled) stripe.facade.trouble(trouble);
      await STEPS[step](shop);
      await shop.settle();
      await expectBooksToAgree(shop);
    }
    // A capture that was not sent is refused and may be asked for anew; all else is found, or sent again.
    const isRefused = trouble.answer === 429 && troubled === 'capture';
    const made = isRefused ? {} : { capture: 10_000, refund: 4_000 };
    expect(await booksOf(shop.paymentId)).toEqual(made);
    expect(shop.providerFaults).toHaveLength(trouble.answer === 'reset' || trouble.answer === 500 ? 1 : 0);
  });

  it('is let go of when its void lost the answer', async () => {
    const shop = await openShop();
    await STEPS.pay(shop);
    stripe.facade.trouble({ answer: 'reset', when: 'after' });
    await shop.void(shop.paymentId, `${shop.name}-void`);
    expect(shop.payment(shop.paymentId).status).toBe('Authorized');
    await shop.settle();
    expect(shop.payment(shop.paymentId).status).toBe('Voided');
  });

  it('goes to the next provider after a decline, and never while the outcome is unknown', async () => {
    const declined = await openShop();
    stripe.facade.trouble({
      answer: 402,
      when: 'before',
      error: { type: 'card_error', code: 'card_declined' },
    });
    expect(paymentIn(await STEPS.pay(declined))).toMatchObject({ status: 'Authorized' });
    expect(declined.payment(declined.paymentId).attempts.map(({ provider }) => provider)).toEqual([
      'stripe',
      'other',
    ]);

    const lost = await openShop();
    stripe.facade.trouble({ answer: 'reset', when: 'after' });
    expect(paymentIn(await STEPS.pay(lost))).toMatchObject({ status: 'Pending' });
    await lost.settle();
    expect(lost.payment(lost.paymentId)).toMatchObject({
      status: 'Authorized',
      attempts: [{ provider: 'stripe' }],
    });
  });
});
