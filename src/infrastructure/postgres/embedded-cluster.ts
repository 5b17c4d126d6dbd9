import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { chmod, lchown, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './embedded-binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { canEnter, makeFolder, run, runsAsRoot, serverUserOf, type ServerUser } from './embedded-process.ts';

/** Where one embedded PostgreSQL lives; every path is a real path. */
export type Site = {
  readonly dataDir: string;
  readonly clusterDir: string;
  /** Holds the sockets; open to the server's account only, which stands in for passwords. */
  readonly runDir: string;
  readonly logFile: string;
  readonly user: ServerUser;
};

// A socket's path is limited to 103 bytes on macOS and 107 on Linux; the longest name we append has 15.
const RUN_DIR_BYTES_MAX = 85;

/** Makes the folders around the cluster, owned by the account that will use them. */
export function prepareSite(requestedDir: string): Site {
  const dataDir = reachable(requestedDir);
  const clusterDir = join(dataDir, 'postgres');
  const user = serverUserOf(clusterDir);
  if (runsAsRoot() && !canEnter(dataDir, user)) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and user ${user.uid}, which runs it instead, cannot enter ${dataDir}; ` +
        'set DATA_DIR to a folder everyone can enter, such as /var/lib/order-payments/data',
    );
  }
  const owner = lstatSync(clusterDir, { throwIfNoEntry: false })?.uid ?? user.uid;
  if (owner !== user.uid && !runsAsRoot()) {
    throw new EmbeddedPostgresError(
      `data folder ${dataDir} belongs to user ${owner}, who started it first; start as that user or as root, ` +
        'or choose another DATA_DIR',
    );
  }
  return {
    dataDir,
    clusterDir,
    runDir: makeRunDir(dataDir, user),
    logFile: join(dataDir, 'postgres.log'),
    user,
  };
}

function reachable(requestedDir: string): string {
  try {
    makeFolder(requestedDir);
    return realpathSync(requestedDir);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `cannot make data folder ${requestedDir}: ${(error as Error).message}; choose another DATA_DIR`,
    );
  }
}

/** Where the sockets of a data folder, given by its real path, are or will be. */
export function runDirOf(dataDir: string): string {
  const nearby = join(dataDir, 'run');
  // A comma or a quote would end the folder's name inside unix_socket_directories.
  const fits = Buffer.byteLength(nearby) <= RUN_DIR_BYTES_MAX && !/[",]/.test(nearby);
  // Not os.tmpdir(): two starts on one data folder must meet here, whatever their TMPDIR.
  return fits ? nearby : join('/tmp', `order-payments-${shortHash(dataDir)}`);
}

function makeRunDir(dataDir: string, user: ServerUser): string {
  const runDir = runDirOf(dataDir);
  try {
    if (!existsSync(runDir)) mkdirSync(runDir, { recursive: true, mode: 0o700 });
    const made = lstatSync(runDir);
    // Anyone may have made a folder of this name in /tmp.
    if (!made.isDirectory() || ![user.uid, process.getuid?.()].includes(made.uid))
      throw new Error('it is not ours');
    if (runsAsRoot()) chownSync(runDir, user.uid, user.gid);
    chmodSync(runDir, 0o700);
    return runDir;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `cannot use ${runDir} for PostgreSQL's socket: ${(error as Error).message}; remove it or choose another DATA_DIR`,
    );
  }
}

export const shortHash = (value: string): string =>
  createHash('sha256').update(value).digest('hex').slice(0, 12);

/** Makes the cluster unless it is there; whatever was interrupted earlier is cleared away first. */
export async function ensureCluster(site: Site, binaries: Binaries, durable: boolean): Promise<void> {
  const { clusterDir, dataDir, user } = site;
  const unfinished = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.init-'));
  await Promise.all(
    // An initdb that lost its process may still be on its way out.
    unfinished.map((name) => rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 10 })),
  );
  const isThere = existsSync(clusterDir) && (await readdir(clusterDir)).length > 0;
  if (!isThere) return initialise(site, binaries, durable);

  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    throw new EmbeddedPostgresError(
      `${clusterDir} is not a PostgreSQL data folder; move it away or choose another DATA_DIR`,
    );
  }
  if (version.trim() !== binaries.majorVersion) {
    throw new EmbeddedPostgresError(
      `data folder ${dataDir} was made by PostgreSQL ${version.trim()}, but this is PostgreSQL ` +
        `${binaries.majorVersion}; move the data over with pg_dump, or choose another DATA_DIR`,
    );
  }
  if (runsAsRoot() && lstatSync(clusterDir).uid !== user.uid) await giveTo(user, clusterDir);
  await chmod(clusterDir, 0o700);
}

async function initialise(site: Site, binaries: Binaries, durable: boolean): Promise<void> {
  const { clusterDir, dataDir, user } = site;
  const unfinished = await mkdtemp(join(dataDir, 'postgres.init-'));
  if (runsAsRoot()) await lchown(unfinished, user.uid, user.gid);
  const { ok, output } = await run(
    binaries.initdb,
    [
      ...['-D', unfinished, '-U', 'postgres', '--encoding=UTF8', '--data-checksums', '--no-instructions'],
      // Order by code point on every machine, yet know the letters of all scripts.
      ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...['--auth-local=trust', '--auth-host=reject', '-c', 'huge_pages=off'],
      ...(durable ? [] : ['--no-sync']),
    ],
    user,
    dataDir,
  );
  if (!ok) {
    await rm(unfinished, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      `cannot make a PostgreSQL cluster in ${dataDir}: ${lastLines(output)}; mend that, choose another DATA_DIR, ` +
        'or set DATABASE_URL to a PostgreSQL 18 server',
    );
  }
  await rename(unfinished, clusterDir);
  const folder = await open(dataDir);
  await folder.sync();
  await folder.close();
}

export const lastLines = (output: string): string => output.trim().split('\n').slice(-5).join('\n');

async function giveTo(user: ServerUser, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), user.uid, user.gid);
  await lchown(folder, user.uid, user.gid);
}
