import type { Logger } from 'pino';
import { LogOverloaded, LogUnavailable, type RecordedEvent } from '../../application/ports.ts';
import { inTransaction, isTransient, type Pool, type Tx } from '../postgres/pool.ts';
import {
  advance,
  CheckpointMoved,
  fence,
  LeaseLost,
  readCheckpoint,
  recordFailure,
  type Lease,
} from './leases.ts';
import { pause } from './pause.ts';
import { blockedStreams, park, parkAgain, parkedPositions, unpark, type Parking } from './parked.ts';
import type { LogEntry } from './read.ts';
import type { Tail } from './tail.ts';

/**
 * What a subscription does with events. `sql`: committed together with the checkpoint, so once. `outside`: repeated
 * after a crash, so it must drop what it has seen; `signal` tells that the lease ended.
 */
export type Effect =
  | { readonly kind: 'sql'; readonly apply: (tx: Tx, events: readonly RecordedEvent[]) => Promise<void> }
  | {
      readonly kind: 'outside';
      readonly apply: (events: readonly RecordedEvent[], signal: AbortSignal) => Promise<void>;
    };

export type Subscription = {
  readonly name: string;
  /** Another version has checkpoints of its own: it begins at the beginning of the log. */
  readonly version: number;
  readonly batchMax: number;
  readonly effect: Effect;
  /** What becomes of an event that cannot be handled: it is parked with its stream, or the whole shard halts. */
  readonly onPoison: 'park' | 'halt';
  /** Faults that say nothing about the event, beyond those of the database: tried again for ever. */
  readonly isOutage?: (fault: unknown) => boolean;
};

export type RunnerStatus = {
  readonly name: string;
  readonly version: number;
  readonly shard: number;
  readonly position: bigint | undefined;
  /** Failures since the last success; 0 when all is well. */
  readonly failures: number;
  /** Streams that wait behind a parked event. */
  readonly blocked: number;
};

export type Runner = {
  status(): RunnerStatus;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
  /** Ends at once what can be ended: the lease is gone. */
  abort(): void;
  /** Resolves when it has stopped, been fenced off, or halted. */
  readonly ended: Promise<void>;
};

export type RunnerContext = {
  readonly pool: Pool;
  readonly tail: Tail;
  readonly logger: Logger;
  readonly leaseMs: number;
};

const POLL_MS = { first: 10, longest: 250 }; // only for what other processes append: our own appends wake us
const BACKOFF_MS = { first: 50, longest: 5_000 };
const ATTEMPTS_MAX = 6; // of one event, over 50 + 100 + … = 1.6 s, before it is taken for poison
const PARKED_CHECK_MS = 1_000;

/**
 * Follows one shard of the log under a lease, in batches. A batch that fails is halved until the event that cannot be
 * handled stands alone; that one is tried again with backoff, then parked or the shard halts: nothing is passed over.
 * An outage is no event's fault and is waited out. A lost connection is a failure like any other.
 */
export function runSubscription(
  { pool, tail, logger, leaseMs }: RunnerContext,
  lease: Lease,
  { name, version, batchMax, effect, onPoison, isOutage = () => false }: Subscription,
): Runner {
  const { shard } = lease;
  const about = { subscription: name, version, shard };
  let position: bigint | undefined;
  let limit = batchMax;
  let failures = 0;
  let pollMs = POLL_MS.first;
  let blocked: Set<string> | undefined; // unknown until looked up
  let blockedCheckedAt = 0;
  const stopping = new AbortController();
  const aborting = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await step();
      } catch (fault) {
        position = undefined; // known again after a look at the database
        if (fault instanceof LeaseLost || aborting.signal.aborted) return;
        if (!(fault instanceof CheckpointMoved) && (await failed(fault)) === 'halted') return;
      }
    }
  }

  async function step(): Promise<void> {
    position ??= await readCheckpoint(pool, lease);
    await lookAfterParked();
    const mark = tail.mark();
    const entries = await tail.read(position, limit);
    if (entries.length === 0) {
      await tail.wait(mark, pollMs);
      pollMs = Math.min(pollMs * 2, POLL_MS.longest);
      return;
    }
    await handle(entries, position);
    failures = 0;
    pollMs = POLL_MS.first;
    limit = Math.min(limit * 2, batchMax);
  }

  async function handle(entries: readonly LogEntry[], from: bigint): Promise<void> {
    const waiting = new Set(blocked);
    const events: RecordedEvent[] = [];
    const parkings: Parking[] = [];
    for (const entry of entries) {
      const { recorded, streamId } = entry;
      if (waiting.has(streamId)) {
        parkings.push({
          entry,
          kind: 'behind',
          error: 'an earlier event of its stream is parked',
          attempts: 0,
        });
      } else if (recorded instanceof Error) {
        if (onPoison === 'halt') throw recorded;
        parkings.push({ entry, kind: 'unreadable', error: recorded.message, attempts: 1 });
        waiting.add(streamId);
      } else events.push(recorded);
    }
    await commit(events, parkings, from, entries.at(-1)!.position);
    blocked = waiting;
    if (parkings.length > 0) logger.error({ ...about, parked: parkings.length }, 'events were parked');
  }

  async function commit(
    events: readonly RecordedEvent[],
    parkings: readonly Parking[],
    from: bigint,
    to: bigint,
  ): Promise<void> {
    if (effect.kind === 'outside' && events.length > 0) await effect.apply(events, aborting.signal);
    if (effect.kind === 'outside' && parkings.length === 0) {
      await advance(pool, lease, from, to, leaseMs);
    } else {
      await inTransaction(pool, async (tx) => {
        // First, so that whoever takes the lease over waits here and then reads where the checkpoint has come to.
        await advance(tx, lease, from, to, leaseMs);
        if (parkings.length > 0) await park(tx, lease, parkings);
        if (effect.kind === 'sql' && events.length > 0) await effect.apply(tx, events);
      });
    }
    position = to;
  }

  /** Decides what a failure means; 'halted' ends the runner. */
  async function failed(fault: unknown): Promise<'again' | 'halted'> {
    failures++;
    const error = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
    logger.error({ err: fault, ...about, failures, batch: limit }, 'subscription failed, will retry');
    const outage =
      isTransient(fault) ||
      fault instanceof LogUnavailable ||
      fault instanceof LogOverloaded ||
      isOutage(fault);
    if (!outage && limit > 1) {
      limit = Math.floor(limit / 2);
      failures = 0; // counted anew for the smaller batch
      return 'again';
    }
    const poison = !outage && failures >= ATTEMPTS_MAX;
    const halt = poison && onPoison === 'halt';
    await recordFailure(pool, lease, error, halt).catch(() => {}); // a lost database cannot be told
    if (halt) return 'halted';
    if (poison)
      await parkNext(error).catch((other: unknown) =>
        logger.error({ err: other, ...about }, 'parking failed'),
      );
    else await pause(Math.min(BACKOFF_MS.first * 2 ** (failures - 1), BACKOFF_MS.longest), stopping.signal);
    return 'again';
  }

  async function parkNext(error: string): Promise<void> {
    const from = await readCheckpoint(pool, lease);
    const [entry] = await tail.read(from, 1);
    if (!entry) return;
    const parking: Parking = { entry, kind: 'failed', error, attempts: failures };
    await inTransaction(pool, async (tx) => {
      await advance(tx, lease, from, entry.position, leaseMs);
      await park(tx, lease, [parking]);
    });
    blocked = new Set(blocked).add(entry.streamId);
    failures = 0;
    logger.error(
      { ...about, position: String(entry.position), type: entry.type, error },
      'an event was parked',
    );
  }

  /** Takes up what operators decided about parked events, and what a newer build than the one before can read. */
  async function lookAfterParked(): Promise<void> {
    const first = blocked === undefined;
    const due = performance.now() - blockedCheckedAt > PARKED_CHECK_MS;
    if (!first && (blocked?.size === 0 || !due)) return;
    blockedCheckedAt = performance.now();
    const streams = await blockedStreams(pool, lease);
    blocked = new Set(streams.map(({ streamId }) => streamId));
    for (const { streamId, retry, unreadable } of streams) {
      if ((retry || (first && unreadable)) && (await retryStream(streamId))) blocked.delete(streamId);
    }
  }

  /** Handles a stream's parked events in their order; true if none is left. */
  async function retryStream(streamId: string): Promise<boolean> {
    for (const parkedAt of await parkedPositions(pool, lease, streamId)) {
      const [entry] = await tail.read(parkedAt - 1n, 1);
      const { recorded } = entry!;
      try {
        if (recorded instanceof Error) throw recorded;
        if (effect.kind === 'outside') await effect.apply([recorded], aborting.signal);
        await inTransaction(pool, async (tx) => {
          await fence(tx, lease, leaseMs);
          if (!(await unpark(tx, lease, parkedAt))) return; // discarded in the meantime
          if (effect.kind === 'sql') await effect.apply(tx, [recorded]);
        });
      } catch (fault) {
        if (fault instanceof LeaseLost || isTransient(fault)) throw fault;
        const error = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
        const kind = recorded instanceof Error ? 'unreadable' : 'failed';
        await parkAgain(pool, lease, streamId, parkedAt, kind, error);
        return false;
      }
    }
    return true;
  }

  const ended = run();
  return {
    status: () => ({ name, version, shard, position, failures, blocked: blocked?.size ?? 0 }),
    stop: async () => {
      stopping.abort();
      tail.wake();
      await ended;
    },
    abort: () => {
      stopping.abort();
      aborting.abort();
      tail.wake();
    },
    ended,
  };
}
