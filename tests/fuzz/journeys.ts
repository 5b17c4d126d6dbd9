import { Webhook } from 'standardwebhooks';
import { fileLetter } from '../../src/infrastructure/dead-letters/record.ts';
import { readSecret } from '../../src/infrastructure/postgres/migrate.ts';
import { inTransaction } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { traces } from '../support/api-service.ts';
import type { Actor, Request } from './requests.ts';
import { send, type Target } from './target.ts';

type Path = Readonly<Record<string, string>>;

const usd = (amount: number) => ({ amount, currency: 'USD' });
const items = (quantity: number) => [
  { productId: 'teapot', productName: 'Teapot', quantity, unitPrice: usd(1_000) },
  { productId: 'cup', productName: 'Cup', quantity, unitPrice: usd(333) },
];

/**
 * What chance alone seldom gets to: orders that are paid, shipped and returned, money that is held, contested or waits
 * for approval. Walked again and again, so that the cases between always find some of it fresh.
 */
export async function walk(target: Target, actor: 'owner' | 'stranger'): Promise<void> {
  const post = poster(target, actor);
  const order = async (): Promise<Path> =>
    only(await post('/api/orders', { customerId: 'customer-1', items: items(9) }), 'orderId');
  const pay = async (orderId: string, over: object): Promise<Path> =>
    only(await post('/api/payments', { orderId, paymentMethod: 'card', ...over }), 'paymentId');
  const paid: string[] = [];
  for (let n = 0; n < 3; n++) {
    const { orderId = '' } = await order();
    const { paymentId = '' } = await pay(orderId, {});
    paid.push(orderId);
    // More than may be given back without a second person, so that it waits for one.
    for (const amount of [600, 601, 100])
      await post(`/api/payments/${paymentId}/refunds`, { amount: usd(amount) }, { paymentId });
  }
  for (let n = 0; n < 6; n++) await pay((await order()).orderId!, { captureMethod: 'manual' });
  for (let n = 0; n < 2; n++)
    await contest(target, post, await pay((await order()).orderId!, { paymentToken: 'tok_dispute_won' }));
  for (let n = 0; n < 3; n++) {
    await order();
    const endpoint = { url: 'https://shop.example/hooks', events: ['order.overpaid.v1'] };
    const { endpointId = '' } = only(await post('/api/webhook-endpoints', endpoint), 'endpointId');
    await post(`/api/webhook-endpoints/${endpointId}/ping`, {}, { endpointId });
    await post('/api/api-keys', { name: 'walked', role: 'viewer' });
  }
  await traces(target.pool);
  for (const orderId of paid) await ship(post, orderId);
  await fileLetters(target, actor);
  for (const url of [
    '/api/ops/dead-letters',
    '/api/ops/dead-letters/groups',
    '/api/disputes',
    '/api/webhook-deliveries',
  ])
    await look(target, actor, url);
}

type Post = (url: string, body: object, path?: Path) => Promise<ApiAnswer>;

const poster =
  (target: Target, actor: Actor): Post =>
  async (url, body, path = {}) => {
    const request = plain({ actor, method: 'POST', url, path, payload: JSON.stringify(body) });
    const answer = await send(target, request);
    target.learn(request, answer);
    return answer;
  };

async function look(target: Target, actor: Actor, url: string): Promise<void> {
  const request = plain({ actor, method: 'GET', url, path: {} });
  target.learn(request, await send(target, request));
}

const plain = (given: Pick<Request, 'actor' | 'method' | 'url' | 'path' | 'payload'>): Request => ({
  ...given,
  ...{
    operationId: '',
    isValid: true,
    headers: given.payload === undefined ? {} : { 'content-type': 'application/json' },
  },
});

function only({ body }: ApiAnswer, name: string): Path {
  const id = ((body ?? {}) as Record<string, unknown>)[name];
  return typeof id === 'string' ? { [name]: id } : {};
}

async function ship(post: Post, orderId: string): Promise<void> {
  type Shipped = { readonly fulfilments?: readonly { readonly fulfilmentId: string }[] };
  const path = { orderId };
  const on = (what: string, body: object = {}) => post(`/api/orders/${orderId}/${what}`, body, path);
  const one = { items: [{ lineId: '1', quantity: 1 }] };
  const made: string[] = [];
  for (let n = 0; n < 4; n++) {
    const { fulfilments = [] } = ((await on('fulfilments', one)).body ?? {}) as Shipped;
    made.push(...fulfilments.slice(-1).map(({ fulfilmentId }) => fulfilmentId));
  }
  for (const fulfilmentId of made.slice(0, 2)) await on(`fulfilments/${fulfilmentId}/ship`);
  for (let n = 0; n < 2; n++) await on('returns', one);
}

/** As if the bank had heard of the customer already. */
async function contest({ pool }: Target, post: Post, { paymentId }: Path): Promise<void> {
  if (paymentId === undefined) return;
  await pool.query(
    `update simulated_provider.dispute d set opens_at = now() from simulated_provider.intent i
     where i.intent_ref = d.intent_ref and i.payment_id = $1`,
    [paymentId],
  );
  await post(`/api/payments/${paymentId}/sync`, {}, { paymentId });
}

async function fileLetters({ pool, tenants }: Target, actor: 'owner' | 'stranger'): Promise<void> {
  for (let n = 0; n < 4; n++)
    await inTransaction(pool, (tx) =>
      fileLetter(tx, {
        ...{
          consumer: 'shipping',
          messageId: ids.commandId(),
          tenantId: tenants[actor],
          type: 'order.paid.v1',
        },
        ...{ traceId: null, replay: 0, attempts: 7 },
        fault: { type: 'TypeError', message: 'odd', stack: 'at handle (/srv/consumer.js:1:1)' },
        source: { properties: {}, body: Buffer.from('{}') },
      }),
    );
}

/** With a key that is good, which no schema says either. */
export const signingIn = ({ keys }: Target): Request => ({
  ...plain({
    ...{ actor: 'owner', method: 'POST', url: '/api/session', path: {} },
    payload: JSON.stringify({ apiKey: keys.owner }),
  }),
  operationId: 'openSession',
});

/** What the provider tells, and signs: the one request whose good form no schema says. */
export async function signedWebhook({ pool, worlds }: Target, choice: number): Promise<Request> {
  const secret = await readSecret(pool, 'simulated-webhooks');
  const paymentId = worlds.owner.one('paymentId', choice);
  const payload = JSON.stringify({ type: 'authorize.succeeded', paymentId });
  const [id, at] = [`evt_${ids.commandId()}`, new Date()];
  return {
    ...{
      operationId: 'receiveProviderWebhook',
      actor: 'nobody',
      method: 'POST',
      payload,
      path: {},
      isValid: true,
    },
    url: '/api/psp/simulated/webhooks',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret, { format: 'raw' }).sign(id, at, payload),
    },
  };
}
