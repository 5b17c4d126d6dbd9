import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('peers/', import.meta.url));

export type PeerRun = {
  readonly url: string;
  readonly writers: number;
  readonly poolMax: number;
  readonly seconds: number;
};

export type Peer = {
  run(options: PeerRun): Promise<{ readonly done: number; readonly perSecond: number }>;
  stop(): Promise<void>;
};

type Answer = { readonly done: number; readonly perSecond: number } | { readonly fault: string };

/** Emmett in a process of its own, installed the first time; `missing` says why it cannot be had. */
export async function preparePeer(payload: unknown): Promise<Peer | { readonly missing: string }> {
  if (!existsSync(`${FOLDER}node_modules/@event-driven-io/emmett-postgresql`)) {
    try {
      console.error('  installing Emmett into bench/peers');
      await promisify(execFile)('npm', ['ci', '--ignore-scripts'], { cwd: FOLDER });
    } catch (fault) {
      return { missing: `npm ci --ignore-scripts in bench/peers failed: ${String(fault).split('\n')[0]}` };
    }
  }
  const child = fork(`${FOLDER}emmett.mjs`, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    run: async (options) => {
      child.send({ ...options, payload });
      const [answer] = (await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code]) => [{ fault: `it ended with ${code}` }]),
      ])) as [Answer];
      if ('fault' in answer) throw new Error(`Emmett: ${answer.fault}`);
      return answer;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
