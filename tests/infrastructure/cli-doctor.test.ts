import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  LIMITS,
  logChecks,
  migrationCheck,
  serverChecks,
  type DoctorCheck,
} from '../../src/cli/doctor-checks.ts';
import { readLogFacts, type LogFacts } from '../../src/infrastructure/event-log/log-facts.ts';
import { ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { createCheckpoints } from '../../src/infrastructure/event-log/leases.ts';
import type { UnitStanding } from '../../src/application/subscriptions.ts';
import { migrationState } from '../../src/infrastructure/postgres/pending-migrations.ts';
import { createPool } from '../../src/infrastructure/postgres/pool.ts';
import { readServerFacts, type ServerFacts } from '../../src/infrastructure/postgres/server-facts.ts';
import { cliOn, jsonOf } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { newOrder, openTestLog } from '../support/log.ts';
import {
  createEmptyDatabase,
  createTestDatabase,
  MIGRATIONS_FOLDER,
  urlOfDatabase,
  type TestDatabase,
} from '../support/postgres.ts';

const SOUND_SERVER: ServerFacts = {
  version: '18.1',
  versionNumber: 180_001,
  settings: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' },
  clockAheadMs: -3,
  clockErrorMs: 2,
  preparedTransactions: [],
  longTransactions: [],
  longStatements: [],
};

const UNIT: UnitStanding = {
  shard: 0,
  name: 'order-summary',
  version: 1,
  status: 'running',
  position: 90n,
  head: 100n,
  behindMs: 50,
  owner: 'machine:1:abc',
  leaseMs: 4_000,
  lastError: null,
  parked: 0,
  followed: true,
  generation: 'live',
  codeVersion: 1,
};

const SOUND_LOG: LogFacts = {
  shardCount: 1,
  guards: [
    { table: 'event', guarded: true },
    { table: 'seal', guarded: true },
  ],
  role: { name: 'app', superuser: false, owner: false, mayChange: [] },
  furthestHead: 100n,
  lastPartition: { from: 1_000n, to: 2_000n },
  units: [UNIT],
  liveOwners: ['machine:1:abc'],
};

const statuses = (checks: readonly DoctorCheck[]): Record<string, string> =>
  Object.fromEntries(
    checks.filter(({ status }) => status !== 'ok').map(({ name, status }) => [name, status]),
  );

const server = (facts: Partial<ServerFacts>): Record<string, string> =>
  statuses(serverChecks({ ...SOUND_SERVER, ...facts }));
const log = (facts: Partial<LogFacts>, wantedShards?: number): Record<string, string> =>
  statuses(logChecks({ ...SOUND_LOG, ...facts }, wantedShards));
const unit = (facts: Partial<UnitStanding>): Record<string, string> =>
  log({ units: [{ ...UNIT, ...facts }] });

const BACKEND = { pid: 42, application: 'psql', seconds: 900 };
const OFF = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

describe('doctor', () => {
  it('finds nothing wrong where all is well, and says what to do about all else', () => {
    expect([server({}), log({}), log({}, 1)]).toEqual([{}, {}, {}]);
    const bad = logChecks({ ...SOUND_LOG, liveOwners: [] }, 4);
    expect(bad.filter(({ status, advice }) => (status === 'ok') !== (advice === undefined))).toEqual([]);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['an old server', server({ versionNumber: 149_999 }), { 'server version': 'fail' }],
    ['fsync off', server({ settings: { ...OFF, fsync: 'off' } }), { fsync: 'fail' }],
    [
      'full_page_writes off',
      server({ settings: { ...OFF, full_page_writes: 'off' } }),
      { full_page_writes: 'fail' },
    ],
    [
      'synchronous_commit off',
      server({ settings: { ...OFF, synchronous_commit: 'off' } }),
      { synchronous_commit: 'fail' },
    ],
    ['synchronous_commit local', server({ settings: { ...OFF, synchronous_commit: 'local' } }), {}],
    ['clocks a second apart', server({ clockAheadMs: LIMITS.clock.warnMs + 3 }), { clocks: 'warn' }],
    ['that, but known no better', server({ clockAheadMs: LIMITS.clock.warnMs + 3, clockErrorMs: 3 }), {}],
    ['clocks a minute apart', server({ clockAheadMs: -LIMITS.clock.failMs - 3 }), { clocks: 'fail' }],
    [
      'a prepared transaction',
      server({ preparedTransactions: [{ name: 'x', seconds: 1 }] }),
      { 'prepared transactions': 'warn' },
    ],
    ['a long transaction', server({ longTransactions: [BACKEND] }), { 'long transactions': 'warn' }],
    ['a long statement', server({ longStatements: [BACKEND] }), { 'long statements': 'warn' }],
    [
      'pending migrations',
      statuses([migrationCheck({ pending: ['9.sql'], unknown: [] })]),
      { migrations: 'fail' },
    ],
    [
      'those of a newer build',
      statuses([migrationCheck({ pending: [], unknown: ['9.sql'] })]),
      { migrations: 'warn' },
    ],
    ['another LOG_SHARDS', log({}, 4), { shards: 'fail' }],
    ['no shards', log({ shardCount: 0 }), { shards: 'fail' }],
    [
      'an unguarded table',
      log({ guards: [{ table: 'event_p1', guarded: false }] }),
      { 'append-only': 'fail' },
    ],
    ['a superuser', log({ role: { ...SOUND_LOG.role, superuser: true } }), { privileges: 'warn' }],
    ['an owner', log({ role: { ...SOUND_LOG.role, owner: true } }), { privileges: 'warn' }],
    [
      'a role that may delete',
      log({ role: { ...SOUND_LOG.role, mayChange: ['DELETE'] } }),
      { privileges: 'warn' },
    ],
    ['no empty partition ahead', log({ furthestHead: 1_000n }), { partitions: 'warn' }],
    ['one event of room', log({ furthestHead: 1_998n }), { partitions: 'warn' }],
    ['no room', log({ furthestHead: 1_999n }), { partitions: 'fail' }],
    ['a halted subscription', unit({ status: 'halted' }), { 'halted subscriptions': 'fail' }],
    ['a paused one', unit({ status: 'paused' }), { 'paused subscriptions': 'warn' }],
    ['one that lags', unit({ behindMs: LIMITS.behindMs + 1 }), { lag: 'warn' }],
    ['one being built, which lags by its nature', unit({ behindMs: 99_999, generation: 'building' }), {}],
    [
      'a consumer that follows the broker instead',
      unit({ behindMs: 99_999, generation: null, followed: false }),
      {},
    ],
    ['parked events', unit({ parked: 3 }), { 'parked events': 'warn' }],
    ['no process at all', log({ liveOwners: [], units: [{ ...UNIT, owner: null }] }), { workers: 'warn' }],
    ['a live read model that nobody follows', unit({ followed: false }), { workers: 'warn' }],
    ['a lease of a dead process', unit({ owner: 'machine:2:dead' }), { leases: 'warn' }],
    ['a free lease', unit({ owner: null, leaseMs: null }), {}],
  ])('judges %s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});

describe('doctor on a database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await createCheckpoints(database.pool, { name: 'order-summary', version: 1 }, 1);
  });
  afterAll(() => database.drop());

  const guarded = async (): Promise<string[]> =>
    (await readLogFacts(database.pool)).guards.filter((one) => one.guarded).map(({ table }) => table);

  it('prints each check, what was found, what to do, and ends with 1 only when one failed', async () => {
    const json = await cliOn(database)('doctor', '--json');
    const { status, checks } = jsonOf(json);
    const failed = checks.filter((check: DoctorCheck) => check.status === 'fail');
    // The server of the tests trades safety for speed, so that at least one fails.
    expect(failed.map(({ name }: DoctorCheck) => name)).toEqual(expect.arrayContaining(['fsync']));
    expect([status, json.exitCode]).toEqual(['fail', 1]);
    const { stdout } = await cliOn(database)('doctor');
    for (const check of checks as DoctorCheck[]) {
      expect(stdout).toMatch(new RegExp(`^${check.status} +${check.name} `, 'm'));
      if (check.advice) expect(stdout).toContain(`=> ${check.advice}`);
    }
  });

  it('ends with 0 on a server that keeps what it is told, warnings or not', async () => {
    // As it looks from a session: what the server itself does is not the point here.
    const kept = { ...(await readServerFacts(database.pool, LIMITS)), settings: SOUND_SERVER.settings };
    const checks = [...serverChecks(kept), ...logChecks(await readLogFacts(database.pool), undefined)];
    expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(statuses(checks)).toMatchObject({ workers: 'warn' });
  });

  it('sees a trigger that is gone, disabled, or does not cover everything', async () => {
    const { pool } = database;
    const all = await guarded();
    expect(all).toEqual(['event', 'event_p0', 'event_p1', 'seal']);
    await pool.query('alter table event_p1 disable trigger event_is_append_only');
    expect(await guarded()).toEqual(['event', 'event_p0', 'seal']);
    await pool.query('drop trigger seal_is_append_only on seal');
    expect(await guarded()).toEqual(['event', 'event_p0']);
    await pool.query(`create or replace trigger event_is_append_only before update on event_p0
      for each statement execute function refuse_change()`);
    expect(await guarded()).toEqual(['event']);
    expect(
      logChecks(await readLogFacts(pool), undefined).find(({ name }) => name === 'append-only'),
    ).toMatchObject({
      status: 'fail',
      detail: 'no trigger, or a disabled one: event_p0, event_p1, seal',
    });
  });

  it('knows what the role it came as could do to events', async () => {
    const role = `op_doctor_${database.connectionString.replace(/.*\/(\w+).*/, '$1')}`;
    const pool = createPool({
      connectionString: database.connectionString,
      max: 1,
      onConnectionError: () => {},
    });
    expect((await readLogFacts(pool)).role).toMatchObject({
      owner: true,
      mayChange: ['UPDATE', 'DELETE', 'TRUNCATE'],
    });
    await pool.query(`create role ${role}`);
    await pool.query(`grant select on all tables in schema public to ${role}`);
    await pool.query(`grant delete on event to ${role}`);
    await pool.query(`set role ${role}`);
    expect((await readLogFacts(pool)).role).toEqual({
      name: role,
      superuser: false,
      owner: false,
      mayChange: ['DELETE'],
    });
    await pool.query('reset role');
    await pool.query(`drop owned by ${role}`);
    await pool.query(`drop role ${role}`);
    await pool.end();
  });

  it('sees who holds back vacuum, and what runs for long', async () => {
    const { pool } = database;
    const idle = await pool.connect();
    await idle.query('begin');
    await idle.query('select pg_current_xact_id()');
    const busy = pool.query('select pg_sleep(20)').catch(() => {});
    await eventually(async () => {
      const { longTransactions, longStatements } = await readServerFacts(pool, {
        transactionSeconds: 0,
        statementSeconds: 0,
      });
      expect(longTransactions.length).toBeGreaterThanOrEqual(2);
      expect(longStatements.length).toBeGreaterThanOrEqual(1);
      expect(longTransactions[0]).toMatchObject({
        application: 'order-payments',
        seconds: expect.any(Number),
      });
    });
    await pool.query(`select pg_cancel_backend(pid) from pg_stat_activity
      where datname = current_database() and query like 'select pg_sleep%'`);
    await busy;
    await idle.query('rollback');
    idle.release();
    const facts = await readServerFacts(pool, { transactionSeconds: 300, statementSeconds: 300 });
    expect(facts).toMatchObject({ longTransactions: [], longStatements: [], preparedTransactions: [] });
    expect(Math.abs(facts.clockAheadMs)).toBeLessThan(1_000 + facts.clockErrorMs);
  });

  it('reads how subscriptions stand', async () => {
    await openTestLog(database.pool).log.append(newOrder());
    await database.pool.query(`update subscription set owner = 'gone', lease_until = now() - interval '9 s'`);
    const { units, liveOwners, furthestHead, lastPartition } = await readLogFacts(database.pool);
    expect(units).toMatchObject([
      { name: 'order-summary', owner: 'gone', position: 0n, head: 1n, followed: false },
    ]);
    expect(units[0]!.leaseMs).toBeLessThan(-8_000);
    expect(units[0]!.behindMs).toBeGreaterThanOrEqual(0);
    expect(liveOwners).toEqual([]);
    expect({ furthestHead, lastPartition }).toEqual({
      furthestHead: 1n,
      lastPartition: { from: 20_000_000n, to: 40_000_000n },
    });
  });

  it('counts what waits for a person', async () => {
    const run = cliOn({ connectionString: database.connectionString });
    const { checks: none } = jsonOf(await run('doctor', '--json')) as { checks: DoctorCheck[] };
    expect(none.slice(-4).map(({ status, detail }) => [status, detail])).toEqual(
      Array.from({ length: 4 }, () => ['ok', 'none']),
    );

    const tenant = await ensureTenant(database.pool, 'acme');
    await database.pool.query(
      `insert into provider_webhook (provider, event_id, type, received_at)
       values ('simulated', 'old', 'payment.captured', now() - interval '61 min'), ('simulated', 'new', 'x', now())`,
    );
    await database.pool.query(
      `insert into webhook_endpoint (endpoint_id, tenant_id, url, events, secret, status, disabled_reason)
       values (gen_random_uuid(), $1, 'https://a.example', '{*}', $2, 'disabled', 'gone'),
              (gen_random_uuid(), $1, 'https://b.example', '{*}', $2, 'disabled', 'requested')`,
      [tenant, Buffer.alloc(24)],
    );
    await database.pool.query(
      `insert into reconciliation_break (provider, day, kind, subject, currency, resolved_at)
       values ('simulated', '2026-01-31', 'missing-in-books', 'a', 'USD', null),
              ('simulated', '2026-01-31', 'missing-in-books', 'b', 'USD', now())`,
    );
    await database.pool.query(
      `insert into dead_letter (letter_id, consumer, message_id, group_id, state, fault_type, fault_message, attempts,
         replays, first_failed_at, failed_at, body)
       select gen_random_uuid(), 'webhooks', state, 'g', state, 'Error', 'no', 5, 0, now(), now(), '{}'
       from unnest(array['failed', 'discarded']) as s (state)`,
    );
    const { checks } = jsonOf(await run('doctor', '--json')) as { checks: DoctorCheck[] };
    expect(checks.slice(-4).map(({ name, status, detail }) => [name, status, detail])).toEqual([
      ['dead letters', 'warn', '1'],
      ['provider webhooks over 1 h', 'warn', '1'],
      ['disabled webhook endpoints', 'warn', '1'],
      ['reconciliation breaks', 'warn', '1'],
    ]);
  });

  it('says only what it can on a database without the schema, on which all others refuse to work', async () => {
    const { name, drop } = await createEmptyDatabase(inject('postgresUrl'));
    const run = cliOn({ connectionString: urlOfDatabase(inject('postgresUrl'), name) });
    const { exitCode, stdout } = await run('doctor');
    expect(stdout).toMatch(
      /^fail +migrations +not applied: 0001_event_log\.sql.*\n.*=> run order-payments migrate$/m,
    );
    expect(exitCode).toBe(1);
    const refused = await run('projections', 'list');
    expect(refused.stderr).toMatch(/the database lacks 0001.*: run order-payments migrate first\n$/);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });

    const migrated = await run('migrate');
    expect(migrated.stdout).toMatch(/^applied 0001_event_log\.sql\n(applied \S+\n)+$/);
    expect(migrated.exitCode).toBe(0);
    expect(await run('migrate')).toMatchObject({
      exitCode: 0,
      stdout: 'nothing to apply: the schema is up to date\n',
    });
    expect((await run('projections', 'list')).exitCode).toBe(0);
    await drop();
  });

  it('takes a schema that its role may not look at for one that is not migrated', async () => {
    const { name, drop } = await createEmptyDatabase(inject('postgresUrl'), inject('templateDatabase'));
    const connectionString = urlOfDatabase(inject('postgresUrl'), name);
    const pool = createPool({ connectionString, max: 1, onConnectionError: () => {} });
    await pool.query('set role pg_monitor'); // which was given nothing here
    expect((await migrationState(pool, MIGRATIONS_FOLDER)).pending).toContain('0001_event_log.sql');
    await pool.end();
    await drop();
  });
});
