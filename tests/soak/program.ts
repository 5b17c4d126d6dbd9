import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { Edit } from './removal.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** What the processes run. */
export type Program = { readonly path: string; remove(): Promise<void> };

const isOfFunction = ({ where }: Edit): boolean => where === 'append_units';

/**
 * Compiles the program, edited or as it is; the project itself is never touched. Compiled, a process starts in a third
 * of a second, and in one and a half from its sources: hundreds of modules would pass through the loader.
 */
export async function compileProgram(edits: readonly Edit[] = []): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'order-payments-soak-'));
  const inFiles = edits.filter((edit) => !isOfFunction(edit));
  const sources = inFiles.length === 0 ? PROJECT : await editedCopy(folder, inFiles);
  const output = join(folder, 'compiled');
  const settings = {
    extends: join(PROJECT, 'tsconfig.json'),
    compilerOptions: { noEmit: false, noCheck: true, types: [], rootDir: sources, outDir: output },
    include: [],
    files: [join(sources, 'tests', 'soak', 'child.ts')],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  await promisify(execFile)(join(PROJECT, 'node_modules', '.bin', 'tsc'), ['-p', folder]);
  await writeFile(join(output, 'package.json'), JSON.stringify({ type: 'module' }));
  await symlink(join(PROJECT, 'node_modules'), join(output, 'node_modules'));
  return {
    path: join(output, 'tests', 'soak', 'child.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function editedCopy(folder: string, edits: readonly Edit[]): Promise<string> {
  for (const part of ['package.json', 'src', 'tests/soak'])
    await cp(join(PROJECT, part), join(folder, part), { recursive: true });
  for (const edit of edits) {
    const path = join(folder, 'src', 'infrastructure', edit.where);
    await writeFile(path, replaceOnce(await readFile(path, 'utf8'), edit));
  }
  return folder;
}

/** Throws if one of these edits, but those of functions, is of a text that is not there any more. */
export async function findInSources(edits: readonly Edit[]): Promise<void> {
  for (const edit of edits.filter((one) => !isOfFunction(one)))
    replaceOnce(await readFile(join(PROJECT, 'src', 'infrastructure', edit.where), 'utf8'), edit);
}

/** Takes out of the database what is edited in its function. */
export async function editFunction(pool: Pool, edits: readonly Edit[]): Promise<void> {
  const { rows } = await pool.query<{ text: string }>(
    `select pg_get_functiondef('append_units'::regproc) as text`,
  );
  await pool.query(edits.filter(isOfFunction).reduce(replaceOnce, rows[0]!.text));
}

/** A guard that has moved must not be taken for one that was removed. */
function replaceOnce(text: string, { where, from, to }: Edit): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${where} holds ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
