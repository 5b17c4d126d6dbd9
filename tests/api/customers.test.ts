import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderBody, orderOf, ordersOf, placeOrder } from '../support/api-samples.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { verifyHere } from '../support/filled-log.ts';

let api: Api;
let client: ApiClient;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
});
afterAll(() => api.stop());

const erase = (by: ApiClient, customerId: string) =>
  by.send({ method: 'DELETE', url: `/api/customers/${customerId}` });

const untilErased = (): Promise<void> =>
  eventually(async () => {
    const { rows } = await api.database.pool.query('select from erasure where finished_at is null');
    expect(rows).toEqual([]);
  }, 20_000);

it('erases a customer from whatever is read afterwards, on either process', async () => {
  const second = await api.connectToSecond(client);
  const key = { 'idempotency-key': 'the-order' };
  const placed = orderOf(await client.post('/api/orders', orderBody({ customerId: 'ada' }), key));
  await placeOrder(second, { customerId: 'ada' });
  const bob = await placeOrder(client, { customerId: 'bob' });
  const begin = `/api/orders/${placed.orderId}?atVersion=1`;
  const seen = await client.get(begin);
  expect(orderOf(seen)).toMatchObject({ customerId: 'ada' });

  expect(await erase(second, 'ada')).toMatchObject({
    status: 202,
    body: { customerId: 'ada', status: 'erasing' },
  });
  await untilErased();
  const replayed = await client.post('/api/orders', orderBody({ customerId: 'ada' }), key);
  expect([replayed.status, replayed.headers['idempotency-replayed']]).toEqual([201, 'true']);
  expect(replayed.body).toEqual({ ...placed, customerId: 'erased' });
  for (const reader of [client, second]) {
    expect(orderOf(await reader.get(`/api/orders/${placed.orderId}`))).toMatchObject({
      customerId: 'erased',
      totals: placed.totals,
      status: placed.status,
    });
    expect(ordersOf(await reader.get('/api/orders?customerId=ada')).data).toEqual([]);
    expect(orderOf(await reader.get(`/api/orders/${bob.orderId}`))).toMatchObject({ customerId: 'bob' });
  }
  // Each process opens what it knows the key of for some seconds more.
  await eventually(async () => {
    for (const reader of [client, second]) {
      const then = await reader.get(begin, { 'if-none-match': String(seen.headers['etag']) });
      expect(then.status).toBe(200); // whoever saw it before is not told to show that again
      const history = await reader.get(`/api/orders/${placed.orderId}/events`);
      expect(`${then.text}${history.text}`).not.toContain('ada');
    }
  }, 20_000);
  expect((await verifyHere(api.database.pool)).findings).toEqual([]);
});

it('erases a customer from an archived order, whose version stays: no browser is told that it is the same', async () => {
  const { orderId } = await placeOrder(client, { customerId: 'fay' });
  await traces(api.database.pool);
  const seen = await client.get(`/api/orders/${orderId}`);
  await api.database.pool.query('update stream set archived = true where stream_id = $1', [orderId]);
  await erase(client, 'fay');
  await untilErased();
  const again = await client.get(`/api/orders/${orderId}`, { 'if-none-match': String(seen.headers['etag']) });
  await api.database.pool.query('update stream set archived = false where stream_id = $1', [orderId]);
  expect(again.headers['etag']).toBe(seen.headers['etag']);
  expect([again.status, orderOf(again)]).toMatchObject([200, { customerId: 'erased' }]);
});

it('answers the same when asked again, and for somebody who never ordered', async () => {
  await placeOrder(client, { customerId: 'carol' });
  const answers = [await erase(client, 'carol'), await erase(client, 'carol'), await erase(client, 'nobody')];
  await untilErased();
  answers.push(await erase(client, 'carol'));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
});

it('leaves another tenant’s customer of the same id alone', async () => {
  const others = await api.connect('others');
  const order = await placeOrder(others, { customerId: 'dan' });
  await placeOrder(client, { customerId: 'dan' });
  await erase(client, 'dan');
  await untilErased();
  expect(orderOf(await others.get(`/api/orders/${order.orderId}`))).toMatchObject({ customerId: 'dan' });
});

it('gives an order placed afterwards to a new customer of the same id', async () => {
  await placeOrder(client, { customerId: 'eve' });
  await erase(client, 'eve');
  await untilErased();
  const { orderId } = await placeOrder(client, { customerId: 'eve' });
  await eventually(async () => {
    const { data } = ordersOf(await client.get('/api/orders?customerId=eve'));
    expect(data.map((order) => order.orderId)).toEqual([orderId]);
  });
});

it.each([
  ['starts with no letter or digit', '-ada'],
  ['has a space', 'a%20b'],
  ['is too long', 'a'.repeat(101)],
])('refuses an id that %s', async (_, customerId) => {
  const isTooLong = customerId.length > 100;
  await expectRefusal(
    api,
    () => erase(client, customerId),
    isTooLong
      ? { status: 414, code: 'uri-too-long' }
      : { status: 422, code: 'validation-failed', errors: ['path /customerId'] },
  );
  const { rows } = await api.database.pool.query('select from erasure where customer_id = $1', [customerId]);
  expect(rows).toEqual([]);
});

it('refuses a parameter it does not know', async () => {
  await expectRefusal(api, () => client.send({ method: 'DELETE', url: '/api/customers/ada?at=once' }), {
    status: 422,
    code: 'validation-failed',
    errors: ['query /at'],
  });
});
