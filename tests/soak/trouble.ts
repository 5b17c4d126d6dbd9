import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, isUnreachable, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, shardOf } from '../../src/infrastructure/system.ts';
import type { Book } from './book.ts';
import type { Chance } from './chance.ts';
import { freeze, type Children } from './children.ts';
import { unitOf } from './commands.ts';
import type { Violation } from './protocol.ts';
import { heal } from './rest.ts';

type Range = readonly [number, number];

/** How long from one to the next, in milliseconds; what is left out does not happen. */
export type Troubles = {
  readonly killBackend?: Range;
  readonly killProcess?: Range;
  /** Stopped until others have taken over what it held, then set going again. */
  readonly stopProcess?: Range;
  readonly rollBack?: Range;
  readonly holdHead?: Range;
  readonly pauseSubscription?: Range;
  /** An event that subscriptions fail at, which holds each up for two seconds before it is parked. */
  readonly poison?: Range;
  /** What is parked is tried again, healed or not. */
  readonly retryParked?: Range;
  readonly restartServer?: Range;
};

export type TroubleCounts = Record<keyof Troubles, number>;

export type Surroundings = {
  readonly pool: Pool;
  readonly chance: Chance;
  readonly children: Children;
  readonly book: Book;
  readonly shards: number;
  readonly seed: string;
  readonly restartServer: () => Promise<void>;
  readonly onViolation: (violation: Violation) => void;
};

const NO_PARTITION = '23514';
const TAKEOVER_PATIENCE_MS = 30_000;

export const noTrouble = (): TroubleCounts =>
  Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, 0])) as TroubleCounts;

/** Makes trouble until the signal, and counts it; resolves when all of it is over. */
export async function makeTrouble(
  troubles: Troubles,
  counts: TroubleCounts,
  around: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { chance } = around;
  // One process at a time: if all were stopped or dead at once, nobody could take over.
  let turn = Promise.resolve();
  const exclusive = new Set(['killProcess', 'stopProcess', 'restartServer']);

  async function repeat(kind: keyof Troubles, range: Range): Promise<void> {
    for (;;) {
      await sleep(chance.between(...range), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const once = async () => {
        if (!signal.aborted && (await KINDS[kind](around))) counts[kind]++;
      };
      const done = exclusive.has(kind) ? (turn = turn.then(once, once)) : once();
      await done.catch((fault: unknown) => {
        // The server may have been restarted.
        if (!isUnreachable(fault)) around.onViolation({ kind: 'fault', detail: `${kind}: ${String(fault)}` });
      });
    }
  }

  const ranges = Object.entries(troubles) as [keyof Troubles, Range][];
  await Promise.all(ranges.map(([kind, range]) => repeat(kind, range)));
}

/** False: there was nothing to trouble. */
type Trouble = (around: Surroundings) => Promise<boolean>;

const KINDS: Readonly<Record<keyof Troubles, Trouble>> = {
  killBackend,
  killProcess,
  stopProcess,
  rollBack,
  holdHead,
  pauseSubscription,
  poison: async ({ chance, children }) => {
    const ready = children.living().filter((child) => child.ready());
    if (ready.length === 0) return false;
    chance.pick(ready).tell(['poison']);
    return true;
  },
  retryParked: async ({ pool }) => (await heal(pool, 0.5)) > 0,
  restartServer: async ({ restartServer }) => {
    await restartServer();
    return true;
  },
};

async function killBackend({ pool }: Surroundings): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid) from (select pid from pg_stat_activity
       where datname = current_database() and application_name like 'soak-process-%' order by random() limit 1) one`,
  );
  return rowCount === 1;
}

async function killProcess({ chance, children }: Surroundings): Promise<boolean> {
  const ready = children.living().filter((child) => child.ready());
  if (ready.length === 0) return false;
  await chance.pick(ready).kill();
  children.start();
  return true;
}

async function stopProcess({ pool, chance, children, onViolation }: Surroundings): Promise<boolean> {
  const ready = children.living().filter((child) => child.ready());
  if (ready.length < 2) return false;
  const stopped = chance.pick(ready);
  const goOn = freeze(stopped.pid);
  try {
    const kept = await unitsNotTakenOver(pool, stopped.name);
    if (kept.length > 0) {
      const detail = `${stopped.name} was stopped, and for ${TAKEOVER_PATIENCE_MS / 1_000} s nobody took over ${kept.join(', ')}`;
      onViolation({ kind: 'takeover', detail });
    }
    await sleep(chance.between(0, 100));
  } finally {
    await goOn();
  }
  return true;
}

async function unitsNotTakenOver(pool: Pool, owner: string): Promise<readonly string[]> {
  const deadline = performance.now() + TAKEOVER_PATIENCE_MS;
  for (;;) {
    const { rows } = await pool.query<{ unit: string }>(
      `select name || ' on shard ' || shard as unit from subscription where owner = $1`,
      [owner],
    );
    if (rows.length === 0 || performance.now() > deadline) return rows.map(({ unit }) => unit);
    await sleep(10);
  }
}

/** An append that never was: no position, no version, no command may remain of it. */
async function rollBack({ pool, chance, book, shards, seed }: Surroundings): Promise<boolean> {
  const id = ids.derivedCommandId(seed, 'rolled back', String(book.counts.rolledBack));
  const command = {
    id,
    parts: [{ streamId: ids.orderId(id), category: 'order', expected: 0, events: 1 }],
  } as const;
  book.rolledBack(command);
  const [{ streamId, category, expected }] = command.parts;
  const { context, answer } = unitOf(command);
  const tx = await pool.connect();
  try {
    await tx.query('begin');
    await tx.query(
      `select append_units($1::smallint, array[$2]::uuid[], array[$3], $4::jsonb, array[1], array[$5]::uuid[],
         array[$6]::uuid[], array[$7], array[$8]::int[], array[$8::int + 1], array[1], array[$5]::uuid[], array[$8::int + 1],
         array[gen_random_uuid()], array['OrderConfirmed'], array[1]::smallint[], '[{}]', $9::jsonb)`,
      [
        ...[
          shardOf(streamId, shards),
          context.commandId,
          context.fingerprint,
          JSON.stringify([answer]),
          streamId,
        ],
        ...[context.tenantId, category, expected, JSON.stringify([context])],
      ],
    );
    await sleep(chance.below(20));
    await tx.query('rollback');
    return true;
  } catch (fault) {
    if ((fault as { code?: string }).code === NO_PARTITION) return false; // nobody has made it yet
    throw fault;
  } finally {
    tx.release(true);
  }
}

async function holdHead({ pool, chance, shards }: Surroundings): Promise<boolean> {
  await inTransaction(pool, async (tx) => {
    await tx.query('select from log_head where shard = $1 for update', [chance.below(shards)]);
    await sleep(chance.between(10, 100));
  });
  return true;
}

/** As an operator does; the watch on the table tells whether it moved meanwhile. */
async function pauseSubscription({ pool, chance, shards }: Surroundings): Promise<boolean> {
  const set = (from: string, to: string, shard: number) =>
    pool.query('update subscription set status = $2 where shard = $3 and status = $1', [from, to, shard]);
  const shard = chance.below(shards);
  try {
    const { rowCount } = await set('running', 'paused', shard);
    await sleep(chance.between(20, 300));
    return rowCount !== 0;
  } finally {
    await resume(); // also where nobody heard whether it was paused
  }

  /** Whatever happens, or nothing would ever come to rest. */
  async function resume(): Promise<void> {
    for (;;) {
      try {
        await set('paused', 'running', shard);
        return;
      } catch (fault) {
        if (!isUnreachable(fault)) throw fault;
        await sleep(100);
      }
    }
  }
}
