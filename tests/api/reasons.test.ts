import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderOf, usd } from '../support/api-samples.ts';
import { expectRefusal, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { fulfilmentIdOf, returnIdOf, stepsOf, type Steps } from '../support/api-steps.ts';
import { openShop, type Shop } from '../support/client.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;
let shop: Shop;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect('acme');
  steps = stepsOf(api, client);
  shop = await openShop(api, await api.service.server.listen({ port: 0, host: '127.0.0.1' }), 'acme');
});
afterAll(() => api.stop());

/** What the history says of why, by type of event. */
async function reasonsOf(orderId: string): Promise<Record<string, string | undefined>> {
  const { data } = await shop.client.listOrderEvents({ orderId });
  return Object.fromEntries(
    data.map(({ type, data: facts }) => [type, (facts as { reason?: string }).reason]),
  );
}

const syncs = async () => {
  const { data } = await shop.client.listAudit();
  return data.filter(({ what }) => what === 'payments.sync');
};

describe('why an operator did something', () => {
  it('stands in the history of the order, with the event that it led to', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const { orderId } = order;
    await shop.client.capturePayment({ paymentId, reason: 'it is packed' });
    await steps.atRest(orderId);
    const created = await shop.client.createFulfilment({ orderId, reason: 'by hand' });
    const fulfilmentId = created.fulfilments[0]!.fulfilmentId;
    await shop.client.shipFulfilment({ orderId, fulfilmentId, reason: 'the courier came' });
    await shop.client.deliverFulfilment({ orderId, fulfilmentId, reason: 'they rang' });
    const returnId = returnIdOf(orderOf(await steps.onOrder(orderId, 'returns', { reason: 'broken' })));
    await shop.client.receiveReturn({ orderId, returnId, reason: 'it is in shelf 4' });
    expect(await reasonsOf(orderId)).toMatchObject({
      ...{ CaptureRequested: 'it is packed', FulfilmentCreated: 'by hand' },
      ...{ FulfilmentShipped: 'the courier came', FulfilmentDelivered: 'they rang' },
      ...{ ReturnRequested: 'broken', ReturnReceived: 'it is in shelf 4' },
    });
  });

  it('need not be said', async () => {
    const { order, paymentId } = await steps.placeHeld();
    await steps.onPayment(paymentId, 'capture');
    await steps.atRest(order.orderId);
    const created = orderOf(await steps.onOrder(order.orderId, 'fulfilments'));
    await steps.onOrder(order.orderId, `fulfilments/${fulfilmentIdOf(created)}/ship`);
    const reasons = await reasonsOf(order.orderId);
    for (const type of ['CaptureRequested', 'FulfilmentCreated', 'FulfilmentShipped'])
      expect([type in reasons, reasons[type]]).toEqual([true, undefined]);
  });

  it('had a provider asked is in the audit, since nothing else tells of it', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const before = await steps.eventsOf(order.orderId);
    await shop.client.syncPayment({ paymentId });
    expect(await syncs()).toEqual([]);
    const idempotencyKey = 'once';
    for (let sent = 0; sent < 2; sent++)
      await shop.client.syncPayment(
        { paymentId, reason: 'the customer says that it failed' },
        { idempotencyKey },
      );
    expect(await steps.eventsOf(order.orderId)).toEqual(before);
    const [told, ...more] = await syncs();
    expect(told).toMatchObject({
      ...{ reason: 'the customer says that it failed', details: { paymentId } },
      actor: expect.stringMatching(/^key:op_/),
    });
    expect(more.length).toBeLessThanOrEqual(1); // with nothing to write down, a repeated question is asked again
    const stranger = await api.connect('stranger');
    await expectRefusal(api, () => stranger.post(`/api/payments/${paymentId}/sync`, { reason: 'nosy' }), {
      ...{ status: 404, code: 'payment-not-found' },
    });
    expect(await syncs()).toHaveLength(1 + more.length);
  });

  it('is a text of up to 500 characters', async () => {
    const { paymentId } = await steps.placeHeld();
    for (const reason of ['', 'x'.repeat(501), 'a\u0000b'])
      await expectRefusal(
        api,
        () => client.post(`/api/payments/${paymentId}/capture`, { amount: usd(1), reason }),
        { ...{ status: 422, code: 'validation-failed', errors: ['body /reason'] } },
      );
  });
});
