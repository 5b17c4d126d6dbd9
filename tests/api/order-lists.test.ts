import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import { orderOf, ordersOf, pay, placeOrder, settledOrder, usd } from '../support/api-samples.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';

let api: Api;
let client: ApiClient;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
});
afterAll(() => api.stop());

const ANOTHER_PLACE = Buffer.from(
  JSON.stringify({ createdAt: '2000-01-01T00:00:00.000Z', orderId: '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' }),
).toString('base64url');

const idsOf = (orders: readonly OrderView[]): string[] => orders.map((order) => order.orderId);

/** Every page from the first on; `between` runs after each. */
async function pagesOf(
  reader: ApiClient,
  url: string,
  between: () => Promise<unknown> = async () => undefined,
): Promise<OrderView[][]> {
  const pages: OrderView[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await reader.get(cursor === '' ? url : `${url}&cursor=${cursor}`);
    expect(answer.status).toBe(200);
    const { data, nextCursor } = ordersOf(answer);
    pages.push([...data]);
    cursor = nextCursor;
    await between();
  }
  return pages;
}

/** A tenant of its own, so that nobody else's orders are in its lists. */
async function tenantWithOrders(
  name: string,
  count: number,
): Promise<{ tenant: ApiClient; orders: OrderView[] }> {
  const tenant = await api.connect(name);
  const placed = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      placeOrder(tenant, { customerId: `customer-${number % 3}` }),
    ),
  );
  await traces(api.database.pool);
  const orders = await Promise.all(
    placed.map(async ({ orderId }) => orderOf(await tenant.get(`/api/orders/${orderId}`))),
  );
  return { tenant, orders };
}

const newestFirst = (orders: readonly OrderView[]): OrderView[] =>
  orders.toSorted((a, b) =>
    a.createdAt === b.createdAt ? (a.orderId < b.orderId ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
  );

const flipped = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

describe('listing orders', () => {
  it('goes through all pages, newest first, without a gap or a repetition', async () => {
    const { tenant, orders } = await tenantWithOrders('pages', 23);
    const pages = await pagesOf(tenant, '/api/orders?limit=5');
    expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 3]);
    expect(pages.flat()).toEqual(newestFirst(orders));
  });

  it('ends with a full page when that is how it comes out', async () => {
    const { tenant } = await tenantWithOrders('full-pages', 6);
    const pages = await pagesOf(tenant, '/api/orders?limit=3');
    expect(pages.map((page) => page.length)).toEqual([3, 3]);
  });

  it('gives each order once while others are being placed', async () => {
    const { tenant, orders } = await tenantWithOrders('busy-pages', 20);
    const pages = await pagesOf(tenant, '/api/orders?limit=3', async () => {
      await Promise.all([placeOrder(tenant), placeOrder(tenant), placeOrder(tenant)]);
      await traces(api.database.pool);
    });
    expect(pages.flat()).toEqual(newestFirst(orders));
  });

  it('links to the next page, filter and all', async () => {
    const { tenant } = await tenantWithOrders('links', 9);
    const first = await tenant.get('/api/orders?customerId=customer-1&status=Created&limit=2');
    const link = /^<(?<url>[^>]+)>; rel="next"$/.exec(String(first.headers['link']))?.groups?.['url'];
    const second = await tenant.get(link!);
    const all = ordersOf(await tenant.get('/api/orders?customerId=customer-1&status=Created')).data;
    expect([...ordersOf(first).data, ...ordersOf(second).data]).toEqual(all);
    expect(second.headers).not.toHaveProperty('link');
  });

  it('gives 20 at a time unless asked otherwise, up to 100', async () => {
    const { tenant } = await tenantWithOrders('limits', 101);
    expect(ordersOf(await tenant.get('/api/orders')).data).toHaveLength(20);
    expect(ordersOf(await tenant.get('/api/orders?limit=1')).data).toHaveLength(1);
    expect(ordersOf(await tenant.get('/api/orders?limit=100')).data).toHaveLength(100);
  });

  it('is empty for a tenant that has placed nothing', async () => {
    const answer = await (await api.connect('newcomer')).get('/api/orders');
    expect(answer.body).toEqual({ data: [], nextCursor: null });
  });

  it('shows only what the filter names, page by page', async () => {
    const { tenant, orders } = await tenantWithOrders('filters', 9);
    const paid = orders.slice(0, 4);
    for (const { orderId } of paid) await pay(tenant, orderId);
    for (const { orderId } of paid) await settledOrder(tenant, orderId);
    const begun = orders[4]!;
    await pay(tenant, begun.orderId, { amount: usd(1) });
    await settledOrder(tenant, begun.orderId);
    await traces(api.database.pool);

    const listed = async (filter: string) =>
      new Set(idsOf((await pagesOf(tenant, `/api/orders?${filter}&limit=2`)).flat()));
    expect(await listed('status=Confirmed')).toEqual(new Set(idsOf(paid)));
    expect(await listed('status=Created')).toEqual(new Set(idsOf(orders.slice(4))));
    expect(await listed('paymentStatus=Paid')).toEqual(new Set(idsOf(paid)));
    expect(await listed('paymentStatus=PartiallyPaid')).toEqual(new Set([begun.orderId]));
    expect(await listed('paymentStatus=Pending')).toEqual(new Set());
    const [first] = orders;
    expect(await listed('customerId=customer-0&status=Confirmed')).toEqual(
      new Set(idsOf(paid.filter(({ customerId }) => customerId === first!.customerId))),
    );
    expect(await listed('customerId=nobody')).toEqual(new Set());
  });

  it('takes the time of creation as an open interval', async () => {
    const tenant = await api.connect('times');
    const placed: OrderView[] = [];
    for (let count = 0; count < 3; count++) {
      placed.push(await placeOrder(tenant));
      await sleep(2); // each in a millisecond of its own
    }
    await traces(api.database.pool);
    const [first, second, third] = placed;
    const listed = async (filter: string) => idsOf(ordersOf(await tenant.get(`/api/orders?${filter}`)).data);

    expect(await listed(`createdAfter=${first!.createdAt}`)).toEqual(idsOf([third!, second!]));
    expect(await listed(`createdBefore=${third!.createdAt}`)).toEqual(idsOf([second!, first!]));
    expect(await listed(`createdAfter=${first!.createdAt}&createdBefore=${third!.createdAt}`)).toEqual([
      second!.orderId,
    ]);
    const twoHoursOn = new Date(Date.parse(first!.createdAt) + 7_200_000).toISOString().slice(0, -1);
    expect(await listed(`createdAfter=${twoHoursOn}%2B02:00`)).toEqual(idsOf([third!, second!]));
    expect(
      await listed('createdAfter=2016-12-31T23:59:60Z&createdBefore=9999-12-31T23:59:59.999999999z'),
    ).toEqual(idsOf([third!, second!, first!]));
  });

  it.each([
    ['no time at all', 'yesterday'],
    ['a time without an offset', '2026-01-31T12:00:00'],
    ['a plus sign that became a space', '2026-01-31T12:00:00+02:00'],
    ['a day that does not exist', '2026-02-30T12:00:00Z'],
    ['a month that does not exist', '2026-13-01T12:00:00Z'],
    ['an hour that does not exist', '2026-01-31T24:00:00Z'],
    ['the year 0, which PostgreSQL does not know', '0000-01-01T00:00:00Z'],
    ['an offset that PostgreSQL does not know', '2026-01-31T12:00:00%2B23:00'],
    ['an endless fraction', `2026-01-31T12:00:00.${'1'.repeat(200)}Z`],
    ['a word that PostgreSQL would understand', 'infinity'],
  ])('refuses %s as a time', async (_what, time) => {
    await expectRefusal(api, () => client.get(`/api/orders?createdAfter=${time}&createdBefore=${time}`), {
      status: 422,
      code: 'validation-failed',
      errors: ['query /createdAfter', 'query /createdBefore'],
    });
  });

  describe('with a cursor', () => {
    let cursor: string;
    let holder: ApiClient;
    beforeAll(async () => {
      ({ tenant: holder } = await tenantWithOrders('cursors', 3));
      cursor = ordersOf(await holder.get('/api/orders?limit=1')).nextCursor!;
    });
    const parts = (): [payload: string, signature: string] => cursor.split('.') as [string, string];

    it.each<[string, () => string]>([
      ['is empty', () => ''],
      ['is made up', () => 'abc'],
      ['has another place in it', () => `${ANOTHER_PLACE}.${parts()[1]}`],
      ['has a changed place in it', () => flipped(cursor, 3)],
      ['has a changed signature', () => flipped(cursor, parts()[0].length + 2)],
      [
        'has other spare bits at its end',
        () => cursor.slice(0, -1) + ({ A: 'B', Q: 'R', g: 'h', w: 'x' }[cursor.at(-1)!] ?? '_'),
      ],
      ['has no signature', () => parts()[0]],
      ['has an empty signature', () => `${parts()[0]}.`],
      ['has half a signature', () => cursor.slice(0, -8)],
      ['has something behind it', () => `${cursor}.x`],
      ['has a line break in it', () => `${cursor}%0A`],
      ['is padded', () => `${cursor}==`],
    ])('refuses one that %s', async (_what, made) => {
      await expectRefusal(api, () => holder.get(`/api/orders?limit=1&cursor=${made()}`), {
        status: 422,
        code: 'validation-failed',
        errors: ['query /cursor'],
      });
    });

    it('refuses one that belongs to another tenant', async () => {
      const { tenant } = await tenantWithOrders('other-cursors', 2);
      await expectRefusal(api, () => tenant.get(`/api/orders?limit=1&cursor=${cursor}`), {
        status: 422,
        code: 'validation-failed',
        errors: ['query /cursor'],
      });
    });

    it.each([
      'status=Created',
      'paymentStatus=Unpaid',
      'customerId=customer-1',
      'createdAfter=2020-01-01T00:00:00Z',
    ])('refuses one of another list: with %s', async (filter) => {
      await expectRefusal(api, () => holder.get(`/api/orders?limit=1&${filter}&cursor=${cursor}`), {
        status: 422,
        code: 'validation-failed',
        errors: ['query /cursor'],
      });
    });

    it('goes on with another page size and with its filters in another order', async () => {
      const { tenant, orders } = await tenantWithOrders('resized', 6);
      const first = ordersOf(await tenant.get('/api/orders?status=Created&paymentStatus=Unpaid&limit=2'));
      const rest = ordersOf(
        await tenant.get(
          `/api/orders?paymentStatus=Unpaid&status=Created&limit=50&cursor=${first.nextCursor}`,
        ),
      );
      expect([...first.data, ...rest.data]).toEqual(newestFirst(orders));
    });
  });
});
