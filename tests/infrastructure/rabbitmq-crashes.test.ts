import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/application/access.ts';
import { PUBLISHED_EVENTS } from '../../src/application/integration-messages.ts';
import { createApiKey, ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { relayLag } from '../../src/infrastructure/rabbitmq/relay-lag.ts';
import { EVENTS_EXCHANGE, queueOf } from '../../src/infrastructure/rabbitmq/topology.ts';
import { startAmqpProxy } from '../support/amqp-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { verifyHere } from '../support/filled-log.ts';
import { startPgProxy } from '../support/pg-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { spawnService, type ServiceProcess } from '../support/process.ts';
import { rabbitmqForTests, withChannel } from '../support/rabbitmq.ts';

const WITHIN_MS = 60_000;
/** Somebody else's, who asks for everything. */
const INDEPENDENT = 'independent';

const rabbitmq = rabbitmqForTests();
let database: TestDatabase;
let key: string;
let undo: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await createTestDatabase();
  key = await createApiKey(database.pool, await ensureTenant(database.pool, 'acme'), 'test', SCOPES);
  undo = [
    () => database.drop(),
    () =>
      withChannel(rabbitmq().url, async (channel) => {
        for (const name of ['order-created', 'payment-processed', 'webhooks', 'commands'])
          await channel.deleteQueue(queueOf(name));
        await channel.deleteQueue(INDEPENDENT);
      }),
  ];
});
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
});

async function start(
  urls: { amqp?: string; database?: string } = {},
): Promise<ServiceProcess & { address: string }> {
  const service = spawnService({
    ...{ DATABASE_URL: urls.database ?? database.connectionString, PORT: '0' },
    AMQP_URL: urls.amqp ?? rabbitmq().url,
  });
  undo.push(() => service.end('SIGKILL'));
  const address = await service.url();
  await eventually(async () => {
    const ready = (await (await fetch(`${address}/readyz`)).json()) as { checks: { status: string }[] };
    expect(ready.checks.map(({ status }) => status)).toEqual(ready.checks.map(() => 'ok'));
  }, WITHIN_MS);
  return { ...service, address };
}

async function placeOrders(address: string, count: number): Promise<void> {
  for (let order = 0; order < count; order++) {
    const answer = await fetch(`${address}/api/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        customerId: 'customer-1',
        items: [
          { productId: 'p', productName: 'P', quantity: 1, unitPrice: { amount: 1000, currency: 'USD' } },
        ],
      }),
    });
    expect(answer.status).toBe(201);
  }
}

const bindIndependent = (): Promise<unknown> =>
  withChannel(rabbitmq().url, async (channel) => {
    await channel.assertQueue(INDEPENDENT, { durable: true });
    await channel.bindQueue(INDEPENDENT, EVENTS_EXCHANGE, '#');
  });

const waitingFor = (queue: string): Promise<number> =>
  withChannel(rabbitmq().url, async (channel) => (await channel.checkQueue(queue)).messageCount);

const takeIds = (): Promise<string[]> =>
  withChannel(rabbitmq().url, async (channel) => {
    const ids: string[] = [];
    for (;;) {
      const raw = await channel.get(INDEPENDENT, { noAck: true });
      if (!raw) return ids;
      ids.push(String(raw.properties.messageId));
    }
  });

async function publicIds(): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(
    'select event_id as id from event where type = any($1) order by position',
    [PUBLISHED_EVENTS],
  );
  return rows.map(({ id }) => id);
}

async function countedOrders(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    'select coalesce(sum(orders_created), 0)::int as n from daily_sales',
  );
  return rows[0]!.n;
}

async function expectAllWell(orders: number): Promise<void> {
  await eventually(async () => {
    expect((await relayLag(database.pool)).map(({ events }) => events)).toEqual([0]);
    expect(await countedOrders()).toBe(orders);
    expect(await waitingFor(queueOf('order-created'))).toBe(0);
  }, WITHIN_MS);
  expect((await verifyHere(database.pool)).findings).toEqual([]);
}

describe('the service killed with kill -9', { timeout: 180_000 }, () => {
  it('between publishing and its checkpoint publishes again, under the same ids, and counts nothing twice', async () => {
    const proxy = await startAmqpProxy(rabbitmq().url);
    undo.push(proxy.stop);
    const doomed = await start({ amqp: proxy.url });
    await bindIndependent();
    await placeOrders(doomed.address, 1);
    await expectAllWell(1);
    const before = await waitingFor(INDEPENDENT);

    proxy.swallowAnswers(true); // the broker takes the messages, and its confirms never come
    await placeOrders(doomed.address, 5);
    await eventually(async () => expect(await waitingFor(INDEPENDENT)).toBeGreaterThan(before), WITHIN_MS);
    await doomed.end('SIGKILL');

    const next = await start();
    await placeOrders(next.address, 1);
    await expectAllWell(7);
    const taken = await takeIds();
    expect(new Set(taken)).toEqual(new Set(await publicIds()));
    expect(taken.length).toBeGreaterThan(new Set(taken).size); // what was published twice, else this proved nothing
  });

  it('between an effect and its acknowledgement has the effect once', async () => {
    const proxy = await startPgProxy(database.connectionString);
    undo.push(proxy.close);
    const doomed = await start({ database: proxy.connectionString });
    await placeOrders(doomed.address, 1);
    await expectAllWell(1);

    const committed = proxy.holdReplies('commit', 1, 'add to daily_sales');
    await placeOrders(doomed.address, 3);
    await committed;
    await doomed.end('SIGKILL');
    expect(await countedOrders()).toBeGreaterThan(1);

    const next = await start();
    await placeOrders(next.address, 1);
    await expectAllWell(5);
  });
});
