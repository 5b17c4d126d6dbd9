import type { Logger } from 'pino';
import type { Check } from '../../application/health.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import type { Tail } from './tail.ts';

/**
 * What a subscription does with events. `sql`: committed together with the checkpoint, so once. `outside`: repeated
 * after a crash, so it must drop what it has seen.
 */
export type Effect =
  | { readonly kind: 'sql'; readonly apply: (tx: Tx, events: readonly RecordedEvent[]) => Promise<void> }
  | { readonly kind: 'outside'; readonly apply: (events: readonly RecordedEvent[]) => Promise<void> };

export type SubscriptionOptions = {
  readonly name: string;
  readonly shard: number;
  readonly batchMax: number;
  readonly effect: Effect;
};

export type SubscriptionStatus = {
  readonly name: string;
  readonly shard: number;
  readonly position: bigint | undefined;
  /** Failures since the last success; 0 when all is well. */
  readonly failures: number;
};

export type Subscription = { status(): SubscriptionStatus; stop(): Promise<void> };

const IDLE_POLL_MS = 250; // only for what other processes append: our own appends wake us
const BACKOFF_FIRST_MS = 50;
const BACKOFF_MAX_MS = 5_000;

/** Another process moved the checkpoint: what we did is rolled back and we go on from where it stands. */
class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/**
 * Follows one shard of the log from its checkpoint, in batches, for ever. A batch that fails is tried again with
 * backoff: nothing is passed over. A lost connection is a failure like any other.
 */
export function startSubscription(
  pool: Pool,
  tail: Tail,
  logger: Logger,
  { name, shard, batchMax, effect }: SubscriptionOptions,
): Subscription {
  let position: bigint | undefined;
  let failures = 0;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await step();
        failures = 0;
      } catch (fault) {
        position = undefined; // known again after a look at the database
        if (fault instanceof CheckpointMoved || signal.aborted) continue;
        failures++;
        logger.error({ err: fault, subscription: name, shard, failures }, 'subscription failed, will retry');
        await pause(Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MAX_MS), signal);
      }
    }
  }

  async function step(): Promise<void> {
    position ??= await readCheckpoint(pool, name, shard);
    const mark = tail.mark();
    const events = await tail.read(position, batchMax);
    const last = events.at(-1);
    if (!last) {
      await tail.wait(mark, IDLE_POLL_MS);
      return;
    }
    await apply(events, position, last.position);
    position = last.position;
  }

  async function apply(events: readonly RecordedEvent[], from: bigint, to: bigint): Promise<void> {
    if (effect.kind === 'outside') {
      await effect.apply(events);
      await advance(pool, name, shard, from, to);
      return;
    }
    await inTransaction(pool, async (tx) => {
      // First, so that a second process on the same checkpoint waits here and then sees that it moved.
      await advance(tx, name, shard, from, to);
      await effect.apply(tx, events);
    });
  }

  const running = run();
  return {
    status: () => ({ name, shard, position, failures }),
    stop: async () => {
      stopping.abort();
      tail.wake();
      await running;
    },
  };
}

/** Failing subscriptions are behind, which readers by id do not notice: degraded, not failed. */
export function followsCheck(name: string, statuses: readonly SubscriptionStatus[]): Check {
  const failing = statuses.filter(({ failures }) => failures > 0);
  if (failing.length === 0) return { name, status: 'ok', detail: `${statuses.length} follow the log` };
  const which = failing.map((one) => `${one.name}/${one.shard} failed ${one.failures} times in a row`);
  return { name, status: 'degraded', detail: which.join('; ') };
}

async function readCheckpoint(pool: Pool, name: string, shard: number): Promise<bigint> {
  const { rows } = await pool.query<{ position: bigint }>(
    `insert into subscription (name, shard) values ($1, $2)
     on conflict (shard, name) do update set position = subscription.position returning position`,
    [name, shard],
  );
  return rows[0]!.position;
}

/** Moves the checkpoint if it still stands where we read it. Locks its row until the transaction ends. */
async function advance(db: Pool | Tx, name: string, shard: number, from: bigint, to: bigint): Promise<void> {
  const { rowCount } = await db.query({
    name: 'advance-checkpoint',
    text: 'update subscription set position = $4 where shard = $1 and name = $2 and position = $3',
    values: [shard, name, from, to],
  });
  if (rowCount !== 1) throw new CheckpointMoved(`${name}/${shard} is no longer at ${from}`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
