import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BreakDetail } from '../../src/application/ledger/look-into-break.ts';
import { pay, paymentOf } from '../support/api-samples.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf } from '../support/api-steps.ts';
import { openShop, type Shop } from '../support/client.ts';
import { reconcilerOn } from '../support/reconciler.ts';

const URL = '/api/reconciliation/breaks';
const NO_BREAK = { status: 404, code: 'break-not-found' } as const;

let api: Api;
let client: ApiClient;
let neighbour: ApiClient;
let shop: Shop;
let paymentIds: string[];

beforeAll(async () => {
  api = await startApi();
  client = await api.connect('acme');
  neighbour = await api.connect('neighbour');
  shop = await openShop(api, await api.service.server.listen({ port: 0, host: '127.0.0.1' }), 'acme');
  paymentIds = [await paid(client), await paid(client), await paid(neighbour)];
  await meddle();
  await traces(api.database.pool);
  await reconcilerOn(api.database.pool).reconcileAll();
});
afterAll(() => api.stop());

async function paid(by: ApiClient): Promise<string> {
  const { orderId } = await stepsOf(api, by).place();
  return paymentOf(await pay(by, orderId)).paymentId;
}

/** The first payment is of 10.05 by the provider's books. */
const meddle = () =>
  api.database.pool.query(
    'update simulated_provider.operation set amount_minor = amount_minor + 5 where operation_id = $1',
    [`${paymentIds[0]}:1`],
  );

type Kind = BreakDetail['kind'];
async function idOf(kind: Kind): Promise<string> {
  const { data } = await shop.client.listReconciliationBreaks();
  return data.find((one) => one.kind === kind)!.breakId;
}

/** As a run would have kept it. */
async function plant(tenantId: string | null, kind: Kind, over: object = {}): Promise<string> {
  const { rows } = await api.database.pool.query<{ break_id: string }>(
    `insert into reconciliation_break (provider, day, kind, subject, tenant_id, currency, operation_id, payout_id)
     select o.provider, coalesce(o.day, (now() at time zone 'UTC')::date), $2, coalesce(o.subject, 'planted'), $1, 'USD',
       o.operation_id, o.payout_id
     from jsonb_to_record($3) as o (provider text, day date, subject text, operation_id text, payout_id text)
     returning break_id`,
    [tenantId, kind, JSON.stringify({ provider: 'simulated', ...over })],
  );
  return rows[0]!.break_id;
}

describe('a break', () => {
  it('is shown with what the ledger, the provider and its payouts have, beside each other', async () => {
    const breakId = await idOf('amount-differs');
    const found = await shop.client.getReconciliationBreak({ breakId });
    expect(found).toMatchObject({ breakId, kind: 'amount-differs', expected: '1000', actual: '1005' });
    expect(found.states).toEqual({ ledger: 'found', provider: 'found', settlement: 'found' });
    const operationId = `${paymentIds[0]}:1`;
    const of = { paymentId: paymentIds[0], currency: 'USD' };
    expect(found.sides).toEqual({
      ledger: [
        {
          ...{ ...of, operationId, type: 'CaptureSucceeded', amount: '1000', fee: null, payoutId: null },
          ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), at: expect.stringMatching(/Z$/) },
        },
      ],
      provider: [
        {
          ...{ ...of, operationId, type: 'capture', amount: '1005', fee: '15', payoutId: null },
          ...{ id: found.transactionId, at: expect.stringMatching(/Z$/) },
        },
      ],
      settlement: [
        {
          ...{ ...of, operationId: null, type: 'payout-line', amount: '1005', fee: '15' },
          ...{ id: found.transactionId, at: expect.stringMatching(/Z$/) },
          payoutId: expect.stringMatching(/^po_/),
        },
      ],
    });
  });

  it('keeps its id from run to run', async () => {
    const breakId = await idOf('amount-differs');
    await reconcilerOn(api.database.pool).reconcileAll();
    expect(await idOf('amount-differs')).toBe(breakId);
  });

  it('says which side has nothing', async () => {
    const breakId = await plant(client.tenantId, 'missing-at-provider', { operation_id: 'nothing' });
    expect(await shop.client.getReconciliationBreak({ breakId })).toMatchObject({
      states: { ledger: 'nothing', provider: 'nothing', settlement: 'nothing' },
      sides: { ledger: null, provider: null, settlement: null },
    });
  });

  it('of a whole payout shows the tenant’s own part of it', async () => {
    const { sides } = await shop.client.getReconciliationBreak({ breakId: await idOf('amount-differs') });
    const payoutId = sides.settlement![0]!.payoutId;
    const subject = `${payoutId} ${client.tenantId}`;
    const breakId = await plant(client.tenantId, 'missing-in-ledger', { subject, payout_id: payoutId });
    const found = await shop.client.getReconciliationBreak({ breakId });
    const ofMine = paymentIds.slice(0, 2).toSorted();
    for (const side of [found.sides.provider, found.sides.settlement])
      expect(side!.map(({ paymentId }) => String(paymentId)).toSorted()).toEqual(ofMine);
    expect(found.sides.ledger).toMatchObject([{ type: 'PayoutReceived', payoutId }]);
  });

  it('of a provider that is not configured any more says so', async () => {
    const breakId = await plant(client.tenantId, 'not-settled', { provider: 'gone' });
    expect((await shop.client.getReconciliationBreak({ breakId })).states).toEqual({
      ...{ ledger: 'nothing', provider: 'not-configured', settlement: 'not-configured' },
    });
  });

  it('of another tenant, of none, or of no day at all is not found', async () => {
    for (const tenantId of [neighbour.tenantId, null]) {
      const breakId = await plant(tenantId, 'unknown-payment', { subject: `of ${tenantId}` });
      await expectRefusal(api, () => client.get(`${URL}/${breakId}`), NO_BREAK);
    }
    await expectRefusal(api, () => client.get(`${URL}/019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b`), NO_BREAK);
  });

  it('is shown without the provider’s books while those are away', async () => {
    const breakId = await idOf('amount-differs');
    await api.database.pool.query('alter view simulated_provider.balance_transaction rename to away');
    const found = await shop.client.getReconciliationBreak({ breakId });
    await api.database.pool.query('alter view simulated_provider.away rename to balance_transaction');
    expect(found.states).toEqual({ ledger: 'found', provider: 'unavailable', settlement: 'unavailable' });
    expect(found.sides).toMatchObject({ ledger: [{ amount: '1000' }], provider: null, settlement: null });
  });
});
