import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { line, pay, paymentOf } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';

const [FIRST, SECOND] = ['simulated', 'simulated-b'];

let api: Api;
let client: ApiClient;
let steps: Steps;
beforeAll(async () => {
  api = await startApi({
    payments: {
      names: [FIRST, SECOND],
      routes: [
        { currency: 'EUR', providers: [SECOND] },
        { currency: 'USD', providers: [FIRST, SECOND] },
      ],
    },
  });
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const inCurrency = (currency: string) => ({ items: [line({ unitPrice: { amount: 1_000, currency } })] });

/** Who was asked for a payment, by the books of each, and what became of it there. */
async function bookedAt(paymentId: string): Promise<string[]> {
  const { rows } = await api.database.pool.query<{ entry: string }>(
    `select i.provider || ' ' || b.outcome as entry from simulated_provider.book b
     join simulated_provider.intent i using (intent_ref) where i.payment_id = $1 order by b.created_at`,
    [paymentId],
  );
  return rows.map(({ entry }) => entry);
}

async function payIn(currency: string, paymentToken: string) {
  const { orderId } = await steps.place(inCurrency(currency));
  const answer = await pay(client, orderId, { paymentToken });
  const { paymentId, status } = paymentOf(answer);
  return { orderId, paymentId, status, events: await steps.eventsOf(orderId) };
}

const attempts = (events: readonly string[]): number =>
  events.filter((type) => type === 'AttemptStarted').length;

describe('a payment where there are several providers', () => {
  it('goes to those of its rule', async () => {
    const { paymentId, status } = await payIn('EUR', 'tok_success');
    expect(status).toBe('Completed');
    expect(await bookedAt(paymentId)).toEqual([`${SECOND} succeeded`]);
  });

  it('that no rule fits is refused before anything is written or anybody asked', async () => {
    const { orderId } = await steps.place(inCurrency('JPY'));
    const refusal = { status: 422, code: 'payment-unsupported' } as const;
    await steps.refused(orderId, () => pay(client, orderId), refusal);
  });

  it('goes to the next when the first declined it, each with books of its own', async () => {
    const { paymentId, status, events } = await payIn('USD', 'tok_declined');
    expect(status).toBe('Failed');
    expect(await bookedAt(paymentId)).toEqual([`${FIRST} declined`, `${SECOND} declined`]);
    expect(attempts(events)).toBe(2);
    expect(events.filter((type) => type === 'PaymentProcessed')).toHaveLength(1);
  });

  it('goes to the next when it was not sent to the first', async () => {
    const { paymentId, status, events } = await payIn('USD', 'tok_http_429');
    expect([status, attempts(events)]).toEqual(['Failed', 2]);
    expect(await bookedAt(paymentId)).toEqual([]);
  });

  it('ends with the first that takes it', async () => {
    const { paymentId, status } = await payIn('USD', 'tok_success');
    expect(status).toBe('Completed');
    expect(await bookedAt(paymentId)).toEqual([`${FIRST} succeeded`]);
  });

  it.each(['tok_timeout_then_success', 'tok_http_500'])(
    'goes to nobody else while it is unknown what became of it: %s',
    async (token) => {
      const { paymentId, status, events, orderId } = await payIn('USD', token);
      expect([status, attempts(events)]).toEqual(['Pending', 1]);
      expect(await bookedAt(paymentId)).toEqual([`${FIRST} succeeded`]);
      await steps.syncUntil(paymentId, (payment) => payment.status === 'Completed');
      expect(attempts(await steps.eventsOf(orderId))).toBe(1);
      expect(await bookedAt(paymentId)).toEqual([`${FIRST} succeeded`]);
    },
  );

  it('that was lost at the first goes to the next only once it is known to have been declined', async () => {
    const { paymentId, status, events, orderId } = await payIn('USD', 'tok_timeout_then_decline');
    expect([status, attempts(events)]).toEqual(['Pending', 1]);
    expect(await bookedAt(paymentId)).toEqual([`${FIRST} declined`]);
    await steps.syncUntil(paymentId, (payment) => payment.status === 'Failed');
    expect(attempts(await steps.eventsOf(orderId))).toBe(2);
    expect(await bookedAt(paymentId)).toEqual([`${FIRST} declined`, `${SECOND} declined`]);
  });

  it('goes to nobody else once its order is being cancelled', async () => {
    const { paymentId, orderId } = await payIn('USD', 'tok_timeout_then_decline');
    expect(await steps.onOrder(orderId, 'cancel')).toMatchObject({ status: 202 });
    await steps.syncUntil(paymentId, (payment) => payment.status === 'Failed');
    expect(await bookedAt(paymentId)).toEqual([`${FIRST} declined`]);
    expect((await steps.atRest(orderId)).status).toBe('Cancelled');
  });
});
