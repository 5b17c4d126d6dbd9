import type { RecordedEvent } from '../../application/ports.ts';
import type { Pool } from '../postgres/pool.ts';
import { readShard } from './read.ts';

/** The newest part of one shard, read once for all subscriptions of this process. */
export type Tail = {
  /** Up to `limit` events after a position; empty when there are none yet. */
  read(after: bigint, limit: number): Promise<readonly RecordedEvent[]>;
  /** Something was appended: whoever waits looks again. */
  wake(): void;
  /** Resolves at the next `wake`, at once if there was one since `mark` was taken, or after `ms`. */
  wait(mark: number, ms: number): Promise<void>;
  mark(): number;
};

const RECENT_MAX = 2_000;

export function openTail(pool: Pool, shard: number): Tail {
  let recent: RecordedEvent[] = []; // contiguous; ends with the newest event that was read
  let reading: { readonly after: bigint; readonly result: Promise<RecordedEvent[]> } | undefined;
  let wakes = 0;
  const sleepers = new Set<() => void>();

  const firstRecent = (): bigint | undefined => recent[0]?.position;
  const lastRecent = (): bigint | undefined => recent.at(-1)?.position;

  function fromRecent(after: bigint, limit: number): RecordedEvent[] {
    const first = firstRecent();
    if (first === undefined || after + 1n < first) return [];
    const start = Number(after + 1n - first);
    return recent.slice(start, start + limit);
  }

  async function fromLog(after: bigint, limit: number): Promise<RecordedEvent[]> {
    // Subscriptions that stand at the same place ask at the same moment: one query serves them all.
    if (reading?.after === after) return (await reading.result).slice(0, limit);
    const current = { after, result: readShard(pool, shard, after, limit) };
    reading = current;
    try {
      const events = await current.result;
      remember(after, events);
      return events;
    } finally {
      if (reading === current) reading = undefined;
    }
  }

  function remember(after: bigint, events: readonly RecordedEvent[]): void {
    const last = lastRecent();
    if (last === undefined || after > last) recent = [...events];
    else if (after === last) recent.push(...events);
    if (recent.length > 2 * RECENT_MAX) recent = recent.slice(-RECENT_MAX);
  }

  return {
    read: async (after, limit) => {
      const known = fromRecent(after, limit);
      return known.length > 0 ? known : fromLog(after, limit);
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
