import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedMoney } from '../support/api-books.ts';
import { line, orderOf, pay, paymentOf, settledOrder, usd } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { etagOf, PROVIDER_WITHIN_MS, stepsOf, type Steps } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';

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

describe('amending an order', () => {
  it('changes its lines, keeps their ids, numbers new ones on, and sums up anew', async () => {
    const before = await steps.place({ items: [line(), line({ productId: 'pot' })] });
    const items = [
      { ...line({ quantity: 2 }), lineId: '1' },
      line({ productId: 'cup', unitPrice: usd(250), taxRate: 1000 }),
    ];
    const answer = await steps.amend(before, { items, shipping: usd(100), reason: 'changed my mind' });
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe(`"${before.version + 1}"`);
    const after = orderOf(answer);
    expect(after.items.map(({ lineId, productId }) => [lineId, productId])).toEqual([
      ['1', 'teapot'],
      ['3', 'cup'],
    ]);
    expect(after).toMatchObject({
      totals: { items: usd(2250), tax: usd(25), shipping: usd(100), grand: usd(2375) },
      dueAmount: usd(2375),
      version: before.version + 1,
    });
    expect((await client.get(`/api/orders/${before.orderId}`)).body).toEqual(after);
    expect(await steps.eventsOf(before.orderId)).toContain('OrderAmended');
  });

  it('leaves what it does not name', async () => {
    const before = await steps.place({ shipping: usd(500) });
    const after = orderOf(await steps.amend(before, { shipping: usd(0) }));
    expect(after.items).toEqual(before.items);
    expect(after.totals.grand).toEqual(usd(1000));
  });

  it('makes more due of one that was paid', async () => {
    const { order } = await steps.placePaid();
    const dearer = orderOf(await steps.amend(order, { shipping: usd(334) }));
    expect(dearer).toMatchObject({ paymentStatus: 'PartiallyPaid', dueAmount: usd(334) });
    expect(paymentOf(await pay(client, order.orderId)).amount).toEqual(usd(334));
    expect(await settledOrder(client, order.orderId)).toMatchObject({ paymentStatus: 'Paid' });
    expect(await moneyOf(order.orderId)).toEqual({ captured: 4000, refunded: 0, held: 0 });
  });

  it('gives back what was paid too much, by itself', async () => {
    const { order } = await steps.placePaid();
    const items = [{ ...line({ quantity: 2 }), lineId: '1' }];
    expect(orderOf(await steps.amend(order, { items }))).toMatchObject({ paymentStatus: 'Overpaid' });
    expect(await steps.atRest(order.orderId)).toMatchObject({
      paymentStatus: 'Paid',
      paidAmount: usd(3666),
      refundedAmount: usd(1666),
      dueAmount: usd(0),
    });
    expect(await moneyOf(order.orderId)).toEqual({ captured: 3666, refunded: 1666, held: 0 });
  });
});

/** Cancelled, and no money of it is anywhere. */
async function expectCancelled(orderId: string): Promise<void> {
  await eventually(async () => {
    const { status, payments } = await steps.atRest(orderId);
    if (status === 'Cancelling')
      for (const { paymentId } of payments) await steps.onPayment(paymentId, 'sync');
    expect(status).toBe('Cancelled');
  }, PROVIDER_WITHIN_MS);
  const { captured, refunded, held } = await moneyOf(orderId);
  expect({ refunded, held }).toEqual({ refunded: captured, held: 0 });
}

describe('cancelling an order', () => {
  it('ends at once when there is no money about', async () => {
    const { orderId } = await steps.place();
    const answer = await steps.onOrder(orderId, 'cancel', { reason: 'too late' });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(answer.body).toMatchObject({ status: 'Cancelled', paymentStatus: 'Unpaid' });
    expect(answer.headers['etag']).toBe(etagOf(orderOf(answer)));
    await expectCancelled(orderId);
    expect(await steps.eventsOf(orderId)).toContain('StockReleased');
  });

  it('needs no body, and repeated changes nothing', async () => {
    const { orderId } = await steps.place();
    const url = `/api/orders/${orderId}/cancel`;
    expect((await client.send({ method: 'POST', url })).status).toBe(200);
    const cancelled = await steps.atRest(orderId);
    const again = await client.send({ method: 'POST', url });
    expect(again.status).toBe(200);
    expect(again.body).toEqual(cancelled);
  });

  it.each<[string, object]>([
    ['captured', {}],
    ['captured in part of what is due', { amount: usd(400) }],
    ['held', { captureMethod: 'manual' }],
    ['awaiting the customer', { paymentToken: 'tok_3ds_ok' }],
    ['awaiting a customer who fails', { paymentToken: 'tok_3ds_fail' }],
    ['on its way', { paymentToken: 'tok_async_success' }],
    ['on its way and will not come', { paymentToken: 'tok_async_fail' }],
    ['perhaps taken, and was', { paymentToken: 'tok_timeout_then_success' }],
    ['perhaps held, and is', { paymentToken: 'tok_http_500', captureMethod: 'manual' }],
    ['perhaps taken, and was not', { paymentToken: 'tok_timeout_then_decline' }],
    ['less than was asked for', { paymentToken: 'tok_amount_mismatch' }],
  ])('waits for its money to be back: %s', async (_where, over) => {
    const { orderId } = await steps.place();
    await pay(client, orderId, over);
    await steps.atRest(orderId);
    const answer = await steps.onOrder(orderId, 'cancel');
    expect(answer.status).toBe(202);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).toMatchObject({ status: 'Cancelling' });
    await expectCancelled(orderId);
  });

  it('lets go of what is held and gives back what of it was captured', async () => {
    const { order, paymentId } = await steps.placeHeld();
    await steps.onPayment(paymentId, 'capture', { amount: usd(300) });
    await steps.atRest(order.orderId);
    expect((await steps.onOrder(order.orderId, 'cancel')).status).toBe(202);
    await expectCancelled(order.orderId);
    expect(await moneyOf(order.orderId)).toEqual({ captured: 300, refunded: 300, held: 0 });
    expect(await steps.payment(paymentId)).toMatchObject({ status: 'Completed', refundedAmount: usd(300) });
  });

  it('ends at once after a payment that failed, and gives back what is taken all the same, late', async () => {
    const { orderId } = await steps.place();
    const failed = paymentOf(await pay(client, orderId, { paymentToken: 'tok_late_success' }));
    expect(failed.status).toBe('Failed');
    await steps.atRest(orderId);
    expect(orderOf(await steps.onOrder(orderId, 'cancel')).status).toBe('Cancelled');
    await steps.syncUntil(failed.paymentId, ({ capturedAmount }) => capturedAmount.amount === 1000);
    await expectCancelled(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 1000, held: 0 });
  });

  it('waits for a refund that is on its way', async () => {
    const { orderId } = await steps.place();
    await pay(client, orderId, { paymentToken: 'tok_refund_pending' });
    await steps.atRest(orderId);
    expect((await steps.onOrder(orderId, 'cancel')).status).toBe(202);
    expect(await steps.atRest(orderId)).toMatchObject({ status: 'Cancelling', paymentStatus: 'Paid' });
    await expectCancelled(orderId);
  });

  it('also of one that costs nothing', async () => {
    const { orderId } = await steps.place({ items: [line({ unitPrice: usd(0) })] });
    expect(orderOf(await steps.onOrder(orderId, 'cancel'))).toMatchObject({ status: 'Cancelled' });
  });
});
