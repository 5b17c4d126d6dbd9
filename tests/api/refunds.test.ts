import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RefundView } from '../../src/application/payments/refund-view.ts';
import { agreedMoney } from '../support/api-books.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { line, pay, paymentOf, settledOrder, usd } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const moneyOf = (orderId: string) => agreedMoney(api.database.pool, client, orderId);
const refundOf = ({ body }: ApiAnswer): RefundView => body as RefundView;

/** Gives back, and sees that the answer says where to look and what is there. */
async function refund(paymentId: string, body: object = {}, status = 201): Promise<RefundView> {
  const answer = await steps.onPayment(paymentId, 'refunds', body);
  expect(answer.status).toBe(status);
  const { refundId } = refundOf(answer);
  expect(answer.headers['location']).toBe(`/api/payments/${paymentId}/refunds/${refundId}`);
  expect((await client.get(String(answer.headers['location']))).body).toEqual(answer.body);
  expect((await steps.payment(paymentId)).refunds.at(-1)).toEqual(answer.body);
  return refundOf(answer);
}

async function paid(over: object, payment: object = {}): Promise<{ orderId: string; paymentId: string }> {
  const { orderId } = await steps.place(over);
  const { paymentId } = paymentOf(await pay(client, orderId, payment));
  await steps.atRest(orderId);
  return { orderId, paymentId };
}

describe('money goes back', () => {
  it('by amounts, the last of which is what is left', async () => {
    const { orderId, paymentId } = await paid({});
    const first = await refund(paymentId, { amount: usd(300), reason: 'a scratch' });
    expect(first).toMatchObject({ amount: usd(300), status: 'Succeeded', items: [], reason: 'a scratch' });
    expect(await steps.atRest(orderId)).toMatchObject({
      paymentStatus: 'PartiallyRefunded',
      paidAmount: usd(1000),
      refundedAmount: usd(300),
      dueAmount: usd(0),
    });
    expect((await refund(paymentId)).amount).toEqual(usd(700));
    expect(await steps.atRest(orderId)).toMatchObject({ status: 'Confirmed', paymentStatus: 'Refunded' });
    expect(await steps.payment(paymentId)).toMatchObject({
      status: 'Completed',
      isSuccessful: true,
      refundedAmount: usd(1000),
    });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 1000, held: 0 });
  });

  it('by lines, one unit at a time, the last of which takes what is left of its price', async () => {
    const items = [
      line({ quantity: 3, unitPrice: usd(334), discount: usd(2) }),
      line({ unitPrice: usd(50) }),
    ];
    const { orderId, paymentId } = await paid({ items, shipping: usd(7) });
    const amounts: number[] = [];
    for (let unit = 0; unit < 3; unit++) {
      const { amount, items: lines } = await refund(paymentId, { items: [{ lineId: '1', quantity: 1 }] });
      expect(lines).toEqual([{ lineId: '1', quantity: 1, amount }]);
      amounts.push(amount.amount);
    }
    expect(amounts).toEqual([333, 333, 334]);
    expect((await refund(paymentId, { items: [{ lineId: '2', quantity: 1 }] })).amount).toEqual(usd(50));
    expect((await refund(paymentId)).amount).toEqual(usd(7));
    await steps.atRest(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 1057, refunded: 1057, held: 0 });
  });

  it('by several units and lines at once, tax included', async () => {
    const items = [
      line({ quantity: 3, unitPrice: usd(333), taxRate: 1_000 }), // 999 + 100
      line({ quantity: 2, unitPrice: usd(51), taxRate: 500 }), // 102 + 5
    ];
    const { orderId, paymentId } = await paid({ items });
    const first = await refund(paymentId, {
      items: [
        { lineId: '1', quantity: 2 },
        { lineId: '2', quantity: 1 },
      ],
    });
    expect(first.items).toEqual([
      { lineId: '1', quantity: 2, amount: usd(732) },
      { lineId: '2', quantity: 1, amount: usd(53) },
    ]);
    expect(first.amount).toEqual(usd(785));
    const rest = await refund(paymentId, {
      items: [
        { lineId: '2', quantity: 1 },
        { lineId: '1', quantity: 1 },
      ],
    });
    expect(rest.amount).toEqual(usd(1206 - 785));
    await steps.atRest(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 1206, refunded: 1206, held: 0 });
  });

  it('to each of two payments what it paid', async () => {
    const { orderId, paymentId: first } = await paid({}, { amount: usd(600) });
    const second = paymentOf(await pay(client, orderId)).paymentId;
    await settledOrder(client, orderId);
    const refusal = { status: 422, code: 'refund-exceeds-refundable', errors: ['body /amount'] } as const;
    for (const [paymentId, most] of [
      [first, 600],
      [second, 400],
    ] as const) {
      const tooMuch = () => steps.onPayment(paymentId, 'refunds', { amount: usd(most + 1) });
      await steps.refused(orderId, tooMuch, refusal);
      expect((await refund(paymentId)).amount).toEqual(usd(most));
    }
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Refunded' });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 1000, held: 0 });
  });

  it('also of what was captured in parts, and while the rest is held', async () => {
    const { order, paymentId } = await steps.placeHeld();
    await steps.onPayment(paymentId, 'capture', { amount: usd(300) });
    expect((await refund(paymentId)).amount).toEqual(usd(300));
    await steps.atRest(order.orderId);
    expect(await moneyOf(order.orderId)).toEqual({ captured: 300, refunded: 300, held: 700 });
  });

  it('for goods that came back, and after the order was completed', async () => {
    const { order, paymentId } = await steps.placePaid();
    const { orderId } = order;
    const { body } = await steps.onOrder(orderId, 'fulfilments');
    const { fulfilmentId } = (body as typeof order).fulfilments[0]!;
    for (const step of ['ship', 'deliver'])
      await steps.onOrder(orderId, `fulfilments/${fulfilmentId}/${step}`);
    const lines = { items: [{ lineId: '2', quantity: 2 }] };
    await steps.onOrder(orderId, 'returns', lines);
    expect((await refund(paymentId, lines)).amount).toEqual(usd(666));
    expect(await steps.atRest(orderId)).toMatchObject({
      status: 'Completed',
      paymentStatus: 'PartiallyRefunded',
    });
    expect(await moneyOf(orderId)).toEqual({ captured: 3666, refunded: 666, held: 0 });
  });
});

describe('a refund that takes its time', () => {
  it('is pending, keeps its money from others, and succeeds', async () => {
    const { orderId, paymentId } = await paid({}, { paymentToken: 'tok_refund_pending' });
    const answer = await steps.onPayment(paymentId, 'refunds', { amount: usd(900) });
    expect(answer.status).toBe(202);
    expect(answer.headers['retry-after']).toBe('5');
    const { refundId } = refundOf(answer);
    expect(answer.body).toMatchObject({ status: 'Pending', amount: usd(900) });
    expect(await steps.payment(paymentId)).toMatchObject({ refundedAmount: usd(0), inFlight: ['refund'] });
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Paid', refundedAmount: usd(0) });

    const tooMuch = () => steps.onPayment(paymentId, 'refunds', { amount: usd(101) });
    const errors = ['body /amount'];
    await steps.refused(orderId, tooMuch, { status: 422, code: 'refund-exceeds-refundable', errors });
    await refund(paymentId, {}, 202);

    await steps.syncUntil(paymentId, ({ refundedAmount }) => refundedAmount.amount === 1000);
    const { body } = await client.get(`/api/payments/${paymentId}/refunds/${refundId}`);
    expect(body).toMatchObject({ refundId, status: 'Succeeded', amount: usd(900) });
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Refunded' });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 1000, held: 0 });
  });

  it('may fail after it succeeded; then nothing went back, and it can be tried again', async () => {
    const { orderId, paymentId } = await paid({}, { paymentToken: 'tok_refund_fails_later' });
    const { refundId, status } = await refund(paymentId, { items: [{ lineId: '1', quantity: 1 }] });
    expect(status).toBe('Succeeded');
    const after = await steps.syncUntil(paymentId, ({ refundedAmount }) => refundedAmount.amount === 0);
    expect(after.refunds).toMatchObject([{ refundId, status: 'Failed', error: { code: 'account_closed' } }]);
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Paid', refundedAmount: usd(0) });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });
    expect(await refund(paymentId, { items: [{ lineId: '1', quantity: 1 }] })).toMatchObject({
      status: 'Succeeded',
      amount: usd(1000),
    });
    await steps.syncUntil(paymentId, ({ refundedAmount }) => refundedAmount.amount === 0);
    await steps.atRest(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });
  });
});
