import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { SCOPES } from './application/access.ts';
import { apiKeys, createApiKey, ensureTenant } from './infrastructure/postgres/api-keys.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';

/** The demo tenant's key: kept in the data folder, since the database knows only its hash. */
export async function demoKey(pool: Pool, dataDir: string): Promise<string> {
  const file = join(dataDir, 'demo-key');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept && (await apiKeys(pool).authenticate(kept))) return kept;
  const tenantId = await ensureTenant(pool, 'demo');
  const key = await createApiKey(pool, tenantId, 'test', SCOPES);
  await writeFile(file, key, { mode: 0o600 });
  return key;
}

const usd = (amount: number) => ({ amount, currency: 'USD' });

const ORDERS = [
  {
    customerId: 'customer-ada',
    items: [
      { productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: usd(3499), taxRate: 2000 },
      {
        productId: 'cup',
        productName: 'Cup',
        quantity: 4,
        unitPrice: usd(899),
        discount: usd(300),
        taxRate: 2000,
      },
    ],
    shipping: usd(590),
  },
  {
    customerId: 'customer-grace',
    items: [{ productId: 'kettle', productName: 'Kettle', quantity: 1, unitPrice: usd(5900) }],
  },
  {
    customerId: 'customer-edsger',
    items: [
      {
        productId: 'sencha',
        productName: 'Sencha, 100 g',
        quantity: 2,
        unitPrice: { amount: 1200, currency: 'JPY' },
      },
    ],
  },
  {
    customerId: 'customer-barbara',
    items: [{ productId: 'tray', productName: 'Tray', quantity: 1, unitPrice: usd(2500) }],
  },
];

/** Orders in several states, made through the API like any other: paid, declined, unpaid, partly paid. */
export async function createDemoOrders(server: FastifyInstance, key: string): Promise<void> {
  const post = async (url: string, payload: object): Promise<{ orderId: string }> => {
    const response = await server.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${key}` },
    });
    if (response.statusCode !== 201) throw new Error(`demo data: ${url} answered ${response.statusCode}`);
    return response.json();
  };
  const [paid, declined, , partlyPaid] = await Promise.all(ORDERS.map((order) => post('/api/orders', order)));
  await post('/api/payments', { orderId: paid!.orderId, paymentMethod: 'card' });
  await post('/api/payments', {
    orderId: declined!.orderId,
    paymentMethod: 'card',
    paymentToken: 'tok_declined',
  });
  await post('/api/payments', { orderId: partlyPaid!.orderId, paymentMethod: 'wallet', amount: usd(1000) });
}
