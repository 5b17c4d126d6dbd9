import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

type Run = { readonly status: number | null; readonly output: string };
type Files = Readonly<Record<string, string | object>>;

let workshop: string;
let projectCount = 0;

beforeAll(() => {
  workshop = realpathSync(mkdtempSync(join(tmpdir(), 'bootstrap-test-')));
  for (const [name, version] of [
    ['gear', '1.0.0'],
    ['gear', '2.0.0'],
    ['bolt', '1.0.0'],
  ] as const) {
    const folder = join(workshop, `${name}-${version}`);
    write(folder, { 'package.json': { name, version } });
    const args = ['pack', '--pack-destination', workshop];
    execFileSync('npm', args, { cwd: folder, env: environment(), stdio: 'ignore' });
  }
});

afterAll(() => {
  rmSync(workshop, { recursive: true, force: true });
});

function write(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** Ours without what npm tells its scripts: the inner npm must find its own project. */
function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_ENV');
  return { ...Object.fromEntries(own), ...extra };
}

function newProject(files: Files): string {
  projectCount += 1;
  const folder = join(workshop, `project-${projectCount}`);
  write(folder, files);
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  cpSync(join(PROJECT, 'scripts/bootstrap.mjs'), join(folder, 'scripts/bootstrap.mjs'));
  return folder;
}

type Dependencies = {
  readonly gear?: string;
  readonly bolt?: { readonly kind: 'optionalDependencies' | 'devDependencies'; readonly entry: object };
};

/** A project that depends on the gear, and perhaps in a special way on the bolt. */
function withDependencies({ bolt, gear = '1.0.0' }: Dependencies = {}): Files {
  const manifest = {
    name: 'machine',
    version: '1.0.0',
    dependencies: { gear: tarball('gear', gear).resolved },
    ...(bolt ? { [bolt.kind]: { bolt: tarball('bolt', '1.0.0').resolved } } : {}),
  };
  const packages = {
    '': manifest,
    ...(bolt ? { 'node_modules/bolt': { ...tarball('bolt', '1.0.0'), ...bolt.entry } } : {}),
    'node_modules/gear': tarball('gear', gear),
  };
  return {
    'package.json': manifest,
    'package-lock.json': { name: 'machine', version: '1.0.0', lockfileVersion: 3, requires: true, packages },
  };
}

function tarball(name: string, version: string) {
  const content = readFileSync(join(workshop, `${name}-${version}.tgz`));
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  return { version, resolved: `file:../${name}-${version}.tgz`, integrity };
}

/** A project with nothing to install, and with the compiler of this one. */
function newSourceProject(): string {
  const manifest = { name: 'machine', version: '1.0.0', type: 'module' };
  const packages = { '': manifest };
  const compilerOptions = { rootDir: 'src', outDir: 'dist', module: 'nodenext', sourceMap: true, types: [] };
  const folder = newProject({
    'package.json': manifest,
    'package-lock.json': { name: 'machine', version: '1.0.0', lockfileVersion: 3, packages },
    'node_modules/.package-lock.json': {
      name: 'machine',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {},
    },
    'tsconfig.json': { compilerOptions },
    'tsconfig.build.json': { extends: './tsconfig.json', include: ['src'] },
    'src/main.ts': 'export const speed: number = 1;\n',
    'src/parts/wheel.ts': 'export const wheel = "round";\n',
  });
  useRealCompiler(folder);
  return folder;
}

function useRealCompiler(folder: string): void {
  const compiler = join(folder, 'node_modules/typescript');
  rmSync(compiler, { recursive: true, force: true });
  symlinkSync(join(PROJECT, 'node_modules/typescript'), compiler);
}

async function bootstrap(
  folder: string,
  args: readonly string[] = [],
  extra?: NodeJS.ProcessEnv,
): Promise<Run> {
  const child = spawn(process.execPath, [...args, 'scripts/bootstrap.mjs', '--build'], {
    cwd: folder,
    env: environment(extra),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, words] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const lines = `${out}${words}`
    .split('\n')
    .filter((line) => !line.startsWith('Node 20 is past its end of life'));
  return { status: child.exitCode, output: lines.join('\n') };
}

const SILENT: Run = { status: 0, output: '' };

const npmCi = (folder: string, ...flags: string[]): unknown =>
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', ...flags], {
    cwd: folder,
    env: environment(),
    stdio: 'ignore',
  });

const installedVersion = (folder: string, name = 'gear'): unknown => {
  const manifest = readFileSync(join(folder, `node_modules/${name}/package.json`), 'utf8');
  return (JSON.parse(manifest) as { readonly version: unknown }).version;
};

describe('the bootstrap installs', () => {
  it('what package-lock.json says, in one line, and then has nothing to do', async () => {
    const folder = newProject(withDependencies());
    const { output, status } = await bootstrap(folder, [], { NODE_ENV: 'production' });
    expect(output).toMatch(
      /^Installing \(npm ci\), since dependencies are not installed … done in \d+\.\d s\.\n$/,
    );
    expect(status).toBe(0);
    expect(installedVersion(folder)).toBe('1.0.0');
    expect(await bootstrap(folder)).toEqual(SILENT);
  });

  it('again when package-lock.json has changed', async () => {
    const folder = newProject(withDependencies());
    await bootstrap(folder);
    write(folder, withDependencies({ gear: '2.0.0' }));
    expect((await bootstrap(folder)).output).toContain(
      'since dependencies are not those of package-lock.json',
    );
    expect(installedVersion(folder)).toBe('2.0.0');
  });

  it('again when a package was deleted', async () => {
    const folder = newProject(withDependencies());
    await bootstrap(folder);
    rmSync(join(folder, 'node_modules/gear'), { recursive: true });
    expect((await bootstrap(folder)).status).toBe(0);
    expect(installedVersion(folder)).toBe('1.0.0');
  });

  it('nothing that somebody has installed already', async () => {
    const folder = newProject(withDependencies());
    npmCi(folder);
    expect(await bootstrap(folder)).toEqual(SILENT);
  });

  it('nothing when only packages for other machines are absent', async () => {
    const entry = { optional: true, os: ['plan9'], cpu: ['mips'] };
    const folder = newProject(withDependencies({ bolt: { kind: 'optionalDependencies', entry } }));
    npmCi(folder);
    expect(existsSync(join(folder, 'node_modules/bolt'))).toBe(false);
    expect(await bootstrap(folder)).toEqual(SILENT);
  });

  it('the package for this machine when node_modules came from another', async () => {
    const entry = { optional: true, os: [process.platform], cpu: [process.arch] };
    const folder = newProject(withDependencies({ bolt: { kind: 'optionalDependencies', entry } }));
    npmCi(folder, '--omit=optional');
    expect((await bootstrap(folder)).status).toBe(0);
    expect(installedVersion(folder, 'bolt')).toBe('1.0.0');
  });

  it('no compiler for a start of what was built elsewhere, yet everything for the tests', async () => {
    const folder = newProject(withDependencies({ bolt: { kind: 'devDependencies', entry: { dev: true } } }));
    npmCi(folder, '--omit=dev');
    expect(await bootstrap(folder, [], { npm_lifecycle_event: 'start' })).toEqual(SILENT);
    await bootstrap(folder, [], { npm_lifecycle_event: 'test' });
    expect(installedVersion(folder, 'bolt')).toBe('1.0.0');
  });

  it('once when two start at the same moment', async () => {
    const folder = newProject(withDependencies());
    const runs = await Promise.all([bootstrap(folder), bootstrap(folder)]);
    expect(runs.map(({ status }) => status)).toEqual([0, 0]);
    expect(runs.filter(({ output }) => output.includes('Installing'))).toHaveLength(1);
  });

  it('or shows what npm said and fails', async () => {
    const files = withDependencies();
    const folder = newProject({
      ...files,
      'package.json': { name: 'machine', dependencies: { other: '1.0.0' } },
    });
    const { output, status } = await bootstrap(folder);
    expect(status).toBe(1);
    expect(output).toContain('EUSAGE');
  });
});

describe('the bootstrap compiles', () => {
  it('into dist once, and then has nothing to do', async () => {
    const folder = newSourceProject();
    const { output, status } = await bootstrap(folder);
    expect(output).toMatch(/^Compiling … done in \d+\.\d s\.\n$/);
    expect(status).toBe(0);
    expect(existsSync(join(folder, 'dist/parts/wheel.js'))).toBe(true);
    expect(await bootstrap(folder)).toEqual(SILENT);
  });

  it('again when a source has changed, and removes what deleted sources left, nothing else', async () => {
    const folder = newSourceProject();
    await bootstrap(folder);
    write(folder, {
      'src/main.ts': 'export const speed: number = 2;\n',
      'dist/console/app.js': 'of another tool',
    });
    rmSync(join(folder, 'src/parts'), { recursive: true });
    await bootstrap(folder);
    expect(readFileSync(join(folder, 'dist/main.js'), 'utf8')).toContain('speed = 2');
    expect(readdirSync(join(folder, 'dist/parts'))).toEqual([]);
    expect(existsSync(join(folder, 'dist/console/app.js'))).toBe(true);
  });

  it('again when a file of dist is missing', async () => {
    const folder = newSourceProject();
    await bootstrap(folder);
    rmSync(join(folder, 'dist/parts/wheel.js'));
    await bootstrap(folder);
    expect(existsSync(join(folder, 'dist/parts/wheel.js'))).toBe(true);
  });

  it('or shows what the compiler said and fails, until the source is mended', async () => {
    const folder = newSourceProject();
    write(folder, { 'src/main.ts': 'export const speed: number = "fast";\n' });
    const attempts = [await bootstrap(folder), await bootstrap(folder)];
    expect(attempts.map(({ status }) => status)).toEqual([1, 1]);
    for (const { output } of attempts)
      expect(output).toContain("'string' is not assignable to type 'number'");
    write(folder, { 'src/main.ts': 'export const speed: number = 3;\n' });
    expect((await bootstrap(folder)).status).toBe(0);
  });

  it('again after kill -9 in the middle of a build, still removing what deleted sources left', async () => {
    const folder = newSourceProject();
    await bootstrap(folder);
    rmSync(join(folder, 'src/parts'), { recursive: true });
    rmSync(join(folder, 'node_modules/typescript'));
    write(folder, { 'node_modules/typescript/bin/tsc': 'process.kill(process.ppid, "SIGKILL");' });
    expect((await bootstrap(folder)).status).toBeNull();
    useRealCompiler(folder);
    expect((await bootstrap(folder)).output).toContain('Compiling … done');
    expect(readdirSync(join(folder, 'dist/parts'))).toEqual([]);
  });

  it('once when two start at the same moment', async () => {
    const folder = newSourceProject();
    const runs = await Promise.all([bootstrap(folder), bootstrap(folder)]);
    expect(runs.map(({ status }) => status)).toEqual([0, 0]);
    expect(runs.filter(({ output }) => output.includes('Compiling'))).toHaveLength(1);
  });
});

describe('the bootstrap checks Node', () => {
  it('and refuses one that is too old, saying which it needs', async () => {
    const folder = newSourceProject();
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })`;
    const { output, status } = await bootstrap(folder, ['--import', `data:text/javascript,${pretend}`]);
    expect(status).toBe(1);
    expect(output).toContain('needs Node 20.19 or newer, and this is Node 20.18.3');
  });
});
