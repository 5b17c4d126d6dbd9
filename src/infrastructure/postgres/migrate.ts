import { readdir, readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import type { Pool } from './pool.ts';

export type MigrateOptions = { readonly folder: string; readonly shardCount: number };

/**
 * Brings the schema up to date, each file in `folder` once, in the order of their names, all in one transaction
 * under an advisory lock, so several processes may start at once. Returns the names it applied.
 */
export async function migrate(pool: Pool, { folder, shardCount }: MigrateOptions): Promise<string[]> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => readMigrations(folder) },
    migrationTableName: 'schema_migration',
    migrationLockTableName: 'schema_migration_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error('migration failed', { cause: error });
  await initialise(pool, shardCount);
  return results.map((result) => result.migrationName);
}

async function readMigrations(folder: string) {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
  const migrations = files.map(async (file) => {
    const text = await readFile(join(folder, file), 'utf8');
    return [file, { up: async (db: Kysely<unknown>) => void (await sql.raw(text).execute(db)) }] as const;
  });
  return Object.fromEntries(await Promise.all(migrations));
}

/** The number of shards is settled by the first process ever to start on the database. */
async function initialise(pool: Pool, shardCount: number): Promise<void> {
  await pool.query(
    `insert into log_head (shard) select s from generate_series(0, $1 - 1) s
      where not exists (select from log_head) on conflict do nothing`,
    [shardCount],
  );
  await pool.query(
    `insert into installation_secret (name, secret) values ('cursor', $1) on conflict do nothing`,
    [randomBytes(32)],
  );
}

export async function readShardCount(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from log_head');
  return rows[0]?.n ?? 0;
}

export async function readSecret(pool: Pool, name: string): Promise<Buffer> {
  const { rows } = await pool.query<{ secret: Buffer }>(
    'select secret from installation_secret where name = $1',
    [name],
  );
  if (!rows[0]) throw new Error(`installation secret ${name} is missing: run the migrations`);
  return rows[0].secret;
}
