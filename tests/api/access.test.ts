import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, SCOPES_OF_ROLE, type Scope } from '../../src/application/access.ts';
import { chargesOf } from '../support/api-books.ts';
import type { ApiAnswer, ApiDocument } from '../support/api-contract.ts';
import {
  orderBody,
  ordersOf,
  pay,
  paymentOf,
  paymentsOf,
  placeOrder,
  settledOrder,
  timeless,
} from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
  type ApiRequest,
} from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { signIn } from '../support/sessions.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

const UNAUTHENTICATED = { status: 401, code: 'unauthenticated' } as const;
const FORBIDDEN = { status: 403, code: 'forbidden' } as const;
const NO_ORDER = { status: 404, code: 'order-not-found' } as const;
const NO_PAYMENT = { status: 404, code: 'payment-not-found' } as const;

/** The operations that each scope opens; one that is missing here is an oversight. */
const OPENED_BY: Readonly<Record<Scope, string>> = {
  'orders:write': `createOrder amendOrder cancelOrder createFulfilment shipFulfilment deliverFulfilment
    cancelFulfilment requestReturn receiveReturn eraseCustomer`,
  'orders:read': `listOrders getOrder listOrderEvents listPayments getPayment listDailySales listActivity getOverview getRefund
    getTrialBalance listLedgerEntries listLedgerAccounts getAccountStatement listRefunds listDisputes getDispute
    listReconciliationBreaks getReconciliationBreak followEvents`,
  'payments:write': `createPayment capturePayment voidPayment syncPayment`,
  'refunds:write': `refundPayment previewRefund acceptDispute submitDisputeEvidence`,
  'refunds:approve': `approveRefund rejectRefund`,
  admin: `createWebhookEndpoint listWebhookEndpoints getWebhookEndpoint changeWebhookEndpoint deleteWebhookEndpoint
    rotateWebhookSecret pingWebhookEndpoint listWebhookDeliveries getWebhookDelivery redeliverWebhook
    listApiKeys getApiKey createApiKey rotateApiKey revokeApiKey`,
  ops: `listDeadLetterGroups listDeadLetters getDeadLetter replayDeadLetters discardDeadLetters listAudit
    listLogEvents getLogEvent listShards listScheduledWork`,
  service: `listSubscriptions pauseSubscription resumeSubscription getProjection rebuildProjection cancelRebuild
    listParkedEvents retryParkedEvents discardParkedEvents getHealth`,
};
const SCOPE_OF: Readonly<Record<string, Scope>> = Object.fromEntries(
  SCOPES.flatMap((scope) => OPENED_BY[scope].split(/\s+/).map((name) => [name, scope] as const)),
);

/** What providers send is known by its signature, not by a key. */
const isSigned = (path: string): boolean => path.startsWith('/api/psp/');

/** Who one is, signing in and out: whatever a key opens. They have tests of their own. */
const OF_SESSIONS = '/api/session';

/** Of nothing there is; a stream that does not end is refused as soon as its query is read. */
const urlOf = (path: string): string =>
  path.replaceAll(/\{\w+\}/g, ABSENT) + (path === '/api/events' ? '?types=none' : '');

let api: Api;
let client: ApiClient;
let operations: readonly { readonly operationId: string; readonly request: ApiRequest }[];

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  const { paths } = (await api.service.server.inject('/openapi.json')).json<ApiDocument>();
  operations = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/') && !isSigned(path) && path !== OF_SESSIONS)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId = '' }]) => ({
        operationId,
        request: { method: method.toUpperCase() as 'GET', url: urlOf(path) },
      })),
    );
});
afterAll(() => api.stop());

describe('without a key that is valid', () => {
  const wrongOnes: [string, (key: string) => string | undefined][] = [
    ['there is none', () => undefined],
    ['it is empty', () => ''],
    ['there is only a scheme', () => 'Bearer'],
    ['there is no scheme', (key) => key],
    ['the scheme is another', (key) => `Basic ${key}`],
    ['it is sent as a password', (key) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`],
    ['it is nobody’s', (key) => `Bearer ${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['it is cut off', (key) => `Bearer ${key.slice(0, -1)}`],
    ['it has something behind it', (key) => `Bearer ${key}A`],
    ['it is in another case', (key) => `Bearer ${key.toUpperCase()}`],
    ['it says to be for live money', (key) => `Bearer ${key.replace('op_test_', 'op_live_')}`],
    ['it comes twice', (key) => `Bearer ${key}, Bearer ${key}`],
    ['it is in quotes', (key) => `Bearer "${key}"`],
    ['it is only its visible prefix', (key) => `Bearer ${key.slice(0, 14)}`],
    ['it is too long', (key) => `Bearer op_test_${'A'.repeat(5_000)}${key}`],
  ];

  it.each(wrongOnes)('every operation is refused: %s', async (_what, headerOf) => {
    const authorization = headerOf(client.key);
    for (const { request } of operations) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await expectRefusal(
        api,
        () => api.anonymous.send({ ...request, headers }),
        UNAUTHENTICATED,
      );
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('a key in the URL does not count', async () => {
    for (const name of ['key', 'api_key', 'access_token']) {
      await expectRefusal(api, () => api.anonymous.get(`/api/orders?${name}=${client.key}`), UNAUTHENTICATED);
    }
  });

  it.each<[string, string, string]>([
    ['malformed JSON', 'application/json', '{'],
    ['another type', 'text/plain', 'hello'],
    ['more than there may be', 'application/json', ' '.repeat(300_000)],
    ['not valid', 'application/json', '{}'],
  ])('nobody reads a body that is %s', async (_what, contentType, body) => {
    for (const url of ['/api/orders', '/api/payments']) {
      const send = () => api.anonymous.post(url, body, { 'content-type': contentType });
      await expectRefusal(api, send, UNAUTHENTICATED);
    }
  });

  it('a body that nobody read is not in the way of the next request', async () => {
    const { server } = api.service;
    await server.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    const unread = 'content-type: application/json\r\ncontent-length: 4\r\n\r\n{bad';
    socket.write(
      `POST /api/orders HTTP/1.1\r\nhost: x\r\n${unread}PUT /livez HTTP/1.1\r\nhost: x\r\n${unread}`,
    );
    socket.end('GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const answered = await text(socket);
    expect(answered.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['401', '405', '200']);
  });

  it('nobody looks at ids, queries and idempotency keys', async () => {
    await expectRefusal(api, () => api.anonymous.get('/api/orders/x?y=z'), UNAUTHENTICATED);
    await expectRefusal(api, () => api.anonymous.get('/api/orders?limit=0'), UNAUTHENTICATED);
    await expectRefusal(
      api,
      () => api.anonymous.post('/api/orders', orderBody(), { 'idempotency-key': ' ' }),
      UNAUTHENTICATED,
    );
  });

  it('a stored answer stays with its tenant', async () => {
    const key = { 'idempotency-key': 'stored' };
    await client.post('/api/orders', orderBody(), key);
    await expectRefusal(api, () => api.anonymous.post('/api/orders', orderBody(), key), UNAUTHENTICATED);
  });

  it.each(['/livez', '/readyz', '/problems', '/problems/forbidden', '/openapi.json', '/asyncapi.json'])(
    '%s is open to everybody',
    async (url) => {
      expect((await api.service.server.inject({ method: 'GET', url })).statusCode).toBe(200);
    },
  );
});

describe('a key', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('is taken with the scheme written %s', async (scheme) => {
    const answer = await api.anonymous.get('/api/orders', { authorization: `${scheme} ${client.key}` });
    expect(answer.status).toBe(200);
  });

  it('is refused everywhere when its time is over', async () => {
    const guest = await api.connect('acme');
    expect((await guest.get('/api/orders')).status).toBe(200);
    await api.database.pool.query(
      `update api_key set expires_at = now() where key_hash = sha256($1::bytea)`,
      [Buffer.from(guest.key)],
    );
    await eventually(async () => expectProblem(await guest.get('/api/orders'), UNAUTHENTICATED));
    for (const { request } of operations) {
      await expectRefusal(api, () => guest.send(request), UNAUTHENTICATED);
    }
  });

  it('is refused soon after it was revoked, and for good', async () => {
    const leaver = await api.connect('acme');
    expect((await leaver.get('/api/orders')).status).toBe(200);
    await api.database.pool.query(
      `update api_key set revoked_at = now() where prefix = $1 and key_hash = sha256($2::bytea)`,
      [leaver.key.slice(0, 14), Buffer.from(leaver.key)],
    );
    await eventually(async () => {
      expectProblem(await leaver.get('/api/orders'), UNAUTHENTICATED);
    }, 5_000);
    for (const { request } of operations) {
      await expectRefusal(api, () => leaver.send(request), UNAUTHENTICATED);
    }
    expect((await client.get('/api/orders')).status).toBe(200);
  });

  it('is good as soon as there is one', async () => {
    const authorization = `Bearer op_test_${'n'.repeat(32)}`;
    expectProblem(await api.anonymous.get('/api/orders', { authorization }), UNAUTHENTICATED);
    await api.database.pool.query(
      `insert into api_key (key_hash, prefix, tenant_id, scopes) values (sha256($1::bytea), 'op_test_nnnnnn', $2, $3)`,
      [Buffer.from(`op_test_${'n'.repeat(32)}`), client.tenantId, SCOPES],
    );
    expect((await api.anonymous.get('/api/orders', { authorization })).status).toBe(200);
  });

  it('is stored nowhere', async () => {
    const { orderId } = await placeOrder(client);
    await pay(client, orderId);
    await traces(api.database.pool);
    const secret = client.key.slice(14);
    const { rows: tables } = await api.database.pool.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema in ('public', 'simulated_provider')`,
    );
    expect(tables.map(({ name }) => name)).toContain('public.api_key');
    for (const { name } of tables) {
      const { rows } = await api.database.pool.query(`select 1 from ${name} t where t::text like $1`, [
        `%${secret}%`,
      ]);
      expect({ name, rows }).toEqual({ name, rows: [] });
    }
  });
});

describe('the scope of a key', () => {
  it('is declared by every operation', () => {
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
      Object.keys(SCOPE_OF).toSorted(),
    );
  });

  it.each(SCOPES)('opens what asks for %s and nothing else', async (scope) => {
    const holder = await api.connect('scoped', [scope]);
    for (const { operationId, request } of operations) {
      const answer = await holder.send(request);
      const opened = SCOPE_OF[operationId] === scope;
      expect({ operationId, forbidden: answer.status === 403 }).toEqual({ operationId, forbidden: !opened });
      if (!opened) {
        expectProblem(answer, FORBIDDEN);
        expect(problemOf(answer).detail).toContain(SCOPE_OF[operationId]);
      }
    }
  });

  it.each(SCOPES)('opens to a session of a key with %s what it opens to the key', async (scope) => {
    const holder = await api.connect('scoped', [scope]);
    const { page } = await signIn(api, holder);
    for (const { operationId, request } of operations) {
      const asKey = await holder.send(request);
      const asSession = await page.send(request);
      expect({ operationId, told: told(asSession) }).toEqual({ operationId, told: told(asKey) });
      expect({ operationId, forbidden: asSession.status === 403 }).toEqual({
        ...{ operationId, forbidden: SCOPE_OF[operationId] !== scope },
      });
    }
  });

  it.each(['viewer', 'operator', 'admin'] as const)(
    'that acts on the service as a whole is not in the role %s',
    async (role) => {
      const holder = await api.connect('acme', SCOPES_OF_ROLE[role]);
      for (const { operationId, request } of operations)
        if (SCOPE_OF[operationId] === 'service')
          await expectRefusal(api, () => holder.send(request), FORBIDDEN);
    },
  );

  it('opens nothing when there is none', async () => {
    const holder = await api.connect('scopeless', []);
    for (const { request } of operations) await expectRefusal(api, () => holder.send(request), FORBIDDEN);
  });

  it('opens everything when it has all', async () => {
    for (const { request } of operations) expect((await client.send(request)).status).not.toBe(403);
  });

  it('matters before the body does', async () => {
    const reader = await api.connect('acme', ['orders:read']);
    for (const url of ['/api/orders', '/api/payments']) {
      await expectRefusal(api, () => reader.post(url, '{'), FORBIDDEN);
      await expectRefusal(api, () => reader.post(url, {}), FORBIDDEN);
    }
  });
});

/** Whatever a second answer to the same request says too. */
const told = (answer: ApiAnswer): unknown =>
  answer.status >= 400 ? [answer.status, withoutIds(answer)] : [answer.status];

const withoutIds = (answer: ApiAnswer): unknown => ({
  ...problemOf(answer),
  traceId: undefined,
  instance: undefined,
});

describe('another tenant', () => {
  let stranger: ApiClient;
  let orderId: string;
  let paymentId: string;

  beforeAll(async () => {
    stranger = await api.connect('stranger');
    ({ orderId } = await placeOrder(client, { customerId: 'shared-customer' }));
    ({ paymentId } = paymentOf(await pay(client, orderId, { amount: { amount: 1, currency: 'USD' } })));
    await settledOrder(client, orderId);
    await traces(api.database.pool);
  });

  it('finds neither the order nor its history nor its payment, as if they did not exist', async () => {
    const hidden = [
      [`/api/orders/${orderId}`, `/api/orders/${ABSENT}`, NO_ORDER],
      [`/api/orders/${orderId}/events`, `/api/orders/${ABSENT}/events`, NO_ORDER],
      [`/api/payments/${paymentId}`, `/api/payments/${ABSENT}`, NO_PAYMENT],
    ] as const;
    for (const [url, absent, refusal] of hidden) {
      const answer = await expectRefusal(api, () => stranger.get(url), refusal);
      expect(withoutIds(answer)).toEqual(withoutIds(await stranger.get(absent)));
      expect((await stranger.get(url, { 'if-none-match': '*' })).status).toBe(404);
      expect((await stranger.send({ method: 'HEAD', url })).status).toBe(404);
      expect((await client.get(url)).status).toBe(200);
    }
  });

  it('cannot pay the order', async () => {
    const before = await chargesOf(api.database.pool, orderId);
    const answer = await expectRefusal(api, () => pay(stranger, orderId), NO_ORDER);
    expect(withoutIds(answer)).toEqual(withoutIds(await pay(stranger, ABSENT)));
    await expectRefusal(api, () => pay(stranger, orderId, {}, { 'idempotency-key': 'k' }), NO_ORDER);
    expect(await chargesOf(api.database.pool, orderId)).toEqual(before);
  });

  it('lists nothing of it', async () => {
    expect(ordersOf(await stranger.get('/api/orders')).data).toEqual([]);
    expect(ordersOf(await stranger.get('/api/orders?customerId=shared-customer')).data).toEqual([]);
    expect(paymentsOf(await stranger.get(`/api/payments?orderId=${orderId}`))).toEqual([]);
    expect((await stranger.get('/api/daily-sales')).body).toEqual({ data: [] });
    expect(paymentsOf(await client.get(`/api/payments?orderId=${orderId}`))).toHaveLength(1);
  });

  it('sees its own customer of the same name only', async () => {
    const own = await placeOrder(stranger, { customerId: 'shared-customer' });
    await traces(api.database.pool);
    const { data } = ordersOf(await stranger.get('/api/orders?customerId=shared-customer'));
    expect(data.map(timeless)).toEqual([timeless(own)]);
  });
});
