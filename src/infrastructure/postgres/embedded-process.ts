import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** The account PostgreSQL runs as. */
export type ServerUser = { readonly uid: number; readonly gid: number };

const NOBODY: ServerUser = { uid: 65_534, gid: 65_534 };

export const runsAsRoot = (): boolean => process.getuid?.() === 0;

/** PostgreSQL refuses root, so root hands over to whoever owns the cluster, and at first to nobody. */
export function serverUserOf(clusterDir: string): ServerUser {
  if (!runsAsRoot()) return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  const owner = statSync(clusterDir, { throwIfNoEntry: false });
  return owner === undefined || owner.uid === 0 ? NOBODY : { uid: owner.uid, gid: owner.gid };
}

/** Whether the mode bits let `user` pass through a folder, given by its real path and perhaps not made yet. */
export function canEnter(folder: string, user: ServerUser): boolean {
  const parent = dirname(folder);
  if (parent !== folder && !canEnter(parent, user)) return false;
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return true;
  const shift = found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0;
  return ((found.mode >> shift) & 1) === 1;
}

/** Makes a folder; made by root, it lets the server's account through whatever the umask is. */
export function makeFolder(folder: string): void {
  const highestMade = mkdirSync(folder, { recursive: true });
  if (highestMade === undefined || !runsAsRoot()) return;
  for (let made = folder; made.length >= highestMade.length; made = dirname(made)) chmodSync(made, 0o755);
}

export type Exit = { readonly ok: boolean; readonly reason: string };

export type TetheredProcess = {
  readonly child: ChildProcess;
  /** Resolves when the process is gone, also when it could not be started at all. */
  readonly exited: Promise<Exit>;
};

// The watcher is no child of the command, and outlives it only until our end of descriptor 3 is closed: by a
// line once the command has exited, or by our own death, kill -9 included, and then it stops the command.
const TETHER = `( { read -r released <&3 || kill -INT $$; } >/dev/null 2>&1 & ) && exec "$@" 3<&-`;

type SpawnOptions = { readonly user: ServerUser; readonly cwd: string; readonly output: number | 'pipe' };

/** Starts a command in its own session, out of reach of Ctrl-C, that nevertheless does not outlive us. */
export function spawnTethered(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): TetheredProcess {
  const { cwd, output, user } = options;
  const child = spawn('/bin/sh', ['-c', TETHER, 'sh', command, ...args], {
    cwd,
    detached: true,
    // Nothing of our environment: PGDATA, PGOPTIONS and the like would reach the server.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['ignore', output, output, 'pipe'],
    ...(runsAsRoot() ? user : {}),
  });
  const tether = child.stdio[3] as Writable;
  tether.on('error', () => {}); // the watcher may be gone already
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => resolve({ ok: false, reason: error.message }));
    child.once('exit', (code, signal) => {
      tether.end('released\n');
      resolve({ ok: code === 0, reason: signal === null ? `exit code ${code}` : `signal ${signal}` });
    });
  });
  return { child, exited };
}

/** Runs a command to its end as `user`; `output` is what it wrote, or why it could not run. */
export async function run(
  command: string,
  args: readonly string[],
  user: ServerUser,
  cwd: string,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  const { child, exited } = spawnTethered(command, args, { user, cwd, output: 'pipe' });
  const written = [child.stdout, child.stderr].map(async (stream) => (stream === null ? '' : text(stream)));
  const exit = await exited;
  const output = child.pid === undefined ? '' : (await Promise.all(written)).join('').trim();
  return { ok: exit.ok, output: output === '' ? exit.reason : output };
}
