import { execFileSync } from 'node:child_process';
import { existsSync, lchownSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Site } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { askSocket, inUse } from './embedded-ownership.ts';
import { runsAsRoot } from './embedded-process.ts';

// Any number does; a serving process holds this lock, in the database postgres, for its whole life.
const GUARD_LOCK = 1_330_660_174;

const ORPHAN_PATIENCE_MS = 30_000;
const LOCK_PATIENCE_MS = 2_000;
// Beyond every system's largest pid, so never alive.
const NO_PROCESS = 2_147_483_646;

/** A connection that proves, as long as it lasts, that the server has an owner. */
export async function connectGuard({ runDir }: Site): Promise<pg.Client> {
  const guard = new pg.Client({
    host: runDir,
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    application_name: 'order-payments owner',
  });
  guard.on('error', () => {}); // the server's end is noticed by its exit
  await guard.connect();
  return guard;
}

export async function takeGuardLock(guard: pg.Client): Promise<boolean> {
  const { rows } = await guard.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    GUARD_LOCK,
  ]);
  return rows[0]?.taken === true;
}

/**
 * Clears what a killed process left. Its server stops by itself, through its tether; if that fails too, the
 * free guard lock shows that nobody owns the server, and only then is it told to stop.
 */
export async function clearLeftovers(site: Site): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const server = await runningServer(site);
    if (server === undefined) break;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > ORPHAN_PATIENCE_MS) {
      throw new EmbeddedPostgresError(
        `a PostgreSQL server (process ${server.pid ?? 'unknown'}) still runs on data folder ${site.dataDir} and ` +
          'does not stop; stop it and start again, or choose another DATA_DIR',
      );
    }
    const verdict = await stopOrphan(site, server.pid);
    // Right after a kill -9 the dead process' lock may be held for another moment.
    if (verdict === 'owned' && waitedMs > LOCK_PATIENCE_MS) throw inUse(site.dataDir, 'another process');
    await delay(20);
  }
  clearLockFiles(site);
}

async function stopOrphan(site: Site, pid: number | undefined): Promise<'owned' | 'stopping'> {
  const guard = await connectGuard(site).catch(() => undefined);
  if (guard === undefined) return 'stopping'; // or starting up: either way it ends, or we run out of patience
  try {
    if (!(await takeGuardLock(guard))) return 'owned';
    if (pid !== undefined) process.kill(pid, 'SIGINT');
  } catch {
    // It is gone already, or on its way out.
  } finally {
    void guard.end().catch(() => {});
  }
  return 'stopping';
}

/** The server on this cluster, if any; without `pid` when it runs where we cannot see it, as in a container. */
async function runningServer({ clusterDir, runDir }: Site): Promise<{ readonly pid?: number } | undefined> {
  const pid = recordedPid(clusterDir);
  if (pid !== undefined && commandOf(pid).includes(` -D ${clusterDir} `)) return { pid };
  return (await askSocket(join(runDir, '.s.PGSQL.5432'))) === undefined ? undefined : {};
}

function recordedPid(clusterDir: string): number | undefined {
  const file = join(clusterDir, 'postmaster.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  return pid > 0 ? pid : undefined;
}

/** The command line of a live process, '' if there is none. */
function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/**
 * PostgreSQL takes postmaster.pid for valid as long as any process of its account has that pid, and refuses an
 * empty one. The rest of the file stays: its shared memory key keeps PostgreSQL from starting while a
 * backend of the dead server is still writing.
 */
function clearLockFiles({ clusterDir, runDir, user }: Site): void {
  rmSync(join(runDir, '.s.PGSQL.5432'), { force: true });
  rmSync(join(runDir, '.s.PGSQL.5432.lock'), { force: true });
  const file = join(clusterDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const [pid = '', ...rest] = readFileSync(file, 'utf8').split('\n');
  if (!/^\d+$/.test(pid)) {
    rmSync(file);
    return;
  }
  const mended = `${file}.mended`;
  rmSync(mended, { force: true });
  writeFileSync(mended, [NO_PROCESS, ...rest].join('\n'), { flag: 'wx', mode: 0o600 });
  if (runsAsRoot()) lchownSync(mended, user.uid, user.gid);
  renameSync(mended, file);
}
