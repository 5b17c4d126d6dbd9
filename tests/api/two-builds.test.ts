import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { startService, type Service } from '../../src/composition.ts';
import {
  createEventCodec,
  eventCodec,
  type EventCodec,
} from '../../src/infrastructure/codecs/event-codec.ts';
import { ORDER_PAYLOADS } from '../../src/infrastructure/codecs/order-codec.ts';
import { Instant, Text, Uuid } from '../../src/infrastructure/codecs/payload-schemas.ts';
import { PAYMENT_PAYLOADS } from '../../src/infrastructure/codecs/payment-codec.ts';
import { eventually } from '../support/eventually.ts';
import { createTestDatabase, MIGRATIONS_FOLDER, type TestDatabase } from '../support/postgres.ts';
import { createClient, type Client } from '../support/service.ts';

/** A build in which OrderConfirmed has a second version, with one field more. */
const withVersion2 = createEventCodec({
  ...ORDER_PAYLOADS,
  ...PAYMENT_PAYLOADS,
  OrderConfirmed: ORDER_PAYLOADS.OrderConfirmed.next({ orderId: Uuid, at: Instant, by: Text }, (v1) => ({
    ...v1,
    by: 'unknown',
  })),
});
const NEWER: EventCodec = {
  ...withVersion2,
  encode: (event) =>
    withVersion2.encode(event.type === 'OrderConfirmed' ? Object.assign({ by: 'checkout' }, event) : event),
};

let database: TestDatabase;
let services: Service[];
beforeEach(async () => {
  database = await createTestDatabase();
  services = [];
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await database.drop();
});

async function start(codec: EventCodec): Promise<{ service: Service; client: Client }> {
  const service = await startService({
    databaseUrl: database.connectionString,
    migrationsFolder: MIGRATIONS_FOLDER,
    poolMax: 10,
    logger: pino({ level: 'silent' }),
    version: '0.0.0-test',
    codec,
  });
  services.push(service);
  return { service, client: await createClient(service.server, database, 'acme') };
}

async function stop(service: Service): Promise<void> {
  services = services.filter((other) => other !== service);
  await service.stop();
}

const order = {
  customerId: 'customer-1',
  items: [{ productId: 'p', productName: 'P', quantity: 1, unitPrice: { amount: 1000, currency: 'USD' } }],
};

/** An order of nothing is confirmed as it is created, so by the build that was asked. */
async function give(client: Client): Promise<string> {
  const [item] = order.items;
  const free = { ...order, items: [{ ...item, unitPrice: { amount: 0, currency: 'USD' } }] };
  return ((await client.post('/api/orders', free)).body as { orderId: string }).orderId;
}

async function sell(client: Client): Promise<string> {
  const created = await client.post('/api/orders', order);
  const { orderId } = created.body as { orderId: string };
  await client.post('/api/payments', { orderId, paymentMethod: 'card' });
  return orderId;
}

const versionsOf = async (orderId: string): Promise<number[]> =>
  (
    await database.pool.query(
      `select schema_version from event where stream_id = $1 and type = 'OrderConfirmed'`,
      [orderId],
    )
  ).rows.map((row) => row.schema_version);

const isPaid = (client: Client, orderId: string): Promise<void> =>
  eventually(async () => {
    const { status, body } = await client.get(`/api/orders/${orderId}`);
    expect([status, body?.paymentStatus]).toEqual([200, 'Paid']);
  });

const parkedCount = async (): Promise<number> =>
  (await database.pool.query('select count(*)::int as n from parked')).rows[0].n;

describe('an old and a new build on one database', () => {
  it('the new one reads what the old one wrote', async () => {
    const old = await start(eventCodec);
    const orderId = await sell(old.client);
    await isPaid(old.client, orderId);
    expect(await versionsOf(orderId)).toEqual([1]);
    await stop(old.service);

    const { client } = await start(NEWER);
    const history = await client.get(`/api/orders/${orderId}/events`);
    const confirmed = history.body.data.find((entry: { type: string }) => entry.type === 'OrderConfirmed');
    expect(confirmed.data).toMatchObject({ orderId, by: 'unknown' });
  });

  it('the old one parks what it cannot read and serves all else; once it is gone the new one makes up for it', async () => {
    const old = await start(eventCodec); // holds every lease, so it is what meets the new event
    const before = await sell(old.client);
    await isPaid(old.client, before);
    const newer = await start(NEWER);
    const orderId = await give(newer.client);
    expect(await versionsOf(orderId)).toEqual([2]);
    await eventually(async () => expect(await parkedCount()).toBeGreaterThan(0));

    const toOld = await old.client.get(`/api/orders/${orderId}/events`);
    expect([toOld.status, toOld.body.code]).toEqual([503, 'unavailable']);
    expect((await old.client.get(`/api/orders/${before}`)).status).toBe(200);
    await sell(old.client);

    await stop(old.service);
    await isPaid(newer.client, orderId);
    await eventually(async () => expect(await parkedCount()).toBe(0), 20_000);
    await eventually(async () => {
      const { rows } = await database.pool.query(
        `select count(*)::int as n from stream s left join order_summary v on v.order_id = s.stream_id
         where s.category = 'order' and v.version is distinct from s.version`,
      );
      expect(rows).toEqual([{ n: 0 }]);
    });
  });
});
