import type { EventFeed, FeedFilter, FeedItem } from '../application/event-feed.ts';
import { orderIdOf } from '../application/integration-events.ts';
import { toIntegrationMessage } from '../application/integration-messages.ts';
import { UnreadableEvent } from '../application/ports.ts';
import type { TenantId } from '../domain/shared/ids.ts';
import type { LogEntry } from './event-log/read.ts';
import type { Tail } from './event-log/tail.ts';
import type { Pool } from './postgres/pool.ts';
import { shardOf } from './system.ts';

const BATCH_MAX = 200;
const POLL_MS = 250; // only for what other processes append: our own appends wake us

/** Reads the same tails as the subscriptions do, so that any number of readers at the end of the log cost one query. */
export const openEventFeed = (pool: Pool, tails: readonly Tail[]): EventFeed => ({
  head: async () => {
    const { rows } = await pool.query<{ head: bigint }>('select head from log_head order by shard');
    return rows.map(({ head }) => head);
  },
  follow: async function* (tenantId, place, filter, signal) {
    const reached = [...place];
    const asked =
      filter.orderId === undefined
        ? tails
        : [tails[shardOf(filter.orderId, tails.length)]].flatMap((t) => t ?? []);
    while (!signal.aborted) {
      const marks = asked.map((tail) => tail.mark());
      let isAtEnd = true;
      for (const tail of asked) {
        const entries = await tail.read(reached[tail.shard] ?? 0n, BATCH_MAX);
        if (entries.length > 0) isAtEnd = false;
        for (const entry of entries) {
          reached[tail.shard] = entry.position;
          const told = toldOf(entry, tenantId, filter);
          if (told) yield { place: [...reached], told };
        }
      }
      yield { place: [...reached] };
      if (isAtEnd) await Promise.race(asked.map((tail, index) => tail.wait(marks[index]!, POLL_MS)));
    }
  },
});

function toldOf(
  { tenantId, recorded, eventId, type, streamId }: LogEntry,
  asking: TenantId,
  { orderId, types = [] }: FeedFilter,
): FeedItem['told'] {
  if (tenantId !== asking) return undefined;
  // What it would be to the world only the build knows that wrote it, so it is told whatever was asked for.
  if (recorded instanceof UnreadableEvent)
    return orderId === undefined || orderId === streamId
      ? { messageId: eventId, eventType: type }
      : undefined;
  const message = toIntegrationMessage(recorded);
  if (!message || (types.length > 0 && !types.includes(message.event.type))) return undefined;
  return orderId === undefined || orderIdOf(message) === orderId ? message : undefined;
}
