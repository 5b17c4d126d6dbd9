import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const REPORTER = fileURLToPath(new URL('../support/count-reporter.ts', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

type Run = { readonly exitCode: number | null; readonly lines: readonly string[] };

/** Runs vitest of its own on these files, in a directory of its own. */
async function vitestOn(files: Record<string, string>, ...args: string[]): Promise<Run> {
  const root = await mkdtemp(join(tmpdir(), 'count-reporter-'));
  try {
    await Promise.all(Object.entries(files).map(([name, source]) => writeFile(join(root, name), source)));
    const argv = [VITEST, 'run', '--root', root, '--globals', '--reporter', REPORTER, ...args];
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const output = await text(child.stdout);
    return { exitCode: await closed, lines: output.trimEnd().split('\n') };
  } finally {
    await rm(root, { recursive: true });
  }
}

const green = `it('passes', () => {});`;

describe('the last line of a run', { timeout: 30_000 }, () => {
  it('counts tests of every file, after a line for each skipped one', async () => {
    const { exitCode, lines } = await vitestOn({
      'one.test.ts': green,
      'two.test.ts': `
        ${green}
        describe('with a broker', () => {
          it('delivers', ({ skip }) => skip('no rabbitmq-server\\non this machine'));
        });
        it.skip('waits', () => {});
        it.todo('will be written');`,
    });
    expect(exitCode).toBe(0);
    expect(lines.slice(-4)).toEqual([
      '!!! SKIPPED two.test.ts > with a broker > delivers: no rabbitmq-server on this machine',
      '!!! SKIPPED two.test.ts > waits: no reason given',
      '!!! SKIPPED two.test.ts > will be written: todo',
      '2 passed, 0 failed, 3 skipped',
    ]);
  });

  it('does not name the tests that a name filter left out', async () => {
    const { lines } = await vitestOn(
      { 'one.test.ts': `${green} it('fails', () => expect(1).toBe(2));` },
      '-t',
      'passes',
    );
    expect(lines.join('\n')).not.toContain('SKIPPED');
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped');
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a failing test',
      { 'one.test.ts': `${green} it('fails', () => expect(1).toBe(2));` },
      '1 passed, 1 failed, 0 skipped',
    ],
    [
      'a file that cannot be loaded',
      { 'one.test.ts': green, 'two.test.ts': `import './absent.ts'; ${green}` },
      '1 passed, 1 failed, 0 skipped',
    ],
    [
      'a failing hook',
      {
        'one.test.ts': `${green} describe('group', () => { beforeAll(() => { throw new Error('hook'); }); ${green} });`,
      },
      '1 passed, 1 failed, 1 skipped',
    ],
    [
      'an error outside any test',
      {
        'one.test.ts': `it('passes', async () => { void Promise.reject(new Error('lost')); await new Promise((go) => setTimeout(go, 50)); });`,
      },
      '1 passed, 1 failed, 0 skipped',
    ],
    ['a run without tests', {}, '0 passed, 1 failed, 0 skipped'],
    [
      'a failing global setup',
      {
        'one.test.ts': green,
        'vitest.config.mjs': `export default { test: { globalSetup: './setup.mjs' } };`,
        'setup.mjs': `throw new Error('no server');`,
      },
      '0 passed, 1 failed, 0 skipped',
    ],
    [
      'a teardown that sets an exit code and speaks last',
      {
        'one.test.ts': green,
        'vitest.config.mjs': `export default { test: { globalSetup: './setup.mjs' } };`,
        'setup.mjs': `export const teardown = () => { console.log('left running'); process.exitCode = 1; };`,
      },
      '1 passed, 1 failed, 0 skipped',
    ],
  ])('is never green after %s', async (_, files, counts) => {
    const { exitCode, lines } = await vitestOn(files);
    expect(lines.at(-1)).toBe(counts);
    expect(exitCode).toBe(1);
  });
});
