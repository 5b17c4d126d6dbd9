import type { Logger } from 'pino';
import {
  LogOverloaded,
  LogUnavailable,
  UnreadableEvent,
  type RecordedEvent,
} from '../../application/ports.ts';
import { openKillSwitch, type KillSwitch } from '../consumers/kill-switch.ts';
import type { OnUnhandled, Retries } from '../consumers/retries.ts';
import { errorText } from '../dead-letters/faults.ts';
import { traceIdOf } from '../dead-letters/record.ts';
import { inTransaction, isTransient, type Pool } from '../postgres/pool.ts';
import { openApplier } from './applier.ts';
import type { Effect } from './effect.ts';
import { advance, CheckpointMoved, LeaseLost, readCheckpoint, recordFailure, type Lease } from './leases.ts';
import { park } from './parked.ts';
import { pause } from './pause.ts';
import type { Tail } from './tail.ts';

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
  /** Of a consumer: how what it parks is retried by itself, and when it takes nothing for a while. */
  readonly retries?: Retries;
  /** Told of what is parked for another try, and of what is given up. */
  readonly onUnhandled?: OnUnhandled;
  /** Whether an event is handled at all, or passed over, which costs no transaction; all of them unless said. */
  readonly concerns?: (event: RecordedEvent) => boolean;
  /** Another than the worker's. */
  readonly logger?: Logger;
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
  /** Too much of it failed, so that only one event is tried now and then. */
  readonly paused: boolean;
};

export type Runner = {
  status(): RunnerStatus;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
  /** Ends at once what can be ended: the lease is gone. */
  abort(): void;
  /** The checkpoint is behind what was committed: a crash of PostgreSQL took back what had not reached the disk. */
  lookAgain(): void;
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
const GATHER_MS_MAX = 50;
const BACKOFF_MS = { first: 50, longest: 5_000 };
const ATTEMPTS_MAX = 6; // of one event, over 50 + 100 + … = 1.6 s, before it is taken for poison

/**
 * Follows one shard of the log under a lease, in batches. A batch that fails is halved until the event that cannot be
 * handled stands alone; that one is tried again with backoff, then parked or the shard halts: nothing is passed over.
 * An outage is no event's fault and is waited out. A lost connection is a failure like any other.
 */
export function runSubscription(given: RunnerContext, lease: Lease, subscription: Subscription): Runner {
  const context = { ...given, logger: subscription.logger ?? given.logger };
  const { pool, tail } = context;
  const stopping = new AbortController();
  const aborting = new AbortController();
  const { name, retries, concerns = () => true, onUnhandled = () => {} } = subscription;
  const killSwitch = retries && openKillSwitch(retries.killSwitch);
  const onRetried = (outcome: 'handled' | 'failed'): void =>
    outcome === 'handled' ? killSwitch?.succeeded(1) : killSwitch?.failed();
  const applied = { ...subscription, concerns, retryAfterMs: retries?.afterMs };
  const onParked = (outcome: 'retried' | 'dead_lettered', events: number) =>
    onUnhandled(name, outcome, events);
  const applier = openApplier({ ...context, onRetried, onParked }, lease, applied, aborting.signal);
  const failures = failureHandler(context, lease, { subscription, killSwitch }, stopping.signal);
  let position: bigint | undefined;
  let isTakenBack = false;
  let pollMs = POLL_MS.first;
  let nextBatchAt = 0;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await pause(killSwitch?.waitMs() ?? 0, stopping.signal);
        if (!stopping.signal.aborted) await step();
      } catch (fault) {
        position = undefined; // known again after a look at the database
        applier.forget();
        if (fault instanceof LeaseLost || aborting.signal.aborted) return;
        if (!(fault instanceof CheckpointMoved) && (await failures.met(fault)) === 'halted') return;
      }
    }
  }

  async function step(): Promise<void> {
    if (isTakenBack) {
      [isTakenBack, position] = [false, undefined];
      applier.forget();
    }
    position ??= await readCheckpoint(pool, lease);
    await applier.lookAfterParked(killSwitch?.isOpen() ? 1 : Infinity);
    // A batch costs nearly as much for one event as for fifty. The next may begin a millisecond for each event of this
    // one later: below a thousand events a second nothing waits, above it batches come to be 50 ms apart.
    await pause(nextBatchAt - performance.now(), stopping.signal);
    if (stopping.signal.aborted) return; // a lease may have been lost meanwhile
    const mark = tail.mark();
    const limit = failures.batchMax();
    const entries = await tail.read(position, limit);
    if (entries.length === 0) {
      await tail.wait(mark, pollMs);
      pollMs = Math.min(pollMs * 2, POLL_MS.longest);
      return;
    }
    nextBatchAt = entries.length < limit ? performance.now() + Math.min(entries.length, GATHER_MS_MAX) : 0;
    const handled = await applier.apply(entries, position);
    position = entries.at(-1)!.position;
    killSwitch?.succeeded(handled.length);
    pollMs = POLL_MS.first;
    failures.none();
  }

  const ended = run();
  return {
    status: () => ({
      ...lease,
      position,
      failures: failures.count(),
      blocked: applier.blockedCount(),
      paused: killSwitch?.isOpen() ?? false,
    }),
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
    lookAgain: () => (isTakenBack = true),
    ended,
  };
}

/** Counts failures, makes batches smaller and larger again, and sees to an event that proves to be poison. */
function failureHandler(
  { pool, tail, logger, leaseMs }: RunnerContext,
  lease: Lease,
  { subscription, killSwitch }: { subscription: Subscription; killSwitch: KillSwitch | undefined },
  stopping: AbortSignal,
) {
  const { name, version, batchMax, onPoison, isOutage = () => false, retries, onUnhandled } = subscription;
  const about = { subscription: name, version, shard: lease.shard };
  let limit = batchMax;
  let failures = 0;

  const isNobodysFault = (fault: unknown): boolean =>
    isTransient(fault) ||
    fault instanceof LogUnavailable ||
    fault instanceof LogOverloaded ||
    isOutage(fault);

  /** Decides what a failure means; 'halted' ends the runner. */
  async function met(fault: unknown): Promise<'again' | 'halted'> {
    failures++;
    const error = errorText(fault);
    logger.error({ err: fault, ...about, failures, batch: limit }, 'subscription failed, will retry');
    const outage = isNobodysFault(fault);
    if (!outage && limit > 1) {
      limit = Math.floor(limit / 2);
      failures = 0; // counted anew for the smaller batch
      return 'again';
    }
    // Trying again does not make an event readable; another build may.
    const poison = !outage && (failures >= ATTEMPTS_MAX || fault instanceof UnreadableEvent);
    const halt = poison && onPoison === 'halt';
    await recordFailure(pool, lease, error, halt).catch(() => {}); // a lost database cannot be told
    if (halt) return 'halted';
    const parked = poison && (await parkNext(fault).then(() => true, notParked));
    if (!parked) await pause(Math.min(BACKOFF_MS.first * 2 ** (failures - 1), BACKOFF_MS.longest), stopping);
    return 'again';
  }

  function notParked(fault: unknown): false {
    logger.error({ err: fault, ...about }, 'parking failed');
    return false;
  }

  async function parkNext(fault: unknown): Promise<void> {
    const from = await readCheckpoint(pool, lease);
    const [entry] = await tail.read(from, 1);
    if (!entry) return;
    const kind = fault instanceof UnreadableEvent ? 'unreadable' : 'failed';
    await inTransaction(pool, async (tx) => {
      await advance(tx, lease, from, entry.position, leaseMs);
      await park(tx, lease, [{ entry, kind, fault, attempts: failures }], retries?.afterMs);
    });
    failures = 0;
    onUnhandled?.(name, kind === 'failed' ? 'retried' : 'dead_lettered', 1);
    if (kind === 'failed') killSwitch?.failed();
    const { position, type, recorded } = entry;
    const traceId = recorded instanceof Error ? undefined : traceIdOf(recorded.metadata.traceparent);
    logger.error({ ...about, position: String(position), type, traceId, err: fault }, 'an event was parked');
  }

  return {
    met,
    none: () => {
      failures = 0;
      limit = Math.min(limit * 2, batchMax);
    },
    batchMax: () => (killSwitch?.isOpen() ? 1 : limit),
    count: () => failures,
  };
}
