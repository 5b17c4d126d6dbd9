import { readdir, readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { AccessProblem, grantTo, grantToReader } from './application-role.ts';
import { migrationState } from './pending-migrations.ts';
import { createPool, type Pool } from './pool.ts';
import { refuseOtherShardCount, settleShardCount } from './shard-count.ts';

export type MigrateOptions = {
  readonly folder: string;
  /** Unset: as many shards as the database has, one if it is new. */
  readonly shardCount?: number | undefined;
};

/** Who owns the schema, and who may look at it. */
export type DatabaseRoles = { readonly ownerUrl?: string | undefined; readonly reader?: string | undefined };

/**
 * Brings the schema up to date as the role at `ownerUrl`, then gives the role of `pool` what the service needs and the
 * reader what it may see, and no more. Without an owner the role of `pool` migrates and nothing is given. Throws
 * `AccessProblem` and what `migrate` throws.
 */
export async function migrateAs(
  { ownerUrl, reader }: DatabaseRoles,
  pool: Pool,
  options: MigrateOptions,
): Promise<string[]> {
  if (ownerUrl === undefined) return migrate(pool, options);
  const owner = createPool({ connectionString: ownerUrl, max: 2, onConnectionError: () => {} });
  try {
    const applied = await migrate(owner, options);
    await grantTo(pool, owner);
    if (reader !== undefined) await grantToReader(reader, owner);
    return applied;
  } finally {
    await owner.end();
  }
}

/**
 * Brings the schema up to date, each file in `folder` once, in the order of their names, all in one transaction
 * under an advisory lock, so several processes may start at once. Returns the names it applied. Throws
 * `ShardCountProblem`, and changes nothing, if the log has another number of shards.
 */
export async function migrate(pool: Pool, { folder, shardCount }: MigrateOptions): Promise<string[]> {
  await refuseOtherShardCount(pool, shardCount);
  // A role that may not change the schema must be able to start on one that needs no change.
  const { pending, unknown } = await migrationState(pool, folder);
  if (pending.length === 0 && unknown.length === 0 && (await isSettled(pool))) {
    await refuseOtherShardCount(pool, shardCount); // it may have been settled by another process since we looked
    return [];
  }
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => readMigrations(folder) },
    migrationTableName: 'schema_migration',
    migrationLockTableName: 'schema_migration_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (isDenied(error)) {
    throw new AccessProblem(
      `the database lacks ${pending.join(', ')}, and the role of DATABASE_URL may not change the schema: ` +
        'set DATABASE_OWNER_URL, here or for order-payments migrate',
    );
  }
  if (error) throw error instanceof Error ? error : new Error('migration failed', { cause: error });
  await settleShardCount(pool, shardCount);
  await createSecrets(pool);
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

const isDenied = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === '42501';

/** Whether what is settled by the first start on a database has been. */
async function isSettled(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ settled: boolean }>(
    `select exists (select from log_head) and exists (select from installation_secret where name = 'cursor') as settled`,
  );
  return rows[0]?.settled === true;
}

async function createSecrets(pool: Pool): Promise<void> {
  await pool.query(
    `insert into installation_secret (name, secret) values ('cursor', $1) on conflict do nothing`,
    [randomBytes(32)],
  );
}

export async function readSecret(pool: Pool, name: string): Promise<Buffer> {
  const { rows } = await pool.query<{ secret: Buffer }>(
    'select secret from installation_secret where name = $1',
    [name],
  );
  if (!rows[0]) throw new Error(`installation secret ${name} is missing: run the migrations`);
  return rows[0].secret;
}
