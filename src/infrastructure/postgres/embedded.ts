import {
  closeSync,
  existsSync,
  fchownSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { installedPackage, usableBinaries, type Binaries } from './embedded-binaries.ts';
import { ensureCluster, lastLines, prepareSite, shortHash, type Site } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { clearLeftovers, connectGuard, takeGuardLock } from './embedded-leftovers.ts';
import { claimOwnership, inUse } from './embedded-ownership.ts';
import {
  canEnter,
  runsAsRoot,
  serverUserOf,
  spawnTethered,
  type Exit,
  type TetheredProcess,
} from './embedded-process.ts';

export type EmbeddedPostgres = {
  /** As the superuser, who owns what the migrations make. */
  readonly connectionString: string;
  /** As the role that the service runs with. */
  readonly applicationConnectionString: string;
  /** This start made the database, so nothing is in it. */
  readonly firstStart: boolean;
  /** Ends open connections, writes everything out and frees the data folder. May be called more than once. */
  stop(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  readonly dataDir: string;
  /** Server settings, such as { fsync: 'off' } for tests; the data does not survive a power cut then. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The server ended though nobody called stop(). Without a listener it becomes a process warning. */
  readonly onExit?: (problem: EmbeddedPostgresError) => void;
};

const DATABASE = 'order_payments';
export const APPLICATION_ROLE = 'order_payments_app';

const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '128MB',
  huge_pages: 'off', // a container's limit may not cover them, and then the server dies of SIGBUS
  jit: 'off', // costs short queries more than it saves
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_error_statement: 'panic', // statements carry customers' data
};

const LOG_BYTES_MAX = 10_000_000;
const READY_POLL_MS = { first: 5, longest: 250 }; // each poll of a recovering server is a line in its log
const READY_PATIENCE_MS = 300_000; // recovery after a crash replays up to max_wal_size
const OLD_BACKENDS_PATIENCE_MS = 10_000;
const STOP_PATIENCE_MS = 10_000;

/**
 * Starts PostgreSQL on `dataDir`, reachable through a Unix socket only, and makes the database at the first start.
 * Throws EmbeddedPostgresError for whatever its user can mend, such as a data folder that is in use.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const packageDir = installedPackage();
  const site = prepareSite(options.dataDir);
  const ownership = await claimOwnership(site.dataDir, site.runDir);
  try {
    const copiesDir = runsAsRoot() ? '/var/lib/order-payments' : site.dataDir;
    const binaries = await usableBinaries(packageDir, copiesDir, site.user);
    await clearLeftovers(site);
    await ensureCluster(site, binaries, options.settings?.['fsync'] !== 'off');
    const { guard, server } = await launch(site, binaries, { ...SETTINGS, ...options.settings });
    try {
      if (!(await takeGuardLock(guard))) throw inUse(site.dataDir, 'another process');
      const firstStart = await createDatabase(guard);
      return supervise(site, { guard, server, firstStart, release: ownership.release }, options.onExit);
    } catch (error) {
      await shutDown(server);
      throw error;
    }
  } catch (error) {
    await ownership.release();
    throw error;
  }
}

type Running = {
  readonly guard: pg.Client;
  readonly server: TetheredProcess;
  readonly firstStart: boolean;
  readonly release: () => Promise<void>;
};

function supervise(
  site: Site,
  { firstStart, guard, release, server }: Running,
  onExit: EmbeddedPostgresOptions['onExit'] = (problem) => process.emitWarning(problem),
): EmbeddedPostgres {
  let stopping = false;
  const ended = server.exited.then(async ({ reason }) => {
    void guard.end().catch(() => {});
    await release();
    if (stopping) return;
    onExit(new EmbeddedPostgresError(`PostgreSQL ended unexpectedly (${reason}); see ${site.logFile}`));
  });
  return {
    connectionString: connectionStringOf(site.runDir),
    applicationConnectionString: connectionStringOf(site.runDir, APPLICATION_ROLE),
    firstStart,
    stop: async () => {
      stopping = true;
      void guard.end().catch(() => {});
      await shutDown(server);
      await ended;
    },
  };
}

export const connectionStringOf = (runDir: string, role = 'postgres'): string =>
  `postgresql://${role}@/${DATABASE}?host=${encodeURIComponent(runDir)}&port=5432`;

async function shutDown({ child, exited }: TetheredProcess): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    child.kill(signal);
    const gone = exited.then(() => true);
    if (await Promise.race([gone, delay(STOP_PATIENCE_MS, false, { ref: false })])) return;
  }
}

async function launch(
  site: Site,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly guard: pg.Client; readonly server: TetheredProcess }> {
  const startedAt = performance.now();
  for (;;) {
    const log = openLog(site);
    const server = spawnServer(site, binaries, settings, log.descriptor);
    closeSync(log.descriptor);
    const outcome = await readyOrGone(site, server);
    if ('guard' in outcome) return { guard: outcome.guard, server };
    const written = readFileSync(site.logFile).subarray(log.sizeBytes).toString();
    const waitsForBackends = written.includes('pre-existing shared memory block');
    if (!waitsForBackends || performance.now() - startedAt > OLD_BACKENDS_PATIENCE_MS) {
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start (${outcome.reason}); its log ${site.logFile} ends with:\n${lastLines(written)}`,
      );
    }
    await delay(50);
  }
}

function openLog({ logFile, user }: Site): { readonly descriptor: number; readonly sizeBytes: number } {
  const found = statSync(logFile, { throwIfNoEntry: false });
  if (found !== undefined && found.size > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.1`);
  const descriptor = openSync(logFile, 'a', 0o600);
  // Root may start it today and the cluster's owner tomorrow.
  if (runsAsRoot()) fchownSync(descriptor, user.uid, user.gid);
  return { descriptor, sizeBytes: fstatSync(descriptor).size };
}

function spawnServer(
  { clusterDir, dataDir, runDir, user }: Site,
  { postgres }: Binaries,
  settings: Readonly<Record<string, string>>,
  log: number,
): TetheredProcess {
  const fixed = { port: '5432', listen_addresses: '', unix_socket_directories: runDir };
  const flags = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return spawnTethered(postgres, ['-D', clusterDir, ...flags], { user, cwd: dataDir, output: log });
}

async function readyOrGone(
  site: Site,
  server: TetheredProcess,
): Promise<{ readonly guard: pg.Client } | { readonly reason: string }> {
  const startedAt = performance.now();
  let pollMs = READY_POLL_MS.first;
  let exit: Exit | undefined;
  void server.exited.then((seen) => (exit = seen));
  for (;;) {
    try {
      return { guard: await connectGuard(site) };
    } catch (error) {
      if (exit !== undefined) return exit;
      if (performance.now() - startedAt > READY_PATIENCE_MS) {
        await shutDown(server);
        return { reason: `not ready after ${READY_PATIENCE_MS / 1_000} s: ${String(error)}` };
      }
    }
    await delay(pollMs);
    pollMs = Math.min(pollMs * 1.2, READY_POLL_MS.longest);
  }
}

async function createDatabase(guard: pg.Client): Promise<boolean> {
  const { rowCount: roles } = await guard.query('select from pg_roles where rolname = $1', [
    APPLICATION_ROLE,
  ]);
  if (roles === 0) await guard.query(`create role ${APPLICATION_ROLE} login`);
  const { rowCount } = await guard.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 1) return false;
  await guard.query(`create database ${DATABASE}`);
  return true;
}

/** `<project>/data`, or a folder outside when root runs a project that PostgreSQL's account cannot enter. */
export function defaultDataDir(projectDir: string): string {
  const project = existsSync(projectDir) ? realpathSync(projectDir) : resolve(projectDir);
  const dataDir = join(project, 'data');
  if (!runsAsRoot() || canEnter(dataDir, serverUserOf(join(dataDir, 'postgres')))) return dataDir;
  return join('/var/lib/order-payments', `${basename(project)}-${shortHash(project)}`);
}
