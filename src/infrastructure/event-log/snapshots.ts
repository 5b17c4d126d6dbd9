import type { Logger } from 'pino';
import type { Snapshot } from '../../application/ports.ts';
import { toJson } from '../codecs/money-json.ts';
import type { Pool } from '../postgres/pool.ts';

export type SnapshotOffer = Snapshot & { readonly streamId: string; readonly stateVersion: number };

export type SnapshotWriter = { offer(offer: SnapshotOffer): void; stop(): Promise<void> };

const WAITING_MAX = 100; // beyond that offers are dropped: the stream offers again soon enough

/** Writes snapshots of one shard one after another, when nobody waits for it. */
export function startSnapshotWriter(pool: Pool, shard: number, logger: Logger): SnapshotWriter {
  const waiting = new Map<string, SnapshotOffer>(); // by stream: only the newest is worth writing
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    for (let [next] = waiting; next; [next] = waiting) {
      const [streamId, offer] = next;
      waiting.delete(streamId);
      await save(pool, shard, offer).catch((fault: unknown) => {
        logger.warn({ err: fault, streamId }, 'a snapshot was not written; its stream loads more slowly');
      });
    }
    writing = undefined;
  }

  return {
    offer: (offer) => {
      if (waiting.size >= WAITING_MAX) return;
      waiting.set(offer.streamId, offer);
      writing ??= writeAll();
    },
    stop: async () => {
      waiting.clear();
      await writing;
    },
  };
}

/**
 * One row a stream and state version; an older state never replaces a newer one. The checksum is of PostgreSQL's text.
 * The stream's row is locked, or a state from before an erasure could be written after it.
 */
async function save(pool: Pool, shard: number, offer: SnapshotOffer): Promise<void> {
  const { streamId, stateVersion, version, state } = offer;
  await pool.query({
    name: 'snapshot-save',
    text: `insert into snapshot as s (shard, stream_id, schema_version, version, state)
      select $1, $2, $3, $4::int, jsonb_build_object('state', $5::jsonb,
        'checksum', hashtextextended($5::jsonb::text, $4::int))
      from (select from stream t where t.shard = $1 and t.stream_id = $2 and t.erased_version <= $4::int for share) t
      on conflict (shard, stream_id, schema_version) do update
        set version = excluded.version, state = excluded.state, taken_at = now()
        where s.version < excluded.version`,
    values: [shard, streamId, stateVersion, version, JSON.stringify(toJson(state))],
  });
}
