import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoundBreak } from '../../src/application/read-models.ts';
import { pay, paymentOf } from '../support/api-samples.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf } from '../support/api-steps.ts';
import { reconcilerOn } from '../support/reconciler.ts';

const URL = '/api/reconciliation/breaks';

let api: Api;
let client: ApiClient;
let neighbour: ApiClient;
let paymentIds: string[];

beforeAll(async () => {
  api = await startApi();
  client = await api.connect('acme');
  neighbour = await api.connect('neighbour');
  paymentIds = [await paid(client), await paid(client), await paid(neighbour)];
  await meddle('+ 5');
  await reconcile();
});
afterAll(() => api.stop());

async function paid(by: ApiClient): Promise<string> {
  const { orderId } = await stepsOf(api, by).place();
  return paymentOf(await pay(by, orderId)).paymentId;
}

const meddle = (by: string) =>
  api.database.pool.query(
    `update simulated_provider.operation set amount_minor = amount_minor ${by} where operation_id = any($1)`,
    [paymentIds.map((id) => `${id}:1`)],
  );

async function reconcile(): Promise<void> {
  await traces(api.database.pool);
  await reconcilerOn(api.database.pool).reconcileAll();
}

async function breaks(query = '', by = client): Promise<{ data: FoundBreak[]; nextCursor: string | null }> {
  const { status, body } = await by.get(`${URL}${query}`);
  expect(status).toBe(200);
  return body as never;
}

const differing = async (status: string): Promise<FoundBreak[]> =>
  (await breaks(`?status=${status}`)).data.filter(({ kind }) => kind === 'amount-differs');

const sorted = (ids: readonly (string | null)[]): string[] => ids.map(String).toSorted();

describe('the breaks of a reconciliation', () => {
  it('say what the ledger has and what the provider has, of which payment and order', async () => {
    const { data } = await breaks();
    expect(sorted(data.map(({ paymentId }) => paymentId))).toEqual(sorted(paymentIds.slice(0, 2)));
    const { body } = await client.get(`/api/payments/${paymentIds[0]}`);
    expect(data.find(({ paymentId }) => paymentId === paymentIds[0])).toEqual({
      breakId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...{ day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), provider: 'simulated', kind: 'amount-differs' },
      ...{ subject: expect.stringMatching(/^txn_/), status: 'open', currency: 'USD' },
      ...{ expected: '1000', actual: '1005', operationId: `${paymentIds[0]}:1`, paymentId: paymentIds[0] },
      ...{ orderId: (body as { orderId: string }).orderId, payoutId: null, resolvedAt: null },
      ...{ transactionId: expect.stringMatching(/^txn_/), foundAt: expect.stringMatching(/Z$/) },
    });
  });

  it('are the tenant’s own; those of no tenant are nobody’s here', async () => {
    await api.database.pool.query(
      `insert into reconciliation_break (provider, day, kind, subject, currency, actual)
       values ('simulated', '2026-01-01', 'unknown-payment', 'txn_x', 'USD', 900)`,
    );
    expect((await breaks('', neighbour)).data.map(({ paymentId }) => paymentId)).toEqual(paymentIds.slice(2));
    expect((await breaks('?day=2026-01-01')).data).toEqual([]);
    expect((await breaks('', await api.connect('stranger'))).data).toEqual([]);
  });

  it('are listed by day, provider and status', async () => {
    const { data } = await breaks();
    const { day } = data[0]!;
    expect((await breaks(`?day=${day}&provider=simulated&status=open`)).data).toEqual(
      data.filter((one) => one.day === day),
    );
    for (const query of ['day=2020-01-01', 'provider=another', 'status=resolved'])
      expect((await breaks(`?${query}`)).data).toEqual([]);
  });

  it('are given page by page, and a cursor fits no other list', async () => {
    const first = await breaks('?limit=1');
    const second = await breaks(`?limit=1&cursor=${first.nextCursor}`);
    expect([...first.data, ...second.data]).toEqual((await breaks()).data);
    expect(second.nextCursor).toBeNull();
    for (const query of [`limit=1&status=open&cursor=${first.nextCursor}`, 'cursor=x'])
      await expectRefusal(api, () => client.get(`${URL}?${query}`), {
        ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
      });
    await expectRefusal(api, () => neighbour.get(`${URL}?limit=1&cursor=${first.nextCursor}`), {
      ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
    });
  });

  it.each([
    ['day=2026-02-30', '/day'],
    ['day=today', '/day'],
    ['status=ignored', '/status'],
    ['provider=a%20b', '/provider'],
    ['limit=0', '/limit'],
  ])('refuse %s', async (query, pointer) => {
    await expectRefusal(api, () => client.get(`${URL}?${query}`), {
      ...{ status: 422, code: 'validation-failed', errors: [`query ${pointer}`] },
    });
  });

  it('are resolved once they are found no more', async () => {
    await meddle('- 5');
    await reconcile();
    expect(await differing('open')).toEqual([]);
    const data = await differing('resolved');
    expect(data).toHaveLength(2);
    for (const { resolvedAt } of data) expect(resolvedAt).toMatch(/Z$/);
  });
});

it('a payout is in the statement of the bank, and of no order', async () => {
  await traces(api.database.pool);
  const { body } = await client.get('/api/ledger/entries?account=bank');
  const { data } = body as { data: { orderId: string | null; type: string; debit: string }[] };
  expect(data).toMatchObject([{ orderId: null, type: 'PayoutReceived' }]);
});
