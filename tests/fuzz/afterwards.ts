import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { traces } from '../support/api-service.ts';
import { verifyHere } from '../support/filled-log.ts';
import { isRefused, type Request } from './requests.ts';
import type { Findings } from './findings.ts';
import { send, type Target } from './target.ts';

/** Bytes in use once everything that can be let go of is. */
export function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const AT_ONCE = 16;
const ATTEMPTS = 3;

/**
 * Sends what was refused once more, while nothing else is asked: at the end there must be as much as before. Something
 * may happen by itself in between, such as a payment that is settled; what a request does, it does each time.
 */
export async function checkRefused(
  target: Target,
  refused: readonly Request[],
  findings: Findings,
): Promise<number> {
  let left = refused;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await holdings(target.pool);
    const still = await refusedAgain(target, left);
    const isAll = still.length === left.length;
    left = still;
    if (isAll && same(before, await holdings(target.pool))) return left.length;
  }
  for (const request of left)
    if (await changes(target, request))
      findings.add({ kind: 'trace', detail: `${request.method} ${request.operationId}` }, 0, request);
  return left.length;
}

async function refusedAgain(target: Target, requests: readonly Request[]): Promise<Request[]> {
  const still: Request[] = [];
  for (let from = 0; from < requests.length; from += AT_ONCE)
    await Promise.all(
      requests.slice(from, from + AT_ONCE).map(async (request) => {
        if (isRefused((await send(target, request)).status)) still.push(request);
      }),
    );
  return still;
}

async function changes(target: Target, request: Request): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await holdings(target.pool);
    if (!isRefused((await send(target, request)).status)) return false;
    if (same(before, await holdings(target.pool))) return false;
  }
  return true;
}

const same = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

/** How much there is of all that requests make or change; but for what was denied, which is written down. */
async function holdings(pool: Pool): Promise<object> {
  const written = await traces(pool);
  const { rows } = await pool.query<object>(
    `select (select md5(coalesce(string_agg((endpoint_id, url, events, description, secret)::text, ',' order by endpoint_id), ''))
         from webhook_endpoint) as endpoints,
       (select md5(coalesce(string_agg((key_id, scopes, revoked_at, expires_at)::text, ',' order by key_id), '')) from api_key) as keys,
       (select md5(coalesce(string_agg((letter_id, state)::text, ',' order by letter_id), '')) from dead_letter) as letters,
       (select count(*)::int from erasure) as erasures,
       (select count(*)::int from provider_webhook) as told`,
  );
  return { ...written, ...rows[0] };
}

/** That it lives, sells, and has not come to contradict itself. */
export async function checkAlive(target: Target, findings: Findings): Promise<void> {
  const dead = (detail: string): void => findings.add({ kind: 'dead', detail }, 0);
  const asked = (url: string, body?: object) =>
    send(target, {
      ...{ operationId: '', actor: 'owner' as const, url, path: {}, isValid: true },
      ...(body
        ? {
            method: 'POST' as const,
            headers: { 'content-type': 'application/json' },
            payload: JSON.stringify(body),
          }
        : { method: 'GET' as const, headers: {} }),
    });
  for (const url of ['/livez', '/readyz']) {
    const { status, text } = await asked(url);
    if (status !== 200) dead(`${url} answers ${status} ${text}`);
  }
  const unitPrice = { amount: 5, currency: 'USD' };
  const order = await asked('/api/orders', {
    customerId: 'last',
    items: [{ productId: 'tea', productName: 'Tea', quantity: 1, unitPrice }],
  });
  const { orderId } = (order.body ?? {}) as { orderId?: string };
  const payment = await asked('/api/payments', { orderId, paymentMethod: 'card' });
  if (order.status !== 201 || payment.status !== 201)
    dead(`an order: ${order.status}, its payment: ${payment.status}`);
  await traces(target.pool);
  const { findings: violations } = await verifyHere(target.pool);
  for (const violation of violations) dead(`verify: ${JSON.stringify(violation)}`);
}
