import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { holdLock, waitingForLocks } from '../support/api-locks.ts';
import { orderBody, pay, placeOrder } from '../support/api-samples.ts';
import {
  expectProblem,
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { eventually } from '../support/eventually.ts';
import { openSocket, portOf, sendRaw } from '../support/raw-http.ts';

const IN_WORK = 2;
const WAITING = 3;

let api: Api;
let client: ApiClient;

beforeAll(async () => {
  api = await startApi({
    limits: {
      admission: {
        inWorkMax: { reads: 20, writes: IN_WORK, payments: IN_WORK },
        ...{ queueMax: WAITING, waitMs: 10_000, patienceMs: 20_000, loopDelayMaxMs: 20_000 },
      },
      perMinute: { reads: 1_000, writes: 300 },
      attemptsPerMinute: 30,
      trustProxy: ['127.0.0.1'],
    },
  });
  client = await api.connect();
});
afterAll(() => api.stop());

const place = (): Promise<ApiAnswer> => client.post('/api/orders', orderBody());

describe('while the database stands still', () => {
  it('few are in work, few wait, the next are told to come back at once; those who waited succeed', async () => {
    await placeOrder(client);
    const release = await holdLock(api.database.pool, 'lock table log_head in access exclusive mode');
    const statuses: number[] = [];
    const all = Array.from({ length: IN_WORK + WAITING + 1 }, async () =>
      statuses.push((await place()).status),
    );
    await Promise.race(all); // one is answered: the others have all places
    for (let n = 0; n < 50; n++) {
      const refused = await place();
      expectProblem(refused, { status: 503, code: 'overloaded' });
      expect(refused.headers['retry-after']).toBe('1');
      expect(problemOf(refused).detail).toBe('Nothing was changed.');
    }
    expect(statuses).toEqual([503]);
    // Nobody else suffers: health, documents, reads of what needs no lock, payments up to their own limit.
    for (const url of ['/livez', '/problems', '/openapi.json', '/docs', '/api/webhook-endpoints']) {
      const headers = { authorization: `Bearer ${client.key}` };
      expect((await api.service.server.inject({ method: 'GET', url, headers })).statusCode).toBe(200);
    }
    await release();
    await Promise.all(all);
    expect(statuses).toEqual([503, ...Array.from({ length: IN_WORK + WAITING }, () => 201)]);
    expect((await place()).status).toBe(201);
  });
});

describe('whoever hung up while waiting', () => {
  it('is not served any more', async () => {
    const { server } = api.service;
    await server.listen({ port: 0, host: '127.0.0.1' });
    const countOrders = async (): Promise<number> =>
      (await api.database.pool.query(`select count(*)::int as n from event where type = 'OrderCreated'`))
        .rows[0].n;
    const before = await countOrders();
    const release = await holdLock(api.database.pool, 'lock table log_head in access exclusive mode');
    const inWork = Array.from({ length: IN_WORK }, place);
    await waitingForLocks(api.database.pool, 1);

    const queued: Socket[] = [];
    server.server.on('request', ({ socket }: IncomingMessage) => queued.push(socket));
    const body = JSON.stringify(orderBody());
    const head = `authorization: Bearer ${client.key}\r\ncontent-type: application/json`;
    const request = `POST /api/orders HTTP/1.1\r\nhost: x\r\n${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const sockets = await Promise.all(Array.from({ length: WAITING + 1 }, () => openSocket(portOf(server))));
    const answered = Promise.race(sockets.map((socket) => once(socket, 'data')));
    for (const socket of sockets) socket.write(request);
    expect(String(await answered)).toMatch(/^HTTP\/1\.1 503 /); // so the others wait
    // Over a socket it is refused before anybody looks at its key or waits for its body.
    const [refused] = await sendRaw(
      portOf(server),
      'POST /api/orders HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n',
    );
    expect(refused).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
    });
    expect(JSON.parse(refused!.body)).toMatchObject({ code: 'overloaded', instance: '/api/orders' });
    const counted =
      /^order_payments_http_requests_total\{method="POST",route="unknown",status_class="5xx"\} [1-9]/m;
    expect((await api.service.metrics()).text).toMatch(counted);
    // Nor is there another way in: these lead to the same route.
    for (const url of ['/%61pi/orders', 'http://x/api/orders']) {
      const other = request.replace('/api/orders', url).replace('host: x', 'host: x\r\nconnection: close');
      const [answer] = await sendRaw(portOf(server), other);
      expect([answer!.status, JSON.parse(answer!.body)]).toMatchObject([503, { code: 'overloaded' }]);
    }
    // A browser that only asks whether it may is told: else its page would show an error of another kind.
    const [asked] = await sendRaw(
      portOf(server),
      'OPTIONS /api/orders HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    expect(asked!.status).toBe(204);
    const closed = queued.slice(0, WAITING + 1).map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);

    await release();
    expect((await Promise.all(inWork)).map(({ status }) => status)).toEqual([201, 201]);
    await traces(api.database.pool);
    expect(await countOrders()).toBe(before + IN_WORK);
  });
});

describe('whoever prefers to wait for an outcome', () => {
  it('holds no place meanwhile', async () => {
    const begin = async () => {
      const { orderId } = await placeOrder(client);
      const answer = pay(client, orderId, { paymentToken: 'tok_async_success' }, { prefer: 'wait=2' });
      const paymentId = await eventually(async () => {
        const { body } = await client.get(`/api/payments?orderId=${orderId}`);
        const [payment] = (body as { data: { paymentId: string }[] }).data;
        return payment!.paymentId;
      });
      return { answer, paymentId };
    };
    const begun = [];
    for (let n = 0; n < IN_WORK; n++) begun.push(await begin());
    const all = Promise.all(begun.map(({ answer }) => answer));
    let isAnswered = false;
    for (const { answer } of begun) void answer.then(() => (isAnswered = true));
    const { status } = await client.post(`/api/payments/${begun[0]!.paymentId}/sync`, {});
    expect([status, isAnswered]).toEqual([200, false]);
    await all;
  });
});

describe('whoever asks whether the service is ready', () => {
  it('takes no connection from those who have work, however many ask at once', async () => {
    let taken = 0;
    const note = () => taken++;
    api.service.pool.on('acquire', note);
    const answers = await Promise.all(Array.from({ length: 100 }, () => api.anonymous.get('/readyz')));
    api.service.pool.off('acquire', note);
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(taken).toBeLessThan(50); // of jobs too
  });
});

describe('every answer to a valid key', () => {
  it('says its quota and what is left of it', async () => {
    const own = await api.connect('quotas');
    const answers = [
      await own.get('/api/orders'),
      await own.get('/api/orders?limit=0'),
      await own.get('/api/orders/x'),
    ];
    const left = answers.map(({ headers }) => {
      expect(headers['ratelimit-policy']).toBe('"reads";q=1000;w=60');
      return Number(/^"reads";r=(\d+);t=(?:[1-9]|[1-5]\d|60)$/.exec(String(headers['ratelimit']))?.[1]);
    });
    expect(left).toEqual([999, 998, 997]);
    const { headers } = await own.post('/api/orders', '{');
    expect(headers['ratelimit-policy']).toBe('"writes";q=300;w=60');
  });

  it('also when the key lacks a scope', async () => {
    const own = await api.connect('scopeless', []);
    const { status, headers } = await own.get('/api/orders');
    expect(status).toBe(403);
    expect(headers['ratelimit']).toMatch(/^"reads";r=999;/);
  });

  it('but nothing of that without one', async () => {
    const { headers } = await api.anonymous.get('/api/orders');
    expect(headers).not.toHaveProperty('ratelimit');
  });
});

describe('a tenant that used up its quota', () => {
  it('is told when there is more, before its body is read, on whatever process; others are not concerned', async () => {
    const tenantId = await ensureTenant(api.database.pool, 'greedy');
    // As another process would have left it.
    await api.database.pool.query(
      `insert into rate_window (tenant_id, class, window_start, taken, granted)
       values ($1, 'writes', date_bin('60 s', clock_timestamp() + interval '60 s', 'epoch'), 300, 1)`,
      [tenantId],
    );
    const greedy = await api.connect('greedy');
    const answer = await greedy.post('/api/orders', '{not read');
    expect({ status: answer.status, body: problemOf(answer) }).toMatchObject({
      status: 429,
      body: {
        code: 'rate-limited',
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        'violated-policies': ['writes'],
      },
    });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers['ratelimit']).toBe(`"writes";r=0;t=${String(answer.headers['retry-after'])}`);
    expect((await greedy.get('/api/orders')).status).toBe(200);
    expect((await place()).status).toBe(201);
  });
});

const from = (address: string) => ({ 'x-forwarded-for': address });

describe('an address from which too many requests without a valid key come', () => {
  it('is told to wait, though the last have a key; another is not', async () => {
    for (let n = 0; n < 30; n++)
      expectProblem(await api.anonymous.get('/api/orders', from('192.0.2.7')), {
        status: 401,
        code: 'unauthenticated',
      });
    const refused = await client.get('/api/orders', from('192.0.2.7'));
    expectProblem(refused, { status: 429, code: 'too-many-attempts' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await client.get('/api/orders', from('192.0.2.8'))).status).toBe(200);
  });

  it('is who connects, whatever it says, unless that is a proxy that we trust', async () => {
    const remoteAddress = '198.51.100.1';
    const attempt = (index: number) =>
      api.anonymous.send({
        method: 'GET',
        url: '/api/orders',
        remoteAddress,
        headers: from(`10.1.1.${index}`),
      });
    for (let n = 0; n < 30; n++) expect((await attempt(n)).status).toBe(401);
    expect((await attempt(31)).status).toBe(429);
  });
});
