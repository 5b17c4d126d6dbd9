import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dueReconciler } from '../../src/application/ledger/reconcile-due.ts';
import type { ReconcileDay } from '../../src/application/ledger/reconcile-day.ts';
import type { SettlementSource } from '../../src/application/provider-ports.ts';
import type { ReconciliationBreak } from '../../src/domain/ledger/reconciliation.ts';
import { dayClaims, keepRun } from '../../src/infrastructure/reconciliation/runs.ts';
import { systemClock } from '../../src/infrastructure/system.ts';
import { eventually } from '../support/eventually.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const FIRST = '2026-03-01';
const acme: SettlementSource = { name: 'acme', transactions: async () => [], settlements: async () => [] };
const BREAK: ReconciliationBreak = {
  ...{ kind: 'not-settled', subject: 'txn', provider: 'acme', day: FIRST, tenantId: null, currency: 'USD' },
  ...{ expected: '1', actual: null, operationId: null, paymentId: null, orderId: null },
  ...{ transactionId: 'txn', payoutId: null },
};

let database: TestDatabase;
let now: Date;
let ran: string[];
let breaks: ReconciliationBreak[];
beforeEach(async () => {
  database = await createTestDatabase();
  ran = [];
  breaks = [];
  await book(FIRST);
});
afterEach(() => database.drop());

/** The ledger's first movement at the provider: from then on there is something to reconcile. */
const book = (day: string) =>
  database.pool.query(
    `insert into read_model.ledger_transaction_1 (shard, position, event_id, tenant_id, stream_id, type, currency,
       accounts, debits, credits, booked_at, provider, operation_id)
     values (0, 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'CaptureSucceeded', 'USD', '{a,b}', '{1,0}',
       '{0,1}', $1::date + time '12:00' at time zone 'UTC', 'acme', 'op')`,
    [day],
  );

const reconcileDay: ReconcileDay = async ({ name: provider }, day) => {
  ran.push(day);
  const run = { provider, day, startedAt: now.toISOString(), transactions: 0, settlements: 0 };
  const ofDay = breaks.filter((one) => one.day === day);
  await keepRun(database.pool, run, ofDay);
  return { ...run, breaks: ofDay };
};

const dying: ReconcileDay = async () => Promise.reject(new Error('killed'));

const failingOnFirst: ReconcileDay = async (source, day) =>
  day === FIRST ? dying(source, day) : reconcileDay(source, day);

/** One process's job, at that time; what was reconciled by it and by others at once. */
async function at(instant: string, work = reconcileDay, processes = 1): Promise<string[]> {
  now = new Date(instant);
  ran = [];
  const clock = { ...systemClock, now: () => now };
  const claimDay = dayClaims(database.pool);
  const job = dueReconciler({ sources: [acme], claimDay, reconcileDay: work, clock });
  await Promise.all(Array.from({ length: processes }, job));
  return ran.toSorted();
}

describe('a day', () => {
  it('is reconciled once when it is over, and once more when all of it should have been paid out', async () => {
    expect(await at(`${FIRST}T23:59:59Z`)).toEqual([]);
    expect(await at('2026-03-02T00:59:59Z')).toEqual([]);
    expect(await at('2026-03-02T01:00:00Z')).toEqual([FIRST]);
    expect(await at('2026-03-02T02:00:00Z')).toEqual([]);
    expect(await at('2026-03-04T01:00:00Z')).toEqual(['2026-03-02', '2026-03-03']);
    expect(await at('2026-03-09T00:59:59Z')).not.toContain(FIRST);
    expect(await at('2026-03-09T01:00:00Z')).toEqual([FIRST, '2026-03-08']);
    expect(await at('2026-03-09T02:00:00Z')).toEqual([]);
  });

  it('is reconciled by one of several processes that look at the same moment', async () => {
    const days = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'];
    const done: string[] = [];
    for (let round = 0; round < 4; round++) done.push(...(await at('2026-03-05T01:00:00Z', reconcileDay, 4)));
    expect(done.toSorted()).toEqual(days);
  });

  it.each([
    ['claimed it', `claimed_until`, `'2026-03-02T01:30:00Z'`],
    ['reconciled it', `ran_at`, `'2026-03-02T01:00:00Z'`],
  ])('is not claimed by who looked at it just before somebody else %s', async (_, column, instant) => {
    const { pool } = database;
    const faster = await pool.connect();
    await faster.query('begin');
    await faster.query(
      `insert into reconciliation_run (provider, day, ${column}) values ('acme', $1, ${instant})`,
      [FIRST],
    );
    const claimed = dayClaims(pool)('acme', new Date('2026-03-02T01:00:00Z'));
    await eventually(async () => {
      const { rowCount } = await pool.query('select from pg_locks where not granted');
      expect(rowCount).toBeGreaterThan(0);
    });
    await faster.query('commit');
    faster.release();
    expect(await claimed).toBeUndefined();
  });

  it('is left to others half an hour after a process died with it', async () => {
    await expect(at('2026-03-02T01:00:00Z', dying)).rejects.toThrow('1 days were not reconciled');
    expect(await at('2026-03-02T01:29:59Z')).toEqual([]);
    expect(await at('2026-03-02T01:30:00Z')).toEqual([FIRST]);
  });

  it('that fails does not hold up the others', async () => {
    await expect(at('2026-03-04T01:00:00Z', failingOnFirst)).rejects.toThrow();
    expect(ran).toEqual(['2026-03-02', '2026-03-03']);
  });

  it('with something open is looked at again daily, until it is resolved', async () => {
    breaks = [BREAK];
    expect(await at('2026-03-02T01:00:00Z')).toEqual([FIRST]);
    expect(await at('2026-03-02T20:59:59Z')).toEqual([]);
    breaks = [];
    expect(await at('2026-03-02T22:00:00Z')).toEqual([FIRST]);
    expect(await at('2026-03-03T20:00:00Z')).toEqual(['2026-03-02']);
  });

  it('that was compared before it was over is compared again', async () => {
    now = new Date(`${FIRST}T12:00:00Z`);
    await reconcileDay(acme, FIRST);
    expect(await at('2026-03-02T01:00:00Z')).toEqual([FIRST]);
  });
});

it('what a run found that began later is not replaced by an earlier one that takes longer', async () => {
  const run = { provider: 'acme', day: FIRST, transactions: 1, settlements: 0 };
  await keepRun(database.pool, { ...run, startedAt: '2026-03-02T02:00:00Z' }, []);
  await keepRun(database.pool, { ...run, startedAt: '2026-03-02T01:00:00Z' }, [BREAK]);
  const { rows } = await database.pool.query('select from reconciliation_break');
  expect(rows).toEqual([]);
});
