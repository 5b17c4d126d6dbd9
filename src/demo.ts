import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { SCOPES } from './application/access.ts';
import { createSignInLink } from './infrastructure/access/sessions.ts';
import {
  createApiKey,
  ensureTenant,
  findApiKey,
  hashOf,
  setScopes,
} from './infrastructure/postgres/api-keys.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';

const demoFile = (dataDir: string): string => join(dataDir, 'demo-key');

/** The demo tenant's key, which is kept in the data folder, since the database knows only its hash; undefined: none is good. */
export async function keptDemoKey(pool: Pool, dataDir: string): Promise<string | undefined> {
  const kept = await readFile(demoFile(dataDir), 'utf8').catch(() => '');
  return kept && (await findApiKey(pool, hashOf(kept)))?.outcome.ok ? kept : undefined;
}

export async function demoKey(pool: Pool, dataDir: string): Promise<string> {
  const kept = await keptDemoKey(pool, dataDir);
  if (kept !== undefined) {
    await setScopes(pool, hashOf(kept), SCOPES); // it may be of a version that knew fewer
    return kept;
  }
  const tenantId = await ensureTenant(pool, 'demo');
  const key = await createApiKey(pool, tenantId, 'test', SCOPES);
  await writeFile(demoFile(dataDir), key, { mode: 0o600 });
  return key;
}

/** Signs in to the console as the demo tenant, once. */
export const demoLink = async (pool: Pool, key: string): Promise<string> =>
  (await createSignInLink(pool, hashOf(key))).link;

const WEEK = 7 * 24 * 3_600;

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

class QuotaUsedUp extends Error {
  override readonly name = 'QuotaUsedUp';
}

type Made = { readonly orderId: string; readonly paymentId: string };

/** Orders in many states, made through the API like any other. */
export async function createDemoOrders(server: FastifyInstance, key: string): Promise<void> {
  const post = async (url: string, payload: object = {}): Promise<Made> => {
    const response = await server.inject({
      method: 'POST',
      url: `/api/${url}`,
      payload,
      headers: { authorization: `Bearer ${key}` },
    });
    if (response.statusCode === 429) throw new QuotaUsedUp();
    if (response.statusCode >= 300)
      throw new Error(`demo data: ${url} answered ${response.statusCode}: ${response.body}`);
    return response.json();
  };
  const order = (index: number) =>
    post('orders', { ...ORDERS[index % ORDERS.length]!, expiresInSeconds: WEEK });
  const payFor = ({ orderId }: Made, over: object = {}) =>
    post('payments', { orderId, paymentMethod: 'card', ...over });

  const made = await Promise.allSettled([
    order(0).then((paid) => payFor(paid)),
    order(1).then((declined) => payFor(declined, { paymentToken: 'tok_declined' })),
    order(2), // nobody has paid it yet
    order(3).then((partly) => payFor(partly, { paymentMethod: 'wallet', amount: usd(1000) })),
    order(4).then((held) => payFor(held, { captureMethod: 'manual' })),
    order(5).then((acting) => payFor(acting, { paymentToken: 'tok_3ds_ok' })),
    order(6).then((unknown) => payFor(unknown, { paymentToken: 'tok_timeout_never_sent' })),
    order(7).then(async (refunded) => {
      const { paymentId } = await payFor(refunded);
      await post(`payments/${paymentId}/refunds`, {
        items: [{ lineId: '1', quantity: 1 }],
        reason: 'arrived broken',
      });
    }),
    order(8).then(async (cancelled) => {
      await payFor(cancelled);
      await post(`orders/${cancelled.orderId}/cancel`, { reason: 'ordered by mistake' });
    }),
  ]);
  // Whoever sets quotas that low to try them gets fewer orders to look at, not a service that does not start.
  const failed = made.find((one) => one.status === 'rejected' && !(one.reason instanceof QuotaUsedUp));
  if (failed?.status === 'rejected') throw failed.reason;
}
