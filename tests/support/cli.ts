import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/program.ts';
import { parseConfig } from '../../src/config.ts';
import { MIGRATIONS_FOLDER } from './postgres.ts';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

export type CliRun = {
  readonly exitCode: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** What it printed with --json; throws unless that is one document and nothing else. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests name the fields they look at; a missing one fails them
export const jsonOf = ({ stdout }: CliRun): any => JSON.parse(stdout);

export type CliProcess = {
  readonly child: ChildProcess;
  /** Printed so far, both streams. */
  output(): string;
  ended(): Promise<CliRun>;
};

/** The executable as its users run it: a process of its own, with this environment and nothing of ours. */
export function spawnCli(env: Record<string, string>, ...args: readonly string[]): CliProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['dist/cli/main.js', ...args], {
    cwd: projectFolder,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));
  const closed = once(child, 'close').then(([code, signal]) => ({
    exitCode: code ?? signal,
    stdout,
    stderr,
  }));
  return { child, output: () => stdout + stderr, ended: () => closed };
}

export type CliHere = CliProcess & { interrupt(): void };

/** The same in this process, which takes a hundredth of the time to start. */
export function startCli(
  env: Record<string, string>,
  args: readonly string[],
  { isTTY = false }: { readonly isTTY?: boolean } = {},
): Omit<CliHere, 'child'> {
  let stdout = '';
  let stderr = '';
  const interrupt = new AbortController();
  const exit = runCli(args, '0.0.0-test', {
    projectFolder,
    migrationsFolder: MIGRATIONS_FOLDER,
    config: () => {
      const parsed = parseConfig(env);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      return parsed.value;
    },
    streams: {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text), isTTY },
    },
    onInterrupt: () => interrupt.signal,
  });
  return {
    output: () => stdout + stderr,
    ended: async () => ({ exitCode: await exit, stdout, stderr }),
    interrupt: () => interrupt.abort(),
  };
}

/** Runs it in this process, on a database, to its end. */
export const cliOn =
  (database: { readonly connectionString: string }) =>
  (...args: readonly string[]): Promise<CliRun> =>
    startCli({ DATABASE_URL: database.connectionString }, args).ended();
