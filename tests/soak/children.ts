import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Book } from './book.ts';
import type { Chance } from './chance.ts';
import type { ChildOptions, Command, FromChild, Standing, ToChild, Violation } from './protocol.ts';

export type Child = {
  readonly name: string;
  readonly pid: number;
  readonly newerBuild: boolean;
  readonly ready: () => boolean;
  tell(order: ToChild): void;
  /** Ends it without a word; resolves when all it said is heard and it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended, of itself or not. */
  readonly gone: Promise<void>;
  readonly resting: Promise<void>;
};

export type Children = {
  readonly living: () => readonly Child[];
  /** Every other one is of a newer build, unless said. */
  start(newerBuild?: boolean): Child;
  readonly counts: { reads: number; cuts: number; started: number };
};

export type ChildrenOptions = {
  /** What they run. */
  readonly program: string;
  readonly chance: Chance;
  readonly book: Book;
  readonly optionsOf: (ordinal: number) => Omit<ChildOptions, 'newerBuild'>;
  readonly onViolation: (violation: Violation) => void;
};

const SHARED = 0.05; // of what one process did, another hears and may repeat

/** Starts processes, hears what they say, and tells some what others did. */
export function manageChildren({ program, chance, book, optionsOf, onViolation }: ChildrenOptions): Children {
  const living = new Set<Child>();
  const counts = { reads: 0, cuts: 0, started: 0 };

  function share(from: Child, command: Command, standing: Standing): void {
    const others = [...living].filter((child) => child !== from && child.ready());
    if (others.length > 0) chance.pick(others).tell(['repeat', command, standing]);
  }

  function start(newerBuild = counts.started % 2 === 1): Child {
    const options = { ...optionsOf(++counts.started), newerBuild };
    const child = spawnChild(program, options);
    const open = new Map<number, Command>();
    let ready = false;
    let rested: (() => void) | undefined;
    let killed = false;
    let before = { reads: 0, cuts: 0 };

    function hear(line: FromChild): void {
      if (line[0] === 'ready') ready = true;
      else if (line[0] === 'resting') rested?.();
      else if (line[0] === 'violation') onViolation({ kind: line[1], detail: line[2] });
      else if (line[0] === 'send') {
        open.set(line[1], line[2]);
        book.sent(line[2]);
      } else if (line[0] === 'done') {
        const command = open.get(line[1])!;
        open.delete(line[1]);
        book.done(command, line[2]);
        const isIn = line[2] === 'appended' || line[2] === 'duplicate';
        if (isIn && !command.chained && chance.happens(SHARED)) share(self, command, 'in');
      } else {
        counts.reads += line[1].reads - before.reads;
        counts.cuts += line[1].cuts - before.cuts;
        before = line[1];
      }
    }

    /** What it was doing may have happened or not; others may find out. */
    function bury({ how, complaints }: End): void {
      living.delete(self);
      for (const command of open.values()) {
        book.lost(command);
        share(self, command, 'unknown');
      }
      const detail = `${options.name} ended with ${how}${complaints && `, having written ${complaints}`}`;
      if ((!killed && how !== 0) || complaints !== '') onViolation({ kind: 'ended', detail });
    }

    const self: Child = {
      ...{ name: options.name, pid: child.pid!, newerBuild },
      ready: () => ready,
      tell: (order) => void child.stdin!.write(`${JSON.stringify(order)}\n`),
      kill: () => {
        killed = true;
        child.kill('SIGKILL');
        return self.gone;
      },
      gone: listen(child, hear).then(bury),
      resting: new Promise((resolve) => (rested = resolve)),
    };
    living.add(self);
    return self;
  }

  return { living: () => [...living], start, counts };
}

function spawnChild(program: string, options: ChildOptions): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [program, JSON.stringify(options)], {
    env: { PATH, HOME },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

type End = { readonly how: number | NodeJS.Signals; readonly complaints: string };

/** Hears all that it says; resolves when it has ended. */
async function listen(child: ChildProcess, hear: (line: FromChild) => void): Promise<End> {
  child.stdin!.on('error', () => {}); // it was killed
  const lines = createInterface(child.stdout!).on('line', (line) => hear(JSON.parse(line) as FromChild));
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [[code, signal]] = await Promise.all([
    once(child, 'exit'),
    once(lines, 'close'),
    once(child.stderr!, 'close'),
  ]);
  return { how: (code ?? signal) as number | NodeJS.Signals, complaints };
}

/** Stops a process where it stands; it goes on when told to, or when whoever stopped it is gone. */
export function freeze(pid: number): () => Promise<void> {
  const watcher = spawn(
    '/bin/sh',
    ['-c', `kill -STOP "$1"; read -r over; kill -CONT "$1"`, 'sh', String(pid)],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  const over = once(watcher, 'exit');
  return async () => {
    watcher.stdin.end();
    await over;
  };
}
