import type { EventMetadata, RecordedEvent, StoredCommand } from '../../application/ports.ts';
import { decodeEvent } from '../codecs/event-codec.ts';
import type { Pool } from '../postgres/pool.ts';

type EventRow = {
  position: bigint;
  stream_id: string;
  version: number;
  event_id: string;
  type: string;
  schema_version: number;
  data: unknown;
  metadata: EventMetadata;
  recorded_at: Date;
};

const COLUMNS =
  'e.position, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data, e.metadata, e.recorded_at';

const toRecorded = (shard: number, row: EventRow): RecordedEvent => ({
  shard,
  position: row.position,
  streamId: row.stream_id,
  version: row.version,
  eventId: row.event_id,
  event: decodeEvent({ type: row.type, schemaVersion: row.schema_version, data: row.data }),
  metadata: row.metadata,
  recordedAt: row.recorded_at.toISOString(),
});

/** Whole streams, in the order asked for; one that is absent or another tenant's is empty. */
export async function readStreams(
  pool: Pool,
  shard: number,
  tenantId: string,
  streamIds: readonly string[],
): Promise<RecordedEvent[][]> {
  const { rows } = await pool.query<EventRow & { ordinal: number }>({
    name: 'read-streams',
    text: `select u.ordinal::int, ${COLUMNS}
      from unnest($2::uuid[]) with ordinality as u (id, ordinal)
      join stream s on s.shard = $1 and s.stream_id = u.id and s.tenant_id = $3
      cross join lateral (
        select * from event e where e.shard = $1 and e.stream_id = u.id order by e.version
      ) e
      order by u.ordinal, e.version`,
    values: [shard, streamIds, tenantId],
  });
  const streams: RecordedEvent[][] = streamIds.map(() => []);
  for (const row of rows) streams[row.ordinal - 1]!.push(toRecorded(shard, row));
  return streams;
}

/** Up to `limit` events after a position, densely numbered: the first is `after + 1`. */
export async function readShard(
  pool: Pool,
  shard: number,
  after: bigint,
  limit: number,
): Promise<RecordedEvent[]> {
  const { rows } = await pool.query<EventRow>({
    name: 'read-shard',
    text: `select ${COLUMNS} from event e where e.shard = $1 and e.position > $2 order by e.position limit $3`,
    values: [shard, after, limit],
  });
  return rows.map((row) => toRecorded(shard, row));
}

export async function findCommand(
  pool: Pool,
  shard: number,
  commandId: string,
): Promise<StoredCommand | undefined> {
  const { rows } = await pool.query<StoredCommand>({
    name: 'find-command',
    text: 'select fingerprint, answer from command where shard = $1 and command_id = $2',
    values: [shard, commandId],
  });
  return rows[0];
}
