import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DisputeView, TrialBalance } from '../../src/application/read-models.ts';
import { pay, paymentOf, usd } from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

/** As if that much of a dispute's life had passed. */
const move = (paymentId: string, what: 'opens_at' | 'closes_at'): Promise<unknown> =>
  api.database.pool.query(
    `update simulated_provider.dispute d set ${what} = now() from simulated_provider.intent i
     where i.intent_ref = d.intent_ref and i.payment_id = $1`,
    [paymentId],
  );

type Page = { readonly data: readonly DisputeView[]; readonly nextCursor: string | null };
const list = async (query = '', by = client): Promise<Page> =>
  (await by.get(`/api/disputes${query}`)).body as Page;

/** A payment of 10.00 USD that the customer's bank has just claimed back. */
async function disputed(verdict: 'won' | 'lost', by = client) {
  const own = stepsOf(api, by);
  const { orderId } = await own.place();
  const { paymentId } = paymentOf(await pay(by, orderId, { paymentToken: `tok_dispute_${verdict}` }));
  await move(paymentId, 'opens_at');
  await own.onPayment(paymentId, 'sync');
  const dispute = await eventually(async () => {
    const { data } = await list(`?orderId=${orderId}`, by);
    expect(data).toHaveLength(1);
    return data[0]!;
  });
  return { orderId, paymentId, dispute, url: `/api/disputes/${dispute.disputeId}` };
}

const viewOf = ({ body }: { body: unknown }) => body as DisputeView;

async function balances(by: ApiClient): Promise<Record<string, string>> {
  await traces(api.database.pool);
  const { body } = await by.get('/api/ledger/trial-balance');
  const [found] = (body as { data: TrialBalance[] }).data;
  expect(found).toMatchObject({ currency: 'USD', balance: '0' });
  const all = found!.accounts.map(({ account, balance }) => [account, balance] as const);
  return Object.fromEntries(all.filter(([, balance]) => balance !== '0'));
}

/** What the provider's own books say: taken, less what the bank holds or has kept, and less the fees. */
async function clearingOf(paymentId: string): Promise<string> {
  const { rows } = await api.database.pool.query<{ net: string }>(
    `select (i.amount_minor - coalesce(sum(case d.status when 'won' then d.fee_minor
        else d.amount_minor + d.fee_minor end), 0))::text as net
     from simulated_provider.intent i left join simulated_provider.dispute_book d using (intent_ref)
     where i.payment_id = $1 group by i.amount_minor`,
    [paymentId],
  );
  return rows[0]!.net;
}

const FEES = { psp_fees: '1500', order_funds: '-1000' };

describe('a disputed payment', () => {
  it('shows its dispute, in the list and by itself', async () => {
    const { orderId, paymentId, dispute, url } = await disputed('won');
    expect(dispute).toEqual({
      ...{ disputeId: dispute.disputeId, paymentId, orderId, provider: 'simulated' },
      ...{ amount: usd(1_000), fee: usd(1_500), reason: 'fraudulent', status: 'open' },
      ...{ openedAt: expect.stringMatching(/Z$/), updatedAt: expect.stringMatching(/Z$/) },
    });
    expect((await client.get(url)).body).toEqual(dispute);
    expect((await steps.payment(paymentId)).disputes).toMatchObject([{ status: 'open' }]);
  });

  it.each([
    ['won', { 'psp_clearing:simulated': '-500' }],
    ['lost', { 'psp_clearing:simulated': '-1500', dispute_loss: '1000' }],
  ] as const)('that ends as %s is booked so, and the provider’s books agree', async (verdict, ended) => {
    const tenant = await api.connect(`books-${verdict}`);
    const { paymentId, url } = await disputed(verdict, tenant);
    const open = { 'psp_clearing:simulated': '-1500', dispute_receivable: '1000', ...FEES };
    expect(await balances(tenant)).toEqual(open);
    expect(await clearingOf(paymentId)).toBe(open['psp_clearing:simulated']);
    await move(paymentId, 'closes_at');
    await stepsOf(api, tenant).onPayment(paymentId, 'sync');
    expect(await balances(tenant)).toEqual({ ...ended, ...FEES });
    expect(await clearingOf(paymentId)).toBe(ended['psp_clearing:simulated']);
    expect(viewOf(await tenant.get(url)).status).toBe(verdict);
  });

  it('is given back by no refund meanwhile', async () => {
    const { orderId, paymentId } = await disputed('won');
    await steps.refused(orderId, () => steps.onPayment(paymentId, 'refunds'), {
      status: 409,
      code: 'payment-not-refundable',
    });
  });
});

describe('the answer to a dispute', () => {
  it('gives it up, and repeated changes nothing', async () => {
    const { url, orderId, paymentId } = await disputed('won');
    const accepted = await client.post(`${url}/accept`, {});
    expect(accepted.status).toBe(200);
    expect(viewOf(accepted).status).toBe('lost');
    await steps.atRest(orderId);
    const before = await steps.eventsOf(orderId);
    expect(viewOf(await client.post(`${url}/accept`, {}))).toEqual(viewOf(await client.get(url)));
    expect(await steps.eventsOf(orderId)).toEqual(before);
    expect(await clearingOf(paymentId)).toBe('-1500');
  });

  it('hands evidence to the bank, which decides', async () => {
    const { url, paymentId, orderId } = await disputed('won');
    const given = await client.post(`${url}/evidence`, { evidence: 'signed for at the door' });
    expect(viewOf(given).status).toBe('under_review');
    await steps.atRest(orderId);
    expectProblem(await client.post(`${url}/evidence`, { evidence: 'once more' }), {
      status: 409,
      code: 'dispute-not-open',
    });
    const { rows } = await api.database.pool.query(
      'select evidence from simulated_provider.dispute where dispute_id = $1',
      [url.split('/').at(-1)],
    );
    expect(rows).toEqual([{ evidence: 'signed for at the door' }]);
    await move(paymentId, 'closes_at');
    await steps.onPayment(paymentId, 'sync');
    await steps.atRest(orderId);
    expect(viewOf(await client.get(url)).status).toBe('won');
    expectProblem(await client.post(`${url}/accept`, {}), { status: 409, code: 'dispute-not-open' });
  });

  it('that the provider fails to take is told to be repeated, and changes nothing until then', async () => {
    const { url, orderId } = await disputed('won');
    const { pool } = api.database;
    await pool.query('alter table simulated_provider.dispute rename to dispute_away');
    await steps.refused(orderId, () => client.post(`${url}/accept`, {}), {
      status: 503,
      code: 'provider-unavailable',
    });
    await pool.query('alter table simulated_provider.dispute_away rename to dispute');
    expect(viewOf(await client.post(`${url}/accept`, {})).status).toBe('lost');
  });

  it.each([
    ['nothing', {}, '/evidence'],
    ['empty', { evidence: '' }, '/evidence'],
    ['too long', { evidence: 'x'.repeat(20_001) }, '/evidence'],
    ['no text', { evidence: 1 }, '/evidence'],
  ])('with evidence that is %s is refused', async (_what, body, pointer) => {
    const { url } = await disputed('won');
    const errors = [`body ${pointer}`];
    const refusal = { status: 422, code: 'validation-failed', errors } as const;
    await expectRefusal(api, () => client.post(`${url}/evidence`, body), refusal);
    expect(viewOf(await client.get(url)).status).toBe('open');
  });

  it('with a property that it does not know is refused', async () => {
    const { url } = await disputed('won');
    for (const [what, body] of [
      ['accept', { reason: 'x' }],
      ['evidence', { evidence: 'x', more: 1 }],
    ] as const)
      expect((await client.post(`${url}/${what}`, body)).status).toBe(422);
    expect(viewOf(await client.get(url)).status).toBe('open');
  });

  it('needs the scope of refunds, to read only that of reading', async () => {
    const { url } = await disputed('won');
    const reader = await api.connect('acme', ['orders:read']);
    const payer = await api.connect('acme', ['payments:write', 'orders:write']);
    expect(viewOf(await reader.get(url)).status).toBe('open');
    const forbidden = { status: 403, code: 'forbidden' } as const;
    for (const by of [reader, payer]) {
      expectProblem(await by.post(`${url}/accept`, {}), forbidden);
      expectProblem(await by.post(`${url}/evidence`, { evidence: 'x' }), forbidden);
    }
    expectProblem(await payer.get('/api/disputes'), forbidden);
    expectProblem(await api.anonymous.get(url), { status: 401, code: 'unauthenticated' });
  });

  it('of another tenant, or to none at all, finds no dispute', async () => {
    const { url } = await disputed('won');
    const stranger = await api.connect('another');
    const none = { status: 404, code: 'dispute-not-found' } as const;
    expect(await list('', stranger)).toEqual({ data: [], nextCursor: null });
    expectProblem(await stranger.get(url), none);
    expectProblem(await stranger.post(`${url}/accept`, {}), none);
    expectProblem(await stranger.post(`${url}/evidence`, { evidence: 'x' }), none);
    expectProblem(await client.post('/api/disputes/dp_none/accept', {}), none);
    expect(viewOf(await client.get(url)).status).toBe('open');
  });
});

describe('the list of disputes', () => {
  it('is newest first, by pages that leave nothing out, and narrowed by status', async () => {
    const tenant = await api.connect('lister');
    const made = [
      await disputed('won', tenant),
      await disputed('lost', tenant),
      await disputed('won', tenant),
    ];
    const newestFirst = made.map(({ dispute }) => dispute.disputeId).toReversed();
    await tenant.post(`${made[0]!.url}/accept`, {});
    await traces(api.database.pool);
    const paged: string[] = [];
    for (let cursor = '', page: Page; ; cursor = `&cursor=${page.nextCursor}`) {
      page = await list(`?limit=1${cursor}`, tenant);
      paged.push(...page.data.map(({ disputeId }) => disputeId));
      if (page.nextCursor === null) break;
    }
    expect(paged).toEqual(newestFirst);
    const lost = (await list('?status=lost', tenant)).data.map(({ disputeId }) => disputeId);
    expect(lost).toEqual([made[0]!.dispute.disputeId]);
    expect((await list('?status=open', tenant)).data).toHaveLength(2);
  });

  it('refuses a cursor of another list, and filters that it does not know', async () => {
    const tenant = await api.connect('lister');
    const { nextCursor } = await list('?limit=1', tenant);
    for (const query of [
      `status=open&cursor=${nextCursor}`,
      'status=closed',
      'limit=0',
      'limit=101',
      'what=1',
    ])
      expect((await tenant.get(`/api/disputes?${query}`)).status).toBe(422);
    expect((await client.get(`/api/disputes?limit=1&cursor=${nextCursor}`)).status).toBe(422);
  });
});
