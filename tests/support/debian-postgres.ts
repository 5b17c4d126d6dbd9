import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  run,
  runsAsRoot,
  serverUserOf,
  spawnTethered,
  type Exit,
  type ServerUser,
  type TetheredProcess,
} from '../../src/infrastructure/postgres/embedded-process.ts';
import { eventually } from './eventually.ts';

/** A server of our own from the system's packages: on a Unix socket only, so the machine's own is never met. */
export type DebianPostgres = {
  readonly url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
};

const DEBIAN_FOLDER = '/usr/lib/postgresql';
const START_TIMEOUT_MS = 30_000;
const NOT_INSTALLED =
  'PostgreSQL is not installed on this system: apt-get install postgresql (or REQUIRE_POSTGRES=1 to fail)';

/** Where `initdb` and `postgres` lie: the newest of Debian's, which are not on the PATH, else what pg_config knows. */
function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  return [
    ...newestFirst.map((version) => join(DEBIAN_FOLDER, version, 'bin')),
    ...binFolderByPgConfig(),
  ].find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

function binFolderByPgConfig(): string[] {
  try {
    return [execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: 'pipe' }).trim()];
  } catch {
    return []; // no pg_config: then there is no folder to look in
  }
}

/** One server for the tests around; without PostgreSQL they are skipped and say why, or fail if it is required. */
export function debianPostgresForTests(): () => DebianPostgres {
  let server: DebianPostgres | undefined;
  beforeAll(async () => {
    const binFolder = findPostgres();
    if (binFolder) server = await startDebianPostgres(binFolder);
    else if (process.env['REQUIRE_POSTGRES'] === '1') notInstalled();
  }, START_TIMEOUT_MS + 5_000);
  beforeEach((context) => {
    if (!server) context.skip(NOT_INSTALLED);
  });
  afterAll(() => server?.stop());
  return () => server ?? notInstalled();
}

function notInstalled(): never {
  throw new Error(NOT_INSTALLED);
}

async function startDebianPostgres(binFolder: string): Promise<DebianPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'order-payments-debian-'));
  const logFile = join(home, 'postgres.log');
  let server: TetheredProcess | undefined;
  const stop = async (): Promise<void> => {
    server?.child.kill('SIGINT'); // its fast shutdown, which cuts off whoever is connected
    await server?.exited;
    await rm(home, { recursive: true, force: true });
  };
  try {
    const user = serverUserOf(home);
    if (runsAsRoot()) await chown(home, user.uid, user.gid);
    await makeCluster(binFolder, home, user);
    server = await spawnServer(binFolder, home, logFile, user);
    const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(home)}`;
    await answers(url, server);
    return { url, stop };
  } catch (fault) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    await stop();
    throw new Error(`PostgreSQL of ${binFolder} did not start:\n${log.slice(-4_000)}`, { cause: fault });
  }
}

/** Its socket's folder is open to its owner only, which stands in for passwords. */
async function makeCluster(binFolder: string, home: string, user: ServerUser): Promise<void> {
  const access = ['-U', 'postgres', '--auth-local=trust', '--auth-host=reject'];
  const text = ['--encoding=UTF8', '--locale=C.UTF-8'];
  const args = ['-D', join(home, 'cluster'), ...access, ...text, '--no-sync', '--no-instructions'];
  const { ok, output } = await run(join(binFolder, 'initdb'), args, user, home);
  if (!ok) throw new Error(`initdb: ${output}`);
}

async function spawnServer(
  binFolder: string,
  home: string,
  logFile: string,
  user: ServerUser,
): Promise<TetheredProcess> {
  // Tests kill processes, never the machine's power: what fsync guards against does not happen here.
  const settings = { fsync: 'off', synchronous_commit: 'off', max_connections: '200' };
  const alone = { listen_addresses: '', unix_socket_directories: home, port: '5432' };
  const flags = Object.entries({ ...settings, ...alone }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const log = await open(logFile, 'a');
  const args = ['-D', join(home, 'cluster'), ...flags];
  const server = spawnTethered(join(binFolder, 'postgres'), args, { user, cwd: home, output: log.fd });
  await log.close();
  return server;
}

async function answers(url: string, server: TetheredProcess): Promise<void> {
  let exit: Exit | undefined;
  void server.exited.then((seen) => (exit = seen));
  await eventually(async () => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (fault) {
      if (!exit) throw fault;
      return;
    }
    await client.end();
  }, START_TIMEOUT_MS);
  if (exit) throw new Error(exit.reason);
}
