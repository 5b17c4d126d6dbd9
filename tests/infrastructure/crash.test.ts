import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/application/access.ts';
import { createApiKey, ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { eventually } from '../support/eventually.ts';
import { startPgProxy, type PgProxy } from '../support/pg-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { spawnService, type ServiceProcess } from '../support/process.ts';

let database: TestDatabase;
let proxy: PgProxy;
let key: string;
let services: ServiceProcess[];

beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await startPgProxy(database.connectionString);
  key = await createApiKey(database.pool, await ensureTenant(database.pool, 'acme'), 'test', SCOPES);
  services = [];
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.end('SIGKILL')));
  await proxy.close();
  await database.drop();
});

async function start(databaseUrl: string): Promise<ServiceProcess & { address: string }> {
  const service = spawnService({ DATABASE_URL: databaseUrl, PORT: '0' });
  services.push(service);
  return { ...service, address: await service.url() };
}

const post = (url: string, body: object, idempotencyKey: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify(body),
  });

const order = {
  customerId: 'customer-1',
  items: [{ productId: 'p', productName: 'P', quantity: 1, unitPrice: { amount: 1000, currency: 'USD' } }],
};

const CREATED = `event where type = 'OrderCreated'`;

const count = async (query: string): Promise<number> =>
  (await database.pool.query(`select count(*)::int as n from ${query}`)).rows[0].n;

/** Kills the service after PostgreSQL did what `statement` says and before the service hears of it. */
async function killAfter(
  statement: string,
  nth: number,
  url: (address: string) => string,
  body: object,
  name: string,
) {
  const doomed = await start(proxy.connectionString);
  const happened = proxy.holdReplies(statement, nth);
  const answer = post(url(doomed.address), body, name).catch(() => 'no answer');
  await happened;
  expect(await doomed.end('SIGKILL')).toBe('SIGKILL');
  expect(await answer).toBe('no answer');
}

// Each starts the service up to three times, from its sources, and waits for the lease of the one that was killed.
describe('the service killed with kill -9', { timeout: 120_000 }, () => {
  it('between append and answer gives the same order when the request is repeated', async () => {
    await killAfter('append-units', 1, (address) => `${address}/api/orders`, order, 'order-1');
    expect(await count(CREATED)).toBe(1);

    const { address } = await start(database.connectionString);
    const again = await post(`${address}/api/orders`, order, 'order-1');
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const { rows } = await database.pool.query('select stream_id from stream');
    expect(rows).toEqual([{ stream_id: ((await again.json()) as { orderId: string }).orderId }]);
    expect(await count(CREATED)).toBe(1);
  });

  it.each([
    ['after the attempt was committed, before the provider was called', 'append-units', 1],
    ['after the provider took the money, before we heard of it', 'simulated-open', 1],
    ['after the outcome was committed, before the answer', 'append-units', 2],
  ])('%s takes the money once when the payment is repeated', async (_moment, statement, nth) => {
    const first = await start(database.connectionString);
    const created = await post(`${first.address}/api/orders`, order, 'order-1');
    const { orderId } = (await created.json()) as { orderId: string };
    // What `checkout` has to say of the order is said before: it must not be counted below.
    await eventually(async () => expect(await count(`event where type = 'StockReserved'`)).toBe(1));
    await first.end('SIGTERM');
    const payment = { orderId, paymentMethod: 'card' };
    await killAfter(statement, nth, (address) => `${address}/api/payments`, payment, 'payment-1');

    const { address } = await start(database.connectionString);
    const again = await post(`${address}/api/payments`, payment, 'payment-1');
    expect(again.status).toBe(201);
    expect(await again.json()).toMatchObject({ orderId, status: 'Completed', isSuccessful: true });
    expect(await count(`simulated_provider.operation where kind = 'authorize'`)).toBe(1);
    expect(await count(`event where type = 'PaymentInitiated'`)).toBe(1);
    expect(await count(`event where type = 'PaymentProcessed'`)).toBe(1);
    await eventually(async () => {
      const read = await fetch(`${address}/api/orders/${orderId}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(await read.json()).toMatchObject({
        status: 'Confirmed',
        paymentStatus: 'Paid',
        dueAmount: { amount: 0 },
      });
    }, 30_000);
  });
});
