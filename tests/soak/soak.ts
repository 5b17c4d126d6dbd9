import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { openBook, type Book } from './book.ts';
import { chanceOf, type Chance } from './chance.ts';
import { checkSnapshot, keepChecking, verifyLog } from './checks.ts';
import { manageChildren, type Children } from './children.ts';
import { bringToRest } from './rest.ts';
import { readByPosition } from './position-reader.ts';
import { watchProgress } from './progress.ts';
import type { Violation, ViolationKind } from './protocol.ts';
import { makeTrouble, noTrouble, type TroubleCounts, type Troubles } from './trouble.ts';
import { ENGINE, watchDatabase } from './watch.ts';

export type SoakOptions = {
  /** Of an empty, migrated database with as many shards. */
  readonly databaseUrl: string;
  readonly shards: number;
  readonly seed: string;
  /** At least; longer, up to a minute, until there was trouble of every kind. */
  readonly seconds: number;
  readonly processes: number;
  /** In each process. */
  readonly writers: number;
  readonly leaseMs: number;
  readonly effectFails: number;
  readonly batches: readonly number[];
  /** Of the log or a subscription that is behind: then it has stalled. */
  readonly standstillMs: number;
  /** Positions in a partition of the events: many boundaries are crossed, and partitions made by whoever needs them. */
  readonly partition: number;
  readonly cutEveryMs?: readonly [number, number];
  readonly troubles: Troubles;
  readonly restartServer?: () => Promise<void>;
  /** What the processes run. */
  readonly program: string;
  /** Before the first process starts. */
  readonly prepare?: (pool: Pool) => Promise<void>;
  /** Ends at once when one of these is seen, with nothing brought to rest. */
  readonly endAt?: readonly ViolationKind[];
  /** Gives up: throws when all is cleared away. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

export type Progress = {
  readonly seconds: number;
  readonly commands: Book['counts'];
  /** All so far. */
  readonly violations: readonly Violation[];
};

export type SoakReport = {
  readonly seconds: number;
  readonly commands: Book['counts'];
  readonly events: number;
  readonly troubles: TroubleCounts;
  readonly processes: Children['counts'];
  readonly checks: number;
  readonly violations: readonly Violation[];
};

const START_PATIENCE_MS = 60_000;
const TROUBLE_PATIENCE_MS = 60_000;
const HOT_STREAMS = 3; // of each shard
const VIOLATIONS_MAX = 5; // of each kind

type Soaking = {
  readonly pool: Pool;
  readonly chance: Chance;
  readonly book: Book;
  readonly children: Children;
  readonly violations: Violation[];
  readonly onViolation: (violation: Violation) => void;
  readonly ending: AbortController;
};

/** Runs processes that use the log, makes trouble for them, and checks all that must hold meanwhile and after. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const soaking = begin(options);
  const { pool, book, children, violations, onViolation, ending } = soaking;
  try {
    await watchDatabase(pool, options.partition);
    await options.prepare?.(pool);
    for (let n = 0; n < options.processes; n++) children.start();
    await untilReady(children, violations);
    const startedAt = performance.now();
    const soaked = await soakOn(options, soaking);
    const seconds = (performance.now() - startedAt) / 1_000;
    if (!options.endAt) {
      await bringToRest(pool, children, onViolation);
      for (const violation of await checkSnapshot(pool, book.due(), true)) onViolation(violation);
      for (const violation of await verifyLog(pool)) onViolation(violation);
    }
    const events = await countEvents(pool);
    return { seconds, commands: book.counts, events, processes: children.counts, violations, ...soaked };
  } finally {
    ending.abort();
    await Promise.all(children.living().map((child) => child.kill()));
    await pool.end();
  }
}

function begin(options: SoakOptions): Soaking {
  const { databaseUrl, shards, seed } = options;
  const url = `${databaseUrl}${databaseUrl.includes('?') ? '&' : '?'}application_name=${ENGINE}`;
  const pool = createPool({ connectionString: url, max: 12 + shards, onConnectionError: () => {} });
  const chance = chanceOf(seed);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  options.signal?.addEventListener('abort', () => ending.abort());
  const violations: Violation[] = [];
  const onViolation = (violation: Violation): void => {
    const alike = violations.filter(({ kind }) => kind === violation.kind);
    if (alike.length < VIOLATIONS_MAX) violations.push(violation);
    if (options.endAt?.includes(violation.kind)) ending.abort();
  };
  const book = openBook(onViolation);
  const hot = Array.from({ length: shards * HOT_STREAMS }, (_, n) => orderIdOn(seed, n, n % shards));
  const { writers, leaseMs, effectFails, batches, cutEveryMs, program } = options;
  const children = manageChildren({
    ...{ program, chance, book, onViolation },
    optionsOf: (ordinal) => ({
      ...{ databaseUrl, shards, hot, writers, leaseMs, effectFails, batches },
      ...{ name: `soak-process-${ordinal}`, seed: `${seed}/${ordinal}` },
      ...(cutEveryMs ? { cutEveryMs } : {}),
    }),
  });
  return { pool, chance, book, children, violations, onViolation, ending };
}

/** All that goes on at once; how often everything was checked, and what trouble there was. */
async function soakOn(
  options: SoakOptions,
  { pool, chance, book, children, violations, onViolation, ending }: Soaking,
): Promise<Pick<SoakReport, 'checks' | 'troubles'>> {
  const { shards, seed, seconds, onProgress } = options;
  const { signal } = ending;
  const troubles = noTrouble();
  const { restartServer = async () => {} } = options;
  const around = { pool, chance, children, book, shards, seed, restartServer, onViolation };
  const background = Promise.all([
    keepChecking(pool, book, signal, onViolation),
    makeTrouble(options.troubles, troubles, around, signal),
    watchProgress(pool, options.standstillMs, signal, onViolation),
    ...Array.from({ length: shards }, (_, shard) => readByPosition(pool, shard, signal, onViolation)),
  ]);
  background.catch(() => ending.abort());

  const startedAt = performance.now();
  const wanted = options.endAt ? [] : (Object.keys(options.troubles) as (keyof Troubles)[]);
  for (let n = 1; !signal.aborted; n++) {
    await sleep(100, undefined, { signal }).catch(() => {});
    const soFarMs = performance.now() - startedAt;
    if (n % 10 === 0) onProgress?.({ seconds: soFarMs / 1_000, commands: book.counts, violations });
    const waitsForTrouble = soFarMs < TROUBLE_PATIENCE_MS && wanted.some((kind) => troubles[kind] === 0);
    if (soFarMs >= seconds * 1_000 && !waitsForTrouble) ending.abort();
  }
  const [checks] = await background;
  options.signal?.throwIfAborted();
  return { checks, troubles };
}

/** A process that never begins ends the soak: nothing would have been tried. */
async function untilReady(children: Children, violations: readonly Violation[]): Promise<void> {
  const deadline = performance.now() + START_PATIENCE_MS;
  while (children.living().some((child) => !child.ready())) {
    if (performance.now() > deadline)
      throw new Error(`a process was not ready after ${START_PATIENCE_MS / 1_000} s`);
    await sleep(10);
  }
  if (children.living().length === 0)
    throw new Error(`no process began: ${violations.map(({ detail }) => detail).join('; ')}`);
}

async function countEvents(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>('select coalesce(sum(head), 0)::int as n from log_head');
  return rows[0]!.n;
}

function orderIdOn(seed: string, n: number, shard: number): OrderId {
  const id = ids.orderId(ids.derivedCommandId(seed, 'hot', String(n)));
  return `${id.slice(0, -4)}${shard.toString(16).padStart(4, '0')}` as OrderId;
}
