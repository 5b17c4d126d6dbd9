import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

/** Writes what was generated; with --check only compares, and fails when they differ. */
export async function keepGenerated(file: URL, content: unknown): Promise<void> {
  const path = fileURLToPath(file);
  const wanted = await format(JSON.stringify(content), { ...(await resolveConfig(path)), parser: 'json' });
  if (!process.argv.includes('--check')) {
    await writeFile(path, wanted);
    return;
  }
  if ((await readFile(path, 'utf8').catch(() => '')) === wanted) return;
  console.error(`${basename(path)} differs from the sources: run \`npm run generate\` and commit it`);
  process.exit(1);
}

export async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
