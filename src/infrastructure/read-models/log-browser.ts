import type { BrowsedEvent, LogPlace } from '../../application/log-browsing.ts';
import type { EventMetadata, UpTo } from '../../application/ports.ts';
import { UnreadableEvent, type EventCodec } from '../codecs/event-codec.ts';
import { openRows, type ReadingCodec } from '../event-log/open-rows.ts';
import type { Pool } from '../postgres/pool.ts';
import { shownData } from './order-history.ts';
import { instantText } from '../postgres/column-text.ts';

export type BrowseFilter = {
  readonly type?: string | undefined;
  readonly streamId?: string | undefined;
};

/** As it is stored. */
export type BrowsedRow = Pick<
  BrowsedEvent,
  'shard' | 'position' | 'streamId' | 'version' | 'eventId' | 'type' | 'schemaVersion' | 'recordedAt'
> & {
  data: unknown;
  readonly metadata: EventMetadata;
};

export const BROWSED = `e.shard, e.position, e.stream_id as "streamId", e.version, e.event_id as "eventId", e.type,
  e.schema_version as "schemaVersion", e.data, e.metadata,
  ${instantText('e.recorded_at')} as "recordedAt"`;
const SELECT = `select ${BROWSED} from event e`;
const MATCHES = `($3::text is null or e.type = $3) and ($4::uuid is null or e.stream_id = $4)`;

/** Up to `limit` of the events after a position that match, oldest first. */
export async function browseAfter(
  pool: Pool,
  codec: ReadingCodec,
  { shard, after }: { readonly shard: number; readonly after: bigint },
  { type, streamId }: BrowseFilter,
  limit: number,
): Promise<BrowsedEvent[]> {
  const { rows } = await pool.query<BrowsedRow>(
    `${SELECT} where e.shard = $1 and e.position > $2 and ${MATCHES} order by e.position limit $5`,
    [shard, after, type ?? null, streamId ?? null, limit],
  );
  return browse(pool, codec, rows);
}

/** The newest `limit` events up to a position that match, oldest first. */
export async function browseUpTo(
  pool: Pool,
  codec: ReadingCodec,
  { shard, upTo }: { readonly shard: number; readonly upTo: bigint },
  { type, streamId }: BrowseFilter,
  limit: number,
): Promise<BrowsedEvent[]> {
  const { rows } = await pool.query<BrowsedRow>(
    `${SELECT} where e.shard = $1 and e.position <= $2 and ${MATCHES} order by e.position desc limit $5`,
    [shard, upTo, type ?? null, streamId ?? null, limit],
  );
  return browse(pool, codec, rows.toReversed());
}

/** The event at a place; undefined: there is none, or it is in the archive. */
export async function browseAt(
  pool: Pool,
  codec: ReadingCodec,
  { shard, position }: LogPlace,
): Promise<BrowsedEvent | undefined> {
  const { rows } = await pool.query<BrowsedRow>(`${SELECT} where e.shard = $1 and e.position = $2`, [
    shard,
    position,
  ]);
  const [event] = await browse(pool, codec, rows);
  return event;
}

/** One stream, or as much of it as there was. */
export async function browseStream(
  pool: Pool,
  codec: ReadingCodec,
  shard: number,
  streamId: string,
  { version, at = 'infinity' }: UpTo,
): Promise<BrowsedEvent[]> {
  const { rows } = await pool.query<BrowsedRow>(
    `${SELECT} where e.shard = $1 and e.stream_id = $2 and ($3::int is null or e.version <= $3)
     and e.recorded_at <= $4 order by e.version`,
    [shard, streamId, version ?? null, at.replace(BELOW_MICROSECONDS, '')],
  );
  return browse(pool, codec, rows);
}

// PostgreSQL would round them, perhaps up to an event that was not recorded yet.
const BELOW_MICROSECONDS = /(?<=\.\d{6})\d+/;

/** All events of an order and its payments, in the order of the log, by the stream of any of them. */
export async function browseOrder(
  pool: Pool,
  codec: ReadingCodec,
  shard: number,
  streamId: string,
): Promise<BrowsedEvent[]> {
  let streams = new Set([streamId]);
  for (;;) {
    const events = await browseStreams(pool, codec, shard, [...streams]);
    const found = new Set([...streams, ...events.flatMap(streamsNamedBy)]);
    if (found.size === streams.size) return events;
    streams = found;
  }
}

async function browseStreams(
  pool: Pool,
  codec: ReadingCodec,
  shard: number,
  streamIds: readonly string[],
): Promise<BrowsedEvent[]> {
  const { rows } = await pool.query<BrowsedRow>(
    `select s.* from unnest($2::uuid[]) as u (id)
     cross join lateral (${SELECT} where e.shard = $1 and e.stream_id = u.id) s order by s.position`,
    [shard, streamIds],
  );
  return browse(pool, codec, rows);
}

/** A payment names its order, an order the payments that claimed its money. */
function streamsNamedBy({ type, data }: BrowsedEvent): string[] {
  const { orderId, paymentId } = (data ?? {}) as { readonly orderId?: string; readonly paymentId?: string };
  if (type === 'PaymentInitiated') return orderId === undefined ? [] : [orderId];
  return type === 'PaymentClaimed' && paymentId !== undefined ? [paymentId] : [];
}

export type StreamStanding = {
  readonly tenantId: string;
  readonly category: string;
  readonly version: number;
  readonly archived: boolean;
};

export async function findStream(
  pool: Pool,
  shard: number,
  streamId: string,
): Promise<StreamStanding | undefined> {
  const { rows } = await pool.query<StreamStanding>(
    `select tenant_id as "tenantId", category, version, archived from stream where shard = $1 and stream_id = $2`,
    [shard, streamId],
  );
  return rows[0];
}

/** The last position of each shard, shard 0 first. */
export async function readHeads(pool: Pool): Promise<bigint[]> {
  const { rows } = await pool.query<{ head: bigint }>('select head from log_head order by shard');
  return rows.map(({ head }) => head);
}

export async function browse(
  pool: Pool,
  codec: ReadingCodec,
  rows: readonly BrowsedRow[],
): Promise<BrowsedEvent[]> {
  await openRows(pool, codec, rows);
  return rows.map((row) => toBrowsed(codec, row));
}

function toBrowsed(codec: EventCodec, { data, metadata, ...row }: BrowsedRow): BrowsedEvent {
  const { tenantId, commandId, correlationId, causationId, actor } = metadata;
  const { type, schemaVersion } = row;
  const about = {
    id: `${row.shard}-${row.position}`,
    ...row,
    tenantId,
    commandId,
    correlationId,
    causationId,
    actor,
  };
  try {
    return { ...about, data: shownData(codec.decode({ type, schemaVersion, data })), unreadable: null };
  } catch (fault) {
    if (!(fault instanceof UnreadableEvent)) throw fault;
    return { ...about, data: null, unreadable: fault.message };
  }
}
