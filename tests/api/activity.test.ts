import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type Client } from '../../packages/client/src/client.ts';
import type { LedgerEntry } from '../../src/application/read-models.ts';
import { activityProjection } from '../../src/infrastructure/read-models/activity.ts';
import { beginGeneration, listGenerations } from '../../src/infrastructure/read-models/generations.ts';
import { line, orderOf, ordersOf, pay, paymentOf, paymentsOf, usd } from '../support/api-samples.ts';
import { expectRefusal, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';
import { verifyHere } from '../support/filled-log.ts';

let api: Api;
let base: string;
beforeAll(async () => {
  api = await startApi();
  base = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => api.stop());

type Row = Awaited<ReturnType<Client['listActivity']>>['data'][number];
type Sums = Omit<Row, 'at' | 'currency'>;

const typed = ({ key }: ApiClient): Client => createClient({ baseUrl: base, apiKey: key });

const NOTHING: Sums = {
  ...{ ordersCreated: 0, orderedAmount: '0', paymentsSucceeded: 0, paymentsFailed: 0, capturedAmount: '0' },
  ...{ refundsSucceeded: 0, refundedAmount: '0', disputesOpened: 0 },
};

const plus = (sum: string, more: string | number): string => String(BigInt(sum) + BigInt(more));

function add(sums: Map<string, Sums>, currency: string, more: Partial<Sums>): void {
  const before = sums.get(currency) ?? NOTHING;
  const entries = Object.entries({ ...NOTHING, ...more }).map(([name, value]) => {
    const sum = before[name as keyof Sums];
    return [name, typeof value === 'string' ? plus(String(sum), value) : Number(sum) + value];
  });
  sums.set(currency, Object.fromEntries(entries) as Sums);
}

/** All that was counted for a tenant by now, once projectors have read all of the log. */
async function counted(client: ApiClient, step: 'minute' | 'hour' = 'minute'): Promise<Map<string, Sums>> {
  await traces(api.database.pool);
  const answer = await typed(client).listActivity({ step });
  expect(answer.step).toBe(step);
  const sums = new Map<string, Sums>();
  for (const { at: _, currency, ...row } of answer.data) add(sums, currency, row);
  return sums;
}

/** The same by the orders, their payments and the ledger. */
async function told(client: ApiClient): Promise<Map<string, Sums>> {
  await traces(api.database.pool);
  const sums = new Map<string, Sums>();
  for (const { orderId, currency, totals } of ordersOf(await client.get('/api/orders?limit=100')).data) {
    add(sums, currency, { ordersCreated: 1, orderedAmount: String(totals.grand.amount) });
    for (const payment of paymentsOf(await client.get(`/api/payments?orderId=${orderId}`))) {
      add(sums, currency, {
        paymentsSucceeded: payment.authorizedAmount.amount > 0 ? 1 : 0,
        paymentsFailed: payment.status === 'Failed' ? 1 : 0,
        disputesOpened: payment.disputes.length,
      });
    }
  }
  const { body } = await client.get('/api/ledger/entries?account=psp_clearing&limit=500');
  for (const { type, currency, debit, credit } of (body as { data: LedgerEntry[] }).data) {
    if (type === 'CaptureSucceeded') add(sums, currency, { capturedAmount: debit });
    if (type === 'RefundSucceeded') add(sums, currency, { refundsSucceeded: 1, refundedAmount: credit });
  }
  return sums;
}

const sale = fc.record({
  currency: fc.constantFrom('USD', 'JPY', 'KWD'),
  price: fc.integer({ min: 100, max: 100_000 }),
  token: fc.constantFrom('tok_success', 'tok_success', 'tok_declined', 'tok_amount_mismatch'),
  captureMethod: fc.constantFrom('automatic', 'manual'),
  next: fc.constantFrom('nothing', 'capture a part', 'capture all', 'void', 'refund a part', 'refund all'),
  part: fc.integer({ min: 1, max: 99 }),
});
type Sale = typeof sale extends fc.Arbitrary<infer Value> ? Value : never;

let requests = 0;

/** Sends everything twice, each time to another process. */
async function sell(
  [client, other]: readonly [ApiClient, ApiClient],
  { currency, price, token, captureMethod, next, part }: Sale,
): Promise<void> {
  const twice = async (url: string, body: object) => {
    const key = { 'idempotency-key': `sale-${++requests}` };
    const answer = await client.post(url, body, key);
    await other.post(url, body, key);
    return answer;
  };
  const money = (amount: number) => ({ amount, currency });
  const items = [line({ unitPrice: money(price) })];
  const { orderId } = orderOf(await twice('/api/orders', { customerId: 'customer-1', items }));
  const order = { orderId, paymentMethod: 'card' };
  const { paymentId } = paymentOf(
    await twice('/api/payments', { ...order, paymentToken: token, captureMethod }),
  );
  const some = { amount: money(Math.ceil((price * part) / 100) - 1 || 1) };
  const on = (what: string, body: object) => twice(`/api/payments/${paymentId}/${what}`, body);
  // What does not fit the payment is refused, and counts for nothing.
  if (next === 'void') await on('void', {});
  if (next.startsWith('capture')) await on('capture', next.endsWith('part') ? some : {});
  if (next.startsWith('refund')) await on('refunds', next.endsWith('part') ? some : {});
}

let tenants = 0;

/** Two processes, as the owner of one key. */
async function shopOfTwo(): Promise<readonly [ApiClient, ApiClient]> {
  const client = await api.connect(`shop-${++tenants}`);
  return [client, await api.connectToSecond(client)];
}

describe('activity', () => {
  it(
    'comes to what orders, payments and the ledger say, however often each is asked, and to the same when it is rebuilt',
    { timeout: 120_000 },
    async () => {
      const shops: { client: ApiClient; sums: Map<string, Sums> }[] = [];
      await fc.assert(
        fc.asyncProperty(fc.array(sale, { minLength: 4, maxLength: 8 }), async (sales) => {
          const shop = await shopOfTwo();
          for (const one of sales) await sell(shop, one);
          const [client] = shop;
          const sums = await told(client);
          expect(await counted(client)).toEqual(sums);
          expect(await counted(client, 'hour')).toEqual(sums);
          shops.push({ client, sums });
        }),
        { numRuns: 6, endOnFailure: true },
      );
      const { pool } = api.database;
      expect((await verifyHere(pool, { checks: ['read-models'] })).findings).toEqual([]);

      const { name, codeVersion } = activityProjection;
      const generation = await beginGeneration(pool, name, codeVersion);
      await eventually(async () => {
        const own = (await listGenerations(pool)).filter((one) => one.name === name);
        expect(own).toMatchObject([{ generation, status: 'live' }]);
      }, 20_000);
      for (const { client, sums } of shops) expect(await counted(client)).toEqual(sums);
    },
  );

  it('counts a payment that is held as succeeded, and neither a void nor an expiry as failed', async () => {
    const client = await api.connect('holder');
    const steps = stepsOf(api, client);
    const { paymentId } = await steps.placeHeld();
    await steps.onPayment(paymentId, 'void');
    const kept = await steps.placeHeld({ paymentToken: 'tok_auth_expires' });
    await steps.syncUntil(kept.paymentId, ({ status }) => status === 'Expired');
    const challenged = await steps.place();
    const asked = paymentOf(await pay(client, challenged.orderId, { paymentToken: 'tok_3ds_challenge' }));
    await steps.onPayment(asked.paymentId, 'void');
    await steps.syncUntil(asked.paymentId, ({ status }) => status === 'Voided');
    await pay(client, challenged.orderId, { paymentToken: 'tok_declined' });
    expect((await counted(client)).get('USD')).toEqual({
      ...NOTHING,
      ...{ ordersCreated: 3, orderedAmount: '3000', paymentsSucceeded: 2, paymentsFailed: 1 },
    });
  });

  it('leaves a refund where it was counted when the bank sends it back, and counts disputes', async () => {
    const client = await api.connect('unlucky');
    const steps = stepsOf(api, client);
    const { orderId } = await steps.place();
    const token = { paymentToken: 'tok_refund_fails_later' };
    const { paymentId } = paymentOf(await pay(client, orderId, token));
    await steps.atRest(orderId);
    await steps.onPayment(paymentId, 'refunds', { amount: usd(400) });
    await steps.syncUntil(paymentId, ({ refunds }) => refunds[0]?.status === 'Failed');
    const claimed = await steps.place();
    const lost = paymentOf(await pay(client, claimed.orderId, { paymentToken: 'tok_dispute_lost' }));
    await api.database.pool.query(
      `update simulated_provider.dispute d set opens_at = now() from simulated_provider.intent i
       where i.intent_ref = d.intent_ref and i.payment_id = $1`,
      [lost.paymentId],
    );
    await steps.syncUntil(lost.paymentId, ({ disputes }) => disputes.length > 0);
    expect((await counted(client)).get('USD')).toEqual({
      ...{ ordersCreated: 2, orderedAmount: '2000', paymentsSucceeded: 2, paymentsFailed: 0 },
      ...{ capturedAmount: '2000', refundsSucceeded: 1, refundedAmount: '400', disputesOpened: 1 },
    });
    expect(await counted(client)).toEqual(await told(client));
  });

  it('of another tenant is not seen', async () => {
    const stranger = await api.connect('stranger-to-all');
    expect(await typed(stranger).listActivity({})).toEqual({ data: [], step: 'minute' });
  });
});

const minuteAt = (minute: string) => `2026-01-31T${minute}:00.000Z`;

describe('the steps of activity', () => {
  let client: ApiClient;
  beforeAll(async () => {
    client = await api.connect('steps');
    const rows = ['10:58', '10:59', '11:00', '12:00'].map((minute) => [minuteAt(minute), 'USD', 0]);
    // The same minute on another shard, and in another currency.
    for (const [minute, currency, shard] of [
      ...rows,
      [minuteAt('11:00'), 'USD', 7],
      [minuteAt('11:00'), 'EUR', 0],
    ])
      await api.database.pool.query(
        `insert into activity values ($1, $2, $3, $4, 1, 100, 0, 0, 0, 0, 0, 0)`,
        [client.tenantId, minute, currency, shard],
      );
  });
  afterAll(() => api.database.pool.query('delete from activity where tenant_id = $1', [client.tenantId]));

  const shown = async (query: Parameters<Client['listActivity']>[0]): Promise<string[]> =>
    (await typed(client).listActivity(query)).data.map(
      ({ at, currency, ordersCreated }) => `${at.slice(11, 16)} ${currency} ${ordersCreated}`,
    );

  it('are those with something in them, oldest first, of all shards together', async () => {
    expect(await shown({ from: minuteAt('10:00'), to: minuteAt('13:00') })).toEqual([
      '10:58 USD 1',
      '10:59 USD 1',
      '11:00 EUR 1',
      '11:00 USD 2',
      '12:00 USD 1',
    ]);
  });

  it('may be hours', async () => {
    expect(await shown({ from: minuteAt('10:00'), to: minuteAt('13:00'), step: 'hour' })).toEqual([
      '10:00 USD 2',
      '11:00 EUR 1',
      '11:00 USD 2',
      '12:00 USD 1',
    ]);
  });

  it('are whole: from the one that `from` is in to the one that `to` is in', async () => {
    expect(await shown({ from: '2026-01-31T11:58:59+01:00', to: '2026-01-31T10:59:00.001Z' })).toEqual([
      '10:58 USD 1',
      '10:59 USD 1',
    ]);
    expect(await shown({ from: '2026-01-31T10:59:00Z', to: minuteAt('11:00') })).toEqual(['10:59 USD 1']);
    expect(await shown({ from: '2026-01-31T10:58:60Z', to: minuteAt('11:00') })).toEqual(['10:59 USD 1']);
  });

  it('are the last hour’s, or the last day’s, before `to`', async () => {
    expect(await shown({ to: minuteAt('11:59') })).toEqual(['10:59 USD 1', '11:00 EUR 1', '11:00 USD 2']);
    expect(await shown({ to: '2026-02-01T11:00:00Z', step: 'hour' })).toEqual([
      '11:00 EUR 1',
      '11:00 USD 2',
      '12:00 USD 1',
    ]);
  });

  it('are 1,500 at most, and whoever asks for more is told what to do', async () => {
    expect(await shown({ from: '2026-01-30T12:00:00Z', to: '2026-01-31T13:00:00Z' })).toHaveLength(5);
    const refusal = { status: 422, code: 'validation-failed', errors: ['query /from'] } as const;
    const ask = (query: string) =>
      expectRefusal(api, () => client.get(`/api/activity?${query}`), refusal).then(({ text }) => text);
    const tooLong = 'from=2026-01-30T12:00:00Z&to=2026-01-31T13:00:00.001Z';
    expect(await ask(tooLong)).toContain('is 1501 steps before `to`, and 1500 can be had: begin later');
    expect(await ask(tooLong)).toContain('step=hour');
    expect(await ask('from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z&step=hour')).toContain('end earlier');
    expect(await ask('from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).toContain('before `to`');
    expect(await ask('from=9999-12-31T23:59:59Z')).toContain('before `to`');
    expect(await ask('from=0001-01-01T00:00:00Z')).toContain('step=hour');
    expect(await shown({ from: '0001-01-01T00:00:00+14:00', to: '0001-01-01T01:00:00+14:00' })).toEqual([]);
  });
});
