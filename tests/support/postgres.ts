import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

export type TestDatabase = { readonly connectionString: string; readonly pool: Pool; drop(): Promise<void> };

/** A migrated database of one's own, with as many shards as this project has and no tenant. */
export const createTestDatabase = (): Promise<TestDatabase> =>
  copyDatabase(inject('postgresUrl'), inject('templateDatabase'));

export async function copyDatabase(serverUrl: string, template: string): Promise<TestDatabase> {
  const { name, drop } = await createEmptyDatabase(serverUrl, template);
  const connectionString = urlOfDatabase(serverUrl, name);
  const pool = createPool({ connectionString, max: 10, onConnectionError: () => {} });
  return {
    connectionString,
    pool,
    drop: async () => {
      await pool.end();
      await drop();
    },
  };
}

/** A migrated database to make copies of, which is quicker than migrating each; nobody may stay connected to it. */
export async function createTemplate(serverUrl: string, shardCount: number): Promise<EmptyDatabase> {
  const template = await createEmptyDatabase(serverUrl);
  const connectionString = urlOfDatabase(serverUrl, template.name);
  const pool = createPool({ connectionString, max: 2, onConnectionError: () => {} });
  await migrate(pool, { folder: MIGRATIONS_FOLDER, shardCount });
  await pool.end();
  return template;
}

export type EmptyDatabase = { readonly name: string; drop(): Promise<void> };

export async function createEmptyDatabase(serverUrl: string, template = 'template1'): Promise<EmptyDatabase> {
  const name = `op_test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name} template ${template}`);
  return { name, drop: () => onServer(serverUrl, `drop database if exists ${name} with (force)`) };
}

export function urlOfDatabase(serverUrl: string, database: string): string {
  return serverUrl.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${database}`);
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
