import { afterAll, beforeAll, expect, it } from 'vitest';
import { SCOPES } from '../../src/application/access.ts';
import { createApiKey, ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { openEventStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { spawnService, type ServiceProcess } from '../support/process.ts';

const CLIENTS = 8;
const ORDER = {
  customerId: 'customer-1',
  items: [{ productId: 'p', productName: 'P', quantity: 1, unitPrice: { amount: 1000, currency: 'USD' } }],
};

let database: TestDatabase;
let balancer: Balancer;
let key: string;
const services: ServiceProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  balancer = await startBalancer();
  key = await createApiKey(database.pool, await ensureTenant(database.pool, 'acme'), 'test', SCOPES);
});
afterAll(async () => {
  await balancer.close();
  await Promise.all(services.map((service) => service.end('SIGKILL')));
  await database.drop();
});

async function start(): Promise<ServiceProcess & { readonly address: string }> {
  const env = {
    DATABASE_URL: database.connectionString,
    PORT: '0',
    LOG_LEVEL: 'info',
    SHUTDOWN_DELAY_SECONDS: '3',
  };
  const service = spawnService(env);
  services.push(service);
  return { ...service, address: await service.url() };
}

/** Asks one thing after another, never again for what failed; the answers that it should not have got. */
async function use(goOn: () => boolean): Promise<{ readonly done: number; readonly failed: string[] }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const failed: string[] = [];
  let done = 0;
  const ask = async (wanted: number, path: string, init: RequestInit): Promise<{ orderId?: string }> => {
    const answer = await fetch(`${balancer.url}${path}`, { ...init, headers }).catch(
      (fault: Error) => new Response(fault.message, { status: 599 }),
    );
    const text = await answer.text();
    if (answer.status !== wanted) failed.push(`${init.method} ${path}: ${answer.status} ${text}`);
    done++;
    return answer.ok ? (JSON.parse(text) as { orderId?: string }) : {};
  };
  while (goOn()) {
    const { orderId } = await ask(201, '/api/orders', { method: 'POST', body: JSON.stringify(ORDER) });
    if (orderId !== undefined) await ask(200, `/api/orders/${orderId}`, { method: 'GET' });
  }
  return { done, failed };
}

const isReady = (address: string): Promise<void> =>
  eventually(() => {
    if (!balancer.ready().includes(address)) throw new Error(`${address} gets no requests`);
  }, 20_000);

it('two processes restarted one after the other fail no request of clients that repeat none', async () => {
  let running = await Promise.all([start(), start()]);
  balancer.send(running.map(({ address }) => address));
  await Promise.all(running.map(({ address }) => isReady(address)));
  const stream = await openEventStream(`${running[0].address}/api/events`, key);

  let restarting = true;
  const clients = Array.from({ length: CLIENTS }, () => use(() => restarting));
  try {
    for (const index of [0, 1] as const) {
      const leaving = running[index];
      const ended = leaving.end('SIGTERM');
      await eventually(async () => {
        const readiness = await fetch(`${leaving.address}/readyz`);
        expect(readiness.status).toBe(503);
        expect(readiness.headers.get('connection')).toBe('close');
        expect(await readiness.json()).toMatchObject({
          checks: expect.arrayContaining([{ name: 'process', status: 'failed', detail: 'is stopping' }]),
        });
      });
      const next = start();
      expect(await ended).toBe(0);
      running = running.with(index, await next) as typeof running;
      balancer.send(running.map(({ address }) => address));
      await isReady(running[index].address);
    }
    await stream.ended();
  } finally {
    restarting = false;
  }
  const all = await Promise.all(clients);
  expect(all.flatMap(({ failed }) => failed)).toEqual([]);
  for (const { done } of all) expect(done).toBeGreaterThan(0);
}, 120_000);
