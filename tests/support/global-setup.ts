import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/infrastructure/postgres/embedded.ts';
import { createTemplate } from './postgres.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** A server whose databases tests may create and drop. */
    postgresUrl: string;
    /** A migrated database to copy, with `shardCount` shards; nobody connects to it. */
    templateDatabase: string;
    /** How many shards the databases of this project have; vitest.config.ts says so. */
    shardCount: number;
  }
}

/** One PostgreSQL for the whole run: the one at DATABASE_URL, else the embedded one in a folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What runs as a process of its own is what was built, so it must be of these sources.
  execFileSync(process.execPath, ['scripts/bootstrap.mjs', '--build'], { cwd: PROJECT, stdio: 'inherit' });
  const given = process.env['DATABASE_URL'];
  const server = given ? { url: given, stop: async () => {} } : await startOwnServer();
  const template = await createTemplate(server.url, project.getProvidedContext().shardCount);

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
