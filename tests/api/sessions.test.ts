import { createClient, type FeedEvent } from '../../packages/client/src/client.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf } from '../../src/infrastructure/postgres/api-keys.ts';
import { forgetSessions } from '../../src/infrastructure/access/sessions.ts';
import { orderBody, orderOf } from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  problemOf,
  startApi,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { portOf } from '../support/raw-http.ts';
import { cookieOf, linkFor, sessionOf, signIn } from '../support/sessions.ts';

const UNAUTHENTICATED = { status: 401, code: 'unauthenticated' } as const;
const WITHOUT_TOKEN = { status: 403, code: 'csrf-token-invalid' } as const;
const CROSS_SITE = { status: 403, code: 'cross-site-request' } as const;
const HOUR_MS = 3_600_000;

let api: Api;
let client: ApiClient;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
});
afterAll(() => api.stop());

const signInWith = (body: object, headers: Record<string, string> = {}) =>
  api.anonymous.post('/api/session', body, headers);

const stored = async (): Promise<number> => {
  const { rows } = await api.database.pool.query<{ count: number }>(
    'select count(*)::int as count from console_session',
  );
  return rows[0]!.count;
};

const revoke = (key: string) =>
  api.database.pool.query('update api_key set revoked_at = now() where key_hash = $1', [hashOf(key)]);

describe('signing in', () => {
  it('with a key answers whom one speaks for, for twelve hours', async () => {
    const answer = await signInWith({ apiKey: client.key });
    expect(answer.status).toBe(201);
    expect(sessionOf(answer)).toMatchObject({
      actor: `key:${client.key.slice(0, 14)}`,
      tenantId: client.tenantId,
      scopes: expect.arrayContaining(['orders:read', 'admin']) as string[],
      csrfToken: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    const leftMs = Date.parse(sessionOf(answer).expiresAt) - Date.now();
    expect(leftMs).toBeGreaterThan(11 * HOUR_MS);
    expect(leftMs).toBeLessThan(13 * HOUR_MS);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('gives a cookie that no script, no other host and no plain network sees', async () => {
    const answer = await signInWith({ apiKey: client.key });
    const [pair = '', ...attributes] = String(answer.headers['set-cookie']).split('; ');
    expect(pair).toMatch(/^__Host-order-payments=[\w-]{43}$/);
    const [maxAge = '', ...flags] = attributes.toReversed();
    expect(flags.toReversed()).toEqual(['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict']);
    expect(Number(/^Max-Age=(\d+)$/.exec(maxAge)![1])).toBeGreaterThan(11 * 3_600);
  });

  it('stores neither the secret of the session nor that of a link', async () => {
    const link = await linkFor(api, client);
    const { cookie } = await signIn(api, client);
    const { rows } = await api.database.pool.query<{ row: string }>(
      `select s::text as row from console_session s union all select l::text from sign_in_link l`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(2);
    const secret = cookie.split('=')[1]!;
    for (const text of [link, secret]) {
      for (const written of [
        text,
        Buffer.from(text).toString('hex'),
        Buffer.from(text, 'base64url').toString('hex'),
      ])
        expect(rows.map(({ row }) => row).join('\n')).not.toContain(written);
    }
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['both', { apiKey: 'a', link: 'b' }],
  ])('takes exactly one of key and link: not %s', async (_what, body) => {
    expectProblem(await signInWith(body), { status: 422, code: 'validation-failed', errors: ['body '] });
  });

  it('is refused with a key that is nobody’s, revoked, or a token', async () => {
    const leaver = await api.connect();
    await revoke(leaver.key);
    const before = await stored();
    for (const apiKey of ['x', `${client.key}A`, client.key.toUpperCase(), 'a.b.c', '\u0000']) {
      expectProblem(await signInWith({ apiKey }), UNAUTHENTICATED);
    }
    await eventually(async () => expectProblem(await signInWith({ apiKey: leaver.key }), UNAUTHENTICATED));
    expect(await stored()).toBeLessThanOrEqual(before + 1);
  });

  it.each(['cross-site', 'same-site', 'nonsense'])(
    'is refused where the browser says the page is %s',
    async (site) => {
      const link = await linkFor(api, client);
      const headers = { 'sec-fetch-site': site };
      const before = await stored();
      expectProblem(await signInWith({ apiKey: client.key }, headers), CROSS_SITE);
      expectProblem(await signInWith({ link }, headers), CROSS_SITE);
      expect(await stored()).toBe(before);
      expect((await signInWith({ link }, { 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    },
  );

  it('cannot be had by a form of another site: it must be JSON', async () => {
    const text = JSON.stringify({ apiKey: client.key });
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await api.anonymous.post('/api/session', text, { 'content-type': type });
      expectProblem(answer, { status: 415, code: 'unsupported-media-type' });
    }
  });

  it('again ends the session before, in the same browser', async () => {
    const { cookie } = await signIn(api, client);
    const again = await signInWith({ apiKey: client.key }, { cookie });
    expect(again.status).toBe(201);
    expectProblem(await api.anonymous.get('/api/session', { cookie }), UNAUTHENTICATED);
    expect((await api.anonymous.get('/api/session', { cookie: cookieOf(again) })).status).toBe(200);
  });

  it('again and again keeps the hundred newest sessions of a key', async () => {
    const busy = await api.connect('busy');
    const first = await signIn(api, busy);
    for (let n = 0; n < 100; n++) await signIn(api, busy);
    const { rows } = await api.database.pool.query<{ count: number }>(
      'select count(*)::int as count from console_session where key_hash = $1',
      [hashOf(busy.key)],
    );
    expect(rows).toEqual([{ count: 100 }]);
    expectProblem(await first.page.get('/api/session'), UNAUTHENTICATED);
  });
});

describe('failed attempts to sign in', () => {
  it('are counted like requests without a key, and one who is known is not locked out', async () => {
    const limited = await startApi({ limits: { attemptsPerMinute: 3 } });
    try {
      const { anonymous } = limited;
      const tryAs = (remoteAddress: string, apiKey: string) =>
        anonymous.send({
          ...{ method: 'POST', url: '/api/session', remoteAddress },
          headers: { 'content-type': 'application/json' },
          payload: JSON.stringify({ apiKey }),
        });
      const { key } = await limited.connect();
      expect((await tryAs('192.0.2.2', key)).status).toBe(201);
      for (let n = 0; n < 3; n++)
        for (const address of ['192.0.2.1', '192.0.2.2'])
          expectProblem(await tryAs(address, 'x'), UNAUTHENTICATED);
      expectProblem(await tryAs('192.0.2.1', key), { status: 429, code: 'too-many-attempts' });
      expect((await tryAs('192.0.2.2', key)).status).toBe(201);
    } finally {
      await limited.stop();
    }
  });
});

describe('a sign-in link', () => {
  it('opens a session of its key', async () => {
    const viewer = await api.connect('acme', ['orders:read']);
    const answer = await signInWith({ link: await linkFor(api, viewer) });
    expect(answer.status).toBe(201);
    expect(sessionOf(answer)).toMatchObject({
      actor: `key:${viewer.key.slice(0, 14)}`,
      scopes: ['orders:read'],
    });
  });

  it('opens one session, of 20 that use it at once', async () => {
    const guest = await api.connect('guest');
    const link = await linkFor(api, guest);
    const answers = await Promise.all(Array.from({ length: 20 }, () => signInWith({ link })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expectProblem(answer, UNAUTHENTICATED);
      expect(problemOf(answer).detail).toMatch(/used already.*npm run op -- sign-in/);
    }
    const { rows } = await api.database.pool.query('select from console_session where key_hash = $1', [
      hashOf(guest.key),
    ]);
    expect(rows).toHaveLength(1);
  });

  it('is good for an hour, and says when that is over', async () => {
    const link = await linkFor(api, client);
    await api.database.pool.query(
      `update sign_in_link set expires_at = expires_at - interval '1 hour' where link_hash = $1`,
      [hashOf(link)],
    );
    const answer = await signInWith({ link });
    expectProblem(answer, UNAUTHENTICATED);
    expect(problemOf(answer).detail).toMatch(/more than an hour old.*npm run op -- sign-in/);
  });

  it('is good for nothing when its key is not', async () => {
    const leaver = await api.connect('leaver');
    const link = await linkFor(api, leaver);
    await revoke(leaver.key);
    await eventually(async () => expectProblem(await leaver.get('/api/session'), UNAUTHENTICATED));
    const answer = await signInWith({ link });
    expectProblem(answer, UNAUTHENTICATED);
    expect(problemOf(answer).detail).toContain('sign in with another key');
  });

  it('that nobody made is refused, and said to be none', async () => {
    const answer = await signInWith({ link: 'x'.repeat(43) });
    expectProblem(answer, UNAUTHENTICATED);
    expect(problemOf(answer).detail).toContain('no such sign-in link');
  });
});

describe('a session', () => {
  it('is told who it is, and so is a key, which needs no token', async () => {
    const { page, cookie: _cookie, ...told } = await signIn(api, client);
    expect((await page.get('/api/session')).body).toEqual(told);
    const { actor, tenantId, scopes } = told;
    expect((await client.get('/api/session')).body).toEqual({
      ...{ actor, tenantId, scopes, expiresAt: null, csrfToken: null },
    });
    const nobody = await api.connect('scopeless', []);
    expect((await nobody.get('/api/session')).body).toMatchObject({ scopes: [] });
  });

  it('places an order as its key would, by its actor', async () => {
    const { page } = await signIn(api, client);
    const placed = await page.post('/api/orders', orderBody());
    expect(placed.status).toBe(201);
    const { orderId } = orderOf(placed);
    expect((await client.get(`/api/orders/${orderId}`)).status).toBe(200);
  });

  it('is one of other cookies; two of its name, or one of another form, are none', async () => {
    const { cookie } = await signIn(api, client);
    const [name, secret = ''] = cookie.split('=');
    const get = (text: string) => api.anonymous.get('/api/orders', { cookie: text });
    expect((await get(`a=b; ${cookie};c="d; e"`)).status).toBe(200);
    for (const text of [
      ...[`${cookie}; ${cookie}`, `${cookie}; ${name}=x`, `x${cookie}`, cookie.toLowerCase(), ''],
      ...[`${name}="${secret}"`, `${name}=${secret}A`, `${name}=${secret.slice(1)}`, `${name}=`, `${name}`],
      `${name}=${'x'.repeat(43)}`,
    ])
      expectProblem(await get(text), UNAUTHENTICATED);
  });

  it('gives way to the header Authorization, whether that is right or wrong', async () => {
    const { cookie } = await signIn(api, client);
    const other = await api.connect('other');
    const asOther = await api.anonymous.get('/api/session', { cookie, authorization: `Bearer ${other.key}` });
    expect(asOther.body).toMatchObject({ tenantId: other.tenantId, csrfToken: null });
    for (const authorization of ['', 'Bearer', 'Bearer op_test_xxxxxxxxxxxxxxxxxxxxxxxx', 'Basic eA=='])
      expectProblem(await api.anonymous.get('/api/session', { cookie, authorization }), UNAUTHENTICATED);
  });

  it('ends at once when one signs out, and the browser forgets it', async () => {
    const { page } = await signIn(api, client);
    const left = await page.send({ method: 'DELETE', url: '/api/session' });
    expect(left.status).toBe(204);
    expect(left.headers['set-cookie']).toBe(
      '__Host-order-payments=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0',
    );
    expectProblem(await page.get('/api/session'), UNAUTHENTICATED);
    expect((await client.get('/api/session')).status).toBe(200);
  });

  it('ends at once when its key is revoked, in other processes too', async () => {
    const leaver = await api.connect('leaver');
    const { cookie, page } = await signIn(api, leaver);
    const second = await api.connectToSecond({ ...leaver, key: '' });
    expect((await second.get('/api/orders', { cookie })).status).toBe(200);
    const { data } = (await leaver.get('/api/api-keys')).body as {
      data: { keyId: string; prefix: string }[];
    };
    const own = data.find(({ prefix }) => leaver.key.startsWith(prefix))!;
    expect((await page.post(`/api/api-keys/${own.keyId}/revoke`, {})).status).toBe(200);
    expectProblem(await page.get('/api/orders'), UNAUTHENTICATED);
    await eventually(async () => expectProblem(await second.get('/api/orders', { cookie }), UNAUTHENTICATED));
  });

  it('carries the live feed, which ends when it does', async () => {
    const { server } = api.service;
    if (!server.server.listening) await server.listen({ port: 0, host: '127.0.0.1' });
    const { cookie, csrfToken, page } = await signIn(api, client);
    // As in a page of the service, where the browser knows the cookie.
    const inPage = createClient({
      baseUrl: `http://127.0.0.1:${portOf(server)}`,
      csrfToken: () => csrfToken,
      fetch: (url, init) => fetch(url, { ...init, headers: { ...(init?.headers as object), cookie } }),
    });
    expect(await inPage.getSession()).toMatchObject({ tenantId: client.tenantId, csrfToken });
    const feed = inPage.followEvents({ lastEventId: '0-0' })[Symbol.asyncIterator]();
    const { orderId } = await inPage.createOrder(orderBody());
    const next = async () => (await feed.next()) as { readonly value: FeedEvent };
    while ((await next()).value.data['orderId'] !== orderId);
    expect((await page.send({ method: 'DELETE', url: '/api/session' })).status).toBe(204);
    await client.post('/api/orders', orderBody());
    const ended = (async () => {
      for (;;) await next();
    })();
    await expect(ended).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('ends when its time is over, is never longer than its key’s, and is forgotten', async () => {
    const { pool } = api.database;
    const brief = await api.connect('brief');
    await pool.query(`update api_key set expires_at = now() + interval '1 hour' where key_hash = $1`, [
      hashOf(brief.key),
    ]);
    const { page, expiresAt } = await signIn(api, brief);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(HOUR_MS);
    expect((await page.get('/api/orders')).status).toBe(200);
    await pool.query('update console_session set expires_at = now() where key_hash = $1', [
      hashOf(brief.key),
    ]);
    expectProblem(await page.get('/api/orders'), UNAUTHENTICATED);
    await forgetSessions(pool);
    expect(
      (await pool.query('select from console_session where key_hash = $1', [hashOf(brief.key)])).rows,
    ).toEqual([]);
  });
});

describe('a page of another site', () => {
  it('changes nothing with the cookie alone: every command needs the token', async () => {
    const { cookie, csrfToken } = await signIn(api, client);
    const { csrfToken: ofAnother } = await signIn(api, client);
    for (const token of [undefined, '', 'x', ofAnother, csrfToken.toLowerCase(), `${csrfToken}A`]) {
      const headers = { cookie, ...(token !== undefined && { 'x-csrf-token': token }) };
      await expectRefusal(api, () => api.anonymous.post('/api/orders', orderBody(), headers), WITHOUT_TOKEN);
    }
    const signOut = { method: 'DELETE', url: '/api/session', headers: { cookie } } as const;
    expectProblem(await api.anonymous.send(signOut), WITHOUT_TOKEN);
    for (const method of ['GET', 'HEAD'] as const)
      expect((await api.anonymous.send({ method, url: '/api/orders', headers: { cookie } })).status).toBe(
        200,
      );
  });

  it.each(['cross-site', 'same-site', 'nonsense', ''])('is nobody, cookie or not: %s', async (site) => {
    const { cookie, csrfToken } = await signIn(api, client);
    const headers = { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': site };
    await expectRefusal(api, () => api.anonymous.get('/api/orders', headers), UNAUTHENTICATED);
    await expectRefusal(api, () => api.anonymous.post('/api/orders', orderBody(), headers), UNAUTHENTICATED);
    const own = { ...headers, 'sec-fetch-site': 'same-origin' };
    expect((await api.anonymous.post('/api/orders', orderBody(), own)).status).toBe(201);
  });

  it('is noted where a session was used without its token', async () => {
    const { cookie } = await signIn(api, client);
    await api.anonymous.post('/api/orders', orderBody(), { cookie });
    await eventually(async () => {
      const { data } = (await client.get('/api/ops/audit')).body as {
        data: { what: string; reason: string }[];
      };
      expect(data).toContainEqual(
        expect.objectContaining({ what: 'POST /api/orders', reason: 'csrf-token-invalid' }),
      );
    }, 10_000);
  });
});
