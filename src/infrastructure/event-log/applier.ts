import type { Logger } from 'pino';
import {
  LogOverloaded,
  LogUnavailable,
  UnreadableEvent,
  type RecordedEvent,
} from '../../application/ports.ts';
import { inTransaction, isTransient, type Pool } from '../postgres/pool.ts';
import type { Effect } from './effect.ts';
import { advance, fence, LeaseLost, type Lease } from './leases.ts';
import {
  blockedStreams,
  park,
  parkAgain,
  parkedPositions,
  unpark,
  type Parking,
  type RetryAfterMs,
} from './parked.ts';
import type { LogEntry } from './read.ts';
import type { Tail } from './tail.ts';

/** Applies a subscription's effect to what is in the log, and keeps the streams of parked events waiting. */
export type Applier = {
  /**
   * Applies these entries, the ones after `from`, and moves the checkpoint to the last of them; the events that were not
   * kept aside.
   */
  apply(entries: readonly LogEntry[], from: bigint): Promise<readonly RecordedEvent[]>;
  /**
   * Takes up what operators decided about parked events, those whose time has come, and what a newer build than the one
   * before can read; as many streams at most.
   */
  lookAfterParked(streamsMax: number): Promise<void>;
  /** After a fault: what was being written may be in the database or not. */
  forget(): void;
  blockedCount(): number;
};

type ApplierContext = {
  readonly pool: Pool;
  readonly tail: Tail;
  readonly logger: Logger;
  readonly leaseMs: number;
  /** What came of a parked event that was tried again. */
  readonly onRetried: (outcome: 'handled' | 'failed') => void;
  readonly onParked: (outcome: 'retried' | 'dead_lettered', events: number) => void;
};

type Applied = {
  readonly effect: Effect;
  readonly onPoison: 'park' | 'halt';
  readonly retryAfterMs?: RetryAfterMs;
  readonly concerns: (event: RecordedEvent) => boolean;
};

const PARKED_CHECK_MS = 1_000;

export function openApplier(
  { pool, tail, logger, leaseMs, onRetried, onParked }: ApplierContext,
  lease: Lease,
  { effect, onPoison, retryAfterMs, concerns }: Applied,
  aborting: AbortSignal,
): Applier {
  let blocked: Set<string> | undefined; // unknown until looked up
  let blockedCheckedAt = 0;
  let unreadableTried = false;

  async function apply(entries: readonly LogEntry[], from: bigint): Promise<readonly RecordedEvent[]> {
    const to = entries.at(-1)!.position;
    const { events: readable, parkings, waiting } = sortOut(entries, blocked, onPoison);
    const events = readable.filter(concerns);
    if (effect.kind === 'outside' && events.length > 0) await effect.apply(events, aborting);
    if (parkings.length === 0 && (effect.kind === 'outside' || events.length === 0)) {
      await advance(pool, lease, from, to, leaseMs);
      return events;
    }
    await inTransaction(pool, async (tx) => {
      // First, so that whoever takes the lease over waits here and then reads where the checkpoint has come to.
      await advance(tx, lease, from, to, leaseMs);
      if (parkings.length > 0) await park(tx, lease, parkings, retryAfterMs);
      if (effect.kind === 'sql' && events.length > 0) await effect.apply(tx, events);
    });
    blocked = waiting;
    const unreadable = parkings.filter(({ kind }) => kind === 'unreadable').length;
    if (unreadable > 0) onParked('dead_lettered', unreadable);
    const { name, version, shard } = lease;
    if (parkings.length > 0)
      logger.error({ subscription: name, version, shard, parked: parkings.length }, 'events were parked');
    return events;
  }

  async function lookAfterParked(streamsMax: number): Promise<void> {
    const soon = performance.now() - blockedCheckedAt < PARKED_CHECK_MS;
    if (blocked && (blocked.size === 0 || soon)) return;
    blockedCheckedAt = performance.now();
    const streams = await blockedStreams(pool, lease);
    blocked = new Set(streams.map(({ streamId }) => streamId));
    const readable = !unreadableTried; // by this build, for all we know
    unreadableTried = true;
    const due = streams.filter(({ retry, unreadable }) => retry || (readable && unreadable));
    for (const { streamId } of due.slice(0, streamsMax))
      if (await retryStream(streamId)) blocked.delete(streamId);
  }

  /** Handles a stream's parked events in their order; true if none is left. */
  async function retryStream(streamId: string): Promise<boolean> {
    for (const parkedAt of await parkedPositions(pool, lease, streamId)) {
      const [entry] = await tail.read(parkedAt - 1n, 1);
      try {
        await applyParked(entry!);
        onRetried('handled');
      } catch (fault) {
        if (fault instanceof LeaseLost || isPassing(fault)) throw fault; // it says nothing about the event
        const kind = fault instanceof UnreadableEvent ? 'unreadable' : 'failed';
        const waits = await parkAgain(pool, { lease, leaseMs, retryAfterMs }, { entry: entry!, kind, fault });
        onParked(waits ? 'retried' : 'dead_lettered', 1);
        onRetried('failed');
        return false;
      }
    }
    return true;
  }

  async function applyParked({ recorded, position }: LogEntry): Promise<void> {
    if (recorded instanceof Error) throw recorded;
    if (effect.kind === 'outside') await effect.apply([recorded], aborting);
    await inTransaction(pool, async (tx) => {
      await fence(tx, lease, leaseMs);
      if (!(await unpark(tx, lease, position))) return; // discarded in the meantime
      if (effect.kind === 'sql') await effect.apply(tx, [recorded]);
    });
  }

  return {
    apply,
    lookAfterParked,
    forget: () => (blocked = undefined),
    blockedCount: () => blocked?.size ?? 0,
  };
}

const isPassing = (fault: unknown): boolean =>
  isTransient(fault) || fault instanceof LogUnavailable || fault instanceof LogOverloaded;

type Sorted = {
  readonly events: readonly RecordedEvent[];
  readonly parkings: readonly Parking[];
  /** Streams that wait from here on. */
  readonly waiting: Set<string>;
};

/** What is to be handled, and what is to be kept aside: unreadable events, and those behind parked ones. */
function sortOut(
  entries: readonly LogEntry[],
  blocked: ReadonlySet<string> | undefined,
  onPoison: 'park' | 'halt',
): Sorted {
  const waiting = new Set(blocked);
  const events: RecordedEvent[] = [];
  const parkings: Parking[] = [];
  for (const entry of entries) {
    const { recorded, streamId } = entry;
    if (waiting.has(streamId)) {
      parkings.push({
        entry,
        kind: 'behind',
        fault: 'an earlier event of its stream is parked',
        attempts: 0,
      });
    } else if (recorded instanceof Error) {
      if (onPoison === 'halt') throw recorded;
      parkings.push({ entry, kind: 'unreadable', fault: recorded, attempts: 1 });
      waiting.add(streamId);
    } else events.push(recorded);
  }
  return { events, parkings, waiting };
}
