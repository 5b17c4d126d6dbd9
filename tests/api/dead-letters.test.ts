import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Letter, LetterGroup } from '../../src/application/dead-letters.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { deadLetters } from '../../src/infrastructure/dead-letters/dead-letters.ts';
import { fileLetter } from '../../src/infrastructure/dead-letters/record.ts';
import { inTransaction } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { expectRefusal, startApi, type Api, type ApiClient } from '../support/api-service.ts';

const URL = '/api/ops/dead-letters';
const INVALID = { status: 422, code: 'validation-failed' } as const;

let api: Api;
let client: ApiClient;
let neighbour: ApiClient;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect('acme');
  neighbour = await api.connect('neighbour');
  for (let n = 0; n < 5; n++) await fail(client.tenantId, n);
  await fail(neighbour.tenantId, 9);
  await fail(null, 10);
});
afterAll(() => api.stop());

/** As a consumer at a broker leaves it; the fault of odd ones is another. */
async function fail(tenantId: string | null, n: number, messageId: string = ids.commandId()): Promise<void> {
  await inTransaction(api.database.pool, (tx) =>
    fileLetter(tx, {
      consumer: 'shipping',
      messageId,
      tenantId,
      type: 'order.paid.v1',
      traceId: 'a'.repeat(32),
      replay: 0,
      attempts: 7,
      failedAt: `2026-01-01T00:00:0${n % 10}.000Z`,
      fault: {
        type: n % 2 === 0 ? 'TypeError' : 'RangeError',
        message: `fault ${n}`,
        stack: 'Error\n    at f (a.js:1:1)',
      },
      source: {
        properties: { messageId, headers: { secretOf: tenantId ?? 'nobody' } },
        body: Buffer.from(`{"n":${n}}`),
      },
    }),
  );
}

type Page<Item> = { data: Item[]; nextCursor: string | null };

async function read(query: string, by = client): Promise<Page<Letter>> {
  const { status, body } = await by.get(`${URL}${query}`);
  expect(status).toBe(200);
  return body as Page<Letter>;
}

async function readGroups(query = '', by = client): Promise<Page<LetterGroup>> {
  const { status, body } = await by.get(`${URL}/groups${query}`);
  expect(status).toBe(200);
  return body as Page<LetterGroup>;
}
const letters = async (by = client): Promise<Letter[]> => (await read('?limit=100', by)).data;
const act = async (what: 'replay' | 'discard', body: object, by = client) => {
  const { status, body: answer } = await by.post(`${URL}/${what}`, body);
  expect(status).toBe(200);
  return answer as { count: number; ids: string[]; preview: boolean };
};

describe('dead letters over the API', () => {
  it('are the tenant’s own, in groups by fault, the newest first', async () => {
    const { data } = await readGroups();
    expect(data).toMatchObject([
      { consumer: 'shipping', faultType: 'TypeError', faultMessage: 'fault 4', failed: 3 },
      { faultType: 'RangeError', failed: 2, lastFailedAt: '2026-01-01T00:00:03.000000Z' },
    ]);
    expect((await readGroups('', neighbour)).data).toMatchObject([{ failed: 1 }]);
    expect(await letters()).toHaveLength(5);
    expect(await letters(neighbour)).toHaveLength(1);
  });

  it('come in pages that fit together, each cursor for its own list', async () => {
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<Letter> = await read(`?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.data.map(({ letterId }) => letterId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual((await letters()).map(({ letterId }) => letterId));
    const first = await readGroups('?limit=1');
    const second = await readGroups(`?limit=1&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ data: [{ faultType: 'RangeError' }], nextCursor: null });
    const foreign = { ...INVALID, errors: ['query /cursor'] };
    await expectRefusal(api, () => client.get(`${URL}?limit=1&cursor=${first.nextCursor}`), foreign);
    await expectRefusal(
      api,
      () => neighbour.get(`${URL}/groups?limit=1&cursor=${first.nextCursor}`),
      foreign,
    );
  });

  it('are narrowed to a group, a state or a consumer', async () => {
    const [{ groupId }] = (await readGroups()).data as [LetterGroup];
    expect((await read(`?groupId=${groupId}`)).data).toHaveLength(3);
    expect((await read('?state=resolved')).data).toEqual([]);
    expect((await read('?consumer=other')).data).toEqual([]);
    expect((await readGroups('?state=resolved')).data).toEqual([]);
  });

  it('show payload, headers and history, but to no other tenant and no stack', async () => {
    const [{ letterId }] = (await letters()) as [Letter];
    const { body, text } = await client.get(`${URL}/${letterId}`);
    expect(body).toMatchObject({
      payload: { n: 4 },
      headers: { secretOf: client.tenantId },
      history: [{ replay: 0, attempts: 7, faultType: 'TypeError' }],
    });
    expect(text).not.toContain('a.js');
    const absent = { status: 404, code: 'dead-letter-not-found' } as const;
    await expectRefusal(api, () => neighbour.get(`${URL}/${letterId}`), absent);
    await expectRefusal(api, () => client.get(`${URL}/${ids.commandId()}`), absent);
  });

  it.each<[string, object, string[]]>([
    ['nothing that it means', {}, ['body ']],
    ['two ways at once', { all: true, groupId: 'a'.repeat(16) }, ['body ']],
    ['all but not quite', { all: false }, ['body /all']],
    ['no id', { ids: [] }, ['body /ids']],
    ['no pace', { all: true, perSecond: 0 }, ['body /perSecond']],
    ['what there is not', { all: true, force: true }, ['body /force']],
  ])('refuse a replay that names %s', async (_what, body, errors) => {
    await expectRefusal(api, () => client.post(`${URL}/replay`, body), { ...INVALID, errors });
  });

  it('refuse to be discarded without a reason', async () => {
    const errors = ['body /reason'];
    await expectRefusal(api, () => client.post(`${URL}/discard`, { all: true }), { ...INVALID, errors });
  });

  it('are looked at before, and nothing is changed by that', async () => {
    const before = await letters();
    const oldest = before.at(-1)!.letterId;
    expect(await act('replay', { all: true, preview: true })).toMatchObject({ count: 5, preview: true });
    expect(await act('replay', { all: true, preview: true, limit: 1 })).toMatchObject({
      count: 1,
      ids: [oldest],
    });
    expect(await act('discard', { all: true, preview: true, reason: 'x' })).toMatchObject({ count: 5 });
    expect(await letters()).toEqual(before);
    const { rows } = await api.database.pool.query('select from operator_action');
    expect(rows).toEqual([]);
  });

  it('are replayed and discarded with the rights of their tenant alone, and it is noted by whom', async () => {
    const own = await letters();
    const foreign = (await letters(neighbour))[0]!.letterId;
    expect(await act('replay', { ids: [foreign] })).toMatchObject({ count: 0 });
    expect(await act('discard', { ids: [foreign, own[0]!.letterId], reason: 'a test' })).toEqual({
      count: 1,
      ids: [own[0]!.letterId],
      preview: false,
    });
    expect(await act('replay', { all: true, perSecond: 1 })).toMatchObject({ count: 4 });
    expect(await act('replay', { all: true })).toMatchObject({ count: 0 });
    expect(await letters(neighbour)).toMatchObject([{ state: 'failed' }]);
    const nobodys = await deadLetters(api.database.pool).list('all', { state: 'failed' }, 10);
    expect(nobodys).toHaveLength(2);
    const { rows } = await api.database.pool.query(
      `select actor, action, tenant_id as "tenantId", reason from operator_action
       where jsonb_array_length(details -> 'letterIds') > 0 order by action_id`,
    );
    const actor = `key:${client.key.slice(0, 14)}`;
    const { tenantId } = client;
    expect(rows).toEqual([
      { actor, action: 'dead-letters.discard', tenantId, reason: 'a test' },
      { actor, action: 'dead-letters.replay', tenantId, reason: null },
    ]);
    const { rows: due } = await api.database.pool.query(
      `select extract(epoch from due_at - min(due_at) over ())::int as s from scheduled_message order by due_at`,
    );
    expect(due.map(({ s }) => s)).toEqual([0, 1, 2, 3]);
  });

  it('that a replay has lost may be replayed again after an hour', async () => {
    await api.database.pool.query(`update dead_letter set replay_due_at = now() - interval '61 minutes'
      where state = 'replaying'`);
    expect(await act('replay', { all: true, limit: 3 })).toMatchObject({ count: 3 });
    const owner = client.tenantId as TenantId;
    expect(
      (await deadLetters(api.database.pool).list(owner, { state: 'replaying' }, 10)).map(
        ({ replays }) => replays,
      ),
    ).toEqual(expect.arrayContaining([1, 2, 2, 2]));
  });
});
