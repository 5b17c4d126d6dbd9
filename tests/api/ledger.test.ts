import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry, TrialBalance } from '../../src/application/read-models.ts';
import { line, pay, paymentOf, usd } from '../support/api-samples.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

async function balances(query = ''): Promise<Record<string, string>> {
  await traces(api.database.pool); // once the ledger has read all of the log
  const { body } = await client.get(`/api/ledger/trial-balance${query}`);
  const [usdBalance] = (body as { data: TrialBalance[] }).data;
  if (!usdBalance) return {};
  expect(usdBalance).toMatchObject({ currency: 'USD', balance: '0', debit: usdBalance.credit });
  return Object.fromEntries(usdBalance.accounts.map(({ account, balance }) => [account, balance]));
}

const nonZero = (accounts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(accounts).filter(([, balance]) => balance !== '0'));

async function entries(query: string): Promise<{ data: LedgerEntry[]; nextCursor: string | null }> {
  await traces(api.database.pool);
  return (await client.get(`/api/ledger/entries?${query}`)).body as never;
}

/** What the provider holds for us by its own books. */
async function netOfProvider(): Promise<string> {
  const { rows } = await api.database.pool.query<{ net: string }>(
    `select coalesce(sum(case kind when 'refund' then -b.amount_minor else b.amount_minor end), 0)::text as net
     from simulated_provider.book b join simulated_provider.intent i using (intent_ref)
     where outcome = 'succeeded'
       and (kind in ('capture', 'refund') or (kind = 'authorize' and i.capture_method = 'automatic'))`,
  );
  return rows[0]!.net;
}

const insert = (debits: string, credits: string) =>
  api.database.pool.query(
    `insert into read_model.ledger_transaction (shard, position, event_id, tenant_id, order_id, stream_id, type,
       currency, accounts, debits, credits, booked_at)
     values (0, 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Test', 'USD',
       '{a,b}', $1, $2, now())`,
    [debits, credits],
  );

describe('the ledger', () => {
  it('follows an order from the authorization to the refund, and agrees with the provider', async () => {
    expect(await balances()).toEqual({});
    const { orderId } = await steps.place({
      items: [line({ quantity: 2, unitPrice: usd(1_000), taxRate: 2_000 })],
      shipping: usd(500),
    });
    const { paymentId } = paymentOf(await pay(client, orderId, { captureMethod: 'manual' }));
    expect(nonZero(await balances())).toEqual({ auth_hold: '2900', auth_contra: '-2900' });

    await steps.onPayment(paymentId, 'capture');
    const [captured] = (await entries(`orderId=${orderId}&limit=1`)).data;
    expect(nonZero(await balances())).toEqual({ 'psp_clearing:simulated': '2900', order_funds: '-2900' });

    await steps.atRest(orderId);
    const { fulfilments } = (await steps.onOrder(orderId, 'fulfilments')).body as {
      fulfilments: { fulfilmentId: string }[];
    };
    await steps.onOrder(orderId, `fulfilments/${fulfilments[0]!.fulfilmentId}/ship`);
    const earned = { revenue: '-2000', shipping_revenue: '-500', tax_payable: '-400' };
    expect(nonZero(await balances())).toEqual({ 'psp_clearing:simulated': '2900', ...earned });

    await steps.onPayment(paymentId, 'refunds', { items: [{ lineId: '1', quantity: 1 }] });
    await steps.atRest(orderId);
    const { returns, tax_payable: tax, ...rest } = nonZero(await balances());
    expect(rest).toEqual({ 'psp_clearing:simulated': '1700', revenue: '-2000', shipping_revenue: '-500' });
    expect(Number(returns) + (Number(tax) + 400)).toBe(1_200);
    expect(await netOfProvider()).toBe('1700');

    // As it was when the capture was the last thing that had been booked.
    expect(nonZero(await balances(`?at=${captured!.bookedAt}`))).toEqual({
      'psp_clearing:simulated': '2900',
      order_funds: '-2900',
    });
  });

  it('gives the statement of an account page by page', async () => {
    const whole = await entries('account=psp_clearing&limit=500');
    expect(whole.nextCursor).toBeNull();
    const paged: LedgerEntry[] = [];
    let cursor = '';
    for (;;) {
      const page = await entries(`account=psp_clearing&limit=1${cursor}`);
      paged.push(...page.data);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(paged).toEqual(whole.data);
    expect(paged.length).toBeGreaterThan(1);
    expect(new Set(paged.map(({ account }) => account))).toEqual(new Set(['psp_clearing:simulated']));
  });

  it('shows another tenant nothing', async () => {
    const stranger = await api.connect('another');
    expect((await stranger.get('/api/ledger/trial-balance')).body).toEqual({ data: [] });
    expect((await stranger.get('/api/ledger/entries')).body).toEqual({ data: [], nextCursor: null });
  });

  it('refuses a cursor of another statement', async () => {
    const { nextCursor } = await entries('account=psp_clearing&limit=1');
    await expectRefusal(api, () => client.get(`/api/ledger/entries?account=revenue&cursor=${nextCursor}`), {
      status: 422,
      code: 'validation-failed',
      errors: ['query /cursor'],
    });
  });

  it('is balanced by the database, whatever writes it', async () => {
    await expect(insert('{10,0}', '{0,9}')).rejects.toMatchObject({ code: '23514' });
    await expect(insert('{10,-1}', '{0,9}')).rejects.toMatchObject({ code: '23514' });
    await expect(insert('{10}', '{10}')).rejects.toMatchObject({ code: '23514' });
    await expect(insert('{10,0}', '{0,10}')).resolves.toMatchObject({ rowCount: 1 });
  });
});
