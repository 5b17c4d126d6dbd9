import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { LedgerBehind } from '../../src/application/ledger/reconcile-day.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { hostProjections } from '../../src/infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { line, pay, paymentOf, usd } from '../support/api-samples.ts';
import { startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf } from '../support/api-steps.ts';
import { disconnectAll } from '../support/filled-log.ts';
import { openTestLog, silent, startTestWorker } from '../support/log.ts';
import { copyDatabase, type TestDatabase } from '../support/postgres.ts';
import { reconcilerOn } from '../support/reconciler.ts';

let api: Api;
let capture: string;
let refund: string;
beforeAll(async () => {
  api = await startApi();
  await sell(await api.connect('acme'));
  await sellInVain(await api.connect('other'));
  await sellDisputed(await api.connect('third'));
  await traces(api.database.pool);
}, 60_000);
afterAll(() => api.database.drop());

/** A payment that is taken at once and refunded in part, one that is captured in two parts, and one in yen. */
async function sell(client: ApiClient): Promise<void> {
  const steps = stepsOf(api, client);
  const { order, paymentId } = await steps.placePaid();
  capture = `${paymentId}:1`;
  const refunded = await steps.onPayment(paymentId, 'refunds', { amount: usd(1_000) });
  refund = (refunded.body as { refundId: string }).refundId;
  await steps.atRest(order.orderId);
  const held = await steps.placeHeld();
  await steps.onPayment(held.paymentId, 'capture', { amount: usd(333) });
  await steps.onPayment(held.paymentId, 'capture', { final: true });
  const yen = await steps.place({ items: [line({ unitPrice: { amount: 777, currency: 'JPY' } })] });
  await pay(client, yen.orderId);
}

/** A payment of another tenant whose refund fails some time after it had succeeded, and one that is declined. */
async function sellInVain(client: ApiClient): Promise<void> {
  const steps = stepsOf(api, client);
  const { orderId } = await steps.place();
  const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken: 'tok_refund_fails_later' }));
  await steps.atRest(orderId);
  await steps.onPayment(paymentId, 'refunds');
  await steps.syncUntil(paymentId, ({ refunds }) => refunds[0]?.status === 'Failed');
  await pay(client, (await steps.place()).orderId, { paymentToken: 'tok_declined' });
}

/** A payment of a third tenant that is disputed and won back, and one that is lost. */
async function sellDisputed(client: ApiClient): Promise<void> {
  const { pool } = api.database;
  const steps = stepsOf(api, client);
  for (const verdict of ['won', 'lost']) {
    const { orderId } = await steps.place();
    const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken: `tok_dispute_${verdict}` }));
    // What would take a minute has happened, one moment after the other.
    for (const what of ['opens_at', 'closes_at']) {
      await pool.query(
        `update simulated_provider.dispute d set ${what} = now() from simulated_provider.intent i
         where i.intent_ref = d.intent_ref and i.payment_id = $1`,
        [paymentId],
      );
      const status = what === 'opens_at' ? 'open' : verdict;
      await steps.syncUntil(paymentId, ({ disputes }) => disputes[0]?.status === status);
    }
  }
}

type Sums = Record<string, string>;

async function sumsOf(pool: Pool, text: string): Promise<Sums> {
  const { rows } = await pool.query<{ currency: string; minor: string }>(text);
  return Object.fromEntries(rows.map(({ currency, minor }) => [currency, minor]));
}

/** Of all tenants together. */
const ledgerBalance = (pool: Pool, account: string): Promise<Sums> =>
  sumsOf(
    pool,
    `select currency, sum(debit - credit)::text as minor from ledger_entry where account = '${account}' group by 1`,
  );

/** What the provider owes us by its own books: what moved, less what was paid out. */
const providersBalance = (pool: Pool): Promise<Sums> =>
  sumsOf(
    pool,
    `select currency, sum(minor)::text as minor from (
       select currency, gross_minor as minor from simulated_provider.balance_transaction
       union all select currency, -gross_minor from simulated_provider.payout) b group by 1`,
  );

const paidOut = (pool: Pool): Promise<Sums> =>
  sumsOf(pool, 'select currency, sum(net_minor)::text as minor from simulated_provider.payout group by 1');

const bothOf = (open: boolean): object[] => [
  { kind: 'amount-differs', open, owned: true, ordered: true },
  { kind: 'settlement-amount-differs', open, owned: true, ordered: true },
];

const CLEARING = 'psp_clearing:simulated';

describe('reconciliation', () => {
  it('agrees with the provider to the cent before and after the payout, which several processes book once', async () => {
    const { pool } = api.database;
    expect(await ledgerBalance(pool, CLEARING)).toEqual(await providersBalance(pool));
    expect(await providersBalance(pool)).toEqual({ USD: String(4_666 + 1_000 - 2 * 1_500), JPY: '777' });

    const processes = [reconcilerOn(pool), reconcilerOn(pool), reconcilerOn(pool)];
    const found = await Promise.all(processes.map(({ reconcileAll }) => reconcileAll()));
    expect(found).toEqual([[], [], []]);
    expect(await providersBalance(pool)).toEqual({ USD: '0', JPY: '0' });
    expect(await ledgerBalance(pool, CLEARING)).toEqual({ USD: '0', JPY: '0' });
    expect(await ledgerBalance(pool, 'bank')).toEqual(await paidOut(pool));
    // 1.5 % of 36.66, of 3.33, of 6.67, of three times 10.00 and of 777 yen, half up, each by itself; of disputes 15.00.
    const fees = 55 + 5 + 10 + 3 * 15 + 2 * 1_500;
    expect(await ledgerBalance(pool, 'psp_fees')).toEqual({ USD: String(fees), JPY: '12' });

    expect(await processes[0]!.reconcileAll()).toEqual([]);
    const { rows } = await pool.query(
      `select count(*)::int as payouts, count(distinct metadata ->> 'tenantId')::int as tenants
       from event where type = 'PayoutReceived'`,
    );
    expect(rows).toEqual([{ payouts: 4, tenants: 3 }]); // dollars of all tenants, yen of one
  });

  it('leaves the books of each tenant balanced', async () => {
    const { rows } = await api.database.pool.query(
      `select tenant_id, currency from ledger_entry group by 1, 2 having sum(debit) <> sum(credit)`,
    );
    expect(rows).toEqual([]);
  });
});

describe('books of the provider that somebody has changed', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    await reconcilerOn(api.database.pool).reconcileAll();
    await traces(api.database.pool);
    await api.service.stop();
  });
  beforeEach(async () => {
    const [, name = ''] = /\/(op_test_[0-9a-f]+)/.exec(api.database.connectionString) ?? [];
    await disconnectAll(name);
    database = await copyDatabase(inject('postgresUrl'), name);
  });
  afterEach(() => database.drop());

  const meddle = (statement: string) =>
    database.pool.query(
      statement.replaceAll(':capture', `'${capture}'`).replaceAll(':refund', `'${refund}'`),
    );

  const found = async (hoursAhead?: number): Promise<string[]> =>
    (await reconcilerOn(database.pool, hoursAhead).reconcileAll())
      .map(({ kind, expected, actual }) => `${kind}: ${expected} ${actual}`)
      .toSorted();

  const LINE = `(select transaction_id from simulated_provider.balance_transaction where operation_id = :capture)`;
  const ADD = `insert into simulated_provider.operation (operation_id, intent_ref, kind, amount_minor, outcome)`;

  it.each<[string, string, string[]]>([
    [
      'a charge of another amount',
      `update simulated_provider.operation set amount_minor = amount_minor + 7 where operation_id = :capture`,
      ['amount-differs: 3666 3673', 'settlement-amount-differs: 3618 3611'],
    ],
    [
      'a refund that is gone',
      `delete from simulated_provider.operation where operation_id = :refund`,
      ['missing-at-provider: -1000 null', 'unknown-transaction: null -1000'],
    ],
    [
      'a refund that nobody asked for',
      `${ADD} select 'stray', intent_ref, 'refund', 250, 'succeeded' from simulated_provider.operation
         where operation_id = :capture`,
      ['missing-in-ledger: -250 null'],
    ],
    [
      'a charge for a payment that is not ours',
      `insert into simulated_provider.intent (intent_ref, payment_id, token, currency, amount_minor, capture_method)
         values ('sim_x', '0190a000-0000-7000-8000-00000000ffff', 'tok', 'USD', 900, 'automatic');
       ${ADD} values ('x', 'sim_x', 'authorize', 900, 'succeeded')`,
      ['unknown-payment: null 900'],
    ],
    [
      'a line that says less',
      `update simulated_provider.payout_line set gross_minor = gross_minor - 100 where transaction_id = ${LINE}`,
      ['amount-differs: 3596 3496', 'payout-sum-differs: 2451 2551', 'settlement-amount-differs: 3611 3511'],
    ],
    [
      'a higher fee',
      `update simulated_provider.payout_line set fee_minor = fee_minor + 1 where transaction_id = ${LINE}`,
      ['amount-differs: 3596 3595', 'payout-sum-differs: 2550 2551', 'settlement-amount-differs: 3611 3610'],
    ],
    [
      'a payout of less than its lines',
      `update simulated_provider.payout set net_minor = net_minor - 1 where currency = 'USD'`,
      ['payout-sum-differs: 2551 2550'],
    ],
  ])('make a break of its own kind: %s', async (_, statement, breaks) => {
    await meddle(statement);
    expect(await found()).toEqual(breaks);
  });

  it('make a break of what is in no payout, once a week has gone by', async () => {
    await meddle(`delete from simulated_provider.payout_line where transaction_id = ${LINE}`);
    expect(await found()).not.toContain('not-settled: 3666 null');
    expect(await found(9 * 24)).toContain('not-settled: 3666 null');
  });

  it('make a break of what is paid out once more, which is booked all the same', async () => {
    await meddle(
      `alter table simulated_provider.payout drop constraint payout_provider_day_currency_key;
       insert into simulated_provider.payout select 'po_again', provider, day, 'USD', 3666, 55, 3611
         from simulated_provider.payout where currency = 'USD';
       insert into simulated_provider.payout_line select 'po_again', transaction_id, payment_id, gross_minor, fee_minor, at
         from simulated_provider.payout_line where transaction_id = ${LINE}`,
    );
    // Nobody keeps the ledger here yet: what it lacks must not pass for a break.
    await expect(reconcilerOn(database.pool, 2, 0).reconcileAll()).rejects.toThrow(LedgerBehind);

    const worker = startTestWorker(database.pool, openTestLog(database.pool).tails);
    const projections = await hostProjections(database.pool, worker, silent, PROJECTIONS);
    expect(await found()).toEqual(['settled-twice: null 3666']);
    expect(await ledgerBalance(database.pool, 'bank')).toEqual(await paidOut(database.pool));
    expect(await ledgerBalance(database.pool, CLEARING)).toEqual({ USD: '-3666', JPY: '0' });
    await projections.stop();
    await worker.stop();
  });

  const change = (by: string) =>
    meddle(
      `update simulated_provider.operation set amount_minor = amount_minor ${by} where operation_id = :refund`,
    );

  async function kept(): Promise<object[]> {
    const { rows } = await database.pool.query<object>(
      `select kind, (resolved_at is null) as open, tenant_id is not null as owned, order_id is not null as ordered
       from reconciliation_break order by kind`,
    );
    return rows;
  }

  it('are kept as breaks with whose they are, open until they are found no more, and open again when they return', async () => {
    await change('+ 1');
    await found();
    expect(await kept()).toEqual(bothOf(true));
    await change('- 1');
    await found();
    expect(await kept()).toEqual(bothOf(false));
    await change('+ 1');
    await found();
    expect(await kept()).toEqual(bothOf(true));
  });
});
