import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, SCOPES_OF_ROLE } from '../../src/application/access.ts';
import type { ApiKeyView, NewApiKey } from '../../src/application/api-keys.ts';
import { createLogger } from '../../src/infrastructure/telemetry.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { expectProblem, problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { cliOn, jsonOf } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';

const UNAUTHENTICATED = { status: 401, code: 'unauthenticated' } as const;
const NO_KEY = { status: 404, code: 'api-key-not-found' } as const;
const NOT_ACTIVE = { status: 409, code: 'api-key-not-active' } as const;
const NOT_HELD = { status: 403, code: 'scope-not-held' } as const;
const PATH = '/api/api-keys';

let api: Api;
let admin: ApiClient;

/** What the service says of itself. */
const logged: string[] = [];

beforeAll(async () => {
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ level: 'debug', readable: false, destination });
  api = await startApi({ logger });
  admin = await api.connect('acme');
});
afterAll(() => api.stop());

const viewOf = ({ body }: ApiAnswer): ApiKeyView => body as ApiKeyView;
const pageOf = ({ body }: ApiAnswer) => body as { data: ApiKeyView[]; nextCursor: string | null };

async function make(over: object = {}, by = admin): Promise<NewApiKey & { readonly secret: string }> {
  const answer = await by.post(PATH, { name: 'shop', mode: 'test', role: 'viewer', ...over });
  expect(answer.status).toBe(201);
  return answer.body as NewApiKey & { readonly secret: string };
}

const withKey = (secret: string | null, url = '/api/orders', by = api.anonymous): Promise<ApiAnswer> =>
  by.get(url, { authorization: `Bearer ${secret}` });

/** Until both processes hear of changes, they look each key up and remember none. */
const untilBothHear = () =>
  eventually(async () => {
    const { rows } = await api.database.pool.query(
      `select from pg_stat_activity where datname = current_database() and query = 'select 1'`,
    );
    expect(rows).toHaveLength(2);
  });

async function actionsOf(keyId: string): Promise<object[]> {
  const { rows } = await api.database.pool.query<object>(
    `select actor, action, reason, details from operator_action where details->>'keyId' = $1 order by action_id`,
    [keyId],
  );
  return rows;
}

describe('a key that is made', () => {
  it('works at once, is shown once, and is listed without what is secret', async () => {
    const { secret, ...shown } = await make({ name: 'till 7', reason: 'new till', expiresInSeconds: 3_600 });
    expect((await withKey(secret)).status).toBe(200);
    expect(shown).toMatchObject({
      ...{ name: 'till 7', prefix: secret.slice(0, 14), scopes: ['orders:read'], lastUsedAt: null },
      ...{ createdBy: `key:${admin.key.slice(0, 14)}`, revokedAt: null, rotatedTo: null },
    });
    expect(Date.parse(shown.expiresAt!) - Date.parse(shown.createdAt)).toBe(3_600_000);
    const listed = await admin.get(PATH);
    expect(pageOf(listed).data[0]).toEqual(shown);
    expect(viewOf(await admin.get(`${PATH}/${shown.keyId}`))).toEqual(shown);
    expect(listed.text).not.toContain(secret.slice(14));
    expect(await actionsOf(shown.keyId)).toMatchObject([
      { actor: `key:${admin.key.slice(0, 14)}`, action: 'api-keys.create', reason: 'new till' },
    ]);
  });

  it('is kept as a hash and nothing else', async () => {
    const { secret, keyId } = await make();
    const { rows } = await api.database.pool.query<{ row: string; isHash: boolean }>(
      `select k::text as row, key_hash = sha256($2::bytea) as "isHash" from api_key k where key_id = $1`,
      [keyId, Buffer.from(secret)],
    );
    expect(rows[0]!.isHash).toBe(true);
    expect(rows[0]!.row).not.toContain(secret.slice(14));
    const { rows: tables } = await api.database.pool.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const found = await api.database.pool.query(`select 1 from ${name} t where t::text like $1`, [
        `%${secret.slice(14)}%`,
      ]);
      expect({ name, found: found.rows }).toEqual({ name, found: [] });
    }
  });

  it.each(['viewer', 'operator', 'admin'] as const)('with the role %s has its scopes', async (role) => {
    expect((await make({ role })).scopes).toEqual([...SCOPES_OF_ROLE[role]]);
  });

  it('cannot do more than whoever made it', async () => {
    const limited = await api.connect('acme', ['admin', 'orders:read']);
    expect((await make({ role: 'viewer' }, limited)).scopes).toEqual(['orders:read']);
    for (const over of [
      { role: 'operator' },
      { role: 'admin' },
      { scopes: ['orders:read', 'refunds:write'] },
    ]) {
      const answer = await limited.post(PATH, { name: 'more', ...over });
      expectProblem(answer, NOT_HELD);
      expect(problemOf(answer).detail).toContain('refunds:write');
    }
  });

  it('says what it may do in one way', async () => {
    for (const body of [{}, { scopes: ['ops'], role: 'viewer' }])
      expectProblem(await admin.post(PATH, { name: 'odd', ...body }), {
        ...{ status: 422, code: 'validation-failed', errors: ['body '] },
      });
  });

  it('is made once when the request is repeated, and then shown without its secret', async () => {
    const once = { 'idempotency-key': 'a-key' };
    const body = { name: 'once', role: 'viewer' };
    const first = await admin.post(PATH, body, once);
    const again = await admin.post(PATH, body, once);
    expect(again.status).toBe(201);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toEqual({ ...(first.body as object), secret: null });
    expectProblem(await admin.post(PATH, { ...body, name: 'other' }, once), {
      ...{ status: 422, code: 'idempotency-key-reused' },
    });
  });

  it('is one of so many at most', async () => {
    const crowded = await api.connect('crowded');
    await api.database.pool.query(
      `insert into api_key (key_hash, prefix, tenant_id, scopes)
       select sha256(n::text::bytea), 'op_test_filler', $1, '{}' from generate_series(2, 500) n`,
      [crowded.tenantId],
    );
    expectProblem(await crowded.post(PATH, { name: 'one more', role: 'viewer' }), {
      ...{ status: 409, code: 'api-key-limit' },
    });
  });
});

describe('the list of keys', () => {
  it('has pages, newest first', async () => {
    const lister = await api.connect('lister');
    const made = [];
    for (let n = 0; n < 3; n++) made.unshift((await make({ name: `key ${n}` }, lister)).keyId);
    const first = pageOf(await lister.get(`${PATH}?limit=2`));
    const second = pageOf(await lister.get(`${PATH}?limit=2&cursor=${first.nextCursor}`));
    expect([...first.data, ...second.data].map(({ keyId }) => keyId).slice(0, 3)).toEqual(made);
    expect(second.nextCursor).toBeNull();
    expect((await admin.get(`${PATH}?cursor=${first.nextCursor}`)).status).toBe(422);
  });

  it('holds nothing of another tenant, who can do nothing to a key', async () => {
    const { keyId, secret } = await make();
    const stranger = await api.connect('stranger');
    expect(pageOf(await stranger.get(PATH)).data.map((key) => key.keyId)).not.toContain(keyId);
    expectProblem(await stranger.get(`${PATH}/${keyId}`), NO_KEY);
    expectProblem(await stranger.post(`${PATH}/${keyId}/rotate`, {}), NO_KEY);
    expectProblem(await stranger.post(`${PATH}/${keyId}/revoke`, {}), NO_KEY);
    expect((await withKey(secret)).status).toBe(200);
    const theirs = await make({}, stranger);
    expect(pageOf(await withKey(theirs.secret, '/api/orders')).data).toEqual([]);
  });
});

describe('a key that is rotated', () => {
  it('is good beside the new one while they overlap', async () => {
    const old = await make({ name: 'api', role: 'operator', expiresInSeconds: 864_000 });
    const rotated = await admin.post(`${PATH}/${old.keyId}/rotate`, { overlapSeconds: 60, reason: 'yearly' });
    expect(rotated.status).toBe(201);
    const young = rotated.body as NewApiKey;
    expect(young).toMatchObject({ name: 'api', scopes: old.scopes, expiresAt: old.expiresAt });
    expect([(await withKey(old.secret)).status, (await withKey(young.secret)).status]).toEqual([200, 200]);
    const after = viewOf(await admin.get(`${PATH}/${old.keyId}`));
    expect(after).toMatchObject({ rotatedTo: young.keyId, revokedAt: null });
    expect(Date.parse(after.expiresAt!)).toBeLessThan(Date.parse(old.expiresAt!));
    expect(await actionsOf(old.keyId)).toMatchObject([
      { action: 'api-keys.create' },
      { action: 'api-keys.rotate', reason: 'yearly', details: { newKeyId: young.keyId, overlapSeconds: 60 } },
    ]);
    expectProblem(await admin.post(`${PATH}/${old.keyId}/rotate`, {}), NOT_ACTIVE);
  });

  it('is refused at once when there is no overlap, or when that is over', async () => {
    const old = await make();
    expect((await withKey(old.secret)).status).toBe(200);
    const young = (await admin.post(`${PATH}/${old.keyId}/rotate`, { overlapSeconds: 0 })).body as NewApiKey;
    expectProblem(await withKey(old.secret), UNAUTHENTICATED);
    const last = (await admin.post(`${PATH}/${young.keyId}/rotate`, { overlapSeconds: 1 })).body as NewApiKey;
    expect((await withKey(young.secret)).status).toBe(200);
    await eventually(async () => expectProblem(await withKey(young.secret), UNAUTHENTICATED));
    expect((await withKey(last.secret)).status).toBe(200);
  });

  it('tells the new one to nobody who could not have made it', async () => {
    const { keyId } = await make({ role: 'admin' });
    const limited = await api.connect('acme', ['admin']);
    expectProblem(await limited.post(`${PATH}/${keyId}/rotate`, {}), NOT_HELD);
    expect((await limited.post(`${PATH}/${keyId}/revoke`, {})).status).toBe(200);
  });

  it('is rotated once when the request is repeated', async () => {
    const { keyId } = await make();
    const once = { 'idempotency-key': 'rotate-once' };
    const first = await admin.post(`${PATH}/${keyId}/rotate`, {}, once);
    const again = await admin.post(`${PATH}/${keyId}/rotate`, {}, once);
    expect(again.body).toEqual({ ...(first.body as object), secret: null });
  });
});

describe('a key that is revoked', () => {
  it('is refused at once, here and by another process that knows it, and the reason is kept', async () => {
    const { keyId, secret } = await make({ scopes: SCOPES, role: undefined });
    const second = await api.connectToSecond(admin);
    await untilBothHear();
    expect((await withKey(secret)).status).toBe(200);
    for (let n = 0; n < 3; n++) expect((await withKey(secret, '/api/orders', second)).status).toBe(200);

    const revoked = await admin.post(`${PATH}/${keyId}/revoke`, { reason: 'found in a log' });
    expect(viewOf(revoked).revokedAt).not.toBeNull();
    expectProblem(await withKey(secret), UNAUTHENTICATED);
    await eventually(
      async () => expectProblem(await withKey(secret, '/api/orders', second), UNAUTHENTICATED),
      5_000,
    );

    expect(viewOf(await admin.post(`${PATH}/${keyId}/revoke`, {}))).toEqual(viewOf(revoked));
    expect(await actionsOf(keyId)).toMatchObject([
      { action: 'api-keys.create' },
      { action: 'api-keys.revoke', reason: 'found in a log' },
    ]);
    expectProblem(await admin.post(`${PATH}/${keyId}/rotate`, {}), NOT_ACTIVE);
  });

  it('is refused by the other process whichever of the two did it', async () => {
    const { keyId, secret } = await make();
    const second = await api.connectToSecond(admin);
    await untilBothHear();
    expect((await withKey(secret)).status).toBe(200);
    await second.post(`${PATH}/${keyId}/revoke`, {});
    expectProblem(await withKey(secret, '/api/orders', second), UNAUTHENTICATED);
    await eventually(async () => expectProblem(await withKey(secret), UNAUTHENTICATED), 5_000);
  });
});

describe('on the command line', () => {
  it('keys are listed, rotated and revoked, and the running service heeds it', async () => {
    const op = cliOn(api.database);
    const { keyId, secret } = await make({ name: 'by hand' });
    expect((await withKey(secret)).status).toBe(200);
    const listed = jsonOf(await op('keys', 'list', '--tenant', 'acme', '--json'));
    expect(listed.keys[0]).toMatchObject({ keyId, name: 'by hand' });

    const rotated = await op('keys', 'rotate', keyId, '--tenant', 'acme', '--overlap', '0', '--json');
    expect(rotated.exitCode).toBe(0);
    const young = jsonOf(rotated) as NewApiKey;
    await eventually(async () => expectProblem(await withKey(secret), UNAUTHENTICATED), 5_000);
    expect((await withKey(young.secret)).status).toBe(200);

    const revoke = () => op('keys', 'revoke', young.keyId, '--tenant', 'acme', '--reason', 'gone');
    expect((await revoke()).stdout).toMatch(/^op_test_\S+… is revoked since /);
    await eventually(async () => expectProblem(await withKey(young.secret), UNAUTHENTICATED), 5_000);
    expect(await actionsOf(young.keyId)).toMatchObject([
      { action: 'api-keys.revoke', reason: 'gone', actor: expect.stringMatching(/^user:/) },
    ]);
    expect(await op('keys', 'revoke', young.keyId, '--tenant', 'nobody')).toMatchObject({
      ...{ exitCode: 1, stderr: 'order-payments: there is no tenant nobody\n' },
    });
    await api.connect('stranger');
    expect((await op('keys', 'revoke', keyId, '--tenant', 'stranger')).stderr).toContain('has no key');
    expect((await op('keys', 'rotate', keyId, '--tenant', 'acme')).stderr).toContain(
      'was rotated or revoked',
    );
  });
});

describe('the audit', () => {
  type Entry = {
    kind: string;
    what: string;
    reason: string | null;
    count: number;
    actor: string;
    at: string;
  };
  const auditOf = async (client: ApiClient, query = '?limit=100') =>
    (await client.get(`/api/ops/audit${query}`)).body as { data: Entry[]; nextCursor: string | null };

  it('has what the tenant’s operators did and who was refused what, counted, and nothing of others', async () => {
    const auditor = await api.connect('audited');
    const { keyId, secret } = await make({ name: 'leaver' }, auditor);
    const viewer = await make({ name: 'curious' }, auditor);
    await auditor.post(`${PATH}/${keyId}/revoke`, { reason: 'left' });
    for (let n = 0; n < 3; n++) await withKey(secret, '/api/orders?limit=5');
    await withKey(viewer.secret, PATH);
    await withKey(`op_test_${'x'.repeat(32)}`);
    const { data } = await eventually(async () => {
      const audit = await auditOf(auditor);
      expect(audit.data.filter(({ kind }) => kind === 'denial')).not.toEqual([]);
      return audit;
    });
    const denials = data.filter(({ kind }) => kind === 'denial');
    expect(denials.map(({ what, reason }) => `${what} ${reason}`).toSorted()).toEqual([
      `GET ${PATH} lacks admin`,
      'GET /api/orders revoked-key',
    ]);
    expect(denials.find(({ reason }) => reason === 'revoked-key')).toMatchObject({
      ...{ count: 3, actor: `key:${secret.slice(0, 14)}` },
    });
    expect(data.filter(({ kind }) => kind === 'action').map(({ what, reason }) => [what, reason])).toEqual([
      ['api-keys.revoke', 'left'],
      ['api-keys.create', null],
      ['api-keys.create', null],
    ]);
    const actors = (await auditOf(admin)).data.map(({ actor }) => actor);
    expect(actors).not.toContain(`key:${secret.slice(0, 14)}`);
  });

  it('has nothing of keys that are nobody’s: the log tells of them, without the key', async () => {
    const guess = `op_test_${'guess'.repeat(6)}`;
    expectProblem(await withKey(guess, '/api/ledger/trial-balance'), UNAUTHENTICATED);
    const lines = await eventually(() => {
      const found = logged.filter((line) => line.includes('unknown-key') && line.includes('trial-balance'));
      expect(found).toHaveLength(1);
      return found;
    });
    expect(JSON.parse(lines[0]!)).toMatchObject({ status: 401, denied: 'unknown-key' });
    expect(logged.join('')).not.toContain(guess.slice(14));
  });

  it('has pages without gaps or repetitions', async () => {
    const whole = (await auditOf(admin)).data;
    const paged: Entry[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await auditOf(admin, `?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.data);
      cursor = page.nextCursor;
    }
    expect(paged.slice(0, 100)).toEqual(whole);
    expect(whole.map(({ at }) => at)).toEqual(
      whole
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
  });
});
