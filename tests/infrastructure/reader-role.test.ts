import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessProblem } from '../../src/infrastructure/postgres/application-role.ts';
import { migrateAs } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { createLoginRole, type LoginRole } from '../support/application-role.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { createTestDatabase, MIGRATIONS_FOLDER, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let application: LoginRole;
let role: LoginRole;
let started: TestService;
let reader: Pool;
beforeAll(async () => {
  [database, application, role] = [
    await createTestDatabase(),
    await createLoginRole(),
    await createLoginRole(),
  ];
  started = await startTestService({
    databaseUrl: application.enter(database.connectionString),
    databaseOwnerUrl: database.connectionString,
    databaseReaderRole: role.name,
  });
  const connectionString = role.enter(database.connectionString);
  reader = createPool({ connectionString, max: 1, onConnectionError: () => {} });
});
afterAll(async () => {
  await reader.end();
  await started.stop();
  await database.drop();
  await application.drop();
  await role.drop();
});

const tablesOf = async (): Promise<string[]> => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind in ('r', 'p', 'v') and not relispartition
       and relnamespace in (select oid from pg_namespace where nspname in ('public', 'read_model', 'simulated_provider'))`,
  );
  return rows.map(({ name }) => name);
};

describe('the role of those who look', () => {
  it('sees what is listed for it and nothing else', async () => {
    const { rows } = await database.pool.query<{ object: string }>('select object from reader_privilege');
    const listed = rows.map(({ object }) => object);
    const tables = await tablesOf();
    expect(tables).toEqual(expect.arrayContaining(listed));
    const seen: string[] = [];
    for (const table of tables) {
      const answer = await reader
        .query(`select * from ${table} limit 1`)
        .catch((fault: Error) => fault.message);
      if (typeof answer !== 'string') seen.push(table);
      else expect(answer).toMatch(/^permission denied/);
    }
    expect(seen.toSorted()).toEqual(listed.toSorted());
  });

  it.each([
    ...['api_key', 'installation_secret', 'customer_key', 'webhook_endpoint', 'webhook_delivery', 'command'],
    ...['snapshot', 'dead_letter', 'scheduled_message', 'simulated_provider.intent'],
  ])('does not see %s', async (table) => {
    expect(await tablesOf()).toContain(table);
    await expect(reader.query(`select from ${table}`)).rejects.toThrow(/^permission denied/);
  });

  it('changes nothing', async () => {
    for (const table of await tablesOf())
      for (const statement of [
        `insert into ${table} default values`,
        `delete from ${table}`,
        `truncate ${table}`,
      ])
        await expect(reader.query(statement)).rejects.toThrow(
          /^(permission denied|cannot .* view|.* is a view|"\w+" is not a table)/,
        );
    await expect(reader.query('create table mine (id int)')).rejects.toThrow(/^permission denied/);
    await expect(reader.query('select detach_event_partition(0)')).rejects.toThrow(/^permission denied/);
    await expect(reader.query('select ensure_event_partitions()')).rejects.toThrow(/^permission denied/);
  });

  it('is given what newer migrations list, and loses what it was given otherwise', async () => {
    await database.pool.query(`create table newer (id int); insert into reader_privilege values ('newer');
      grant delete on event to ${role.name}; grant select on customer_key to ${role.name}`);
    const roles = { ownerUrl: database.connectionString, reader: role.name };
    await migrateAs(roles, started.service.pool, { folder: MIGRATIONS_FOLDER });
    expect((await reader.query('select * from newer')).rows).toEqual([]);
    await expect(reader.query('delete from event')).rejects.toThrow(/^permission denied/);
    await expect(reader.query('select from customer_key')).rejects.toThrow(/^permission denied/);
    await database.pool.query(`drop table newer; delete from reader_privilege where object = 'newer'`);
  });

  it.each([
    ['nobody_at_all', /there is no role nobody_at_all.*create role … login/s],
    ['postgres', /has the rights of/],
  ])('cannot be %s', async (name, message) => {
    const roles = { ownerUrl: database.connectionString, reader: name };
    const fault = await migrateAs(roles, started.service.pool, { folder: MIGRATIONS_FOLDER }).catch(
      (caught: unknown) => caught,
    );
    expect(fault).toBeInstanceOf(AccessProblem);
    expect((fault as Error).message).toMatch(message);
  });
});
