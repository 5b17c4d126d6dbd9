import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/infrastructure/postgres/embedded.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool } from '../../src/infrastructure/postgres/pool.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export type SoakServer = {
  /** A migrated database of one's own. */
  createDatabase(shards: number): Promise<{ readonly url: string; drop(): Promise<void> }>;
  /** Ends the server without letting it write anything out, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

// No power is cut here, so nothing need reach the disk; but what was acknowledged must be written before the answer, or
// a server that ends at once would rightly lose it.
const SETTINGS = { fsync: 'off', synchronous_commit: 'on', max_connections: '300', full_page_writes: 'off' };

/** A PostgreSQL of our own, since soaking includes ending it. */
export async function startSoakServer(): Promise<SoakServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-payments-soak-'));
  await chmod(dataDir, 0o711); // as root, the server runs as another user, who must get in
  const templates = new Map<number, string>();
  let ended: (() => void) | undefined;
  const start = () => startEmbeddedPostgres({ dataDir, settings: SETTINGS, onExit: () => ended?.() });
  let running = await start();

  const urlOf = (database: string): string =>
    running.connectionString.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${database}`);

  async function query(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: running.connectionString });
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  async function create(template: string): Promise<string> {
    const name = `soak_${randomBytes(6).toString('hex')}`;
    await query(`create database ${name} template ${template}`);
    return name;
  }

  async function templateOf(shards: number): Promise<string> {
    const known = templates.get(shards);
    if (known) return known;
    const name = await create('template1');
    const pool = createPool({ connectionString: urlOf(name), max: 2, onConnectionError: () => {} });
    await migrate(pool, { folder: MIGRATIONS, shardCount: shards });
    await pool.end();
    templates.set(shards, name);
    return name;
  }

  return {
    createDatabase: async (shards) => {
      const name = await create(await templateOf(shards));
      return { url: urlOf(name), drop: () => query(`drop database if exists ${name} with (force)`) };
    },
    restart: async () => {
      const gone = new Promise<void>((resolve) => (ended = resolve));
      const [postmaster] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(postmaster), 'SIGQUIT');
      await gone;
      running = await start();
    },
    stop: async () => {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
