import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/application/read-models.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import {
  line,
  orderBody,
  orderOf,
  pay,
  paymentOf,
  placeOrder,
  placeOrderOf,
  settledOrder,
  timeless,
  usd,
} from '../support/api-samples.ts';
import { holdLock } from '../support/api-locks.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let api: Api;
let client: ApiClient;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
});
afterAll(() => api.stop());

describe('creating an order', () => {
  it('answers with the whole order, where it is and which version', async () => {
    const answer = await client.post('/api/orders', orderBody());
    const { orderId } = orderOf(answer);

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: `/api/orders/${orderId}`, etag: '"2"' });
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(orderId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(answer.body).toEqual({
      orderId,
      customerId: 'customer-1',
      status: 'Created',
      paymentStatus: 'Unpaid',
      fulfilmentStatus: 'None',
      currency: 'USD',
      pricesIncludeTax: false,
      items: [
        {
          lineId: '1',
          productId: 'teapot',
          productName: 'Teapot',
          quantity: 1,
          unitPrice: usd(1000),
          discount: usd(0),
          taxRate: 0,
          net: usd(1000),
          tax: usd(0),
        },
      ],
      totals: { items: usd(1000), discount: usd(0), tax: usd(0), shipping: usd(0), grand: usd(1000) },
      paidAmount: usd(0),
      refundedAmount: usd(0),
      dueAmount: usd(1000),
      payments: [],
      fulfilments: [],
      returns: [],
      expiresAt: expect.stringMatching(INSTANT),
      version: 2,
      createdAt: expect.stringMatching(INSTANT),
      updatedAt: orderOf(answer).createdAt,
    });
  });

  it('adds tax and shipping, takes discounts off, and rounds each line', async () => {
    const { items, totals } = await placeOrder(client, {
      items: [
        line({ quantity: 3, unitPrice: usd(1999), discount: usd(100), taxRate: 2000 }),
        line({ unitPrice: usd(333), taxRate: 550 }),
      ],
      shipping: usd(500),
    });
    expect(items.map(({ net, tax }) => [net.amount, tax.amount])).toEqual([
      [5897, 1179], // 1179.4
      [333, 18], // 18.315
    ]);
    expect(totals).toEqual({
      items: usd(6330),
      discount: usd(100),
      tax: usd(1197),
      shipping: usd(500),
      grand: usd(7927),
    });
  });

  it('finds the tax within prices that include it', async () => {
    const { items, totals, pricesIncludeTax } = await placeOrder(client, {
      items: [line({ unitPrice: usd(1000), taxRate: 2000 })],
      pricesIncludeTax: true,
    });
    expect(pricesIncludeTax).toBe(true);
    expect(items[0]).toMatchObject({ net: usd(833), tax: usd(167) });
    expect(totals).toMatchObject({ items: usd(833), tax: usd(167), grand: usd(1000) });
  });

  it.each([
    ['nothing is asked for it', { items: [line({ unitPrice: usd(0) })] }],
    ['its discount takes all', { items: [line({ quantity: 2, discount: usd(2000), taxRate: 2000 })] }],
  ])('is Paid and Confirmed at once when %s', async (_because, over) => {
    const answer = await client.post('/api/orders', orderBody(over));
    expect(answer.status).toBe(201);
    expect(answer.headers['etag']).toBe('"4"');
    expect(answer.body).toMatchObject({
      status: 'Confirmed',
      paymentStatus: 'Paid',
      dueAmount: usd(0),
      paidAmount: usd(0),
      payments: [],
      version: 4,
    });
    await expectRefusal(api, () => pay(client, orderOf(answer).orderId), {
      status: 409,
      code: 'order-not-payable',
    });
  });

  it.each([
    ['the highest amount', { items: [line({ unitPrice: usd(999_999_999_999) })] }],
    ['the highest quantity', { items: [line({ quantity: 1_000_000, unitPrice: usd(1) })] }],
    ['the highest tax rate', { items: [line({ taxRate: 10_000 })] }],
    ['500 lines', { items: Array.from({ length: 500 }, () => line()) }],
    ['a name of 200 characters', { items: [line({ productName: '🫖'.repeat(200) })] }],
    [
      'ids of 100 characters',
      { customerId: `c${'-'.repeat(99)}`, items: [line({ productId: 'p'.repeat(100) })] },
    ],
    [
      'a name that looks like code',
      { items: [line({ productName: `'); drop table event; --<script>\\u0000` })] },
    ],
  ])('takes %s', async (_limit, over) => {
    const order = await placeOrder(client, over);
    const { items } = orderBody(over);
    expect(
      order.items.map(({ productId, productName, quantity }) => ({ productId, productName, quantity })),
    ).toEqual(items.map(({ productId, productName, quantity }) => ({ productId, productName, quantity })));
    expect(timeless(orderOf(await client.get(`/api/orders/${order.orderId}`)))).toEqual(timeless(order));
  });

  it.each(['JPY', 'KWD', 'CLF', 'HUF'])('counts %s in its own minor units', async (currency) => {
    const price = { amount: 12_345, currency };
    const order = await placeOrder(client, { items: [line({ unitPrice: price })] });
    expect(order).toMatchObject({ currency, dueAmount: price, totals: { grand: price } });
  });
});

describe('reading an order', () => {
  it('gives what creating it answered, at once and again, however many others are busy', async () => {
    await Promise.all(
      Array.from({ length: 100 }, async (_, number) => {
        const created = await placeOrder(client, { customerId: `reader-${number}` });
        for (let read = 0; read < 3; read++) {
          const answer = await client.get(`/api/orders/${created.orderId}`);
          expect(answer.status).toBe(200);
          const { version } = orderOf(answer);
          expect(answer.headers['etag']).toBe(`"${version}"`);
          expect(version).toBeGreaterThanOrEqual(created.version);
          expect(timeless(orderOf(answer))).toEqual(timeless(created));
        }
      }),
    );
  });

  it('gives every change that was answered, at once, however many others are busy', async () => {
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        const { orderId } = await placeOrderOf(client, 300);
        let version = 1;
        for (let part = 0; part < 3; part++) {
          const payment = paymentOf(await pay(client, orderId, { amount: usd(100) }));
          expect(paymentOf(await client.get(`/api/payments/${payment.paymentId}`))).toEqual(payment);
          const order = orderOf(await client.get(`/api/orders/${orderId}`));
          expect(order.payments.map(({ paymentId }) => paymentId)).toContain(payment.paymentId);
          expect(order.version).toBeGreaterThan(version);
          version = order.version;
        }
      }),
    );
  });

  it('gives the last change even while the projectors stand still', async () => {
    const { orderId } = await placeOrder(client);
    await traces(api.database.pool);
    const release = await holdLock(
      api.database.pool,
      `select 1 from subscription where name in ('order-summary', 'payment-history') for update`,
    );
    try {
      const part = paymentOf(await pay(client, orderId, { amount: usd(400) }));
      expect(paymentOf(await client.get(`/api/payments/${part.paymentId}`))).toEqual(part);
      expect(await settledOrder(client, orderId)).toMatchObject({
        paymentStatus: 'PartiallyPaid',
        payments: [{ paymentId: part.paymentId, status: 'Completed' }],
      });
      const created = await placeOrder(client);
      const found = orderOf(await client.get(`/api/orders/${created.orderId}`));
      expect(timeless(found)).toEqual(timeless(created));
    } finally {
      await release();
    }
  });

  it('gives every process of the service what any of them answered, at once', async () => {
    const second = await api.connectToSecond(client);
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const created = await placeOrder(client);
        const found = orderOf(await second.get(`/api/orders/${created.orderId}`));
        expect(timeless(found)).toEqual(timeless(created));
        const payment = paymentOf(await pay(second, created.orderId));
        expect(paymentOf(await client.get(`/api/payments/${payment.paymentId}`))).toEqual(payment);
      }),
    );
  });

  it.each([
    ['its entity tag', '"2"'],
    ['its weak entity tag', 'W/"2"'],
    ['a list that holds it', '"7", "2"'],
    ['a star', '*'],
  ])('answers 304 without a body to %s', async (_tag, ifNoneMatch) => {
    const { orderId } = await placeOrder(client);
    await settledOrder(client, orderId);
    const answer = await client.get(`/api/orders/${orderId}`, { 'if-none-match': ifNoneMatch });
    expect(answer.status).toBe(304);
    expect(answer.headers['etag']).toBe('"2"');
    expect(answer.text).toBe('');
  });

  it('answers in full once the order has changed', async () => {
    const { orderId } = await placeOrder(client);
    await pay(client, orderId);
    const { version } = await settledOrder(client, orderId);
    const answer = await client.get(`/api/orders/${orderId}`, { 'if-none-match': '"1", "22", 1' });
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe(`"${version}"`);
  });

  it('tells with HEAD what GET would, without the body', async () => {
    const { orderId } = await placeOrder(client);
    const { version } = await settledOrder(client, orderId);
    const answer = await client.send({ method: 'HEAD', url: `/api/orders/${orderId}` });
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe(`"${version}"`);
  });
});

const historyOf = (answer: ApiAnswer) => (answer.body as { data: HistoryEntry[] }).data;

describe('the history of an order', () => {
  it('holds the events of the order and of its payments, each with its cause', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const placed = await client.post('/api/orders', orderBody(), { traceparent });
    const { orderId } = orderOf(placed);
    await settledOrder(client, orderId);
    const declined = paymentOf(await pay(client, orderId, { paymentToken: 'tok_declined' }, { traceparent }));
    await settledOrder(client, orderId);
    const paid = paymentOf(await pay(client, orderId, {}, { traceparent }));
    await settledOrder(client, orderId);

    const events = historyOf(await client.get(`/api/orders/${orderId}/events`));
    const named = events.map(({ streamId, type }) => [
      streamId === orderId ? 'order' : streamId === paid.paymentId ? 'paid' : 'declined',
      type,
    ]);
    expect(named).toEqual([
      ['order', 'OrderCreated'],
      ['order', 'StockReserved'],
      ['declined', 'PaymentInitiated'],
      ['declined', 'AttemptStarted'],
      ['order', 'PaymentClaimed'],
      ['declined', 'AttemptFailed'],
      ['declined', 'PaymentProcessed'],
      ['order', 'OrderPaymentFailed'],
      ['order', 'PaymentClaimReleased'],
      ['paid', 'PaymentInitiated'],
      ['paid', 'AttemptStarted'],
      ['order', 'PaymentClaimed'],
      ['paid', 'PaymentAuthorized'],
      ['paid', 'CaptureSucceeded'],
      ['paid', 'PaymentProcessed'],
      ['order', 'OrderPaymentCaptured'],
      ['order', 'OrderConfirmed'],
      ['order', 'OrderPaid'],
    ]);

    for (const streamId of [orderId, declined.paymentId, paid.paymentId]) {
      const versions = events.filter((event) => event.streamId === streamId).map((event) => event.version);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }
    const positions = events.map(({ position }) => BigInt(position));
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
    expect(new Set(events.map(({ correlationId }) => correlationId))).toEqual(new Set([traceId]));

    const processed = events.filter(({ type }) => type === 'PaymentProcessed').map(({ eventId }) => eventId);
    const told = events.filter(({ type }) => /^OrderPayment(Failed|Captured)$/.test(type));
    expect(told.map(({ causationId, actor }) => ({ causationId, actor }))).toEqual(
      processed.map((causationId) => ({ causationId, actor: 'system:checkout' })),
    );
    expect(events[0]).toMatchObject({
      actor: `key:${client.key.slice(0, 14)}`,
      causationId: events[0]!.commandId,
    });
  });

  it('shows no payment token', async () => {
    const { orderId } = await placeOrder(client);
    const answer = await pay(client, orderId, { paymentToken: 'tok_canary_8d1f' });
    await settledOrder(client, orderId);
    const { paymentId } = paymentOf(answer);

    const history = await client.get(`/api/orders/${orderId}/events`);
    expect(historyOf(history).map(({ type }) => type)).toContain('PaymentInitiated');
    const others = ['', '/events'].map((path) => client.get(`/api/orders/${orderId}${path}`));
    const payments = [`/${paymentId}`, `?orderId=${orderId}`].map((path) =>
      client.get(`/api/payments${path}`),
    );
    for (const { text } of [answer, history, ...(await Promise.all([...others, ...payments]))]) {
      expect(text).not.toContain('canary');
    }
  });

  it('is there as soon as the order is', async () => {
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const { orderId } = await placeOrder(client);
        const [first] = historyOf(await client.get(`/api/orders/${orderId}/events`));
        expect(first?.type).toBe('OrderCreated');
      }),
    );
  });
});
