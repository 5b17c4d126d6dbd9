import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import pg from 'pg';
import { SCOPES } from '../../src/application/access.ts';
import { startService, type Service } from '../../src/composition.ts';
import { AGGREGATES } from '../../src/infrastructure/aggregates.ts';
import { attachPartition, detachPartition } from '../../src/infrastructure/event-log/archive.ts';
import { ensurePartitions } from '../../src/infrastructure/event-log/partitions.ts';
import { createApiKey, ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { AccessProblem } from '../../src/infrastructure/postgres/application-role.ts';
import { migrateAs } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { beginGeneration, listGenerations } from '../../src/infrastructure/read-models/generations.ts';
import { orderSummaryProjection } from '../../src/infrastructure/read-models/order-summary.ts';
import { createLoginRole, type LoginRole } from '../support/application-role.ts';
import { cliOn, jsonOf } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { untilCaughtUp, verifyHere } from '../support/filled-log.ts';
import { newOrder, openTestLog, silent } from '../support/log.ts';
import { createTestDatabase, MIGRATIONS_FOLDER, type TestDatabase } from '../support/postgres.ts';
import { spawnService } from '../support/process.ts';
import { makePartitionsTiny } from '../support/tiny-partitions.ts';

let role: LoginRole;
let database: TestDatabase;
let owner: Pool;
let applicationUrl: string;
let service: Service;
let application: Pool;

const serviceOptions = () => ({
  databaseUrl: applicationUrl,
  databaseOwnerUrl: database.connectionString,
  migrationsFolder: MIGRATIONS_FOLDER,
  poolMax: 10,
  logger: silent,
  version: '0.0.0-test',
});

beforeAll(async () => {
  role = await createLoginRole();
  database = await createTestDatabase();
  owner = database.pool;
  applicationUrl = role.enter(database.connectionString);
  await makePartitionsTiny(owner, 20);
  service = await startService(serviceOptions());
  application = service.pool;
});
afterAll(async () => {
  await service.stop();
  await database.drop();
  await role.drop();
});

async function connectClient() {
  const key = await createApiKey(application, await ensureTenant(application, 'acme'), 'test', SCOPES);
  return async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await service.server.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };
}

const order = {
  customerId: 'customer-1',
  items: [
    { productId: 'tea', productName: 'Tea', quantity: 1, unitPrice: { amount: 1000, currency: 'USD' } },
  ],
};

describe('the role that the service runs with', () => {
  it('takes orders and payments, and everything that follows the log follows it', async () => {
    const send = await connectClient();
    const { body: placed, status } = await send('POST', '/api/orders', order);
    expect(status).toBe(201);
    const paid = await send('POST', '/api/payments', { orderId: placed.orderId, paymentMethod: 'card' });
    expect(paid.status).toBe(201);
    await untilCaughtUp(application);
    await eventually(async () => {
      const { body } = await send('GET', `/api/orders/${placed.orderId}`);
      expect(body).toMatchObject({ status: 'Confirmed', paymentStatus: 'Paid' });
    });
    expect((await send('GET', '/api/orders')).body.data).toHaveLength(1);
    expect((await send('GET', `/api/orders/${placed.orderId}/events`)).status).toBe(200);
  });

  it('rebuilds read models', async () => {
    await openTestLog(application).log.append(newOrder());
    const generation = await beginGeneration(
      application,
      'order-summary',
      orderSummaryProjection.codeVersion,
    );
    await eventually(async () => {
      const generations = await listGenerations(application);
      expect(generations).toContainEqual({
        name: 'order-summary',
        generation,
        codeVersion: orderSummaryProjection.codeVersion,
        status: 'live',
      });
    });
    await untilCaughtUp(application);
    const { rows } = await application.query(
      `select (select count(*)::int from order_summary) as rows, (select count(*)::int from parked) as parked,
         (select count(*)::int from stream where category = 'order') as orders`,
    );
    expect(rows[0].orders).toBeGreaterThan(0);
    expect(rows[0]).toMatchObject({ rows: rows[0].orders, parked: 0 });
  });

  it('makes partitions, by the job and by an append that finds none, and detaches and attaches them', async () => {
    const { log } = openTestLog(application);
    for (let n = 0; n < 60 * inject('shardCount'); n += 10)
      await Promise.all(Array.from({ length: 10 }, () => log.append(newOrder())));
    await ensurePartitions(application);
    await untilCaughtUp(application);
    // As if the domain called everything closed.
    const aggregates = AGGREGATES.map((one) => ({
      ...one,
      judge: (...args: Parameters<typeof one.judge>) => ({ ...one.judge(...args), closed: true }),
    }));
    const archive = { pool: application, log, aggregates };
    expect(await detachPartition(archive, 1)).toMatchObject({ ok: true });
    expect(await attachPartition(archive, 1)).toMatchObject({ ok: true });
  });

  it('verifies the log, and works with the command line', async () => {
    await untilCaughtUp(application);
    expect((await verifyHere(application)).findings).toEqual([]);
    const run = cliOn({ connectionString: applicationUrl });
    expect(jsonOf(await run('verify', '--json')).sound).toBe(true);
    for (const args of [
      ...[['projections', 'list'], ['partitions', 'list'], ['parked', 'list'], ['migrate']],
      ...[
        ['projections', 'pause', 'checkout'],
        ['projections', 'resume', 'checkout'],
      ],
      ...[
        ['projections', 'rebuild', 'order-summary', '--cancel'],
        ['parked', 'retry', '--all'],
      ],
    ]) {
      const { exitCode, stdout, stderr } = await run(...args);
      expect(exitCode, `${args.join(' ')}: ${stdout} ${stderr}`).toBe(0);
    }
    // What it says of the test server is another matter.
    expect((await run('doctor')).stdout).toContain(`${role.name} may not change events`);
  });

  it.each([
    'update event set type = type',
    'delete from event',
    'truncate event',
    'update event_p0 set type = type',
    'delete from event_p1',
    'truncate event_p1',
    `insert into event_p0 select * from event limit 1`,
    'update seal set hash = hash',
    'delete from seal',
    'truncate seal',
    'delete from log_head',
    'insert into log_head (shard) values (77)',
    'delete from stream',
    'update command set answer = answer',
    'alter table event disable trigger all',
    'alter table event_p0 disable trigger all',
    'drop trigger event_is_append_only on event',
    'alter table event detach partition event_p0',
    'alter table event add column more text',
    'drop table event',
    'drop table seal',
    'set session_replication_role = replica',
    'drop function refuse_change() cascade',
    'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return null; end $$',
    `create or replace function log_genesis(p_shard smallint) returns bytea language sql immutable as $$ select ''::bytea $$`,
    'create function event_lines(int) returns text language sql as $$ select null $$',
    'create table mine (id int)',
    `select guard_event_partition('event_p0')`,
    `insert into application_privilege (object, privileges) values ('table event', 'delete')`,
    'update event_partition set detached_at = now()',
    `update log_setting set value = 1`,
    `insert into projection (name, generation, code_version, status) values ('x', 1, 1, 'live')`,
    'drop table read_model.order_summary',
    `update installation_secret set secret = ''`,
    'delete from api_key',
  ])('may not: %s', async (statement) => {
    await expect(application.query(statement)).rejects.toThrow(/^(permission denied|must be owner)/);
  });

  it('is given what newer migrations list, and loses what it was given otherwise', async () => {
    await owner.query(`create table newer (id int);
      insert into application_privilege (object, privileges) values ('table newer', 'select');
      grant delete on event to ${role.name}; grant create on schema public to ${role.name}, public`);
    await migrateAs({ ownerUrl: database.connectionString }, application, { folder: MIGRATIONS_FOLDER });
    expect((await application.query('select * from newer')).rows).toEqual([]);
    await expect(application.query('delete from event')).rejects.toThrow(/^permission denied/);
    await expect(application.query('create table mine (id int)')).rejects.toThrow(/^permission denied/);
    await owner.query(`drop table newer; delete from application_privilege where object = 'table newer'`);
  });
});

it.each(['event', 'event_p0', 'event_p1', 'seal'])(
  'not even the owner changes or removes rows of %s',
  async (table) => {
    const column = table === 'seal' ? 'hash' : 'type';
    for (const statement of [
      `update ${table} set ${column} = ${column}`,
      `delete from ${table}`,
      `truncate ${table}`,
    ]) {
      await expect(owner.query(statement)).rejects.toThrow('the event log is append-only');
    }
  },
);

it('nobody else may call a function that acts with the owner’s rights', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select p.oid::regprocedure::text as name from pg_proc p
     where prosecdef and pronamespace = 'public'::regnamespace and has_function_privilege('public', p.oid, 'execute')`,
  );
  expect(rows).toEqual([]);
  const { rows: all } = await owner.query(
    `select from pg_proc where prosecdef and pronamespace = 'public'::regnamespace`,
  );
  expect(all.length).toBeGreaterThan(5);
});

const refused = async (applicationAs: string, ownerUrl = database.connectionString): Promise<unknown> => {
  const pool = createPool({ connectionString: applicationAs, max: 1, onConnectionError: () => {} });
  const fault = await migrateAs({ ownerUrl }, pool, { folder: MIGRATIONS_FOLDER }).catch(
    (caught: unknown) => caught,
  );
  await pool.end();
  return fault;
};

describe('DATABASE_OWNER_URL', () => {
  it('is refused when DATABASE_URL has the owner’s rights as well, since nothing could be kept from it', async () => {
    const fault = await refused(database.connectionString);
    expect(fault).toBeInstanceOf(AccessProblem);
    expect((fault as Error).message).toMatch(/has the rights of .*create role … login/s);
  });

  it('is refused when it is of another database', async () => {
    const other = await createTestDatabase();
    const fault = await refused(applicationUrl, other.connectionString);
    await other.drop();
    expect(fault).toBeInstanceOf(AccessProblem);
  });

  it('can be left out where the schema is up to date, and is asked for where it is not', async () => {
    const { databaseOwnerUrl: _, ...withoutOwner } = serviceOptions();
    const second = await startService(withoutOwner);
    await second.stop();

    const folder = await mkdtemp(join(tmpdir(), 'order-payments-migrations-'));
    await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
    await writeFile(join(folder, '9999_newer.sql'), 'create table newer (id int);');
    const fault = await startService({ ...withoutOwner, migrationsFolder: folder }).catch(
      (caught: unknown) => caught,
    );
    await rm(folder, { recursive: true });
    expect(fault).toBeInstanceOf(AccessProblem);
    expect((fault as Error).message).toMatch(/lacks 9999_newer\.sql.*DATABASE_OWNER_URL/s);
  });
});

it(
  'the embedded PostgreSQL has such a role, and the service uses no other',
  { timeout: 60_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'order-payments-role-'));
    await chmod(dataDir, 0o711);
    const run = spawnService({ DATA_DIR: dataDir, PORT: '0' });
    try {
      await run.url();
      const client = new pg.Client({
        host: join(dataDir, 'run'),
        user: 'postgres',
        database: 'order_payments',
      });
      await client.connect();
      const { rows } = await client.query<{ role: string }>(
        `select distinct usename as role from pg_stat_activity where application_name = 'order-payments'`,
      );
      const { rows: rights } = await client.query<{ deletes: boolean; inserts: boolean }>(
        `select has_table_privilege('order_payments_app', 'event', 'delete, update, truncate') as deletes,
         has_table_privilege('order_payments_app', 'event', 'insert') as inserts`,
      );
      await client.end();
      expect(rows).toEqual([{ role: 'order_payments_app' }]);
      expect(rights).toEqual([{ deletes: false, inserts: true }]);
    } finally {
      await run.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
