// Runs before `npm start` and `npm test`: a fresh clone needs nothing but Node and npm. Uses no dependency, since
// it is what installs them, and prints only what it does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...names) => join(root, ...names);
const dist = at('dist');
const buildStamp = join(dist, '.build.json');
const consoleStamp = join(dist, '.console.json');
const installStamp = at('node_modules', '.bootstrap-install');

const LOCK_AGE_MAX_MS = 15 * 60_000;

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(...lines) {
  for (const line of lines) say(line);
  process.exit(1);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

const seconds = (startedAt) => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      `Order Payments needs Node 20.19 or newer, and this is Node ${process.versions.node}.`,
      'Install a current one from https://nodejs.org and start again.',
    );
  }
  if (major === 20)
    say('Node 20 is past its end of life (April 2026): it works, but Node 22 or 24 is safer.');
}

/** Why node_modules is not what package-lock.json says; undefined if it is. */
function installProblem() {
  const installed = readJson(at('node_modules', '.package-lock.json'))?.packages;
  if (installed === undefined) return 'dependencies are not installed';
  const locked = readJson(at('package-lock.json'))?.packages ?? {};
  let needsDev;
  // What npm left out although it suits this machine must not make us install again and again.
  const installedByUs = readText(installStamp) === installKey();
  const stale = Object.entries(locked).some(([path, entry]) => {
    if (path === '') return false;
    const found = installed[path];
    if (found !== undefined) {
      return !isSamePackage(found, entry) || !existsSync(at(path));
    }
    if (entry.optional) return !installedByUs && isMeantFor(entry, process.platform, process.arch);
    if (!entry.dev && !entry.devOptional) return true;
    // A service built elsewhere starts without the compiler; a test run never does without vitest.
    needsDev ??= process.env.npm_lifecycle_event !== 'start' || buildProblem() !== undefined;
    return needsDev;
  });
  return stale ? 'dependencies are not those of package-lock.json' : undefined;
}

/** Registries need not give an integrity, and npm may then fill it in on one side only. */
function isSamePackage(one, other) {
  const comparable = one.integrity !== undefined && other.integrity !== undefined;
  return one.version === other.version && (!comparable || one.integrity === other.integrity);
}

/** Whether an optional package is the one for this machine, as when node_modules came from another. */
function isMeantFor({ cpu, libc, os }, platform, arch) {
  // Optional packages for every machine may hang below one for another; finding out the libc takes too long.
  if (os === undefined || cpu === undefined || libc !== undefined) return false;
  return os.includes(platform) && cpu.includes(arch);
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const installKey = () => hashOf(readText(at('package-lock.json')), process.platform, process.arch);

function install(problem) {
  const startedAt = performance.now();
  process.stderr.write(`Installing (npm ci), since ${problem} … `);
  // Settings of this machine, such as NODE_ENV=production, must not leave out the compiler.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--include=optional'];
  const { status, output } = npm(['ci', ...flags]);
  if (status !== 0) fail('failed.', output, 'npm ci failed; its own words are above.');
  writeFileSync(installStamp, installKey());
  say(`done in ${seconds(startedAt)}.`);
}

function npm(args) {
  const npmCli = process.env.npm_execpath ?? '';
  const [command, first] = basename(npmCli) === 'npm-cli.js' ? [process.execPath, [npmCli]] : ['npm', []];
  return runQuietly(command, [...first, ...args]);
}

function runQuietly(command, args) {
  const options = {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  };
  const { error, status, stderr, stdout } = spawnSync(command, args, options);
  return { status, output: error === undefined ? `${stdout}${stderr}`.trim() : error.message };
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** What a build depends on, as one hash, and the files it makes. */
function buildPlan() {
  const sources = filesIn(at('src')).toSorted();
  const configs = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
    at(name),
  );
  const inputs = [...configs, ...sources].flatMap((path) => [path.slice(root.length), readText(path)]);
  const outputs = sources
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => path.slice(at('src').length + 1).replace(/ts$/, 'js'));
  return { hash: hashOf(...inputs), outputs };
}

function buildProblem() {
  return serviceProblem() ?? consoleProblem();
}

function serviceProblem() {
  if (!existsSync(at('src'))) return undefined; // an image with dist only
  const { hash, outputs } = buildPlan();
  const stamp = readJson(buildStamp);
  if (stamp?.hash === hash && outputs.every((name) => existsSync(join(dist, name)))) return undefined;
  return 'sources have changed';
}

/** What the console is built of, as one hash. */
function consoleHash() {
  const folders = ['console/src', 'console/public', 'packages/client/src'];
  const configs = [
    'console/index.html',
    'console/package.json',
    'console/vite.config.ts',
    'package-lock.json',
  ];
  const sources = folders.flatMap((name) => filesIn(at(name))).toSorted((a, b) => (a < b ? -1 : 1));
  return hashOf(
    ...[...configs.map((name) => at(name)), ...sources].flatMap((path) => [
      path.slice(root.length),
      readText(path),
    ]),
  );
}

function consoleProblem() {
  if (!existsSync(at('console', 'src'))) return undefined;
  const isThere = existsSync(at('console', 'dist', 'index.html'));
  return isThere && readJson(consoleStamp)?.hash === consoleHash() ? undefined : 'the console has changed';
}

function build() {
  if (serviceProblem() !== undefined) buildService();
  if (consoleProblem() !== undefined) buildConsole();
}

function buildConsole() {
  const startedAt = performance.now();
  const hash = consoleHash();
  process.stderr.write('Building the console … ');
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  const { output, status } = runQuietly(process.execPath, [
    vite,
    'build',
    '--logLevel',
    'warn',
    at('console'),
  ]);
  if (status !== 0) fail('failed.', output);
  writeStamp(consoleStamp, { hash });
  say(`done in ${seconds(startedAt)}.`);
}

function buildService() {
  const startedAt = performance.now();
  const { hash, outputs } = buildPlan();
  const known = new Set([...(readJson(buildStamp)?.outputs ?? []), ...outputs]);
  process.stderr.write('Compiling … ');
  // Until the end the stamp fits no sources, yet remembers every file that may have to go.
  writeStamp(buildStamp, { hash: 'unfinished', outputs: [...known] });
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  const { output, status } = runQuietly(process.execPath, [tsc, '-p', 'tsconfig.build.json']);
  if (status !== 0) fail('failed.', output);
  for (const name of known) {
    if (outputs.includes(name)) continue;
    rmSync(join(dist, name), { force: true });
    rmSync(join(dist, `${name}.map`), { force: true });
  }
  writeStamp(buildStamp, { hash, outputs });
  say(`done in ${seconds(startedAt)}.`);
}

function writeStamp(path, stamp) {
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(stamp));
  renameSync(partial, path);
}

/** Lets one bootstrap at a time work in this folder; the others wait, and then mostly find nothing to do. */
function withLock(work) {
  const lock = join(dist, '.bootstrap-lock');
  mkdirSync(dist, { recursive: true });
  for (let waits = 0; !tryLock(lock); waits += 1) {
    if (waits === 1)
      say(`Waiting for process ${readText(lock)}, which installs or compiles here (${lock}) …`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  process.once('exit', () => rmSync(lock, { force: true }));
  work();
}

function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isAbandoned(lock) {
  const holder = Number(readText(lock));
  const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  // In containers pids repeat: ours may have been the dead one's, or another's be alive.
  return holder === process.pid || (holder > 0 && !isAlive(holder)) || Date.now() - mtimeMs > LOCK_AGE_MAX_MS;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const wantsBuild = process.argv.includes('--build');

checkNode();
if (installProblem() !== undefined || (wantsBuild && buildProblem() !== undefined)) {
  withLock(() => {
    const problem = installProblem();
    if (problem !== undefined) install(problem);
    if (wantsBuild && buildProblem() !== undefined) build();
  });
}
