import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadModels } from '../../src/application/read-models.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { openReadModels } from '../../src/infrastructure/read-models/read-models.ts';
import { openTestLog, TENANT } from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const NEIGHBOUR = '0190a000-0000-7000-8000-000000000002' as TenantId;
const ROWS = 4_000; // of each tenant, in each table
/** As many as a page has, and what the way there costs; any plan that goes through a tenant reads thousands. */
const FEW = 150;
const PAGE = 20;

let database: TestDatabase;
let pool: Pool;
let readModels: ReadModels;
beforeAll(async () => {
  database = await createTestDatabase();
  // One connection: it counts what it has read, and keeps whatever plan it can.
  pool = createPool({
    connectionString: database.connectionString,
    max: 1,
    onConnectionError: () => {},
  });
  const { log, tails } = openTestLog(pool);
  readModels = openReadModels(pool, log, tails.length);
  for (const fill of [LEDGER, PAYMENTS, ORDERS, BREAKS])
    for (const tenant of [TENANT, NEIGHBOUR]) await pool.query(fill, [tenant, ROWS]);
  await pool.query('analyze');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const shard = (tenant: string): string => `case when ${tenant} = '${TENANT}' then 0 else 1 end`;
const id = (name: string): string => `md5('${name}' || $1 || n)::uuid`;
const time = `timestamptz '2026-01-01' + n * interval '1 minute'`;

/** Each on two accounts, one of its own; one in a hundred on the bank's. */
const LEDGER = `insert into ledger_transaction (shard, position, event_id, tenant_id, order_id, stream_id, type, currency,
    accounts, debits, credits, booked_at)
  select ${shard('$1')}, n, ${id('event')}, $1::uuid, ${id('order')}, ${id('order')}, 'Test', 'USD',
    array[case when n % 100 = 0 then 'bank' else 'revenue' end, 'order_funds:' || n], '{5,0}', '{0,5}', ${time}
  from generate_series(1, $2::int) n`;

/** The oldest ones wait; amounts from 1 to as many as there are rows. */
const PAYMENTS = `insert into payment_history (shard, payment_id, order_id, tenant_id, payment_method, status, amount_minor,
    currency, version, created_at, updated_at, state)
  select ${shard('$1')}, ${id('payment')}, ${id('order')}, $1::uuid, 'card',
    case when n <= 5 then 'RequiresAction' else 'Completed' end, n, 'USD', 1, ${time}, ${time}, '{}'
  from generate_series(1, $2::int) n`;

const ORDERS = `insert into order_summary (shard, order_id, tenant_id, customer_id, status, payment_status, currency,
    total_minor, due_minor, version, created_at, updated_at, state)
  select ${shard('$1')}, ${id('order')}, $1::uuid, 'customer', case when n <= 5 then 'Cancelling' else 'Completed' end,
    'Paid', 'USD', n, 0, 1, ${time}, ${time}, '{}'
  from generate_series(1, $2::int) n`;

const BREAKS = `insert into reconciliation_break (provider, day, kind, subject, tenant_id, currency, resolved_at)
  select 'acme', date '2020-01-01' + n, 'not-settled', $1 || ' ' || n, $1::uuid, 'USD', case when n > 5 then now() end
  from generate_series(1, $2::int) n`;

async function rowsRead(table: string): Promise<number> {
  await pool.query('select pg_stat_force_next_flush()');
  const { rows } = await pool.query<{ n: number }>(
    `select (select sum(idx_tup_read) from pg_stat_user_indexes where relname ~ $1)::int
       + (select sum(seq_tup_read) from pg_stat_user_tables where relname ~ $1)::int as n`,
    [`^${table}(_\\d+)?$`],
  );
  return rows[0]!.n;
}

/** Twice, for a connection may keep the plan of the first time. */
async function expectFew(table: string, search: () => Promise<unknown>): Promise<void> {
  for (let round = 1; round <= 2; round++) {
    const before = await rowsRead(table);
    await search();
    const read = (await rowsRead(table)) - before;
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(FEW);
  }
}

describe('a search reads little of a tenant', () => {
  it.each([
    ['of one order', 'order_funds:7'],
    ['with few entries', 'bank'],
  ])('for the statement of an account %s', async (_, account) => {
    await expectFew('ledger_transaction', () =>
      readModels.statement(TENANT, { account, currency: 'USD' }, PAGE),
    );
  });

  it('for what was booked for one order', async () => {
    const { rows } = await pool.query<{ orderId: string }>(
      `select ${id('order')} as "orderId" from (values (7)) t (n)`,
      [TENANT],
    );
    const entries = () => readModels.ledgerEntries(TENANT, rows[0]!, PAGE);
    expect(await entries()).toHaveLength(2);
    await expectFew('ledger_transaction', entries);
  });

  it('for payments that wait for their customers', async () => {
    await expectFew('payment_history', () => readModels.payments(TENANT, { status: 'RequiresAction' }, PAGE));
  });

  it('for orders that are being cancelled', async () => {
    await expectFew('order_summary', () => readModels.orders(TENANT, { status: 'Cancelling' }, PAGE));
  });

  it.each([
    ['exactly', 7, 7],
    ['up to', 0, 10],
    ['at least', 1, ROWS],
  ])('for amounts of %s so much, be they few or many', async (_, min, max) => {
    const currency = 'USD';
    await expectFew('payment_history', () =>
      readModels.payments(TENANT, { currency, amountMin: min, amountMax: max }, PAGE),
    );
    await expectFew('order_summary', () =>
      readModels.orders(TENANT, { currency, totalMin: min, totalMax: max }, PAGE),
    );
  });

  it.each([
    ['that are open', { status: 'open' } as const],
    ['of whatever kind', {}],
    ['of a day', { day: '2020-01-08' }],
  ])('for breaks %s', async (_, filter) => {
    await expectFew('reconciliation_break', () => readModels.breaks(TENANT, filter, PAGE));
  });
});

describe('the trial balance', () => {
  it('is summed once for those of a tenant who ask at once for the same instant', async () => {
    const at = '2026-01-02T00:00:00Z';
    const asked = [
      readModels.trialBalance(TENANT),
      readModels.trialBalance(TENANT),
      readModels.trialBalance(TENANT, at),
      readModels.trialBalance(NEIGHBOUR),
    ];
    const [now, same, then, others] = await Promise.all(asked);
    expect(same).toBe(now);
    expect([then, others]).not.toContain(now);
    expect(await readModels.trialBalance(TENANT)).not.toBe(now);
  });
});
