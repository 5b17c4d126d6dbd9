import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import { orderAggregate } from '../src/domain/orders/order-evolution.ts';
import { paymentAggregate } from '../src/domain/payments/payment-evolution.ts';
import { eventCodec } from '../src/infrastructure/codecs/event-codec.ts';
import { CALLS_IN_FLIGHT_MAX } from '../src/infrastructure/event-log/append.ts';
import { openLog, type OpenLog } from '../src/infrastructure/event-log/event-log.ts';
import { startEmbeddedPostgres } from '../src/infrastructure/postgres/embedded.ts';
import { migrate } from '../src/infrastructure/postgres/migrate.ts';
import { createPool, type Pool } from '../src/infrastructure/postgres/pool.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));
const TMPFS_MAGIC = 0x01021994;

export const silent = pino({ level: 'silent' });

/** A database that only the migrations have written to. */
export type Database = {
  readonly url: string;
  /** Closed with the database. */
  connect(max: number): Pool;
  /** Without the service's planner settings: for statements over everything. */
  connectPlain(): Pool;
  drop(): Promise<void>;
};

export type Facts = {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly postgresql: string;
  readonly fsync: string;
  readonly synchronousCommit: string;
  readonly storage: 'disk' | 'memory';
  readonly loadAtStart: number;
};

export type Lab = {
  readonly facts: Facts;
  emptyDatabase(): Promise<Database>;
  /** So that the pages of what came before are not written out while the next thing is measured. */
  checkpoint(): Promise<void>;
  stop(): Promise<void>;
};

/** PostgreSQL of our own, as the service starts it: fsync on, nothing tuned. */
export async function openLab(): Promise<Lab> {
  const loadAtStart = loadavg()[0]!;
  const dataDir = await mkdtemp(join(tmpdir(), 'order-payments-bench-'));
  await chmod(dataDir, 0o711); // as root, the server runs as another user, who must get in
  const server = await startEmbeddedPostgres({ dataDir });
  const pool = connect(server.connectionString, 2);
  let databases = 0;

  async function emptyDatabase(): Promise<Database> {
    const name = `bench_${++databases}`;
    await pool.query(`create database ${name}`);
    const url = server.connectionString.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${name}`);
    const pools: Pool[] = [];
    const keep = (opened: Pool): Pool => {
      pools.push(opened);
      return opened;
    };
    const migrating = connect(url, 1);
    await migrate(migrating, { folder: MIGRATIONS_FOLDER, shardCount: 1 });
    await migrating.end();
    return {
      url,
      connect: (max) => keep(connect(url, max)),
      connectPlain: () => keep(new pg.Pool({ connectionString: url, max: 2 }).on('error', () => {})),
      drop: async () => {
        await Promise.all(pools.map((opened) => opened.end()));
        await pool.query(`drop database ${name} with (force)`);
      },
    };
  }

  return {
    facts: { ...(await readFacts(pool, dataDir)), loadAtStart },
    emptyDatabase,
    checkpoint: async () => void (await pool.query('checkpoint')),
    stop: async () => {
      await pool.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

// Whoever waits for an answer gets the fault; dropping a database breaks connections that are closing anyway.
const connect = (connectionString: string, max: number): Pool =>
  createPool({ connectionString, max, onConnectionError: () => {} });

async function readFacts(pool: Pool, dataDir: string): Promise<Omit<Facts, 'loadAtStart'>> {
  const { rows } = await pool.query<{ postgresql: string; fsync: string; commit: string }>(
    `select current_setting('server_version') as postgresql, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit`,
  );
  const { postgresql, fsync, commit } = rows[0]!;
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgresql,
    fsync,
    synchronousCommit: commit,
    storage: (await statfs(dataDir)).type === TMPFS_MAGIC ? 'memory' : 'disk',
  };
}

/** The log as the service opens it, on a pool for reads that the caller may use too. */
export function openServiceLog(database: Database): OpenLog & { readonly pool: Pool } {
  const pool = database.connect(10);
  const opened = openLog({
    writePool: database.connect(CALLS_IN_FLIGHT_MAX),
    readPool: pool,
    shardCount: 1,
    codec: eventCodec,
    stateVersions: {
      [orderAggregate.category]: orderAggregate.stateVersion,
      [paymentAggregate.category]: paymentAggregate.stateVersion,
    },
    logger: silent,
    batchMax: 256,
    batchBytesMax: 4_000_000,
    queueMax: 5_000,
    resendForMs: 10_000,
  });
  return { ...opened, pool };
}

/** Throws unless positions are 1, 2, 3, … up to the head and that many events are there. */
export async function assertDense(pool: Pool, events: number): Promise<void> {
  const { rows } = await pool.query<{ head: bigint; n: bigint; first: bigint; last: bigint }>(
    `select head, n, first, last from log_head,
      (select count(*) as n, min(position) as first, max(position) as last from event where shard = 0) e where shard = 0`,
  );
  const { head, n, first, last } = rows[0]!;
  const wanted = BigInt(events);
  if (head !== wanted || n !== wanted || first !== 1n || last !== wanted)
    throw new Error(`${events} events expected; head ${head}, count ${n}, positions ${first} to ${last}`);
}
