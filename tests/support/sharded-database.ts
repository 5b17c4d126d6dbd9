import { inject } from 'vitest';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool } from '../../src/infrastructure/postgres/pool.ts';
import { createEmptyDatabase, MIGRATIONS_FOLDER, urlOfDatabase, type TestDatabase } from './postgres.ts';

/** A migrated database of one's own with another number of shards than this project's have. */
export async function createShardedDatabase(shardCount: number): Promise<TestDatabase> {
  const { name, drop } = await createEmptyDatabase(inject('postgresUrl'));
  const connectionString = urlOfDatabase(inject('postgresUrl'), name);
  const pool = createPool({ connectionString, max: 10, onConnectionError: () => {} });
  await migrate(pool, { folder: MIGRATIONS_FOLDER, shardCount });
  return {
    connectionString,
    pool,
    drop: async () => {
      await pool.end();
      await drop();
    },
  };
}
