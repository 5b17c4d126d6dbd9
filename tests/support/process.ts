import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

export type ServiceProcess = {
  readonly child: ChildProcess;
  /** Everything printed so far, both streams. */
  output(): string;
  /** The address it answers on, once it is ready. */
  url(): Promise<string>;
  /** Sends a signal and waits for the end; the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  ended(): Promise<number | NodeJS.Signals | null>;
};

/** Built by the global setup; from the sources each start would take seconds more. */
const BUILT = [process.execPath, 'dist/main.js'] as const;
export const BY_NPM = ['npm', 'start'] as const;

/** The service as a user runs it: a process of its own, with this environment and nothing of ours. */
export function spawnService(
  env: Record<string, string>,
  [program, ...args]: readonly [string, ...string[]] = BUILT,
): ServiceProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, args, {
    cwd: projectFolder,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const exit = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return {
    child,
    output: () => text,
    url: () =>
      eventually(() => {
        const url = /ready at (http:\/\/[^"\s]+)/.exec(text)?.[1];
        if (!url) throw new Error(`not ready; it printed:\n${text}`);
        return url;
      }, 60_000),
    ended: () => exit,
    end: (signal) => {
      child.kill(signal);
      return exit;
    },
  };
}
