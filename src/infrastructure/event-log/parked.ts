import { errorText, textOfFault } from '../dead-letters/faults.ts';
import { fileLetter, letterOf, traceIdOf } from '../dead-letters/record.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { fence, type Lease, type Unit } from './leases.ts';
import type { LogEntry } from './read.ts';

/** `unreadable`: this build knows no such event. `behind`: an earlier one of its stream is parked. */
export type ParkedKind = 'unreadable' | 'failed' | 'behind';

export type Parking = {
  readonly entry: LogEntry;
  readonly kind: ParkedKind;
  readonly fault: unknown;
  readonly attempts: number;
};

/**
 * After how long a subscription tries a parked event again by itself, each time it has failed; after the last it is a
 * dead letter, as one that cannot be read is at once. undefined: operators alone look after what it parks.
 */
export type RetryAfterMs = readonly number[] | undefined;

const ERROR_CHARS_MAX = 2_000;

const errorOf = (fault: unknown): string => errorText(fault).slice(0, ERROR_CHARS_MAX);

/** Keeps events aside; part of the transaction that moves the checkpoint past them. */
export async function park(
  tx: Tx,
  unit: Unit,
  parkings: readonly Parking[],
  retryAfterMs: RetryAfterMs,
): Promise<void> {
  const firstMs = retryAfterMs?.[0];
  const { rows } = await tx.query<{ position: bigint; waits: boolean }>({
    name: 'park',
    text: `insert into parked (shard, name, version, position, stream_id, stream_version, event_id, type, kind, error,
        attempts, next_retry_at)
      select $1, $2, $3, u.*, case when u.kind = 'failed' then now() + make_interval(secs => $12::float8 / 1000) end
      from unnest($4::bigint[], $5::uuid[], $6::int[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::int[])
        as u (position, stream_id, version, event_id, type, kind, error, attempts)
      on conflict do nothing returning position, next_retry_at is not null or kind = 'behind' as waits`,
    values: [
      unit.shard,
      unit.name,
      unit.version,
      parkings.map(({ entry }) => entry.position),
      parkings.map(({ entry }) => entry.streamId),
      parkings.map(({ entry }) => entry.version),
      parkings.map(({ entry }) => entry.eventId),
      parkings.map(({ entry }) => entry.type),
      parkings.map(({ kind }) => kind),
      parkings.map(({ fault }) => errorOf(fault)),
      parkings.map(({ attempts }) => attempts),
      firstMs ?? null,
    ],
  });
  if (!retryAfterMs) return;
  const given = new Set(rows.filter(({ waits }) => !waits).map(({ position }) => position));
  for (const { entry, fault, attempts } of parkings)
    if (given.has(entry.position)) await fileParked(tx, unit, entry, fault, attempts);
}

export type BlockedStream = {
  readonly streamId: string;
  /** Somebody asked for another try, it is time for one, or what the others wait behind was discarded. */
  readonly retry: boolean;
  /** All that blocks it is that events could not be read, by whatever build tried. */
  readonly unreadable: boolean;
};

/** Streams with parked events, whose later events must wait. */
export async function blockedStreams(pool: Pool, unit: Unit): Promise<BlockedStream[]> {
  const { rows } = await pool.query<BlockedStream>({
    name: 'parked-streams',
    text: `select stream_id as "streamId",
        bool_or(status = 'retry' or coalesce(next_retry_at <= now(), false))
          or (array_agg(kind order by position))[1] = 'behind' as retry,
        bool_or(kind = 'unreadable') and not bool_or(kind = 'failed') as unreadable
      from parked where shard = $1 and name = $2 and version = $3 and status <> 'discarded' group by stream_id`,
    values: [unit.shard, unit.name, unit.version],
  });
  return rows;
}

/** Positions of a stream's parked events, oldest first. */
export async function parkedPositions(pool: Pool, unit: Unit, streamId: string): Promise<bigint[]> {
  const { rows } = await pool.query<{ position: bigint }>({
    name: 'parked-positions',
    text: `select position from parked
      where shard = $1 and name = $2 and version = $3 and stream_id = $4 and status <> 'discarded' order by position`,
    values: [unit.shard, unit.name, unit.version, streamId],
  });
  return rows.map((row) => row.position);
}

/** The event was handled after all, and so was its dead letter; false if it is no longer parked. */
export async function unpark(tx: Tx, unit: Unit, position: bigint): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'unpark',
    text: `with gone as (
        delete from parked where shard = $1 and name = $2 and version = $3 and position = $4 and status <> 'discarded'
        returning name, event_id::text as message_id),
      settled as (
        update dead_letter d set state = 'resolved', settled_at = now(), replay_due_at = null from gone
        where d.consumer = gone.name and d.message_id = gone.message_id and d.state in ('failed', 'replaying'))
      select from gone`,
    values: [unit.shard, unit.name, unit.version, position],
  });
  return rowCount === 1;
}

/** The retry failed: the event says why, the whole stream waits again, until the next try (true) or for an operator. */
export async function parkAgain(
  pool: Pool,
  { lease, leaseMs, retryAfterMs }: { lease: Lease; leaseMs: number; retryAfterMs: RetryAfterMs },
  { entry, kind, fault }: Omit<Parking, 'attempts'>,
): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    await fence(tx, lease, leaseMs);
    const { rows } = await tx.query<{ position: bigint; attempts: number; waits: boolean }>({
      name: 'park-again',
      // In arrays of PostgreSQL the first is 1: the wait after the first retry is the second. Of a replay there is none.
      text: `update parked p set status = 'parked', updated_at = now(),
          kind = case when position = $5 then $6 else kind end,
          error = case when position = $5 then $7 else error end,
          attempts = attempts + case when position = $5 then 1 else 0 end,
          retries = retries + case when position = $5 and kind <> 'behind' then 1 else 0 end,
          next_retry_at = case when position = $5 and $6 = 'failed' and not exists (
              select from dead_letter d where d.consumer = p.name and d.message_id = p.event_id::text)
            then now() + make_interval(secs => ($8::float8[])[case when kind = 'behind' then 1 else retries + 2 end] / 1000)
            end
        where shard = $1 and name = $2 and version = $3 and stream_id = $4 and status <> 'discarded'
        returning position, attempts, next_retry_at is not null as waits`,
      values: [
        ...[lease.shard, lease.name, lease.version, entry.streamId, entry.position],
        ...[kind, errorOf(fault), retryAfterMs ?? []],
      ],
    });
    const again = rows.find(({ position }) => position === entry.position);
    if (retryAfterMs && again && !again.waits) await fileParked(tx, lease, entry, fault, again.attempts);
    return again?.waits ?? false;
  });
}

/** `attempts`: all that were made since it was parked first. */
async function fileParked(
  tx: Tx,
  { shard, name, version }: Unit,
  { eventId, type, position, streamId, recorded }: LogEntry,
  fault: unknown,
  attempts: number,
): Promise<void> {
  const filed = await letterOf(tx, name, eventId);
  const traceparent = recorded instanceof Error ? undefined : recorded.metadata.traceparent;
  await fileLetter(tx, {
    consumer: name,
    messageId: eventId,
    tenantId: await tenantOfStream(tx, shard, streamId),
    type,
    traceId: traceIdOf(traceparent) ?? null,
    replay: filed?.replays ?? 0,
    attempts: Math.max(1, attempts - (filed?.attempts ?? 0)),
    fault: textOfFault(fault),
    source: { shard, version, position },
  });
}

async function tenantOfStream(tx: Tx, shard: number, streamId: string): Promise<string | null> {
  const { rows } = await tx.query<{ tenant_id: string }>({
    name: 'tenant-of-stream',
    text: 'select tenant_id from stream where shard = $1 and stream_id = $2',
    values: [shard, streamId],
  });
  return rows[0]?.tenant_id ?? null;
}
