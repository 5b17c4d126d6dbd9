import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedMoney, chargesOf } from '../support/api-books.ts';
import { pay, paymentOf, usd } from '../support/api-samples.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
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

/** A payment of a new order, answered as one whose outcome is open. */
async function payOpenly(over: object) {
  const { orderId } = await steps.place();
  const answer = await pay(client, orderId, over);
  const payment = paymentOf(answer);
  expect(answer.status).toBe(202);
  expect(answer.headers).toMatchObject({
    'retry-after': '5',
    location: `/api/payments/${payment.paymentId}`,
    etag: `"${payment.version}"`,
  });
  expect(payment).toMatchObject({ isSuccessful: null, capturedAmount: usd(0), inFlight: ['authorize'] });
  return { orderId, payment, paymentId: payment.paymentId };
}

/** The order was told that it is paid, and by what, and the provider's books say the same. */
async function expectPaid(orderId: string, paymentId: string): Promise<void> {
  expect(await steps.atRest(orderId)).toMatchObject({
    status: 'Confirmed',
    paymentStatus: 'Paid',
    payments: [{ paymentId, status: 'Completed' }],
  });
  expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });
  expect(await chargesOf(api.database.pool, orderId)).toHaveLength(1);
}

async function expectUnpaid(orderId: string, paymentId: string): Promise<void> {
  expect(await steps.atRest(orderId)).toMatchObject({
    status: 'Created',
    paymentStatus: 'Unpaid',
    dueAmount: usd(1000),
    payments: [{ paymentId, status: 'Failed' }],
  });
  expect(await moneyOf(orderId)).toEqual({ captured: 0, refunded: 0, held: 0 });
}

describe('a payment that asks for the customer', () => {
  it('says where to go, and is completed once the customer was there', async () => {
    const { orderId, paymentId, payment } = await payOpenly({ paymentToken: 'tok_3ds_ok' });
    expect(payment).toMatchObject({
      status: 'RequiresAction',
      nextAction: {
        type: 'redirect',
        url: expect.stringMatching(/^http:\/\/localhost\/simulated\/challenges\/sim_/),
      },
      expiresAt: expect.stringMatching(/Z$/),
    });
    expect(await steps.atRest(orderId)).toMatchObject({ status: 'Created', paymentStatus: 'Pending' });
    expectProblem(await pay(client, orderId), { status: 409, code: 'payment-already-claimed' });

    const completed = await steps.syncUntil(paymentId, ({ status }) => status === 'Completed');
    expect(completed).toMatchObject({ isSuccessful: true, capturedAmount: usd(1000), inFlight: [] });
    expect(completed).not.toHaveProperty('nextAction');
    await expectPaid(orderId, paymentId);
  });

  it('is held, not taken, when it is to be captured by hand', async () => {
    const over = { paymentToken: 'tok_3ds_ok', captureMethod: 'manual' };
    const { orderId, paymentId } = await payOpenly(over);
    await steps.syncUntil(paymentId, ({ status }) => status === 'Authorized');
    expect(await steps.atRest(orderId)).toMatchObject({ status: 'Confirmed', paymentStatus: 'Authorized' });
    expect(await moneyOf(orderId)).toEqual({ captured: 0, refunded: 0, held: 1000 });
  });

  it('fails when the customer does', async () => {
    const { orderId, paymentId } = await payOpenly({ paymentToken: 'tok_3ds_fail' });
    const failed = await steps.syncUntil(paymentId, ({ status }) => status === 'Failed');
    expect(failed).toMatchObject({ isSuccessful: false, error: { code: 'authentication_failed' } });
    expect(failed).not.toHaveProperty('nextAction');
    await expectUnpaid(orderId, paymentId);
    expect(paymentOf(await pay(client, orderId)).status).toBe('Completed');
  });
});

describe('a payment that the provider is still working on', () => {
  it.each([
    ['arrives', 'tok_async_success'],
    ['was taken although the answer was lost', 'tok_timeout_then_success'],
    ['was taken although the answer was a fault', 'tok_http_500'],
  ])('is pending, and completed once asked about: %s', async (_what, paymentToken) => {
    const { orderId, paymentId, payment } = await payOpenly({ paymentToken });
    expect(payment.status).toBe('Pending');
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Pending', dueAmount: usd(1000) });
    const completed = await steps.syncUntil(paymentId, ({ status }) => status === 'Completed');
    expect(completed).toMatchObject({ isSuccessful: true, inFlight: [] });
    await expectPaid(orderId, paymentId);
    // What is known already is not written again.
    expect(paymentOf(await steps.onPayment(paymentId, 'sync'))).toEqual(completed);
  });

  it.each([
    ['tok_async_fail', 'transfer_rejected'],
    ['tok_timeout_then_decline', 'card_declined'],
  ])('is pending, and fails: %s', async (paymentToken, code) => {
    const { orderId, paymentId } = await payOpenly({ paymentToken });
    const failed = await steps.syncUntil(paymentId, ({ status }) => status === 'Failed');
    expect(failed).toMatchObject({ isSuccessful: false, error: { code }, inFlight: [] });
    await expectUnpaid(orderId, paymentId);
  });

  it('tells how it came to be known', async () => {
    const { orderId, paymentId } = await payOpenly({ paymentToken: 'tok_timeout_then_success' });
    await steps.syncUntil(paymentId, ({ status }) => status === 'Completed');
    const { body } = await client.get(`/api/orders/${orderId}/events`);
    const { data } = body as { data: { type: string; data: object }[] };
    expect(data.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['OperationOutcomeUnknown', 'OperationReconciled', 'PaymentProcessed']),
    );
    const reconciled = data.find(({ type }) => type === 'OperationReconciled');
    const evidence = `operator:key:${client.key.slice(0, 14)}`;
    expect(reconciled?.data).toMatchObject({ outcome: 'succeeded', evidence });
  });

  it('is not called a failure because the provider does not know it yet', async () => {
    const { orderId, paymentId } = await payOpenly({ paymentToken: 'tok_timeout_never_sent' });
    expect(paymentOf(await steps.onPayment(paymentId, 'sync'))).toMatchObject({
      status: 'Pending',
      isSuccessful: null,
    });
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Pending' });
    expect(await chargesOf(api.database.pool, orderId)).toEqual([]);
  });

  it('fails at once when the provider would not take it', async () => {
    const { orderId } = await steps.place();
    const answer = await pay(client, orderId, { paymentToken: 'tok_http_429' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ status: 'Failed', error: { code: 'rate_limited' } });
    await expectUnpaid(orderId, paymentOf(answer).paymentId);
  });
});

describe('a payment that failed', () => {
  const LATE = { paymentToken: 'tok_late_success' };

  it('counts all the same when its money comes late', async () => {
    const { orderId } = await steps.place();
    const failed = await pay(client, orderId, LATE);
    const { paymentId } = paymentOf(failed);
    expect(failed.status).toBe(201);
    expect(failed.body).toMatchObject({ status: 'Failed', isSuccessful: false });
    await expectUnpaid(orderId, paymentId);

    const late = await steps.syncUntil(paymentId, ({ status }) => status === 'Completed');
    expect(late).toMatchObject({ isSuccessful: true, capturedAmount: usd(1000) });
    expect(late).not.toHaveProperty('error');
    await expectPaid(orderId, paymentId);
    const events = await steps.eventsOf(orderId);
    expect(events).toContain('OutcomeContradicted');
    expect(events.filter((type) => type === 'PaymentProcessed')).toHaveLength(1);
  });

  it('gives its late money back when another has paid in the meantime', async () => {
    const { orderId } = await steps.place();
    const { paymentId } = paymentOf(await pay(client, orderId, LATE));
    expect(paymentOf(await pay(client, orderId)).status).toBe('Completed');
    await steps.atRest(orderId);
    await steps.syncUntil(paymentId, ({ capturedAmount }) => capturedAmount.amount === 1000);
    expect(await steps.atRest(orderId)).toMatchObject({
      status: 'Confirmed',
      paymentStatus: 'Paid',
      paidAmount: usd(2000),
      refundedAmount: usd(1000),
    });
    expect(await steps.eventsOf(orderId)).toContain('OrderOverpaid');
    expect(await moneyOf(orderId)).toEqual({ captured: 2000, refunded: 1000, held: 0 });
  });
});

describe('a payment of which the provider took another amount', () => {
  it('counts with what was taken; the rest stays due', async () => {
    const { orderId } = await steps.place();
    const answer = await pay(client, orderId, { paymentToken: 'tok_amount_mismatch' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      amount: usd(1000),
      status: 'Completed',
      authorizedAmount: usd(999),
      capturedAmount: usd(999),
    });
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'PartiallyPaid', dueAmount: usd(1) });
    expect(await steps.eventsOf(orderId)).toContain('PaymentAmountMismatch');
    expect(await moneyOf(orderId)).toEqual({ captured: 999, refunded: 0, held: 0 });
    expect(paymentOf(await pay(client, orderId)).amount).toEqual(usd(1));
    expect(await steps.atRest(orderId)).toMatchObject({ status: 'Confirmed', paymentStatus: 'Paid' });
  });

  it('covers no more than it promised, when it is captured by hand', async () => {
    const { order, paymentId } = await steps.placeHeld({ paymentToken: 'tok_amount_mismatch' });
    expect(order).toMatchObject({ status: 'Created', paymentStatus: 'PartiallyAuthorized' });
    await steps.refused(order.orderId, () => steps.onPayment(paymentId, 'capture', { amount: usd(1000) }), {
      status: 422,
      code: 'capture-exceeds-authorized',
      errors: ['body /amount'],
    });
    expect(paymentOf(await steps.onPayment(paymentId, 'capture')).capturedAmount).toEqual(usd(999));
    await steps.atRest(order.orderId);
    expect(await moneyOf(order.orderId)).toEqual({ captured: 999, refunded: 0, held: 0 });
  });
});
