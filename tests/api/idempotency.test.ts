import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import { shardOf } from '../../src/infrastructure/system.ts';
import { chargesOf, moneyTaken } from '../support/api-books.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import {
  line,
  orderBody,
  orderOf,
  pay,
  paymentOf,
  placeOrder,
  settledOrder,
  usd,
} from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';
import { holdLock, waitingForLocks } from '../support/api-locks.ts';

let api: Api;
let client: ApiClient;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
});
afterAll(() => api.stop());

const keyed = (key: string) => ({ 'idempotency-key': key });

const create = (key: string, body: unknown = orderBody(), by: ApiClient = client): Promise<ApiAnswer> =>
  by.post('/api/orders', body, keyed(key));

/** Orders until one is, or is not, on the shard of another. */
async function placeBeside({ orderId }: OrderView, onSameShard: boolean): Promise<OrderView> {
  const shards = inject('shardCount');
  for (;;) {
    const order = await placeOrder(client);
    if ((shardOf(order.orderId, shards) === shardOf(orderId, shards)) === onSameShard) return order;
  }
}

/** The second is the first's answer, told to be so, and nothing was written for it. */
async function expectReplay(first: ApiAnswer, repeat: () => Promise<ApiAnswer>): Promise<void> {
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  const before = await traces(api.database.pool);
  const second = await repeat();
  expect(second.status).toBe(first.status);
  expect(second.text).toBe(first.text);
  expect(second.headers['idempotency-replayed']).toBe('true');
  for (const name of ['location', 'etag', 'content-type']) {
    expect(second.headers[name]).toBe(first.headers[name]);
  }
  expect(await traces(api.database.pool)).toEqual(before);
}

/** Of a new order: its stock is reserved with it. */
const COMMANDS = 1;

const IN_USE = { status: 409, code: 'idempotency-key-in-use' } as const;
const REUSED = { status: 422, code: 'idempotency-key-reused' } as const;

describe('an order placed under a key', () => {
  it('is placed once and answered the same, however often it is asked for', async () => {
    const first = await create('twice');
    expect(first.status).toBe(201);
    await expectReplay(first, () => create('twice'));
    await expectReplay(first, () => create('twice'));
  });

  it('is placed once, however its path is spelled', async () => {
    const url = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
    const headers = {
      ...keyed('spelled'),
      authorization: `Bearer ${client.key}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify(orderBody());
    const first = await create('spelled');
    for (const path of ['/%61pi/orders', '/api/order%73']) {
      const again = await fetch(`${url}${path}`, { method: 'POST', headers, body });
      expect(await again.json()).toEqual(first.body);
    }
  });

  it('is answered as it was placed, whatever has become of it', async () => {
    const first = await create('then-paid');
    const { orderId } = orderOf(first);
    await pay(client, orderId);
    await settledOrder(client, orderId);
    await expectReplay(first, () => create('then-paid'));
    expect(orderOf(await client.get(`/api/orders/${orderId}`)).status).toBe('Confirmed');
  });

  it('is the same for a body that says the same in another order and with other spaces', async () => {
    const first = await create('reordered', orderBody({ shipping: usd(5), pricesIncludeTax: true }));
    const { customerId, items } = orderBody();
    const [{ productId, productName, quantity, unitPrice }] = items as [ReturnType<typeof line>];
    const reordered = {
      pricesIncludeTax: true,
      shipping: { currency: 'USD', amount: 5 },
      items: [{ unitPrice, quantity, productName, productId }],
      customerId,
    };
    await expectReplay(first, () => create('reordered', JSON.stringify(reordered, null, 3)));
  });

  it.each<[string, object]>([
    ['another customer', { customerId: 'customer-2' }],
    ['another quantity', { items: [line({ quantity: 2 })] }],
    ['another currency', { items: [line({ unitPrice: { amount: 1000, currency: 'EUR' } })] }],
    ['one line more', { items: [line(), line()] }],
    ['a default said aloud', { pricesIncludeTax: false }],
  ])('is not the same for a body with %s', async (difference, over) => {
    const key = `reused-${difference.replaceAll(' ', '-')}`;
    const first = await create(key);
    await expectRefusal(api, () => create(key, orderBody(over)), REUSED);
    await expectReplay(first, () => create(key));
  });

  it('tells lines in another order apart', async () => {
    const lines = [line(), line({ productId: 'cup' })];
    await create('lines', orderBody({ items: lines }));
    await expectRefusal(api, () => create('lines', orderBody({ items: lines.toReversed() })), REUSED);
  });

  it('is placed once by 50 requests at once, each of which gets that order or is told to wait', async () => {
    const before = await traces(api.database.pool);
    const answers = await Promise.all(Array.from({ length: 50 }, () => create('at-once')));
    const placed = answers.filter(({ status }) => status === 201);
    const waiting = answers.filter(({ status }) => status !== 201);

    expect(placed.length).toBeGreaterThan(0);
    expect(new Set(placed.map(({ text }) => text)).size).toBe(1);
    for (const answer of waiting) {
      expectProblem(answer, IN_USE);
      expect(answer.headers['retry-after']).toBe('1');
    }
    const { orders, commands } = await traces(api.database.pool);
    expect({ orders, commands }).toEqual({ orders: before.orders + 1, commands: before.commands + COMMANDS });
    expect((await create('at-once')).text).toBe(placed[0]!.text);
  });

  it('makes a second request wait until the first is answered', async () => {
    const release = await holdLock(api.database.pool, 'select head from log_head for update');
    const first = create('held');
    await waitingForLocks(api.database.pool, 1);
    for (const body of [orderBody(), orderBody({ customerId: 'another' })]) {
      const second = await create('held', body);
      expectProblem(second, IN_USE);
      expect(second.headers['retry-after']).toBe('1');
    }
    await release();
    expect((await first).status).toBe(201);
    await expectReplay(await first, () => create('held'));
  });

  it('is placed once by two processes of the service at once', async () => {
    const second = await api.connectToSecond(client);
    const before = await traces(api.database.pool);
    const answers = await Promise.all(
      [client, second, client, second].map((by) => create('two-processes', orderBody(), by)),
    );
    const placed = answers.filter(({ status }) => status === 201);
    expect(placed.length).toBeGreaterThan(1);
    expect(new Set(placed.map(({ text }) => text)).size).toBe(1);
    const { orders, commands } = await traces(api.database.pool);
    expect({ orders, commands }).toEqual({ orders: before.orders + 1, commands: before.commands + COMMANDS });
    await expectRefusal(api, () => create('two-processes', orderBody({ customerId: 'c' }), second), REUSED);
  });

  it('may be any under keys of its own', async () => {
    const ids = await Promise.all(
      ['key-a', 'key-b', 'KEY-A'].map(async (key) => orderOf(await create(key)).orderId),
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('is another order without a key', async () => {
    const ids = [await placeOrder(client), await placeOrder(client)].map(({ orderId }) => orderId);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('a key', () => {
  it('belongs to its tenant', async () => {
    const other = await api.connect('other-shop');
    const ours = await create('shared');
    const theirs = await create('shared', orderBody({ customerId: 'theirs' }), other);
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(orderOf(theirs).orderId).not.toBe(orderOf(ours).orderId);
    await expectReplay(ours, () => create('shared'));
    await expectReplay(theirs, () => create('shared', orderBody({ customerId: 'theirs' }), other));
  });

  it('is the same for all API keys of its tenant', async () => {
    const first = await create('colleagues');
    const colleague = await api.connect();
    await expectReplay(first, () => create('colleagues', orderBody(), colleague));
  });

  it('belongs to its path', async () => {
    const ordered = await create('one-key-two-paths');
    const { orderId } = orderOf(ordered);
    const paid = await pay(client, orderId, {}, keyed('one-key-two-paths'));
    expect(paid.status).toBe(201);
    await expectReplay(ordered, () => create('one-key-two-paths'));
    await expectReplay(paid, () => pay(client, orderId, {}, keyed('one-key-two-paths')));
  });

  it('is free again after a request that was not valid', async () => {
    const invalid = { status: 422, code: 'validation-failed', errors: ['body /customerId'] } as const;
    await expectRefusal(api, () => create('corrected', orderBody({ customerId: '' })), invalid);
    await expectRefusal(api, () => create('corrected', orderBody({ customerId: '' })), invalid);
    const corrected = await create('corrected');
    expect(corrected.status).toBe(201);
    await expectReplay(corrected, () => create('corrected'));
  });

  it('is free again after a request that was refused', async () => {
    const { orderId } = await placeOrder(client);
    const tooMuch = () => pay(client, orderId, { amount: usd(1001) }, keyed('refused'));
    await expectRefusal(api, tooMuch, { status: 422, code: 'payment-exceeds-due', errors: ['body /amount'] });
    const paid = await pay(client, orderId, {}, keyed('refused'));
    expect(paid.status).toBe(201);
    expect(paid.headers).not.toHaveProperty('idempotency-replayed');
  });

  it.each([
    ['is empty, which breaks two rules', '', 2],
    ['is longer than 255 characters', 'k'.repeat(256), 1],
    ['has a space in it', 'a b', 1],
    ['is only spaces', '   ', 1],
    ['has a tab in it', 'a\tb', 1],
    ['is not ASCII', 'clé', 1],
    ['has a control character in it', 'a\u007fb', 1],
  ])('is refused when it %s', async (_what, key, count) => {
    const errors = Array.from({ length: count }, () => 'header /idempotency-key');
    const refusal = { status: 422, code: 'validation-failed', errors } as const;
    await expectRefusal(api, () => create(key), refusal);
    const { orderId } = await placeOrder(client);
    await expectRefusal(api, () => pay(client, orderId, {}, keyed(key)), refusal);
  });

  it.each([
    'k',
    'k'.repeat(255),
    '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
  ])('may be %s', async (key) => {
    const first = await create(key);
    expect(first.status).toBe(201);
    await expectReplay(first, () => create(key));
  });

  it('means nothing on a request that reads', async () => {
    const { orderId } = await placeOrder(client);
    for (let count = 0; count < 2; count++) {
      const answer = await client.get(`/api/orders/${orderId}`, keyed('reading'));
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    }
  });
});

async function expectRefusedFor(key: string, onSameShard: boolean): Promise<void> {
  const first = await placeOrder(client);
  const second = await placeBeside(first, onSameShard);
  await pay(client, first.orderId, {}, keyed(key));
  await settledOrder(client, first.orderId);
  await expectRefusal(api, () => pay(client, second.orderId, {}, keyed(key)), REUSED);
  expect(await chargesOf(api.database.pool, second.orderId)).toEqual([]);
}

describe('a payment made under a key', () => {
  it('is made once and answered the same', async () => {
    const { orderId } = await placeOrder(client);
    const request = () => pay(client, orderId, {}, keyed('paid-once'));
    const first = await request();
    expect(paymentOf(first).status).toBe('Completed');
    await expectReplay(first, request);
    await settledOrder(client, orderId);
    await expectReplay(first, request);
    expect(await chargesOf(api.database.pool, orderId)).toHaveLength(1);
  });

  it('is answered the same while more is due', async () => {
    const { orderId } = await placeOrder(client);
    const request = () => pay(client, orderId, { amount: usd(100) }, keyed('a-part'));
    const first = await request();
    await expectReplay(first, request);
    await settledOrder(client, orderId);
    await expectReplay(first, request);
    expect(await moneyTaken(api.database.pool, orderId)).toBe(100);
  });

  it('stays declined under its key, and may succeed under another', async () => {
    const { orderId } = await placeOrder(client);
    const declined = () => pay(client, orderId, { paymentToken: 'tok_declined' }, keyed('declined-once'));
    const first = await declined();
    expect(paymentOf(first)).toMatchObject({ status: 'Failed', error: { code: 'card_declined' } });
    await expectReplay(first, declined);
    const second = await pay(client, orderId, {}, keyed('second-card'));
    expect(paymentOf(second).status).toBe('Completed');
    await settledOrder(client, orderId);
    await expectReplay(first, declined);
    expect(await moneyTaken(api.database.pool, orderId)).toBe(1000);
  });

  it.each<[string, object]>([
    ['another token', { paymentToken: 'tok_declined' }],
    ['another amount', { amount: usd(1) }],
    ['another method', { paymentMethod: 'wallet' }],
  ])('is not the same with %s, neither before nor after the order hears of it', async (difference, over) => {
    const key = `payment-${difference.replaceAll(' ', '-')}`;
    const { orderId } = await placeOrder(client);
    await pay(client, orderId, {}, keyed(key));
    expectProblem(await pay(client, orderId, over, keyed(key)), REUSED);
    await settledOrder(client, orderId);
    await expectRefusal(api, () => pay(client, orderId, over, keyed(key)), REUSED);
    expect(await chargesOf(api.database.pool, orderId)).toHaveLength(1);
  });

  it('is not the same for another order', () => expectRefusedFor('other-order', true));

  if (inject('shardCount') > 1)
    it('is not the same for an order of another shard', () => expectRefusedFor('other-shard', false));

  it('is charged once when two processes of the service ask the provider at once', async () => {
    const { pool } = api.database;
    const second = await api.connectToSecond(client);
    const { orderId } = await placeOrder(client);
    const release = await holdLock(pool, 'lock table simulated_provider.intent in exclusive mode');
    const answers = [client, second].map((by) => pay(by, orderId, {}, keyed('paid-by-two')));
    await waitingForLocks(pool, 2);
    expectProblem(await pay(client, orderId, {}, keyed('paid-by-two')), IN_USE);
    await release();

    const [one, other] = await Promise.all(answers);
    expect([one!.status, other!.status]).toEqual([201, 201]);
    expect(one!.text).toBe(other!.text);
    expect(await chargesOf(pool, orderId)).toHaveLength(1);
    expect(await settledOrder(second, orderId)).toMatchObject({
      paymentStatus: 'Paid',
      paidAmount: usd(1000),
    });
  });

  it.each(['tok_success', 'tok_declined'])(
    'is made once by 50 requests at once with %s',
    async (paymentToken) => {
      const { orderId } = await placeOrder(client);
      const request = () => pay(client, orderId, { paymentToken }, keyed(`at-once-${paymentToken}`));
      const answers = await Promise.all(Array.from({ length: 50 }, request));
      const made = answers.filter(({ status }) => status === 201);

      expect(new Set(made.map(({ text }) => text)).size).toBe(1);
      for (const answer of answers.filter(({ status }) => status !== 201)) {
        expect(problemOf(answer).code).toBe('idempotency-key-in-use');
      }
      await settledOrder(client, orderId);
      expect((await request()).text).toBe(made[0]!.text);
      expect(await chargesOf(api.database.pool, orderId)).toHaveLength(1);
    },
  );
});
