import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Input } from '../../packages/client/src/client.ts';
import { line, orderBody } from '../support/api-samples.ts';
import { expectProblem, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { openShop } from '../support/client.ts';

let api: Api;
let base: string;
beforeAll(async () => {
  api = await startApi();
  base = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => api.stop());

type Sale = { readonly amount: number; readonly currency: string };

/** A tenant of its own with orders of these totals, the oldest first, and `rest` to send what the client would not. */
async function openTenant(name: string, totals: readonly Sale[]) {
  const { client } = await openShop(api, base, name);
  const rest = await api.connect(name);
  const orderIds: string[] = [];
  for (const unitPrice of totals) {
    const { orderId } = await client.createOrder(orderBody({ items: [line({ unitPrice })] }));
    orderIds.push(orderId);
    await sleep(2); // each in a millisecond of its own
  }
  await traces(api.database.pool);
  return { client, rest, orderIds };
}

const usd = (amount: number): Sale => ({ amount, currency: 'USD' });
const eur = (amount: number): Sale => ({ amount, currency: 'EUR' });
const SALES = [usd(500), usd(1_000), eur(1_000), usd(1_500), eur(2_000), usd(1_000)];

async function numbersOf<Item>(
  list: AsyncIterable<Item>,
  idOf: (item: Item) => string,
  known: readonly string[],
): Promise<number[]> {
  const numbers: number[] = [];
  for await (const item of list) numbers.push(known.indexOf(idOf(item)));
  return numbers;
}

async function expectAmountsRefused(rest: ApiClient, path: string, names: readonly string[]): Promise<void> {
  for (const asked of [names.slice(0, 1), names.slice(1), names]) {
    const query = asked.map((name) => `${name}=100`).join('&');
    const answer = await rest.get(`${path}?${query}`);
    const errors = asked.map((name) => `query /${name}`);
    expectProblem(answer, { status: 422, code: 'validation-failed', errors });
    expect((answer.body as { detail: string }).detail).toContain('give currency too');
  }
  for (const wrong of ['-1', '1.5', 'much', '99999999999999999999']) {
    const answer = await rest.get(`${path}?currency=USD&${names[0]}=${wrong}`);
    expectProblem(answer, { status: 422, code: 'validation-failed', errors: [`query /${names[0]}`] });
  }
  const unknown = await rest.get(`${path}?currency=XXQ`);
  expectProblem(unknown, { status: 422, code: 'validation-failed', errors: ['query /currency'] });
}

describe('orders', () => {
  it.each<[string, Input<'listOrders'>, number[]]>([
    ['of a currency', { currency: 'EUR' }, [4, 2]],
    ['of at least a total, that one included', { currency: 'USD', totalMin: 1_000 }, [5, 3, 1]],
    ['of at most a total, that one included', { currency: 'USD', totalMax: 1_000 }, [5, 1, 0]],
    ['of exactly a total', { currency: 'USD', totalMin: 1_000, totalMax: 1_000 }, [5, 1]],
    ['of nothing at all', { currency: 'EUR', totalMax: 0 }, []],
    ['of a range that is none', { currency: 'USD', totalMin: 2, totalMax: 1 }, []],
  ])('%s are found page by page, the newest first', async (what, filter, right) => {
    const { client, orderIds } = await openTenant(`orders ${what}`, SALES);
    for (const limit of [1, 20])
      expect(
        await numbersOf(client.listOrders({ ...filter, limit }), ({ orderId }) => orderId, orderIds),
      ).toEqual(right);
  });

  it('are found by the total that an amendment gave them', async () => {
    const { client, orderIds } = await openTenant('amended orders', [usd(1_000)]);
    await client.amendOrder({ orderId: orderIds[0]!, shipping: usd(1) }, { ifMatch: '*' });
    await traces(api.database.pool);
    const at = async (total: number) =>
      (await client.listOrders({ currency: 'USD', totalMin: total, totalMax: total })).data.length;
    expect([await at(1_000), await at(1_001)]).toEqual([0, 1]);
  });

  it('are not found by a total without its currency, nor by one that cannot be', async () => {
    const rest = await api.connect('no currency');
    await expectAmountsRefused(rest, '/api/orders', ['totalMin', 'totalMax']);
  });

  it('have cursors for the same totals only', async () => {
    const { client, rest } = await openTenant('totals in cursors', [usd(1), usd(2)]);
    const { nextCursor } = await client.listOrders({ currency: 'USD', totalMin: 1, limit: 1 });
    expect(nextCursor).not.toBeNull();
    for (const other of ['currency=USD&totalMin=2', 'currency=EUR&totalMin=1', 'currency=USD&totalMax=1'])
      expectProblem(await rest.get(`/api/orders?${other}&limit=1&cursor=${nextCursor}`), {
        ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
      });
  });
});

/** Payments of all orders, in their order: of cards but the last, one of them declined. */
async function openPaidTenant(name: string) {
  const opened = await openTenant(name, SALES);
  const paymentIds: string[] = [];
  const times: string[] = [];
  for (const [number, orderId] of opened.orderIds.entries()) {
    const paid = await opened.client.createPayment({
      orderId,
      paymentMethod: number === 5 ? 'bank_transfer' : 'card',
      ...(number === 3 && { paymentToken: 'tok_declined' }),
    });
    paymentIds.push(paid.paymentId);
    times.push(paid.createdAt);
    await sleep(2);
  }
  await traces(api.database.pool);
  return { ...opened, paymentIds, times };
}

const exactly = (amount: number) => ({ currency: 'USD', amountMin: amount, amountMax: amount });

describe('payments', () => {
  let paid: Awaited<ReturnType<typeof openPaidTenant>>;
  beforeAll(async () => {
    paid = await openPaidTenant('payer');
  });

  const found = (client: Client, filter: Input<'listPayments'>) =>
    numbersOf(client.listPayments(filter), ({ paymentId }) => paymentId, paid.paymentIds);

  it.each<[string, () => Input<'listPayments'>, number[]]>([
    ['of the tenant', () => ({}), [5, 4, 3, 2, 1, 0]],
    ['of a status', () => ({ status: 'Failed' }), [3]],
    ['by a method', () => ({ paymentMethod: 'bank_transfer' }), [5]],
    ['of a currency', () => ({ currency: 'EUR' }), [4, 2]],
    ['of at least an amount', () => ({ currency: 'USD', amountMin: 1_000 }), [5, 3, 1]],
    ['of at most an amount', () => ({ currency: 'USD', amountMax: 1_000 }), [5, 1, 0]],
    ['of exactly an amount, by a method', () => ({ ...exactly(1_000), paymentMethod: 'card' }), [1]],
    ['after a time', () => ({ createdAfter: paid.times[3]! }), [5, 4]],
    ['before a time', () => ({ createdBefore: paid.times[2]! }), [1, 0]],
  ])('%s are found page by page, the newest first', async (_what, filter, right) => {
    for (const limit of [1, 4, 100]) expect(await found(paid.client, { ...filter(), limit })).toEqual(right);
  });

  it('come as the payment itself does, with a link to the next page', async () => {
    const answer = await paid.rest.get('/api/payments?limit=1');
    const { data } = await paid.client.listPayments({ limit: 1 });
    expect(data).toEqual([await paid.client.getPayment({ paymentId: paid.paymentIds.at(-1)! })]);
    expect(answer.headers['link']).toMatch(/^<\/api\/payments\?limit=1&cursor=[^>]+>; rel="next"$/);
  });

  it('of one order are all on one page, the oldest first, whatever there are of others', async () => {
    const { client } = paid;
    const [orderId] = (await openTenant('payer', [usd(500)])).orderIds;
    const paymentIds: string[] = [];
    for (const amount of Array.from({ length: 25 }, (_, number) => usd(number + 1))) {
      const body = {
        orderId: orderId!,
        paymentMethod: 'card',
        paymentToken: 'tok_declined',
        amount,
      } as const;
      paymentIds.push((await client.createPayment(body)).paymentId);
    }
    await traces(api.database.pool);
    const { data, nextCursor } = await client.listPayments({ orderId: orderId! });
    expect(data.map(({ paymentId }) => paymentId)).toEqual(paymentIds);
    expect(nextCursor).toBeNull();
    const some = await client.listPayments({ orderId: orderId!, currency: 'USD', amountMax: 2 });
    expect(some.data.map(({ paymentId }) => paymentId)).toEqual(paymentIds.slice(0, 2));
    expect((await client.listPayments({ orderId: orderId!, status: 'Completed' })).data).toEqual([]);
  });

  it('of one order have no pages to ask for', async () => {
    const url = `/api/payments?orderId=${paid.orderIds[0]}`;
    const errors = ['query /limit', 'query /cursor'];
    const answer = await paid.rest.get(`${url}&limit=5&cursor=x.y`);
    expectProblem(answer, { status: 422, code: 'validation-failed', errors });
  });

  it('of another tenant are not found, however they are asked for', async () => {
    const { client: stranger, rest } = await openTenant('stranger to payments', []);
    for (const filter of [{}, { currency: 'USD' }, exactly(1_000), { orderId: paid.orderIds[0]! }])
      expect((await stranger.listPayments(filter)).data).toEqual([]);
    const { nextCursor } = await paid.client.listPayments({ limit: 1 });
    expectProblem(await rest.get(`/api/payments?limit=1&cursor=${nextCursor}`), {
      ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
    });
  });

  it('are not found by an amount without its currency, nor by one that cannot be', async () => {
    await expectAmountsRefused(paid.rest, '/api/payments', ['amountMin', 'amountMax']);
  });
});

describe('what is asked for by amount', () => {
  it.each([
    ['order_summary', 'total_minor'],
    ['payment_history', 'amount_minor'],
  ])('has an index in %s, its template and each generation of it', async (table, column) => {
    const { rows } = await api.database.pool.query<{ tables: number; indexed: number }>(
      `select count(distinct t.oid)::int as tables,
         count(distinct t.oid) filter (where pg_get_indexdef(i.indexrelid) like $2)::int as indexed
       from pg_class t left join pg_index i on i.indrelid = t.oid
       where t.relnamespace = 'read_model'::regnamespace and t.relkind = 'r' and t.relname ~ $1`,
      [`^${table}(_\\d+)?$`, `%(tenant_id, currency, ${column})%`],
    );
    expect(rows[0]!.tables).toBeGreaterThan(1);
    expect(rows[0]!.indexed).toBe(rows[0]!.tables);
  });
});
