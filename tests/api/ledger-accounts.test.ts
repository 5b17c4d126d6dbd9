import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatementEntry, TrialBalance } from '../../src/application/read-models.ts';
import { CHART } from '../../src/domain/ledger/chart.ts';
import { line, pay, usd } from '../support/api-samples.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf } from '../support/api-steps.ts';
import { openShop, type Shop } from '../support/client.ts';

let api: Api;
let client: ApiClient;
let shop: Shop;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect('acme');
  shop = await openShop(api, await api.service.server.listen({ port: 0, host: '127.0.0.1' }), 'acme');
  const steps = stepsOf(api, client);
  for (const over of [{ shipping: usd(500) }, { items: [line({ taxRate: 2_000 })] }]) {
    const { orderId } = await steps.place(over);
    await pay(client, orderId);
    await steps.atRest(orderId);
    const fulfilments = await steps.onOrder(orderId, 'fulfilments');
    const [{ fulfilmentId } = { fulfilmentId: '' }] = (
      fulfilments.body as { fulfilments: { fulfilmentId: string }[] }
    ).fulfilments;
    await steps.onOrder(orderId, `fulfilments/${fulfilmentId}/ship`);
  }
  await traces(api.database.pool);
});
afterAll(() => api.stop());

type Statement = {
  readonly opening: string;
  readonly closing: string;
  readonly data: readonly StatementEntry[];
  readonly nextCursor: string | null;
};
type Period = { readonly from?: string | undefined; readonly to?: string | undefined };

const urlOf = (account: string, { from, to }: Period, limit: number): string =>
  `/api/ledger/accounts/${account}/statement?currency=USD&limit=${limit}` +
  (from === undefined ? '' : `&from=${from}`) +
  (to === undefined ? '' : `&to=${to}`);

/** Every page of it. */
async function pagesOf(by: ApiClient, url: string): Promise<Statement[]> {
  const pages: Statement[] = [];
  let cursor = '';
  for (;;) {
    const { status, body } = await by.get(`${url}${cursor}`);
    expect(status).toBe(200);
    pages.push(body as Statement);
    const { nextCursor } = body as Statement;
    if (nextCursor === null) return pages;
    cursor = `&cursor=${nextCursor}`;
  }
}

/** By the trial balance. */
async function balanceAt(by: ApiClient, account: string, at?: string): Promise<string> {
  const { body } = await by.get(`/api/ledger/trial-balance${at === undefined ? '' : `?at=${at}`}`);
  const inUsd = (body as { data: TrialBalance[] }).data.find(({ currency }) => currency === 'USD');
  return inUsd?.accounts.find((one) => one.account === account)?.balance ?? '0';
}

describe('the accounts', () => {
  it('say what each is for and what it comes to, as the trial balance does', async () => {
    const { data } = await shop.client.listLedgerAccounts();
    const { data: balances } = await shop.client.getTrialBalance();
    expect(data.map(({ account, debit, credit, balance }) => ({ account, debit, credit, balance }))).toEqual(
      balances[0]!.accounts,
    );
    const kinds = Object.fromEntries(data.map(({ account, kind }) => [account, kind]));
    expect(kinds).toMatchObject({
      'psp_clearing:simulated': 'asset',
      order_funds: 'liability',
      tax_payable: 'liability',
      revenue: 'income',
      shipping_revenue: 'income',
    });
    const [revenue] = data.filter(({ account }) => account === 'revenue');
    expect(revenue).toMatchObject({ currency: 'USD', description: CHART.revenue.description });
  });

  it('of another tenant are its own', async () => {
    expect((await (await api.connect('stranger')).get('/api/ledger/accounts')).body).toEqual({ data: [] });
  });
});

describe('the statement of an account', () => {
  it('begins with nothing, names each entry, and ends with the balance', async () => {
    const account = 'psp_clearing:simulated';
    const statement = await shop.client.getAccountStatement({ account, currency: 'USD' });
    expect(statement).toMatchObject({ account, currency: 'USD', from: null, to: null, opening: '0' });
    expect(statement.data.map(({ type, debit, balance }) => ({ type, debit, balance }))).toEqual([
      { type: 'CaptureSucceeded', debit: '1500', balance: '1500' },
      { type: 'CaptureSucceeded', debit: '1200', balance: '2700' },
    ]);
    expect(statement.closing).toBe(await balanceAt(client, account));
  });

  it('of one order’s funds is part of that of all', async () => {
    const [whole] = await pagesOf(client, urlOf('order_funds', {}, 500));
    const { orderId } = whole!.data[0]!;
    const [own] = await pagesOf(client, urlOf(`order_funds:${orderId}`, {}, 500));
    expect(own!.data.map(({ eventId }) => eventId)).toEqual(
      whole!.data.filter((entry) => entry.orderId === orderId).map(({ eventId }) => eventId),
    );
    expect([own!.closing, whole!.closing]).toEqual(['0', '0']);
  });

  it('begins after one instant and ends with another, and those of periods fit together', async () => {
    const [whole] = await pagesOf(client, urlOf('psp_clearing', {}, 500));
    const [first, second] = whole!.data;
    const pages = await pagesOf(client, urlOf('psp_clearing', {}, 1));
    expect(pages.map(({ data }) => data)).toEqual(whole!.data.map((entry) => [entry]));
    const until = { to: first!.bookedAt };
    expect(await pagesOf(client, urlOf('psp_clearing', until, 500))).toMatchObject([
      { opening: '0', closing: first!.balance, data: [{ eventId: first!.eventId }] },
    ]);
    expect(await pagesOf(client, urlOf('psp_clearing', { from: first!.bookedAt }, 500))).toMatchObject([
      { opening: first!.balance, closing: second!.balance, data: [{ eventId: second!.eventId }] },
    ]);
  });

  it('comes to the trial balance at both ends, page by page, whatever was booked and when', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(transaction, { maxLength: 25, size: 'max' }),
        fc.record({
          from: fc.option(instant, { nil: undefined }),
          to: fc.option(instant, { nil: undefined }),
        }),
        fc.constantFrom('bank', 'revenue', 'order_funds', 'psp_clearing:a', 'psp_clearing:b'),
        fc.integer({ min: 1, max: 4 }),
        async (transactions, period, account, limit) => {
          const by = await api.connect(`random-${++run}`);
          await book(by.tenantId, transactions);
          const pages = await pagesOf(by, urlOf(account, period, limit));
          const { opening, closing } = pages[0]!;
          const isBackwards = period.from !== undefined && period.to !== undefined && period.from > period.to;
          expect(closing).toBe(await balanceAt(by, account, period.to));
          if (!isBackwards)
            expect(opening).toBe(period.from === undefined ? '0' : await balanceAt(by, account, period.from));
          let balance = BigInt(opening);
          for (const page of pages) {
            expect([page.opening, page.closing]).toEqual([opening, closing]);
            for (const entry of page.data) {
              balance += BigInt(entry.debit) - BigInt(entry.credit);
              expect(entry.balance).toBe(String(balance));
            }
          }
          if (!isBackwards) expect(String(balance)).toBe(closing);
          for (const page of pages.slice(0, -1)) expect(page.data).toHaveLength(limit);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('shows another tenant nothing', async () => {
    const stranger = await api.connect('stranger');
    const { opening, closing, data } = (await pagesOf(stranger, urlOf('psp_clearing', {}, 50)))[0]!;
    expect({ opening, closing, data }).toEqual({ opening: '0', closing: '0', data: [] });
  });

  it('of an account that the books have not is not found', async () => {
    await expectRefusal(api, () => client.get(urlOf('petty_cash', {}, 50)), {
      ...{ status: 404, code: 'ledger-account-not-found' },
    });
    await expectRefusal(api, () => client.get(urlOf('toString', {}, 50)), {
      ...{ status: 404, code: 'ledger-account-not-found' },
    });
  });

  it('is of one currency, and a cursor fits no other statement', async () => {
    await expectRefusal(api, () => client.get('/api/ledger/accounts/revenue/statement'), {
      ...{ status: 422, code: 'validation-failed', errors: ['query /currency'] },
    });
    const [{ nextCursor } = { nextCursor: '' }] = await pagesOf(client, urlOf('psp_clearing', {}, 1));
    expect(nextCursor).not.toBeNull();
    await expectRefusal(
      api,
      () => client.get(`${urlOf('psp_clearing:simulated', {}, 1)}&cursor=${nextCursor}`),
      { ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] } },
    );
  });
});

/** Few, so that many are booked at one instant, and just when a period begins or ends. */
const instant = fc.integer({ min: 0, max: 9 }).map((n) => `2026-01-01T00:00:00.00000${n}Z`);

const ACCOUNTS = ['bank', 'revenue', 'psp_clearing:a', 'psp_clearing:b', 'order_funds:x', 'order_funds:y'];
const transaction = fc.record({
  at: instant,
  currency: fc.constantFrom('USD', 'USD', 'EUR'),
  from: fc.constantFrom(...ACCOUNTS),
  into: fc.array(
    fc.record({ account: fc.constantFrom(...ACCOUNTS), minor: fc.integer({ min: 1, max: 999 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
});

let position = 1_000_000;
/** Straight into the read model: what is booked is not what is tested here. */
async function book(
  tenantId: string,
  transactions: readonly {
    readonly at: string;
    readonly currency: string;
    readonly from: string;
    readonly into: readonly { readonly account: string; readonly minor: number }[];
  }[],
): Promise<void> {
  for (const { at, currency, from, into } of transactions)
    await api.database.pool.query(
      `insert into read_model.ledger_transaction_1 (shard, position, event_id, tenant_id, order_id, stream_id, type,
         currency, accounts, debits, credits, booked_at)
       values (0, $1, gen_random_uuid(), $2, null, gen_random_uuid(), 'Test', $3, $4, $5, $6, $7)`,
      [
        position++,
        ...[tenantId, currency, [from, ...into.map(({ account }) => account)]],
        [0, ...into.map(({ minor }) => minor)],
        [into.reduce((sum, { minor }) => sum + minor, 0), ...into.map(() => 0)],
        at,
      ],
    );
}
