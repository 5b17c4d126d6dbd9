import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedMoney } from '../support/api-books.ts';
import { pay, paymentOf, settledOrder, usd } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { etagOf, stepsOf, type Steps } from '../support/api-steps.ts';

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

/** Does it, and sees that it is answered with the payment after it, as that is then read. */
async function did(paymentId: string, what: string, body: object = {}) {
  const answer = await steps.onPayment(paymentId, what, body);
  expect(answer.status).toBe(200);
  expect(answer.headers['etag']).toBe(etagOf(paymentOf(answer)));
  expect((await client.get(`/api/payments/${paymentId}`)).body).toEqual(answer.body);
  return paymentOf(answer);
}

const capture = (paymentId: string, body: object = {}) => did(paymentId, 'capture', body);

describe('a payment that is captured by hand', () => {
  it('is held at first, which confirms its order', async () => {
    const { order, paymentId } = await steps.placeHeld();
    expect(await steps.payment(paymentId)).toMatchObject({
      captureMethod: 'manual',
      status: 'Authorized',
      isSuccessful: null,
      authorizedAmount: usd(1000),
      capturedAmount: usd(0),
      captures: [],
      inFlight: [],
      expiresAt: expect.stringMatching(/Z$/),
    });
    expect(order).toMatchObject({
      status: 'Confirmed',
      paymentStatus: 'Authorized',
      paidAmount: usd(0),
      payments: [{ paymentId, status: 'Authorized', capturedAmount: usd(0) }],
    });
    expect(await moneyOf(order.orderId)).toEqual({ captured: 0, refunded: 0, held: 1000 });
  });

  it('is taken in parts, the last of which is what is left', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const { orderId } = order;
    expect(await capture(paymentId, { amount: usd(300) })).toMatchObject({
      status: 'PartiallyCaptured',
      isSuccessful: true,
      capturedAmount: usd(300),
    });
    expect(await steps.atRest(orderId)).toMatchObject({
      paymentStatus: 'PartiallyPaid',
      paidAmount: usd(300),
      payments: [{ status: 'PartiallyCaptured', capturedAmount: usd(300) }],
    });
    expect(await moneyOf(orderId)).toEqual({ captured: 300, refunded: 0, held: 700 });

    await capture(paymentId, { amount: usd(1) });
    const last = await capture(paymentId);
    expect(last).toMatchObject({ status: 'Completed', isSuccessful: true, capturedAmount: usd(1000) });
    expect(last.captures.map(({ amount, status }) => [amount.amount, status])).toEqual([
      [300, 'Succeeded'],
      [1, 'Succeeded'],
      [699, 'Succeeded'],
    ]);
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Paid', paidAmount: usd(1000) });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });
  });

  it('is announced once, by its first capture', async () => {
    const { order, paymentId } = await steps.placeHeld();
    await capture(paymentId, { amount: usd(300) });
    await capture(paymentId);
    const events = await steps.eventsOf(order.orderId);
    expect(events.filter((type) => type === 'PaymentProcessed')).toHaveLength(1);
  });

  it('lets go of the rest after a capture that was the final one', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const { orderId } = order;
    expect(await capture(paymentId, { amount: usd(300), final: true })).toMatchObject({
      status: 'Completed',
      capturedAmount: usd(300),
    });
    expect(await steps.atRest(orderId)).toMatchObject({
      paymentStatus: 'PartiallyPaid',
      dueAmount: usd(700),
    });
    expect(await moneyOf(orderId)).toEqual({ captured: 300, refunded: 0, held: 0 });
    expect(paymentOf(await pay(client, orderId))).toMatchObject({ status: 'Completed', amount: usd(700) });
    expect(await settledOrder(client, orderId)).toMatchObject({ paymentStatus: 'Paid' });
  });

  it('is let go of by voiding it, and its order may be paid otherwise', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const { orderId } = order;
    expect(await did(paymentId, 'void', { reason: 'another card' })).toMatchObject({
      status: 'Voided',
      isSuccessful: false,
      capturedAmount: usd(0),
    });
    expect(await steps.atRest(orderId)).toMatchObject({
      paymentStatus: 'Unpaid',
      dueAmount: usd(1000),
      payments: [{ paymentId, status: 'Voided' }],
    });
    expect(await moneyOf(orderId)).toEqual({ captured: 0, refunded: 0, held: 0 });
    expect(paymentOf(await pay(client, orderId)).status).toBe('Completed');
    expect(await settledOrder(client, orderId)).toMatchObject({ paymentStatus: 'Paid' });
  });

  it('is voided while the customer has not acted, who then no longer can', async () => {
    const { order, paymentId } = await steps.placeHeld({ paymentToken: 'tok_3ds_ok' });
    expect((await did(paymentId, 'void')).status).toBe('Voided');
    await steps.atRest(order.orderId);
    await did(paymentId, 'sync');
    expect(await steps.payment(paymentId)).toMatchObject({ status: 'Voided' });
    expect(await moneyOf(order.orderId)).toEqual({ captured: 0, refunded: 0, held: 0 });
  });

  it('is still held after a capture that failed', async () => {
    const { order, paymentId } = await steps.placeHeld({ paymentToken: 'tok_capture_fail' });
    const failed = await capture(paymentId, { amount: usd(300) });
    expect(failed).toMatchObject({
      status: 'Authorized',
      capturedAmount: usd(0),
      captures: [{ amount: usd(300), status: 'Failed', error: { code: 'capture_failed' } }],
      inFlight: [],
    });
    await steps.atRest(order.orderId);
    expect(await moneyOf(order.orderId)).toEqual({ captured: 0, refunded: 0, held: 1000 });
    expect((await did(paymentId, 'void')).status).toBe('Voided');
  });

  it('ends when the bank no longer holds it', async () => {
    const { order, paymentId } = await steps.placeHeld({ paymentToken: 'tok_auth_expires' });
    const expired = await steps.syncUntil(paymentId, ({ status }) => status === 'Expired');
    expect(expired).toMatchObject({ isSuccessful: false, capturedAmount: usd(0) });
    expect(await steps.atRest(order.orderId)).toMatchObject({
      paymentStatus: 'Unpaid',
      dueAmount: usd(1000),
    });
    expect(await moneyOf(order.orderId)).toEqual({ captured: 0, refunded: 0, held: 0 });
  });

  it('keeps what was captured when the rest of it ends', async () => {
    const { order, paymentId } = await steps.placeHeld({ paymentToken: 'tok_auth_expires' });
    await steps.onPayment(paymentId, 'capture', { amount: usd(300) });
    const ended = await steps.syncUntil(paymentId, ({ status }) => status === 'Completed');
    expect(ended).toMatchObject({ isSuccessful: true, capturedAmount: usd(300) });
    await steps.atRest(order.orderId);
    expect(await moneyOf(order.orderId)).toEqual({ captured: 300, refunded: 0, held: 0 });
  });

  it('pays an order together with one that is captured at once', async () => {
    const { orderId } = await steps.place();
    const held = paymentOf(await pay(client, orderId, { amount: usd(400), captureMethod: 'manual' }));
    expect(await steps.atRest(orderId)).toMatchObject({
      status: 'Created',
      paymentStatus: 'PartiallyAuthorized',
    });
    await pay(client, orderId, { amount: usd(600) });
    expect(await steps.atRest(orderId)).toMatchObject({
      status: 'Confirmed',
      paymentStatus: 'PartiallyPaid',
    });
    await capture(held.paymentId);
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Paid', paidAmount: usd(1000) });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });
  });
});
