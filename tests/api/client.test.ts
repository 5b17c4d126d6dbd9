import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConnectionError,
  ProblemError,
  type FeedEvent,
  type Input,
  type Order,
} from '../../packages/client/src/client.ts';
import { verifyWebhook } from '../../packages/client/src/webhooks.ts';
import { orderBody, usd } from '../support/api-samples.ts';
import { startApi, type Api } from '../support/api-service.ts';
import { cuttable, losing, openShop, type Shop } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

let api: Api;
let base: string;
let shop: Shop;
beforeAll(async () => {
  api = await startApi({ webhooksAllowPrivate: true });
  base = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
  shop = await openShop(api, base);
});
afterAll(() => api.stop());

/** One teapot, 10.00 USD. */
const teapot: Input<'createOrder'> = orderBody();

const card = ({ orderId }: Order, over: Partial<Input<'createPayment'>> = {}): Input<'createPayment'> => ({
  orderId,
  paymentMethod: 'card',
  ...over,
});

/** The order once the service has nothing left to do about it. */
const orderWith = (orderId: string, status: Partial<Order>): Promise<Order> =>
  eventually(async () => {
    const order = await shop.client.getOrder({ orderId });
    expect(order).toMatchObject(status);
    return order;
  });

async function refusalOf(request: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProblemError);
  return error as ProblemError;
}

describe('a shop that uses the client', () => {
  it('places an order, holds the money, takes a part and gives some of it back', async () => {
    const { client } = shop;
    const placed = await client.createOrder(teapot);
    expect(placed).toMatchObject({ status: 'Created', dueAmount: usd(1000) });

    const held = await client.createPayment(card(placed, { captureMethod: 'manual' }));
    expect(held).toMatchObject({ status: 'Authorized', authorizedAmount: usd(1000) });
    const { paymentId } = held;
    const taken = await client.capturePayment({ paymentId, amount: usd(700), final: true });
    expect(taken).toMatchObject({ status: 'Completed', capturedAmount: usd(700) });

    const { refundId } = await client.refundPayment({ paymentId, amount: usd(200), reason: 'a scratch' });
    expect(await client.getRefund({ paymentId, refundId })).toMatchObject({ status: 'Succeeded' });
    expect(await client.getPayment({ paymentId })).toMatchObject({ refundedAmount: usd(200) });
    const { orderId } = placed;
    await orderWith(orderId, { paidAmount: usd(700), refundedAmount: usd(200) });
    expect(await client.getOrder({ orderId, atVersion: 1 })).toMatchObject({ paidAmount: usd(0) });
  });

  it('amends only the version that it has read', async () => {
    const { client } = shop;
    const { orderId } = await client.createOrder(teapot);
    const seen = await orderWith(orderId, { status: 'Created' });
    const shipping = usd(500);
    let etag: string | null = null;
    const amended = await client.amendOrder(
      { orderId, shipping },
      { ifMatch: seen.version, onResponse: ({ headers }) => (etag = headers.get('etag')) },
    );
    expect(amended.totals).toMatchObject({ shipping });
    expect(etag).toBe(`"${amended.version}"`);
    const refusal = await refusalOf(
      client.amendOrder({ orderId, shipping: usd(1) }, { ifMatch: seen.version }),
    );
    expect(refusal).toMatchObject({ code: 'version-mismatch', status: 412 });
    await client.cancelOrder({ orderId, reason: 'changed my mind' }, { ifMatch: etag! });
  });

  it('is told why it was refused', async () => {
    const { client } = shop;
    const order = await client.createOrder(teapot);
    const tooMuch = await refusalOf(client.createPayment(card(order, { amount: usd(1001) })));
    expect(tooMuch).toMatchObject({
      name: 'ProblemError',
      code: 'payment-exceeds-due',
      status: 422,
      errors: [{ in: 'body', pointer: '/amount' }],
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const invalid = await refusalOf(client.createOrder({ ...teapot, items: [], expiresInSeconds: 1 }));
    expect(invalid.code).toBe('validation-failed');
    expect(invalid.errors.map(({ pointer }) => pointer).toSorted()).toEqual(['/expiresInSeconds', '/items']);
    expect(invalid.message).toContain('body /items');
    const stranger = shop.with({ apiKey: async () => 'op_test_nobody' });
    expect(await refusalOf(stranger.getOrder(order))).toMatchObject({ code: 'unauthenticated', status: 401 });
  });

  it('pays once although the first two answers are lost', async () => {
    const order = await shop.client.createOrder(teapot);
    const { fetch, sent } = losing(2);
    const replayed: (string | null)[] = [];
    const payment = await shop.with({ fetch }).createPayment(card(order), {
      onResponse: ({ headers }) => replayed.push(headers.get('idempotency-replayed')),
    });
    expect(payment).toMatchObject({ status: 'Completed', capturedAmount: usd(1000) });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
    expect(replayed).toEqual(['true']);
    const { payments } = await orderWith(order.orderId, { paidAmount: usd(1000) });
    expect(payments.map(({ paymentId }) => paymentId)).toEqual([payment.paymentId]);
  });

  it('does not repeat what is not safe to repeat, and says that the outcome is not known', async () => {
    const { keyId } = await shop.client.createApiKey({ name: 'lost', role: 'viewer' });
    const { fetch, sent } = losing(1);
    await expect(shop.with({ fetch }).revokeApiKey({ keyId })).rejects.toBeInstanceOf(ConnectionError);
    expect(sent).toHaveLength(1);
  });

  it('sees each order of a list once, page by page', async () => {
    const { client } = await openShop(api, base, 'lists');
    const customerId = 'customer-7';
    const placed: string[] = [];
    for (let n = 0; n < 5; n++) placed.push((await client.createOrder({ ...teapot, customerId })).orderId);
    await client.createOrder(teapot);
    const filter = { customerId, limit: 2 };
    await eventually(async () => expect((await client.listOrders({ limit: 6 })).data).toHaveLength(6));
    const seen: string[] = [];
    for await (const { orderId } of client.listOrders(filter)) seen.push(orderId);
    expect(seen).toEqual(placed.toReversed());
    expect(await client.listOrders(filter)).toMatchObject({
      data: [{ orderId: placed[4] }, { orderId: placed[3] }],
      nextCursor: expect.any(String),
    });
  });

  it('knows that a webhook came from the service', async () => {
    const receiver = await startReceiver();
    try {
      const { url } = receiver;
      const { endpointId, secret } = await shop.client.createWebhookEndpoint({ url, events: ['*'] });
      await shop.client.pingWebhookEndpoint({ endpointId });
      await eventually(() => expect(receiver.received).toHaveLength(1));
      const { headers, body } = receiver.received[0]!;
      expect(await verifyWebhook({ headers, body }, secret)).toMatchObject({ type: 'webhook.ping' });
      expect(await shop.client.deleteWebhookEndpoint({ endpointId })).toBeUndefined();
    } finally {
      await receiver.stop();
    }
  });
});

const CREATED = ['order.created.v1'];
const placeTeapot = async (): Promise<string> => (await shop.client.createOrder(teapot)).orderId;
const orderIdOf = ({ data }: FeedEvent): string => data['orderId'] as string;

async function next(events: AsyncIterator<FeedEvent>): Promise<FeedEvent> {
  const { value, done } = await events.next();
  if (done) throw new Error('it has ended');
  return value;
}

describe('the feed', () => {
  it('goes on where it was after the connection is lost, and ends when the loop is left', async () => {
    const network = cuttable();
    const feed = shop.with({ fetch: network.fetch }).followEvents({ types: CREATED });
    const events = feed[Symbol.asyncIterator]();
    const first = next(events);
    await eventually(() => expect(network.isUsed()).toBe(true));
    const one = await placeTeapot();
    expect(await first).toMatchObject({ type: 'order.created.v1', sequence: 1, data: { orderId: one } });

    const second = next(events);
    const missed = await network.cutWhile(async () => [await placeTeapot(), await placeTeapot()]);
    const came = [await second, await next(events)].map(orderIdOf);
    expect(came.toSorted()).toEqual(missed.toSorted());
    await events.return?.();
    expect(await events.next()).toMatchObject({ done: true });
  });

  it('says whether it is connected', async () => {
    const network = cuttable();
    const told: boolean[] = [];
    const onConnected = (isConnected: boolean): void => void told.push(isConnected);
    const feed = shop.with({ fetch: network.fetch }).followEvents({ types: CREATED }, { onConnected });
    const events = feed[Symbol.asyncIterator]();
    const first = next(events);
    expect(told).toEqual([]);
    await eventually(() => expect(told).toEqual([true]));
    await network.cutWhile(async () => {
      await eventually(() => expect(told).toEqual([true, false]));
      await placeTeapot();
    });
    await first;
    expect(told).toEqual([true, false, true]);
    await events.return?.();
    expect(told).toEqual([true, false, true, false]);
  });

  it('misses nothing when the connection is lost before anything came', async () => {
    const network = cuttable();
    const feed = shop.with({ fetch: network.fetch }).followEvents({ types: CREATED });
    const events = feed[Symbol.asyncIterator]();
    const first = next(events);
    await eventually(() => expect(network.isUsed()).toBe(true));
    const missed = await network.cutWhile(placeTeapot);
    expect(orderIdOf(await first)).toBe(missed);
    await events.return?.();
  });

  it('tells what happened before, one order’s, and stops with the signal', async () => {
    const orderId = await placeTeapot();
    const stop = new AbortController();
    const seen: string[] = [];
    const follow = async (): Promise<void> => {
      const feed = shop.client.followEvents({ orderId, lastEventId: '0-0' }, { signal: stop.signal });
      for await (const event of feed) {
        seen.push(event.type);
        stop.abort(new Error('enough'));
      }
    };
    await expect(follow()).rejects.toThrow('enough');
    expect(seen).toEqual(CREATED);
  });

  it('says that it was refused', async () => {
    const feed = shop.client.followEvents({ lastEventId: '0-99999999' });
    expect(await refusalOf(next(feed[Symbol.asyncIterator]()))).toMatchObject({ code: 'validation-failed' });
  });
});
