import type { IntegrationEventType } from '../../application/integration-events.ts';
import { toIntegrationMessage } from '../../application/integration-messages.ts';
import { UnreadableEvent } from '../../application/ports.ts';
import type { ReadingCodec } from '../event-log/open-rows.ts';
import { readShard } from '../event-log/read.ts';
import type { Pool } from '../postgres/pool.ts';
import { encodeMessage } from './message-codec.ts';
import type { Publisher } from './publisher.ts';

export type BackfillPorts = {
  readonly pool: Pool;
  readonly codec: ReadingCodec;
  readonly publisher: Publisher;
};

export type BackfillRequest = {
  readonly queue: string;
  /** Empty: all. */
  readonly types: readonly IntegrationEventType[];
  /** Shards before it are left out, and of its own everything up to there. */
  readonly after: { readonly shard: number; readonly position: bigint };
  /** By shard: nothing beyond is published, since the relay does that. */
  readonly heads: readonly bigint[];
};

/** Everything up to there is in the queue, confirmed. */
export type BackfillProgress = {
  readonly shard: number;
  readonly position: bigint;
  readonly messages: number;
};

const WINDOW_MAX = 1_000;

/**
 * Publishes what the log holds to one queue that is there: what a consumer missed that came later. The messages are the
 * very ones that were published when it happened, by the same ids, so whatever comes twice is known by them.
 */
export async function* backfill(
  { pool, codec, publisher }: BackfillPorts,
  { queue, types, after, heads }: BackfillRequest,
  signal: AbortSignal,
): AsyncGenerator<BackfillProgress, void> {
  let messages = 0;
  for (let { shard, position } = after; shard < heads.length; shard++, position = 0n) {
    const head = heads[shard] ?? 0n;
    while (position < head && !signal.aborted) {
      const entries = await readShard(pool, codec, shard, position, WINDOW_MAX);
      const window = entries.filter((entry) => entry.position <= head);
      const outgoing = window.flatMap(({ recorded, ...place }) => {
        if (recorded instanceof UnreadableEvent)
          throw new UnreadableEvent(
            `event ${shard}-${place.position} (${place.type}) cannot be read by this version`,
          );
        const message = toIntegrationMessage(recorded);
        if (!message || (types.length > 0 && !types.includes(message.event.type))) return [];
        return [{ ...encodeMessage(message), exchange: '', routingKey: queue }];
      });
      if (outgoing.length > 0) {
        await publisher.ready(signal);
        await publisher.publish(outgoing, signal);
      }
      messages += outgoing.length;
      // What lies in a detached partition is not there to be read.
      position = window.at(-1)?.position ?? head;
      yield { shard, position, messages };
    }
  }
}
