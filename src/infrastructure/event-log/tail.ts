import type { Pool } from '../postgres/pool.ts';
import type { ReadingCodec } from './open-rows.ts';
import { readShard, type LogEntry } from './read.ts';

/** The newest part of one shard, read once for all subscriptions of this process. */
export type Tail = {
  readonly shard: number;
  /** Up to `limit` entries after a position; empty when there are none yet. */
  read(after: bigint, limit: number): Promise<readonly LogEntry[]>;
  /** Something was appended: whoever waits looks again. */
  wake(): void;
  /** Resolves at the next `wake`, at once if there was one since `mark` was taken, or after `ms`. */
  wait(mark: number, ms: number): Promise<void>;
  mark(): number;
};

const RECENT_MAX = 2_000;
const READINGS_MAX = 8; // one for each place where subscriptions stand, and what follows it
/** What is kept here names customers who may have been erased since: after that it is read again. */
export const TAIL_KEPT_MS = 5_000;

/** `mark`: how often the tail had been woken when the query was sent. */
type Reading = {
  readonly mark: number;
  readonly since: number;
  readonly result: Promise<readonly LogEntry[]>;
  settled: boolean;
};

export function openTail(pool: Pool, codec: ReadingCodec, shard: number): Tail {
  let recent: LogEntry[] = []; // contiguous; ends with the newest entry that was read
  let parts: { count: number; readonly since: number }[] = []; // of `recent`, in its order: when each was read
  const readings = new Map<bigint, Reading>(); // by the position they begin after; the oldest are let go
  let wakes = 0;
  const sleepers = new Set<() => void>();

  function fromRecent(after: bigint, limit: number): readonly LogEntry[] {
    dropStale();
    const first = recent[0]?.position;
    if (first === undefined || after + 1n < first) return [];
    const start = Number(after + 1n - first);
    return recent.slice(start, start + limit);
  }

  /** Subscriptions that stand at the same place ask at the same moment: one query serves them all. */
  async function fromLog(after: bigint, limit: number): Promise<readonly LogEntry[]> {
    const kept = readings.get(after);
    const pending = kept && !isStale(kept.since) ? kept : undefined;
    const joined = pending?.settled === false;
    const known = await pending?.result;
    // A full batch never changes; a shorter one may have been read before the latest append. Whoever came while it was
    // read goes on with it all the same: what is newer comes next. Asking anew instead read each event three times over.
    const fits =
      known && (known.length >= limit || (joined && (known.length > 0 || pending?.mark === wakes)));
    return (fits ? known : await begin(after, limit).result).slice(0, limit);
  }

  /** Far from the head there is more for sure: it is fetched while this batch is handled. */
  function fetchAhead(last: bigint, limit: number): void {
    if (readings.has(last) || fromRecent(last, 1).length > 0) return;
    begin(last, limit);
  }

  function begin(after: bigint, limit: number): Reading {
    const result = readShard(pool, codec, shard, after, limit);
    const reading = { mark: wakes, since: performance.now(), result, settled: false };
    reading.result.then(
      (entries) => {
        reading.settled = true;
        // A full batch is far from the head: whoever needs it asks for it by the same position.
        if (entries.length < limit) remember(after, entries, reading.since);
      },
      () => readings.get(after) === reading && readings.delete(after), // whoever waits for it gets the fault
    );
    readings.set(after, reading);
    const [oldest] = readings.keys();
    if (readings.size > READINGS_MAX && oldest !== undefined) readings.delete(oldest);
    return reading;
  }

  function remember(after: bigint, entries: readonly LogEntry[], since: number): void {
    if (entries.length === 0) return;
    dropStale();
    const last = recent.at(-1)?.position;
    if (last !== undefined && after < last) return; // known already, or a part of it
    if (after !== last) [recent, parts] = [[], []];
    recent.push(...entries);
    parts.push({ count: entries.length, since });
    if (recent.length > 2 * RECENT_MAX) drop(recent.length - RECENT_MAX);
  }

  function dropStale(): void {
    let stale = 0;
    for (const { count, since } of parts) {
      if (!isStale(since)) break;
      stale += count;
    }
    if (stale > 0) drop(stale);
  }

  /** The oldest so many. */
  function drop(count: number): void {
    recent = recent.slice(count);
    for (let left = count; left > 0 && parts[0];) {
      const gone = Math.min(left, parts[0].count);
      parts[0].count -= gone;
      left -= gone;
      if (parts[0].count === 0) parts.shift();
    }
  }

  return {
    shard,
    read: async (after, limit) => {
      const known = fromRecent(after, limit);
      const entries = known.length > 0 ? known : await fromLog(after, limit);
      const last = entries.at(-1);
      if (last && entries.length === limit) fetchAhead(last.position, limit);
      return entries;
    },
    wake: () => {
      wakes++;
      for (const wakeUp of sleepers) wakeUp();
    },
    mark: () => wakes,
    wait: (mark, ms) =>
      new Promise((resolve) => {
        if (mark !== wakes) {
          resolve();
          return;
        }
        const wakeUp = () => {
          clearTimeout(timer);
          sleepers.delete(wakeUp);
          resolve();
        };
        const timer = setTimeout(wakeUp, ms);
        sleepers.add(wakeUp);
      }),
  };
}

const isStale = (since: number): boolean => performance.now() - since > TAIL_KEPT_MS;
