import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { installedPackage, usableBinaries } from '../../src/infrastructure/postgres/embedded-binaries.ts';
import { EmbeddedPostgresError } from '../../src/infrastructure/postgres/embedded-error.ts';
import { canEnter, serverUserOf } from '../../src/infrastructure/postgres/embedded-process.ts';
import {
  defaultDataDir,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/infrastructure/postgres/embedded.ts';

const PROJECT = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));
const LAUNCHER = join(PROJECT, 'src/infrastructure/postgres/embedded.ts');
const NOBODY = { uid: 65_534, gid: 65_534 };

const isRoot = process.getuid?.() === 0;

// Holds a data folder; on SIGINT it still uses the database before it stops the server.
const HOLDER = `
  const { startEmbeddedPostgres } = await import(${JSON.stringify(LAUNCHER)});
  const { default: pg } = await import('pg');
  try {
    const db = await startEmbeddedPostgres({ dataDir: process.argv[1], settings: { fsync: 'off' } });
    process.on('SIGINT', async () => {
      const client = new pg.Client({ connectionString: db.connectionString });
      await client.connect();
      const { rows } = await client.query("select 'drained' as word");
      await client.end();
      await db.stop();
      console.log(rows[0].word);
      process.exit();
    });
    console.log('serving');
    setInterval(() => {}, 60_000);
  } catch (error) {
    console.log(error.name + ': ' + error.message);
  }
`;

let workshop: string;
let caseCount = 0;
const cleanups: (() => unknown)[] = [];

const templateDir = (): string => join(workshop, 'template');

beforeAll(async () => {
  workshop = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-test-')));
  chmodSync(workshop, 0o755);
  const db = await startEmbeddedPostgres({ dataDir: templateDir(), settings: { fsync: 'off' } });
  await query(db, 'create table kept as select 42 as answer');
  await db.stop();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

afterAll(() => {
  rmSync(workshop, { recursive: true, force: true, maxRetries: 5 });
});

function caseDir(): string {
  caseCount += 1;
  const folder = join(workshop, `case-${caseCount}`);
  mkdirSync(folder);
  return folder;
}

/** A data folder whose server was stopped in order; its database holds the table `kept`. */
function usedDataDir(): string {
  const dataDir = join(caseDir(), 'data');
  cpSync(templateDir(), dataDir, { recursive: true });
  return dataDir;
}

async function start(
  dataDir: string,
  options: Omit<EmbeddedPostgresOptions, 'dataDir'> = {},
): Promise<EmbeddedPostgres> {
  const db = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, ...options });
  cleanups.push(() => db.stop());
  return db;
}

async function query(db: EmbeddedPostgres, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: db.connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: unknown }>(sql);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

const keptAnswer = (db: EmbeddedPostgres): Promise<unknown> => query(db, 'select answer from kept');

const setting = (db: EmbeddedPostgres, name: string): Promise<unknown> =>
  query(db, `select current_setting('${name}') as answer`);

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const fault: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(EmbeddedPostgresError);
  return fault instanceof Error ? fault.message : '';
}

type Holder = {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  nextLine(): Promise<string>;
};

function runHolder(dataDir: string, user: { uid?: number; gid?: number } = {}): Holder {
  const args = ['--import', 'tsx', '--input-type=module', '-e', HOLDER, dataDir];
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    detached: true, // a group of its own, as a shell gives it
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  });
  const exited = once(child, 'exit');
  cleanups.unshift(() => until(() => serverPid(dataDir) === undefined)); // once every holder is gone
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    exited,
    nextLine: async () => {
      const line: IteratorResult<string, undefined> = await lines.next();
      return line.value ?? '';
    },
  };
}

async function hold(dataDir: string): Promise<Holder> {
  const holder = runHolder(dataDir);
  expect(await holder.nextLine()).toBe('serving');
  return holder;
}

async function kill(holder: Holder): Promise<void> {
  holder.child.kill('SIGKILL');
  await holder.exited;
}

/** The process id of the live server on this data folder. */
function serverPid(dataDir: string): number | undefined {
  const file = join(dataDir, 'postgres/postmaster.pid');
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return isAlive(pid) ? pid : undefined;
  } catch {
    return undefined; // not there yet, or no longer
  }
}

/** False for a zombie too: who inherits an orphan may take its time to bury it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}

function linksOf(packageDir: string): readonly { readonly target: string }[] {
  const text = readFileSync(join(packageDir, 'native/pg-symlinks.json'), 'utf8');
  return JSON.parse(text) as { readonly target: string }[];
}

function copyOfPackage(): string {
  const copy = join(caseDir(), 'package');
  cpSync(installedPackage(), copy, { recursive: true, verbatimSymlinks: true });
  for (const { target } of linksOf(copy)) rmSync(join(copy, target), { force: true });
  return copy;
}

const loseOwnerSocket = (dataDir: string): void => {
  const run = join(dataDir, 'run');
  const sockets = readdirSync(run).filter((name) => name.startsWith('owner.'));
  expect(sockets).toHaveLength(1);
  for (const name of sockets) rmSync(join(run, name));
};

describe('the embedded PostgreSQL', () => {
  it('makes its database at the first start and keeps it for the next', async () => {
    const dataDir = join(caseDir(), 'data');
    const first = await start(dataDir);
    expect(first.firstStart).toBe(true);
    await query(first, 'create table kept as select 42 as answer');
    await first.stop();

    const second = await start(dataDir);
    expect(second.firstStart).toBe(false);
    expect(await keptAnswer(second)).toBe(42);
  });

  it('listens on a Unix socket that only its own account may reach, never on TCP', async () => {
    const dataDir = usedDataDir();
    const db = await start(dataDir);
    expect(await setting(db, 'listen_addresses')).toBe('');
    expect(statSync(join(dataDir, 'run')).mode & 0o777).toBe(0o700);
  });

  it('checks its pages, flushes what it commits and sorts by code point, unless told otherwise', async () => {
    const db = await start(usedDataDir(), { settings: {} });
    expect(await setting(db, 'data_checksums')).toBe('on');
    expect(await setting(db, 'fsync')).toBe('on');
    expect(await setting(db, 'server_encoding')).toBe('UTF8');
    expect(await query(db, `select 'a' > 'B' and upper('é') = 'É' as answer`)).toBe(true);
  });

  it('takes settings over its own', async () => {
    const db = await start(usedDataDir(), { settings: { fsync: 'off', max_connections: '17' } });
    expect(await setting(db, 'fsync')).toBe('off');
    expect(await setting(db, 'max_connections')).toBe('17');
  });

  it('puts its socket elsewhere when the data folder has too long a path or a comma in it', async () => {
    const dataDir = join(caseDir(), 'a,b'.repeat(40), 'data');
    const db = await start(dataDir);
    const runDir = new URL(db.connectionString.replace('@/', '@host/')).searchParams.get('host') ?? '';
    cleanups.unshift(() => rmSync(runDir, { recursive: true, force: true }));
    expect(runDir.startsWith(dataDir)).toBe(false);
    expect(await query(db, 'select 1 as answer')).toBe(1);
    expect(await refusal(startEmbeddedPostgres({ dataDir }))).toContain('is in use by');
  });

  it('can be stopped more than once', async () => {
    const db = await start(usedDataDir());
    await Promise.all([db.stop(), db.stop()]);
    await db.stop();
  });

  it('tells when the server dies, and can be started again right after', async () => {
    const dataDir = usedDataDir();
    const died = new Promise<EmbeddedPostgresError>((resolve) => {
      void start(dataDir, { onExit: resolve }).then(() => process.kill(serverPid(dataDir) ?? 0, 'SIGKILL'));
    });
    expect((await died).message).toMatch(
      /^PostgreSQL ended unexpectedly \(signal SIGKILL\); see .*postgres\.log$/,
    );
    expect(await keptAnswer(await start(dataDir))).toBe(42);
  });

  it('lets the process drain on Ctrl-C, which reaches the whole process group', async () => {
    const dataDir = usedDataDir();
    const holder = await hold(dataDir);
    process.kill(-(holder.child.pid ?? 0), 'SIGINT');
    expect(await holder.nextLine()).toBe('drained');
    expect(serverPid(dataDir)).toBeUndefined();
  });
});

describe('ownership of a data folder', () => {
  it('refuses a second process while the first lives, and names the first', async () => {
    const dataDir = usedDataDir();
    const holder = await hold(dataDir);
    const message = await refusal(startEmbeddedPostgres({ dataDir }));
    expect(message).toBe(
      `data folder ${dataDir} is in use by process ${holder.child.pid}; stop it or choose another DATA_DIR`,
    );
  });

  it('goes to exactly one of several processes that start at the same moment', async () => {
    const dataDir = usedDataDir();
    const holders = [1, 2, 3].map(() => runHolder(dataDir));
    const lines = await Promise.all(holders.map((holder) => holder.nextLine()));
    const refused = lines.filter(
      (line) => line.startsWith('EmbeddedPostgresError: ') && line.includes('is in use'),
    );
    expect(lines.filter((line) => line === 'serving')).toHaveLength(1);
    expect(refused).toHaveLength(2);
  });

  it('ends with the process: after kill -9 the server goes and the next start finds the data', async () => {
    const dataDir = usedDataDir();
    const holder = await hold(dataDir);
    const orphan = serverPid(dataDir) ?? 0;
    await kill(holder);
    expect(await keptAnswer(await start(dataDir))).toBe(42);
    expect(isAlive(orphan)).toBe(false);
  });

  it('leaves no server behind after kill -9 though nobody starts again', async () => {
    const dataDir = usedDataDir();
    const holder = await hold(dataDir);
    const orphan = serverPid(dataDir) ?? 0;
    await kill(holder);
    await until(() => !isAlive(orphan));
  });

  it('survives kill -9 at any moment of the first start', async () => {
    const dataDir = join(caseDir(), 'data');
    const moments = [
      () => existsSync(dataDir),
      () => existsSync(dataDir) && readdirSync(dataDir).some((name) => name.startsWith('postgres.init-')),
      () => existsSync(join(dataDir, 'postgres')),
      () => existsSync(join(dataDir, 'postgres/postmaster.pid')),
    ];
    for (const moment of moments) {
      const holder = runHolder(dataDir);
      await until(moment);
      await kill(holder);
    }
    const db = await start(dataDir);
    expect(await query(db, 'select 1 as answer')).toBe(1);
    expect(readdirSync(dataDir).toSorted()).toEqual(['postgres', 'postgres.log', 'run']);
  });

  it('is not taken from a living process whose owner socket was deleted', async () => {
    const dataDir = usedDataDir();
    const holder = await hold(dataDir);
    loseOwnerSocket(dataDir);
    expect(await refusal(startEmbeddedPostgres({ dataDir }))).toContain('is in use by another process');
    expect(holder.child.exitCode).toBeNull();
    expect(serverPid(dataDir)).toBeDefined();
  });
});

describe('what an earlier run left behind', () => {
  it('is a postmaster.pid that now belongs to a foreign process: recovered, the process is spared', async () => {
    const dataDir = usedDataDir();
    const user = isRoot ? NOBODY : {};
    const foreign = spawn('sleep', ['60'], { stdio: 'ignore', ...user });
    cleanups.push(() => foreign.kill('SIGKILL'));
    const lines = [foreign.pid, join(dataDir, 'postgres'), 1_700_000_000, 5432, join(dataDir, 'run'), '', ''];
    writeFileSync(join(dataDir, 'postgres/postmaster.pid'), lines.join('\n'));
    writeFileSync(join(dataDir, 'run/.s.PGSQL.5432.lock'), lines.join('\n'));

    expect(await keptAnswer(await start(dataDir))).toBe(42);
    expect(foreign.exitCode).toBeNull();
    expect(foreign.signalCode).toBeNull();
  });

  it('is an empty postmaster.pid: recovered', async () => {
    const dataDir = usedDataDir();
    writeFileSync(join(dataDir, 'postgres/postmaster.pid'), '');
    expect(await keptAnswer(await start(dataDir))).toBe(42);
  });

  it('is a half-finished cluster: thrown away and made anew', async () => {
    const dataDir = join(caseDir(), 'data');
    const unfinished = join(dataDir, 'postgres.init-abcdef');
    mkdirSync(join(unfinished, 'base'), { recursive: true });
    writeFileSync(join(unfinished, 'PG_VERSION'), '18\n');
    const db = await start(dataDir);
    expect(db.firstStart).toBe(true);
    expect(existsSync(unfinished)).toBe(false);
  });

  it('is the cluster of another major version: refused with both versions named', async () => {
    const dataDir = usedDataDir();
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n');
    const message = await refusal(startEmbeddedPostgres({ dataDir }));
    expect(message).toContain('was made by PostgreSQL 17, but this is PostgreSQL 18');
    expect(message).toContain('DATA_DIR');
  });

  it('is a folder of something else: refused and left alone', async () => {
    const dataDir = join(caseDir(), 'data');
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/notes.txt'), 'mine');
    expect(await refusal(startEmbeddedPostgres({ dataDir }))).toContain('is not a PostgreSQL data folder');
    expect(readFileSync(join(dataDir, 'postgres/notes.txt'), 'utf8')).toBe('mine');
  });

  it('may be a broken configuration: the fault carries the last words of the server', async () => {
    const dataDir = usedDataDir();
    const message = await refusal(startEmbeddedPostgres({ dataDir, settings: { shared_buffers: 'plenty' } }));
    expect(message).toContain('invalid value for parameter "shared_buffers"');
    expect(message).toContain(join(dataDir, 'postgres.log'));
  });
});

describe('the packaged binaries', () => {
  const user = serverUserOf('/nonexistent');

  it('are mended where they lie when install scripts were off', async () => {
    const packageDir = copyOfPackage();
    chmodSync(join(packageDir, 'native/bin/initdb'), 0o644);
    const binaries = await usableBinaries(packageDir, join(packageDir, 'unused'), user);
    expect(binaries.postgres).toBe(join(packageDir, 'native/bin/postgres'));
    expect(binaries.majorVersion).toBe('18');
    expect(linksOf(packageDir).every(({ target }) => existsSync(join(packageDir, target)))).toBe(true);
    expect(statSync(binaries.initdb).mode & 0o111).toBe(0o111);
  });

  it('are copied when they cannot be used where they lie, safely by two starts at once', async () => {
    const packageDir = copyOfPackage();
    const locked = join(packageDir, isRoot ? '.' : 'native/lib');
    // Root's project that nobody may enter; for anyone else, links that cannot be made.
    chmodSync(locked, isRoot ? 0o700 : 0o555);
    cleanups.push(() => chmodSync(locked, 0o755));
    const copies = join(caseDir(), 'copies');
    const [one, other] = await Promise.all([
      usableBinaries(packageDir, copies, user),
      usableBinaries(packageDir, copies, user),
    ]);
    expect(one.postgres.startsWith(copies)).toBe(true);
    expect(other).toEqual(one);
    expect(readdirSync(copies)).toHaveLength(1);
  });

  it('that run nowhere are a fault that names the way out', async () => {
    const packageDir = join(caseDir(), 'package');
    mkdirSync(join(packageDir, 'native/bin'), { recursive: true });
    writeFileSync(join(packageDir, 'package.json'), JSON.stringify({ version: '18.0.0' }));
    for (const name of ['postgres', 'initdb']) {
      writeFileSync(join(packageDir, 'native/bin', name), 'not a program', { mode: 0o755 });
    }
    const message = await refusal(usableBinaries(packageDir, join(caseDir(), 'copies'), user));
    expect(message).toContain('set DATABASE_URL to a PostgreSQL 18 server');
  });
});

const needsRoot = ({ skip }: TestContext): void =>
  skip(!isRoot, 'only root can run the server as another user');

const needsOpenProject = (ctx: TestContext): void => {
  needsRoot(ctx);
  const open = canEnter(PROJECT, NOBODY) && canEnter(dirname(process.execPath), NOBODY);
  ctx.skip(!open, 'this clone, or this Node, lies in a folder that another user cannot enter');
};

describe('the account of the server', () => {
  it('is nobody when root starts it, or the owner of the cluster', async (ctx) => {
    needsRoot(ctx);
    const dataDir = usedDataDir();
    await start(dataDir);
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(NOBODY.uid);
    expect(statSync(`/proc/${serverPid(dataDir)}`).uid).toBe(NOBODY.uid);
  });

  it('must be able to enter the data folder', async (ctx) => {
    needsRoot(ctx);
    const closed = caseDir();
    chmodSync(closed, 0o700);
    const message = await refusal(startEmbeddedPostgres({ dataDir: join(closed, 'data') }));
    expect(message).toContain(`cannot enter ${join(closed, 'data')}`);
    expect(message).toContain('set DATA_DIR');
  });

  it('is an ordinary user for that user', async (ctx) => {
    needsOpenProject(ctx);
    const home = caseDir();
    chownSync(home, NOBODY.uid, NOBODY.gid);
    const dataDir = join(home, 'data');
    const holder = runHolder(dataDir, NOBODY);
    expect(await holder.nextLine()).toBe('serving');
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(NOBODY.uid);
    await kill(holder);
    expect((await start(dataDir)).firstStart).toBe(false); // root takes over and leaves the owner as he is
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(NOBODY.uid);
  });

  it('is not changed by a user who does not own the cluster', async (ctx) => {
    needsOpenProject(ctx);
    const dataDir = usedDataDir();
    chownSync(dataDir, NOBODY.uid, NOBODY.gid);
    chownSync(join(dataDir, 'postgres'), 12_345, 12_345);
    const line = await runHolder(dataDir, NOBODY).nextLine();
    expect(line).toContain('belongs to user 12345');
  });
});

describe('the default data folder', () => {
  it('lies in the project', () => {
    const project = caseDir();
    expect(defaultDataDir(project)).toBe(join(project, 'data'));
  });

  it('lies outside a project that only root may enter, one for each project', (ctx) => {
    needsRoot(ctx);
    const project = caseDir();
    chmodSync(project, 0o700);
    expect(defaultDataDir(project)).toMatch(
      new RegExp(`^/var/lib/order-payments/${basename(project)}-[0-9a-f]+$`),
    );
    const other = join(caseDir(), basename(project));
    mkdirSync(other, { mode: 0o700 });
    expect(defaultDataDir(other)).not.toBe(defaultDataDir(project));
  });
});
