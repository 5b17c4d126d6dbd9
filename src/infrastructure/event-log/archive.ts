import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyAggregate } from '../../application/any-aggregate.ts';
import { aggregateLoader, noCache } from '../../application/load-aggregates.ts';
import type { EventLog, StreamId } from '../../application/ports.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { readShardCount } from '../postgres/shard-count.ts';

export type OpenStream = {
  readonly shard: number;
  readonly streamId: StreamId;
  readonly category: string;
  readonly version: number;
};

/** Why a partition was left as it is. */
export type ArchiveRefusal =
  | { readonly reason: 'no-such-partition' | 'already-detached' | 'already-attached' }
  /** A shard has not come to its end yet. */
  | { readonly reason: 'still-written'; readonly shard: number; readonly head: number; readonly last: number }
  /** More may happen to some of its streams. */
  | { readonly reason: 'open-streams'; readonly count: number; readonly first: readonly OpenStream[] }
  /** Subscriptions that have yet to read some of it, or have parked some. */
  | { readonly reason: 'behind' | 'parked'; readonly count: number; readonly first: readonly string[] }
  | { readonly reason: 'table-missing'; readonly table: string }
  | { readonly reason: 'busy'; readonly with: string };

export type Archive = {
  readonly pool: Pool;
  readonly log: EventLog;
  readonly aggregates: readonly AnyAggregate[];
  /** Streams looked at so far, twice each when a partition is detached. */
  readonly onProgress?: (streams: number) => void;
};

export type Archived = { readonly streams: number };

// Under the head lock, so appends wait for a page: 29 ms at p99 beside a walk over 100,000 streams, 58 with 500 a page.
const PAGE_STREAMS = 200;
const LISTED_MAX = 5;
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 1_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Takes a partition out of the event table, if nothing more can happen to any stream with events in it. Those streams
 * are archived first, page by page, which no append gets past; what then holds appends up is short, whatever the
 * partition holds.
 */
export async function detachPartition(
  archive: Archive,
  ordinal: number,
): Promise<Result<Archived, ArchiveRefusal>> {
  const { pool, onProgress } = archive;
  return exclusively(pool, async (session) => {
    const obstacle = await readRefusal(session, 'select event_partition_obstacle($1) as refusal', ordinal);
    if (obstacle) return err(obstacle);
    let open = 0;
    let streams = 0;
    const first: OpenStream[] = [];
    for await (const { shard, ids } of streamsOf(session, ordinal, onProgress)) {
      const stillOpen = await closeStreams(archive, session, shard, ids);
      first.push(...stillOpen.slice(0, LISTED_MAX - first.length));
      open += stillOpen.length;
      streams += ids.length;
    }
    if (open > 0) return err({ reason: 'open-streams', count: open, first });

    for await (const { shard, ids } of streamsOf(session, ordinal, onProgress))
      open += await archiveStreams(session, shard, ids);
    const refusal: ArchiveRefusal | undefined =
      open > 0
        ? { reason: 'open-streams', count: open, first: [] } // opened again since they were closed
        : await withPatience(session, 'select detach_event_partition($1) as refusal', ordinal);
    if (!refusal) return ok({ streams });
    for await (const { shard, ids } of streamsOf(session, ordinal))
      await unarchiveStreams(session, shard, ids);
    return err(refusal);
  });
}

/** Puts a partition back, and its streams to use; ends as well what a broken-off detaching has left. */
export async function attachPartition(
  { pool, onProgress }: Pick<Archive, 'pool' | 'onProgress'>,
  ordinal: number,
): Promise<Result<Archived, ArchiveRefusal>> {
  return exclusively(pool, async (session) => {
    const refusal = await withPatience(session, 'select attach_event_partition($1) as refusal', ordinal);
    if (refusal && refusal.reason !== 'already-attached') return err(refusal);
    let streams = 0;
    for await (const { shard, ids } of streamsOf(session, ordinal, onProgress))
      streams += await unarchiveStreams(session, shard, ids);
    return refusal && streams === 0 ? err(refusal) : ok({ streams });
  });
}

/** On one connection, while nobody else detaches or attaches, or verifies the log. */
async function exclusively<T>(
  pool: Pool,
  work: (session: Tx) => Promise<Result<T, ArchiveRefusal>>,
): Promise<Result<T, ArchiveRefusal>> {
  const session = await pool.connect();
  let broken = true; // and then the locks go with the connection
  try {
    const { rows } = await session.query<{ archiving: boolean; verifying: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('archiving', 0)) as archiving,
         pg_try_advisory_lock(hashtextextended('verifying', 0)) as verifying`,
    );
    const { archiving, verifying } = rows[0]!;
    const result =
      archiving && verifying
        ? await work(session)
        : err({
            reason: 'busy' as const,
            with: archiving ? 'the log is being verified' : 'another partition is being detached or attached',
          });
    await session.query('select pg_advisory_unlock_all()');
    broken = false;
    return result;
  } finally {
    session.release(broken);
  }
}

async function readRefusal(session: Tx, text: string, ordinal: number): Promise<ArchiveRefusal | undefined> {
  const { rows } = await session.query<{ refusal: ArchiveRefusal | null }>(text, [ordinal]);
  return rows[0]?.refusal ?? undefined;
}

/** Gives way to whoever reads events for long, and tries again. */
async function withPatience(session: Tx, text: string, ordinal: number): Promise<ArchiveRefusal | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await readRefusal(session, text, ordinal);
    } catch (fault) {
      if (!(fault instanceof Error && 'code' in fault && fault.code === '55P03')) throw fault;
      if (tries === LOCK_TRIES) return { reason: 'busy', with: 'something reads or writes events for long' };
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

/** The streams with events in a partition, page by page and shard by shard. */
async function* streamsOf(
  session: Tx,
  ordinal: number,
  onProgress: (streams: number) => void = () => {},
): AsyncGenerator<{ readonly shard: number; readonly ids: readonly StreamId[] }> {
  const shardCount = await readShardCount(session);
  let seen = 0;
  for (let shard = 0; shard < shardCount; shard++) {
    for (let after = BEFORE_ALL; ;) {
      const { rows } = await session.query<{ id: StreamId }>(
        'select id from event_partition_streams($1, $2::smallint, $3, $4) id',
        [ordinal, shard, after, PAGE_STREAMS],
      );
      const last = rows.at(-1);
      if (!last) break;
      after = last.id;
      yield { shard, ids: rows.map(({ id }) => id) };
      seen += rows.length;
      onProgress(seen);
    }
  }
}

/** Closes what the domain calls closed; returns the rest. */
async function closeStreams(
  { log, aggregates }: Archive,
  session: Tx,
  shard: number,
  ids: readonly StreamId[],
): Promise<OpenStream[]> {
  const { rows } = await session.query<Omit<OpenStream, 'shard'> & { tenantId: TenantId }>(
    `select s.stream_id as "streamId", s.tenant_id as "tenantId", s.category, s.version
     from unnest($2::uuid[]) u (id) join stream s on s.shard = $1 and s.stream_id = u.id
     where not s.closed and not s.archived`,
    [shard, ids],
  );
  const open: OpenStream[] = [];
  const closed: Pick<OpenStream, 'streamId' | 'version'>[] = [];
  for (const tenantId of new Set(rows.map((row) => row.tenantId))) {
    const streams = rows.filter((row) => row.tenantId === tenantId);
    const history = await aggregateLoader(log, noCache).load(
      tenantId,
      streams.map(({ streamId }) => streamId),
    );
    for (const { streamId, category, version } of streams) {
      const judged = aggregates.find((one) => one.category === category)?.judge(history, streamId);
      if (judged?.closed) closed.push({ streamId, version: judged.version });
      else open.push({ shard, streamId, category, version });
    }
  }
  await session.query('select close_streams($1::smallint, $2::uuid[], $3::int[])', [
    shard,
    closed.map(({ streamId }) => streamId),
    closed.map(({ version }) => version),
  ]);
  return open;
}

async function archiveStreams(session: Tx, shard: number, ids: readonly StreamId[]): Promise<number> {
  const { rows } = await session.query<{ open: number }>(
    'select archive_streams($1::smallint, $2::uuid[]) as open',
    [shard, ids],
  );
  return rows[0]!.open;
}

async function unarchiveStreams(session: Tx, shard: number, ids: readonly StreamId[]): Promise<number> {
  const { rows } = await session.query<{ count: number }>(
    'select unarchive_streams($1::smallint, $2::uuid[]) as count',
    [shard, ids],
  );
  return rows[0]!.count;
}
