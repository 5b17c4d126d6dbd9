import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedMoney } from '../support/api-books.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { pay, paymentOf, usd } from '../support/api-samples.ts';
import { problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { PROVIDER_WITHIN_MS, stepsOf, type Steps } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';

const MANY = 100;

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

const many = (send: (number: number) => Promise<ApiAnswer>): Promise<ApiAnswer[]> =>
  Promise.all(Array.from({ length: MANY }, (_, number) => send(number)));

const accepted = (answers: readonly ApiAnswer[]): ApiAnswer[] => answers.filter(({ status }) => status < 300);

/** Whoever came too late was told so, with one of these. */
function expectRefusals(answers: readonly ApiAnswer[], ...codes: string[]): void {
  const refused = answers.filter(({ status }) => status >= 300).map((answer) => problemOf(answer).code);
  expect([...codes, 'concurrent-change']).toEqual(expect.arrayContaining([...new Set(refused)]));
}

const TOO_LATE_TO_PAY = ['payment-already-claimed', 'payment-exceeds-due', 'order-not-payable'];

/** The end of an order that is being cancelled, and where its money is then. */
async function closedMoney(orderId: string) {
  await eventually(async () => {
    expect((await steps.atRest(orderId)).status).toBe('Cancelled');
  }, PROVIDER_WITHIN_MS);
  return moneyOf(orderId);
}

/** Some are captured at once, most are held. */
const partOf = (number: number) => ({
  amount: usd(100 + number),
  captureMethod: number % 4 ? 'manual' : 'automatic',
});

const countOf = async (orderId: string, type: string): Promise<number> =>
  (await steps.eventsOf(orderId)).filter((other) => other === type).length;

/**
 * How many refunds there are, once each has its outcome. A request that was told of a concurrent change may have made
 * one too: others kept changing the payment while its outcome was being written down.
 */
async function refundsOf(orderId: string, paymentId: string, answers: readonly ApiAnswer[]): Promise<number> {
  await steps.syncUntil(paymentId, ({ inFlight }) => inFlight.length === 0);
  await steps.atRest(orderId);
  const refunds = await countOf(orderId, 'RefundSucceeded');
  expect(await countOf(orderId, 'RefundRequested')).toBe(refunds);
  const told = answers.filter(
    ({ status, body }) => status < 300 || (body as { code: string }).code === 'concurrent-change',
  );
  expect(accepted(answers).length).toBeGreaterThan(0);
  expect(refunds).toBeGreaterThanOrEqual(accepted(answers).length);
  expect(refunds).toBeLessThanOrEqual(told.length);
  return refunds;
}

describe('100 requests at once', () => {
  it('to hold parts of what is due hold no more than that', async () => {
    const { orderId } = await steps.place();
    const answers = await many((number) =>
      pay(client, orderId, { amount: usd(90 + number), captureMethod: 'manual' }),
    );
    const authorized = accepted(answers).map(paymentOf);
    expect(authorized.length).toBeGreaterThan(0);
    expectRefusals(answers, ...TOO_LATE_TO_PAY);
    const held = authorized.reduce((sum, { authorizedAmount }) => sum + authorizedAmount.amount, 0);
    expect(held).toBeLessThanOrEqual(1000);
    await steps.atRest(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 0, refunded: 0, held });
  });

  it('to capture a part take no more than is held, one after another', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const answers = await many(() => steps.onPayment(paymentId, 'capture', { amount: usd(300) }));
    const captures = accepted(answers).length;
    expect(captures).toBeGreaterThan(0);
    expect(captures).toBeLessThanOrEqual(3);
    expectRefusals(answers, 'payment-in-flight', 'capture-exceeds-authorized');
    await steps.atRest(order.orderId);
    expect(await moneyOf(order.orderId)).toEqual({
      captured: 300 * captures,
      refunded: 0,
      held: 1000 - 300 * captures,
    });
    expect(await countOf(order.orderId, 'CaptureSucceeded')).toBe(captures);
  });

  it('to capture all of it take it once', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const answers = await many(() => steps.onPayment(paymentId, 'capture'));
    expect(accepted(answers)).toHaveLength(1);
    expectRefusals(answers, 'payment-in-flight', 'payment-not-capturable');
    expect(await steps.atRest(order.orderId)).toMatchObject({ paymentStatus: 'Paid' });
    expect(await moneyOf(order.orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });
  });

  it('to refund a part give back no more than was captured', async () => {
    const { order, paymentId } = await steps.placePaid();
    const answers = await many(() => steps.onPayment(paymentId, 'refunds', { amount: usd(500) }));
    expectRefusals(answers, 'refund-exceeds-refundable');
    const refunds = await refundsOf(order.orderId, paymentId, answers);
    expect(refunds).toBeLessThanOrEqual(7);
    expect(await moneyOf(order.orderId)).toEqual({ captured: 3666, refunded: 500 * refunds, held: 0 });
  });

  it('to refund one unit of a line give back each unit once', async () => {
    const { order, paymentId } = await steps.placePaid();
    const lines = { items: [{ lineId: '1', quantity: 1 }] };
    const answers = await many(() => steps.onPayment(paymentId, 'refunds', lines));
    expectRefusals(answers, 'quantity-exceeds-available');
    const refunds = await refundsOf(order.orderId, paymentId, answers);
    expect(refunds).toBeLessThanOrEqual(3);
    expect(await moneyOf(order.orderId)).toEqual({ captured: 3666, refunded: 1000 * refunds, held: 0 });
  });

  it('to cancel a paid order cancel it once and give its money back once', async () => {
    const { order } = await steps.placePaid();
    const { orderId } = order;
    const answers = await many(() => steps.onOrder(orderId, 'cancel'));
    expect(accepted(answers).length).toBeGreaterThan(0);
    expectRefusals(answers);
    expect(await closedMoney(orderId)).toEqual({ captured: 3666, refunded: 3666, held: 0 });
    for (const type of ['OrderCancellationRequested', 'OrderCancelled', 'RefundRequested', 'StockReleased'])
      expect({ type, count: await countOf(orderId, type) }).toEqual({ type, count: 1 });
  });

  it('to void a payment, or capture it, do one of the two', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const answers = await many((number) => steps.onPayment(paymentId, number % 2 ? 'capture' : 'void'));
    expect(accepted(answers)).toHaveLength(1);
    expectRefusals(answers, 'payment-in-flight', 'payment-not-capturable', 'payment-not-voidable');
    await steps.atRest(order.orderId);
    const { captured, refunded, held } = await moneyOf(order.orderId);
    expect([0, 1000]).toContain(captured);
    expect({ refunded, held }).toEqual({ refunded: 0, held: 0 });
  });

  it('to pay an order, or cancel it, leave no money behind', async () => {
    const { orderId } = await steps.place();
    const answers = await many((number) =>
      number % 2 ? steps.onOrder(orderId, 'cancel') : pay(client, orderId, partOf(number)),
    );
    expectRefusals(answers, ...TOO_LATE_TO_PAY);
    const { captured, refunded, held } = await closedMoney(orderId);
    expect({ refunded, held }).toEqual({ refunded: captured, held: 0 });
  });

  it('to capture, to refund and to cancel leave no money behind', async () => {
    const { order, paymentId } = await steps.placeHeld();
    await steps.onPayment(paymentId, 'capture', { amount: usd(100) });
    const sends = [
      () => steps.onPayment(paymentId, 'capture', { amount: usd(50) }),
      () => steps.onPayment(paymentId, 'refunds', { amount: usd(30) }),
      () => steps.onOrder(order.orderId, 'cancel'),
    ];
    const answers = await many((number) => sends[number % 3]!());
    expectRefusals(
      answers,
      ...['payment-in-flight', 'capture-exceeds-authorized', 'payment-not-capturable'],
      ...['refund-exceeds-refundable', 'payment-not-refundable'],
    );
    const { captured, refunded, held } = await closedMoney(order.orderId);
    expect({ refunded, held }).toEqual({ refunded: captured, held: 0 });
  });

  it('to set its only units aside set them aside once', async () => {
    const { order } = await steps.placePaid();
    const answers = await many(() => steps.onOrder(order.orderId, 'fulfilments'));
    expect(accepted(answers)).toHaveLength(1);
    expectRefusals(answers, 'quantity-exceeds-available');
    expect(await countOf(order.orderId, 'FulfilmentCreated')).toBe(1);
  });
});
