import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, importJWK, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderBody, orderOf, placeOrder } from '../support/api-samples.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { expectProblem, problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import {
  AUDIENCE,
  claimsOf,
  newIssuerKey,
  secondsFromNow,
  sign,
  startIssuer,
  type ClaimsOver,
  type Issuer,
  type IssuerKey,
} from '../support/issuer.ts';

const UNAUTHENTICATED = { status: 401, code: 'unauthenticated' } as const;

let issuer: Issuer;
let stranger: Issuer;
let api: Api;
let client: ApiClient;
let es: IssuerKey;
let rs: IssuerKey;
let theirs: IssuerKey;
let accepted: Readonly<Record<string, IssuerKey>>;
let wrongCurve: IssuerKey;

beforeAll(async () => {
  [es, rs, theirs] = await Promise.all([
    newIssuerKey('es-1'),
    newIssuerKey('rs-1', 'RS256', true),
    newIssuerKey('es-1'),
  ]);
  const [ed, ps, p384] = await Promise.all([
    newIssuerKey('ed-1', 'EdDSA'),
    newIssuerKey('ps-1', 'PS256'),
    newIssuerKey('p384', 'ES384', true),
  ]);
  issuer = await startIssuer(es, rs, ed, ps, p384);
  stranger = await startIssuer(theirs);
  accepted = { ES256: es, RS256: rs, EdDSA: ed, PS256: ps };
  wrongCurve = p384;
  const tokens = {
    issuer: issuer.url,
    audience: AUDIENCE,
    jwksUrl: issuer.jwksUrl,
    clockToleranceSeconds: 2,
  };
  api = await startApi({ tokens });
  client = await api.connect('acme');
});
afterAll(async () => {
  await api.stop();
  await Promise.all([issuer.close(), stranger.close()]);
});

const claims = (over: ClaimsOver = {}): JWTPayload => claimsOf(issuer.url, over);
const show = (token: string, url = '/api/orders'): Promise<ApiAnswer> =>
  api.anonymous.get(url, { authorization: `Bearer ${token}` });
const shown = async (over: ClaimsOver): Promise<ApiAnswer> => show(await sign(es, claims(over)));
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const may = async (over: ClaimsOver) => {
  const authorization = `Bearer ${await sign(es, claims(over))}`;
  const [reads, places, manages] = await Promise.all([
    api.anonymous.get('/api/orders', { authorization }),
    api.anonymous.post('/api/orders', {}, { authorization }),
    api.anonymous.get('/api/api-keys', { authorization }),
  ]);
  return [reads, places, manages].map(({ status }) => status !== 403);
};

const onService = async (over: ClaimsOver) =>
  (await show(await sign(es, claims(over)), '/api/ops/subscriptions')).status;

describe('a token', () => {
  it.each(['ES256', 'RS256', 'EdDSA', 'PS256'])('that was signed with %s is taken', async (name) => {
    expect((await show(await sign(accepted[name]!, claims()))).status).toBe(200);
  });

  it('speaks for its tenant, by name or by id, and for no other', async () => {
    const { orderId } = await placeOrder(client);
    await api.connect('others');
    for (const tenant of ['acme', client.tenantId, client.tenantId.toUpperCase()]) {
      const token = await sign(es, claims({ tenant }));
      expect((await show(token, `/api/orders/${orderId}`)).status).toBe(200);
    }
    const foreign = await sign(es, claims({ tenant: 'others' }));
    expectProblem(await show(foreign, `/api/orders/${orderId}`), { status: 404, code: 'order-not-found' });
  });

  it('allows what its scopes and the roles it names allow, and nothing else', async () => {
    expect(await may({ scope: 'openid orders:read profile' })).toEqual([true, false, false]);
    expect(await may({ scope: undefined, roles: ['viewer', 'baker'] })).toEqual([true, false, false]);
    expect(await may({ scope: undefined, roles: ['operator'] })).toEqual([true, true, false]);
    expect(await may({ scope: undefined, roles: ['admin'] })).toEqual([true, true, true]);
    expect(await may({ scope: 'admin', roles: ['viewer'] })).toEqual([true, false, true]);
    for (const over of [
      { scope: undefined },
      { scope: 'orders' },
      { scope: ['orders:read'] },
      { roles: 'admin', scope: '' },
    ])
      expect(await may(over)).toEqual([false, false, false]);
  });

  it('acts on the service as a whole if it names that scope, which is in no role', async () => {
    expect(await onService({ scope: 'service' })).toBe(200);
    expect(await onService({ scope: 'ops admin', roles: ['viewer', 'operator', 'admin', 'service'] })).toBe(
      403,
    );
  });

  it.each<[string, string, RegExp]>([
    ['as it is', 'auth0|5f7c8ec7', /^jwt:auth0\|5f7c8ec7$/],
    ['without what breaks lines', 'ada lovelace\n', /^jwt:ada_lovelace_~[0-9a-f]{16}$/],
    ['at a length that is bounded', 'x'.repeat(500), /^jwt:x{60}~[0-9a-f]{16}$/],
  ])('names who did something by its subject, %s', async (_how, sub, actor) => {
    const authorization = `Bearer ${await sign(es, claims({ sub, scope: 'orders:write' }))}`;
    const placed = orderOf(await api.anonymous.post('/api/orders', orderBody(), { authorization }));
    const { rows } = await api.database.pool.query<{ actor: string }>(
      `select metadata->>'actor' as actor from event where stream_id = $1 and version = 1`,
      [placed.orderId],
    );
    expect(rows[0]!.actor).toMatch(actor);
  });
});

const refused = async (send: Promise<ApiAnswer>): Promise<void> => {
  const answer = await send;
  expectProblem(answer, UNAUTHENTICATED);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  // The same words, whatever was wrong.
  expect(problemOf(answer).detail).toBe(
    'Send your key, or a token, in the header "Authorization: Bearer …".',
  );
};

describe('no token is taken', () => {
  it.each<[string, () => ClaimsOver]>([
    ['is meant for somebody else', () => ({ aud: 'other' })],
    ['is meant for nobody', () => ({ aud: undefined })],
    ['is of another issuer', () => ({ iss: 'https://elsewhere.example' })],
    ['is of no issuer', () => ({ iss: undefined })],
    ['has expired', () => ({ exp: secondsFromNow(-10) })],
    ['never expires', () => ({ exp: undefined })],
    [
      'expires late and is older than a day',
      () => ({ iat: secondsFromNow(-90_000), exp: secondsFromNow(1e9) }),
    ],
    ['does not say when it was made', () => ({ iat: undefined })],
    ['is made in the future', () => ({ iat: secondsFromNow(60) })],
    ['is not good yet', () => ({ nbf: secondsFromNow(60) })],
    ['is of a tenant that is not there', () => ({ tenant: 'nobody' })],
    ['is of a tenant whose id is not there', () => ({ tenant: '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })],
    ['is of no tenant', () => ({ tenant: undefined })],
    ['is of a tenant whose name nobody can have', () => ({ tenant: 'acme\0' })],
    ['is of several tenants', () => ({ tenant: ['acme'] })],
    ['has no subject', () => ({ sub: undefined })],
  ])('that %s', async (_what, over) => {
    await refused(shown(over()));
  });

  it('without a signature: alg none', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      await refused(show(`${base64({ alg, kid: es.kid })}.${base64(claims())}.`));
      await refused(show(`${base64({ alg })}.${base64(claims())}.${'A'.repeat(86)}`));
    }
  });

  it('signed by HMAC with what everybody can read: the public key', async () => {
    const pem = await exportSPKI((await importJWK(rs.jwk, 'RS256')) as CryptoKey);
    for (const secret of [pem, pem.trim(), JSON.stringify(rs.jwk), rs.jwk.n!])
      for (const alg of ['HS256', 'RS256']) {
        const signed = `${base64({ alg, kid: rs.kid })}.${base64(claims())}`;
        await refused(show(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`));
      }
  });

  it('signed with an algorithm that is not on the list, though the key is the issuer’s', async () => {
    const asRs512 = await importJWK({ ...(await exportJWK(rs.privateKey)), alg: 'RS512' }, 'RS512');
    await refused(show(await sign({ ...rs, alg: 'RS512', privateKey: asRs512 as CryptoKey }, claims())));
    await refused(show(await sign(wrongCurve, claims())));
  });

  it('whose key is of another curve or type than its algorithm', async () => {
    for (const [alg, { kid }] of [
      ['ES256', wrongCurve],
      ['ES256', rs],
      ['RS256', es],
      ['EdDSA', es],
    ] as const) {
      const header = { alg, kid };
      const { privateKey } = alg === 'RS256' ? rs : alg === 'EdDSA' ? accepted['EdDSA']! : es;
      await refused(show(await new SignJWT(claims()).setProtectedHeader(header).sign(privateKey)));
    }
  });

  it('signed by somebody else under the issuer’s key id, or an id of their own', async () => {
    await refused(show(await sign(theirs, claims())));
    await refused(show(await sign({ ...theirs, kid: 'unheard-of' }, claims())));
  });

  it('that says itself where its key is, or brings it along; nobody goes there', async () => {
    for (const header of [
      { jku: stranger.jwksUrl },
      { x5u: stranger.jwksUrl },
      { jwk: theirs.jwk },
      { jku: stranger.jwksUrl, kid: 'unheard-of' },
      { kid: stranger.jwksUrl },
      { crit: ['b64'], b64: true },
    ])
      await refused(show(await sign(theirs, claims(), header)));
    expect(stranger.asked()).toBe(0);
  });

  it('that was changed after it was signed', async () => {
    const [header = '', , signature = ''] = (await sign(es, claims())).split('.');
    await refused(show(`${header}.${base64(claims({ scope: 'admin' }))}.${signature}`));
    await refused(show(`${header}.${base64(claims())}.${signature.slice(0, -4)}AAAA`));
    await refused(show(`${header}.${base64(claims())}.`));
  });

  it('that is larger than any need be', async () => {
    await refused(shown({ padding: 'x'.repeat(8_000) }));
    expect((await shown({ padding: 'x'.repeat(4_000) })).status).toBe(200);
  });

  it('that is none', async () => {
    for (const token of [
      'a.b.c',
      '..',
      'e30.e30.e30',
      `${base64({ alg: 'ES256', kid: 'es-1' })}.bm90anNvbg.AAAA`,
    ])
      await refused(show(token));
  });
});

describe('what the issuer publishes', () => {
  it('is asked for once, however many tokens name keys that are not there', async () => {
    const before = issuer.asked();
    expect(before).toBe(1);
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        expect((await show(await sign({ ...theirs, kid: `unheard-of-${n}` }, claims()))).status).toBe(401);
      }),
    );
    expect(issuer.asked()).toBe(before);
  });
});

describe('an issuer that cannot be reached', () => {
  it('keeps nobody out who has a key; tokens are answered with 503 until it is back', async () => {
    const gone = await startIssuer(es);
    await gone.close();
    const tokens = {
      issuer: issuer.url,
      audience: AUDIENCE,
      jwksUrl: gone.jwksUrl,
      clockToleranceSeconds: 2,
    };
    const other = await startApi({ tokens });
    try {
      const holder = await other.connect('acme');
      const authorization = `Bearer ${await sign(es, claims())}`;
      const answer = await other.anonymous.get('/api/orders', { authorization });
      expectProblem(answer, { status: 503, code: 'unavailable' });
      expect(answer.headers['retry-after']).toBe('5');
      expect((await holder.get('/api/orders')).status).toBe(200);
    } finally {
      await other.stop();
    }
  });
});

describe('who was denied something by a token', () => {
  it('is told only if the issuer did sign it', async () => {
    await client.get('/api/orders');
    await shown({ sub: 'too-late', exp: secondsFromNow(-10) });
    await show(await sign(es, claims({ sub: 'curious' })), '/api/api-keys');
    await show(await sign(theirs, claims({ sub: 'liar' })));
    const audit = await eventually(async () => {
      const { data } = (await client.get('/api/ops/audit?limit=100')).body as { data: { actor: string }[] };
      expect(data.some(({ actor }) => actor === 'jwt:curious')).toBe(true);
      return data;
    }, 10_000);
    const of = (actor: string) => audit.filter((entry) => entry.actor === actor);
    expect(of('jwt:too-late')).toMatchObject([
      { kind: 'denial', what: 'GET /api/orders', reason: 'expired-token' },
    ]);
    expect(of('jwt:curious')).toMatchObject([{ what: 'GET /api/api-keys', reason: 'lacks admin', count: 1 }]);
    expect(of('jwt:liar')).toEqual([]);
  });
});
