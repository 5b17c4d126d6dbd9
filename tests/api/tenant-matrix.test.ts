import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewApiKey } from '../../src/application/api-keys.ts';
import type { DeliveryView } from '../../src/application/webhooks/ports.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { fileLetter } from '../../src/infrastructure/dead-letters/record.ts';
import { inTransaction } from '../../src/infrastructure/postgres/pool.ts';
import { keepRun } from '../../src/infrastructure/reconciliation/runs.ts';
import { ids } from '../../src/infrastructure/system.ts';
import type { ApiAnswer, ApiDocument } from '../support/api-contract.ts';
import { orderOf, pay, paymentOf, usd } from '../support/api-samples.ts';
import {
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
  type ApiRequest,
} from '../support/api-service.ts';
import { stepsOf } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

/** What a request must say beside the path, to get as far as looking for what it names. */
const BODIES: Readonly<Record<string, object>> = {
  amendOrder: { shipping: usd(1) },
  createFulfilment: { items: [{ lineId: '1', quantity: 1 }] },
  submitDisputeEvidence: { evidence: 'It was delivered.' },
  changeWebhookEndpoint: { description: 'mine now' },
};

/** Names no object: whoever asks says which customers of their own are meant. */
const ON_OWN_CUSTOMERS = ['eraseCustomer'];

/** Names an account, of which every tenant has its own. */
const ON_OWN_BOOKS = 'getAccountStatement';

/** Name what is the service's, whatever tenant asks: the scope is what keeps others from it. */
const isOfService = (path: string): boolean => /^\/api\/ops\/(subscriptions|projections)\//.test(path);

let api: Api;
let owner: ApiClient;
let stranger: ApiClient;
let operations: readonly { readonly operationId: string; readonly method: string; readonly path: string }[];
/** By the names of path parameters: what the owner has. */
let owned: Readonly<Record<string, string>>;

beforeAll(async () => {
  api = await startApi({ webhooksAllowPrivate: true });
  owner = await api.connect('owner');
  stranger = await api.connect('stranger');
  const { paths } = (await api.service.server.inject('/openapi.json')).json<ApiDocument>();
  operations = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/') && !path.startsWith('/api/psp/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId = '' }]) => ({ operationId, method, path })),
    );
  owned = {
    ...(await ownOrder()),
    ...(await ownDispute()),
    ...(await ownEndpoint()),
    ...(await ownOthers()),
    ...(await ownBreak()),
    name: 'order-summary',
  };
  await traces(api.database.pool);
});
afterAll(() => api.stop());

async function ownOrder() {
  const steps = stepsOf(api, owner);
  const { order, paymentId } = await steps.placePaid();
  const { orderId, customerId } = order;
  const { fulfilments } = orderOf(await steps.onOrder(orderId, 'fulfilments'));
  const { fulfilmentId } = fulfilments[0]!;
  await steps.onOrder(orderId, `fulfilments/${fulfilmentId}/ship`, {});
  const { returns } = orderOf(await steps.onOrder(orderId, 'returns'));
  const refund = await steps.onPayment(paymentId, 'refunds', { amount: usd(1) });
  const refundId = String(refund.headers['location']).split('/').at(-1)!;
  return {
    orderId,
    customerId,
    paymentId,
    fulfilmentId,
    refundId,
    returnId: returns[0]!.returnId,
  };
}

async function ownDispute() {
  const steps = stepsOf(api, owner);
  const { orderId } = await steps.place();
  const { paymentId } = paymentOf(await pay(owner, orderId, { paymentToken: 'tok_dispute_won' }));
  await api.database.pool.query(
    `update simulated_provider.dispute d set opens_at = now() from simulated_provider.intent i
     where i.intent_ref = d.intent_ref and i.payment_id = $1`,
    [paymentId],
  );
  await steps.onPayment(paymentId, 'sync');
  return eventually(async () => {
    const { data } = (await owner.get('/api/disputes')).body as { data: { disputeId: string }[] };
    return { disputeId: data[0]!.disputeId };
  });
}

async function ownEndpoint() {
  const made = await owner.post('/api/webhook-endpoints', { url: 'http://127.0.0.1:9/', events: ['*'] });
  const { endpointId } = made.body as { endpointId: string };
  const { deliveryId } = (await owner.post(`/api/webhook-endpoints/${endpointId}/ping`, {}))
    .body as DeliveryView;
  return { endpointId, deliveryId };
}

async function ownOthers() {
  const { keyId } = (await owner.post('/api/api-keys', { name: 'mine', role: 'viewer' })).body as NewApiKey;
  const { tenantId } = owner;
  await inTransaction(api.database.pool, (tx) =>
    fileLetter(tx, {
      ...{ consumer: 'shipping', messageId: ids.commandId(), tenantId, type: 'order.paid.v1', traceId: null },
      ...{ replay: 0, attempts: 7, failedAt: '2026-01-01T00:00:00.000Z' },
      fault: { type: 'TypeError', message: 'odd', stack: '' },
      source: { properties: {}, body: Buffer.from('{}') },
    }),
  );
  const { data } = (await owner.get('/api/ops/dead-letters')).body as { data: { letterId: string }[] };
  const { data: events } = (await owner.get('/api/ops/log?limit=1')).body as { data: { id: string }[] };
  return { keyId, letterId: data[0]!.letterId, id: events[0]!.id };
}

async function ownBreak() {
  const day = '2026-01-01';
  const run = { provider: 'simulated', day, startedAt: `${day}T00:00:00Z`, transactions: 0, settlements: 0 };
  const own = { tenantId: owner.tenantId as TenantId, operationId: null, paymentId: null, orderId: null };
  await keepRun(api.database.pool, run, [
    {
      ...{ ...own, kind: 'not-settled', subject: 'txn', provider: 'simulated', day, currency: 'USD' },
      ...{ expected: '1', actual: null, transactionId: null, payoutId: null },
    },
  ]);
  const { data } = (await owner.get('/api/reconciliation/breaks')).body as { data: { breakId: string }[] };
  return { breakId: data[0]!.breakId };
}

function requestOf(
  { operationId, method, path }: (typeof operations)[number],
  idOf: (name: string) => string,
): ApiRequest {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idOf(name));
  if (method === 'get' || method === 'delete') return { method: method.toUpperCase() as 'GET', url };
  const headers = { 'content-type': 'application/json', 'if-match': '*' };
  const payload = JSON.stringify(BODIES[operationId] ?? {});
  return { method: method.toUpperCase() as 'POST', url, headers, payload };
}

const told = (answer: ApiAnswer): unknown => ({
  ...problemOf(answer),
  traceId: undefined,
  instance: undefined,
});

/** Rows that belong to the owner, but for when keys were used and what was denied. */
const holdings = async (): Promise<unknown> => {
  await traces(api.database.pool);
  const { rows } = await api.database.pool.query(
    `select (select sum(head)::int from log_head) as head,
       (select array_agg((e.url, e.description, e.status, e.secret)::text) from webhook_endpoint e) as endpoints,
       (select count(*)::int from webhook_delivery) as deliveries,
       (select array_agg((key_id, revoked_at, expires_at)::text order by key_id) from api_key) as keys,
       (select array_agg((letter_id, state)::text) from dead_letter) as letters`,
  );
  return rows[0];
};

/** What lists cannot be asked without. */
const ASKED: Readonly<Record<string, (orderId: string) => string>> = {
  '/api/payments': (orderId) => `?orderId=${orderId}`,
  '/api/refunds': () => '?status=AwaitingApproval',
};

describe('with a key of another tenant that may do everything', () => {
  it('whatever a path names is not there, and nothing happens to it', async () => {
    const before = await holdings();
    const naming = operations.filter(({ path }) => path.includes('{'));
    expect(naming.length).toBeGreaterThan(30);
    for (const operation of naming) {
      const { operationId } = operation;
      if ([...ON_OWN_CUSTOMERS, ON_OWN_BOOKS].includes(operationId) || isOfService(operation.path)) continue;
      const answer = await stranger.send(
        requestOf(operation, (name) => owned[name] ?? `no ${name} is made here`),
      );
      expect({ operationId, status: answer.status }).toEqual({ operationId, status: 404 });
      const absent = await stranger.send(requestOf(operation, () => ABSENT));
      expect({ operationId, told: told(answer) }).toEqual({ operationId, told: told(absent) });
    }
    expect(await holdings()).toEqual(before);
  });

  it('an erasure is of one’s own customer of that name', async () => {
    const [operation] = operations.filter(({ operationId }) => ON_OWN_CUSTOMERS.includes(operationId));
    expect((await stranger.send(requestOf(operation!, (name) => owned[name]!))).status).toBe(202);
    await eventually(async () => {
      const { rows } = await api.database.pool.query('select from erasure where finished_at is null');
      expect(rows).toEqual([]);
    });
    const order = orderOf(await owner.get(`/api/orders/${owned['orderId']}`));
    expect(order.customerId).toBe(owned['customerId']);
  });

  it('a statement is of one’s own account of that name', async () => {
    const url = '/api/ledger/accounts/psp_clearing%3Asimulated/statement?currency=USD';
    const entries = async (client: ApiClient) => ((await client.get(url)).body as { data: unknown[] }).data;
    expect((await entries(owner)).length).toBeGreaterThan(0);
    expect(await entries(stranger)).toEqual([]);
  });

  it('no list holds anything of it', async () => {
    const secrets = Object.values({ ...owned, customerId: 'owner-of-nothing', name: owner.tenantId });
    const lists = operations.filter(
      ({ method, path }) => method === 'get' && !path.includes('{') && path !== '/api/events',
    );
    expect(lists.length).toBeGreaterThan(10);
    for (const { path } of lists) {
      const url = `${path}${ASKED[path]?.(owned['orderId']!) ?? ''}`;
      const answer = await stranger.get(url);
      expect({ url, status: answer.status }).toEqual({ url, status: 200 });
      for (const secret of secrets) expect(answer.text).not.toContain(secret);
    }
  });

  it('all of it is there with a key of its own tenant', async () => {
    const reading = operations.filter(
      ({ method, path, operationId }) =>
        method === 'get' && path.includes('{') && operationId !== ON_OWN_BOOKS,
    );
    for (const operation of reading) {
      const { status } = await owner.send(requestOf(operation, (name) => owned[name]!));
      expect({ operationId: operation.operationId, status }).toEqual({
        ...{ operationId: operation.operationId, status: 200 },
      });
    }
  });
});
