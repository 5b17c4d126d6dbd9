import type { Logger } from 'pino';
import { UnreadableEvent, type RecordedEvent } from '../../application/ports.ts';
import { inTransaction, isTransient, type Pool } from '../postgres/pool.ts';
import type { Effect } from './effect.ts';
import { advance, fence, LeaseLost, type Lease } from './leases.ts';
import { blockedStreams, park, parkAgain, parkedPositions, unpark, type Parking } from './parked.ts';
import type { LogEntry } from './read.ts';
import type { Tail } from './tail.ts';

/** Applies a subscription's effect to what is in the log, and keeps the streams of parked events waiting. */
export type Applier = {
  /** Applies these entries, the ones after `from`, and moves the checkpoint to the last of them, which it returns. */
  apply(entries: readonly LogEntry[], from: bigint): Promise<bigint>;
  /** Takes up what operators decided about parked events, and what a newer build than the one before can read. */
  lookAfterParked(): Promise<void>;
  /** After a fault: what was being written may be in the database or not. */
  forget(): void;
  blockedCount(): number;
};

type ApplierContext = {
  readonly pool: Pool;
  readonly tail: Tail;
  readonly logger: Logger;
  readonly leaseMs: number;
};

const PARKED_CHECK_MS = 1_000;

export function openApplier(
  { pool, tail, logger, leaseMs }: ApplierContext,
  lease: Lease,
  { effect, onPoison }: { readonly effect: Effect; readonly onPoison: 'park' | 'halt' },
  aborting: AbortSignal,
): Applier {
  let blocked: Set<string> | undefined; // unknown until looked up
  let blockedCheckedAt = 0;
  let unreadableTried = false;

  async function apply(entries: readonly LogEntry[], from: bigint): Promise<bigint> {
    const to = entries.at(-1)!.position;
    const { events, parkings, waiting } = sortOut(entries, blocked, onPoison);
    if (effect.kind === 'outside' && events.length > 0) await effect.apply(events, aborting);
    if (effect.kind === 'outside' && parkings.length === 0) {
      await advance(pool, lease, from, to, leaseMs);
      return to;
    }
    await inTransaction(pool, async (tx) => {
      // First, so that whoever takes the lease over waits here and then reads where the checkpoint has come to.
      await advance(tx, lease, from, to, leaseMs);
      if (parkings.length > 0) await park(tx, lease, parkings);
      if (effect.kind === 'sql' && events.length > 0) await effect.apply(tx, events);
    });
    blocked = waiting;
    const { name, version, shard } = lease;
    if (parkings.length > 0)
      logger.error({ subscription: name, version, shard, parked: parkings.length }, 'events were parked');
    return to;
  }

  async function lookAfterParked(): Promise<void> {
    const due = performance.now() - blockedCheckedAt > PARKED_CHECK_MS;
    if (blocked && (blocked.size === 0 || !due)) return;
    blockedCheckedAt = performance.now();
    const streams = await blockedStreams(pool, lease);
    blocked = new Set(streams.map(({ streamId }) => streamId));
    const readable = !unreadableTried; // by this build, for all we know
    unreadableTried = true;
    for (const { streamId, retry, unreadable } of streams) {
      if ((retry || (readable && unreadable)) && (await retryStream(streamId))) blocked.delete(streamId);
    }
  }

  /** Handles a stream's parked events in their order; true if none is left. */
  async function retryStream(streamId: string): Promise<boolean> {
    for (const parkedAt of await parkedPositions(pool, lease, streamId)) {
      const [entry] = await tail.read(parkedAt - 1n, 1);
      try {
        await applyParked(entry!);
      } catch (fault) {
        if (fault instanceof LeaseLost || isTransient(fault)) throw fault;
        const kind = fault instanceof UnreadableEvent ? 'unreadable' : 'failed';
        await parkAgain(pool, lease, { streamId, position: parkedAt, kind, error: errorText(fault) });
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
        error: 'an earlier event of its stream is parked',
        attempts: 0,
      });
    } else if (recorded instanceof Error) {
      if (onPoison === 'halt') throw recorded;
      parkings.push({ entry, kind: 'unreadable', error: recorded.message, attempts: 1 });
      waiting.add(streamId);
    } else events.push(recorded);
  }
  return { events, parkings, waiting };
}

export const errorText = (fault: unknown): string =>
  fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
