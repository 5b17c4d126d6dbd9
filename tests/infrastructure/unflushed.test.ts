import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Worker } from '../../src/infrastructure/event-log/worker.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/infrastructure/postgres/embedded.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { eventually } from '../support/eventually.ts';
import { newOrder, openTestLog, startTestWorker } from '../support/log.ts';
import { MIGRATIONS_FOLDER } from '../support/postgres.ts';

// What is committed without waiting for the disk stays in the server's memory; that is what a crash takes back.
const settings = { fsync: 'off', synchronous_commit: 'on', wal_writer_delay: '10s', autovacuum: 'off' };
const LEASE_MS = 30_000; // a renewal, every ten seconds, writes out all that was committed before it

let dataDir: string;
let server: EmbeddedPostgres;
let pool: Pool;
let worker: Worker;
let ended: () => void;

const start = () => startEmbeddedPostgres({ dataDir, settings, onExit: () => ended() });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'order-payments-unflushed-'));
  await chmod(dataDir, 0o711); // as root, the server runs as another user, who must get in
  server = await start();
  pool = createPool({ connectionString: server.connectionString, max: 10, onConnectionError: () => {} });
  await migrate(pool, { folder: MIGRATIONS_FOLDER, shardCount: inject('shardCount') });
  await pool.query('create table seen (position bigint not null)');
});
afterEach(async () => {
  await worker.stop();
  await pool.end();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function killBackend(): Promise<void> {
  const victim = await pool.connect();
  const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
  process.kill(rows[0]!.pid, 'SIGKILL'); // the server ends all others too, and recovers by itself
  await victim.query('select').catch(() => {});
  victim.release(true);
}

async function killServer(): Promise<void> {
  const gone = new Promise<void>((resolve) => (ended = resolve));
  const [postmaster] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(postmaster), 'SIGKILL');
  await gone;
  server = await start();
}

describe('PostgreSQL killed with kill -9', () => {
  it.each([
    ['in one of its connections', killBackend],
    ['itself', killServer],
  ])('%s keeps what was appended; what came of it is done again, once', async (_what, kill) => {
    const { log, tails } = openTestLog(pool);
    worker = startTestWorker(pool, tails, LEASE_MS);
    const applied: bigint[] = [];
    worker.follow({
      name: 'test',
      version: 1,
      batchMax: 10,
      onPoison: 'park',
      effect: {
        kind: 'sql',
        apply: async (tx, events) => {
          const positions = events.map(({ position }) => position);
          applied.push(...positions);
          await tx.query('insert into seen select unnest($1::bigint[])', [positions]);
        },
      },
    });
    await log.append(newOrder());
    await eventually(async () => expect(await seen()).toEqual([1n]));
    await kill();
    // It was lost, so it was applied a second time; and it is there once.
    await eventually(() => expect(applied).toEqual([1n, 1n]), 25_000);
    await eventually(async () => expect(await seen()).toEqual([1n]));
    expect((await pool.query('select position from subscription')).rows).toEqual([{ position: 1n }]);
    expect((await pool.query('select head from log_head')).rows).toEqual([{ head: 1n }]);
  });
});

async function seen(): Promise<bigint[]> {
  const { rows } = await pool.query<{ position: bigint }>('select position from seen order by position');
  return rows.map(({ position }) => position);
}
