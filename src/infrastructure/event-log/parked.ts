import type { Pool, Tx } from '../postgres/pool.ts';
import type { Unit } from './leases.ts';
import type { LogEntry } from './read.ts';

/** `unreadable`: this build knows no such event. `behind`: an earlier one of its stream is parked. */
export type ParkedKind = 'unreadable' | 'failed' | 'behind';

export type Parking = {
  readonly entry: LogEntry;
  readonly kind: ParkedKind;
  readonly error: string;
  readonly attempts: number;
};

const ERROR_CHARS_MAX = 2_000;

/** Keeps events aside; part of the transaction that moves the checkpoint past them. */
export async function park(tx: Tx, unit: Unit, parkings: readonly Parking[]): Promise<void> {
  await tx.query({
    name: 'park',
    text: `insert into parked (shard, name, version, position, stream_id, stream_version, event_id, type, kind, error, attempts)
      select $1, $2, $3, * from unnest($4::bigint[], $5::uuid[], $6::int[], $7::uuid[], $8::text[], $9::text[], $10::text[],
        $11::int[])
      on conflict do nothing`,
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
      parkings.map(({ error }) => error.slice(0, ERROR_CHARS_MAX)),
      parkings.map(({ attempts }) => attempts),
    ],
  });
}

export type BlockedStream = {
  readonly streamId: string;
  /** Somebody asked for another try, or what the others wait behind was discarded. */
  readonly retry: boolean;
  /** All that blocks it is that events could not be read, by whatever build tried. */
  readonly unreadable: boolean;
};

/** Streams with parked events, whose later events must wait. */
export async function blockedStreams(pool: Pool, unit: Unit): Promise<BlockedStream[]> {
  const { rows } = await pool.query<BlockedStream>({
    name: 'parked-streams',
    text: `select stream_id as "streamId", bool_or(status = 'retry') or (array_agg(kind order by position))[1] = 'behind' as retry,
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

/** The event was handled after all; false if it is no longer parked. */
export async function unpark(tx: Tx, unit: Unit, position: bigint): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'unpark',
    text: `delete from parked where shard = $1 and name = $2 and version = $3 and position = $4 and status <> 'discarded'`,
    values: [unit.shard, unit.name, unit.version, position],
  });
  return rowCount === 1;
}

/** The retry failed: the event says why, and the whole stream waits again. */
export async function parkAgain(
  pool: Pool,
  unit: Unit,
  failed: {
    readonly streamId: string;
    readonly position: bigint;
    readonly kind: ParkedKind;
    readonly error: string;
  },
): Promise<void> {
  const { streamId, position, kind, error } = failed;
  await pool.query({
    name: 'park-again',
    text: `update parked set status = 'parked', updated_at = now(),
        kind = case when position = $5 then $6 else kind end,
        error = case when position = $5 then $7 else error end,
        attempts = attempts + case when position = $5 then 1 else 0 end
      where shard = $1 and name = $2 and version = $3 and stream_id = $4 and status <> 'discarded'`,
    values: [unit.shard, unit.name, unit.version, streamId, position, kind, error.slice(0, ERROR_CHARS_MAX)],
  });
}
