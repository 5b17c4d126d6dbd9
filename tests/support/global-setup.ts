import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/infrastructure/postgres/embedded.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool } from '../../src/infrastructure/postgres/pool.ts';
import { createEmptyDatabase, MIGRATIONS_FOLDER, urlOfDatabase } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server whose databases tests may create and drop. */
    postgresUrl: string;
    /** A migrated database to copy; nobody connects to it. */
    templateDatabase: string;
  }
}

/** One PostgreSQL for the whole run: the one at DATABASE_URL, else the embedded one in a folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL'];
  const server = given ? { url: given, stop: async () => {} } : await startOwnServer();
  const template = await createEmptyDatabase(server.url);
  const pool = createPool({
    connectionString: urlOfDatabase(server.url, template.name),
    max: 2,
    onConnectionError: () => {},
  });
  await migrate(pool, { folder: MIGRATIONS_FOLDER, shardCount: 1 });
  await pool.end();

  project.provide('postgresUrl', server.url);
  project.provide('templateDatabase', template.name);
  return async () => {
    await template.drop();
    await server.stop();
  };
}

async function startOwnServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-payments-tests-'));
  await chmod(dataDir, 0o711); // as root, the server runs as another user, who must get in
  // Tests kill processes, never the machine's power: what fsync guards against does not happen here.
  const settings = { fsync: 'off', synchronous_commit: 'off', max_connections: '300' };
  const server = await startEmbeddedPostgres({ dataDir, settings });
  return {
    url: server.connectionString,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
