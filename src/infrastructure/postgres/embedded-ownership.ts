import { randomBytes, randomInt } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-error.ts';

export type Ownership = { release(): Promise<void> };

type Role = 'candidate' | 'owner';
type Holder = { readonly role: Role; readonly pid: string };

const PREFIX = 'owner.';
const ATTEMPTS_MAX = 40;

/**
 * Claims the data folder for the life of this process, or throws if another process has it.
 *
 * The claim is a listening socket, not a file with a pid: the kernel ends it with the process, kill -9
 * included, and containers that share the folder see it though their pids mean nothing to each other.
 * Bind first, look second: of two processes at least one sees the other, so never do both win; a candidate
 * that sees another withdraws and tries again a moment later.
 */
export async function claimOwnership(dataDir: string, runDir: string): Promise<Ownership> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const claim = await listen(runDir);
    const others = await livingHolders(runDir, claim.name);
    if (others.length === 0) {
      claim.promote();
      return { release: claim.close };
    }
    await claim.close();
    const owner = others.find(({ role }) => role === 'owner');
    if (owner !== undefined) throw inUse(dataDir, owner.pid);
    await delay(randomInt(10, 100));
  }
  throw inUse(dataDir, 'another start');
}

export const inUse = (dataDir: string, process: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    `data folder ${dataDir} is in use by ${process}; stop it or choose another DATA_DIR`,
  );

async function listen(runDir: string) {
  let role: Role = 'candidate';
  const name = PREFIX + randomBytes(4).toString('hex');
  const server = createServer((socket) => {
    socket.on('error', () => {}); // whoever asked may be gone before our answer
    socket.end(`${role} process ${process.pid}`, () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new EmbeddedPostgresError(
          `cannot listen on a socket in ${runDir}: ${error.message}; choose a DATA_DIR on a local disk`,
        ),
      ),
    );
    // The folder keeps strangers out; a start by root and a later one by the cluster's owner must meet.
    server.listen({ path: join(runDir, name), readableAll: true, writableAll: true }, resolve);
  });
  return {
    name,
    promote: (): void => {
      role = 'owner';
    },
    close: (): Promise<void> => closed(server),
  };
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** Whether a process has the data folder now, or is about to. */
export const isOwned = async (runDir: string): Promise<boolean> => (await livingHolders(runDir)).length > 0;

async function livingHolders(runDir: string, ownName?: string): Promise<readonly Holder[]> {
  const names = (await readdir(runDir)).filter((name) => name.startsWith(PREFIX) && name !== ownName);
  const holders = await Promise.all(names.map((name) => holderOf(join(runDir, name))));
  return holders.filter((holder) => holder !== undefined);
}

async function holderOf(path: string): Promise<Holder | undefined> {
  const answer = await askSocket(path);
  if (answer === undefined) {
    await rm(path, { force: true }); // names are never used twice, so this one stays dead
    return undefined;
  }
  const [role, ...pid] = answer.split(' ');
  return { role: role === 'candidate' ? role : 'owner', pid: pid.join(' ') || 'another process' };
}

/** What the listener at `path` says, '' if it says nothing within 0.5 s; undefined if nobody listens. */
export function askSocket(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = createConnection(path, () => socket.end());
    socket.setEncoding('utf8').setTimeout(500, () => socket.destroy());
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.once('close', () => resolve(answer));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined);
    });
  });
}
