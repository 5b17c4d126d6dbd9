import type {
  LogBrowser,
  LogFilter,
  LogPage,
  LogProgress,
  LogQuestion,
} from '../../application/log-browsing.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { ReadingCodec } from '../event-log/open-rows.ts';
import { instantText } from '../postgres/column-text.ts';
import type { Pool } from '../postgres/pool.ts';
import { shardOf } from '../system.ts';
import { browse, browseAt, browseOrder, BROWSED, type BrowsedRow } from './log-browser.ts';
import { readShards } from './shard-extents.ts';

/** For one page: a type that is rare must not have the whole log read for it. */
export const LOOKED_THROUGH_MAX = 5_000;

export const openLogBrowser = (pool: Pool, codec: ReadingCodec, shardCount: number): LogBrowser => ({
  page: (tenantId, question) => readPage(pool, codec, shardCount, tenantId, question),
  find: async (tenantId, place) => {
    const event = await browseAt(pool, codec, place);
    if (event?.tenantId !== tenantId) return undefined;
    const order = await browseOrder(pool, codec, place.shard, event.streamId);
    return { event, order: order.filter((one) => one.tenantId === tenantId) };
  },
  shards: () => readShards(pool),
});

/** How far a shard, or the one stream that is asked for, has been looked through. */
type Front = {
  readonly shard: number;
  /** A position of the shard, or a version of the stream: what is beyond has not been looked at. */
  reached: bigint;
  /** Of the event there: none beyond comes before it. Undefined: nothing was looked at yet. */
  reachedAt: string | undefined;
  isAtEnd: boolean;
  /** Fit, and are not on the page yet, the next one first. */
  found: FoundRow[];
};

type FoundRow = BrowsedRow & { readonly key: bigint };

type Search = LogQuestion & { readonly tenantId: TenantId };

async function readPage(
  pool: Pool,
  codec: ReadingCodec,
  shardCount: number,
  tenantId: TenantId,
  question: LogQuestion,
): Promise<LogPage> {
  const { order, limit, from } = question;
  const search = { ...question, tenantId };
  const heads = await readHeads(pool, shardsOf(question.filter, shardCount), search);
  const fronts = heads.map(({ shard, head }, index): Front => {
    const reached = from?.[index] ?? (order === 'newest' ? head + 1n : 0n);
    return { shard, reached, reachedAt: undefined, isAtEnd: false, found: [] };
  });

  const rows: FoundRow[] = [];
  let lookedThrough = 0;
  for (let most = limit + 1; rows.length < limit && lookedThrough < LOOKED_THROUGH_MAX; most *= 4) {
    const unknown = fronts.filter(({ found, isAtEnd }) => found.length === 0 && !isAtEnd);
    if (unknown.length === 0) break;
    // A remainder that is no event for each of them is left to the next page.
    const share = Math.floor((LOOKED_THROUGH_MAX - lookedThrough) / unknown.length);
    if (share === 0) break;
    lookedThrough += await look(pool, unknown, search, Math.min(most, share));
    takeInOrder(fronts, rows, search);
  }

  const events = await browse(
    pool,
    codec,
    rows.map(({ key: _key, ...row }) => row),
  );
  const isDone = fronts.every(({ found, isAtEnd }) => found.length === 0 && isAtEnd);
  const progress = fronts.map((front) => progressOf(front, order));
  return { events, lookedThrough, next: isDone ? undefined : progress, end: endOf() };

  function endOf(): LogProgress | undefined {
    if (order === 'oldest') return progress;
    return from ? undefined : heads.map(({ head }) => head);
  }
}

/** The shards that can hold what is asked for. */
function shardsOf({ shard, streamId }: LogFilter, shardCount: number): number[] {
  const all = Array.from({ length: shardCount }, (_, one) => one);
  const ofStream = streamId === undefined ? undefined : shardOf(streamId, shardCount);
  return all.filter((one) => (shard ?? one) === one && (ofStream ?? one) === one);
}

/** Positions, or of one stream its version: 0 of a stream that the tenant has not. */
async function readHeads(
  pool: Pool,
  shards: readonly number[],
  { filter: { streamId }, tenantId }: Search,
): Promise<{ shard: number; head: bigint }[]> {
  const { rows } = await pool.query<{ shard: number; head: bigint }>(
    streamId === undefined
      ? { text: 'select shard, head from log_head where shard = any($1) order by shard', values: [shards] }
      : {
          text: `select u.shard, coalesce(s.version, 0)::bigint as head from unnest($1::smallint[]) u (shard)
            left join stream s on s.shard = u.shard and s.stream_id = $2 and s.tenant_id = $3`,
          values: [shards, streamId, tenantId],
        },
  );
  return rows;
}

type LookedRow = Partial<FoundRow> & {
  front: number;
  looked: number;
  edge: bigint | null;
  edgeAt: string | null;
};

/** Looks `most` events further at each of these fronts, in one query; returns how many it has looked through. */
async function look(pool: Pool, fronts: readonly Front[], search: Search, most: number): Promise<number> {
  const { filter, tenantId, limit } = search;
  const { rows } = await pool.query<LookedRow>(lookSql(search), [
    fronts.map(({ shard }) => shard),
    fronts.map(({ reached }) => reached),
    most,
    limit + 1,
    tenantId,
    filter.type ?? null,
    ...(filter.streamId === undefined ? [] : [filter.streamId]),
  ]);
  let lookedThrough = 0;
  fronts.forEach((front, index) => {
    const own = rows.filter((row) => row.front === index + 1);
    const { looked = 0, edge = null, edgeAt = null } = own[0] ?? {};
    lookedThrough += looked;
    front.found = own.filter((row): row is LookedRow & FoundRow => row.key !== undefined && row.key !== null);
    const last = front.found.at(-1);
    // What is found beyond so many is left for the next look.
    const isCut = last !== undefined && front.found.length > limit;
    front.isAtEnd = !isCut && looked < most;
    if (isCut) [front.reached, front.reachedAt] = [last.key, last.recordedAt];
    else if (edge !== null && edgeAt !== null) [front.reached, front.reachedAt] = [edge, edgeAt];
  });
  return lookedThrough;
}

/**
 * The work is bound before anything is compared: by the primary key, or by the index of streams, exactly so many events
 * are gone through on each front. A plain `limit` on what fits would read the log to its end for a type that is rare.
 */
function lookSql({ order, filter: { streamId } }: Search): string {
  const [key, ofStream] =
    streamId === undefined ? ['position', ''] : (['version', 'and k.stream_id = $7'] as const);
  const [isBeyond, isWithin, outermost, direction] =
    order === 'newest' ? ['<', '>=', 'min', 'desc'] : ['>', '<=', 'max', 'asc'];
  const beyond = `k.shard = u.shard and k.${key} ${isBeyond} u.reached ${ofStream}`;
  return `select u.front::int, s.looked, s.edge,
      (select ${instantText('k.recorded_at')} from event k
       where k.shard = u.shard and k.${key} = s.edge ${ofStream}) as "edgeAt", f.*
    from unnest($1::smallint[], $2::bigint[]) with ordinality as u (shard, reached, front)
    cross join lateral (
      select count(*)::int as looked, ${outermost}(k.key)::bigint as edge from (
        select k.${key} as key from event k where ${beyond} order by k.${key} ${direction} limit $3
      ) k
    ) s
    left join lateral (
      select ${BROWSED}, e.key from (
        select k.*, k.${key}::bigint as key from event k where ${beyond} and k.${key} ${isWithin} s.edge
      ) e
      where e.metadata ->> 'tenantId' = $5 and ($6::text is null or e.type = $6)
      order by e.key ${direction} limit $4
    ) f on true
    order by u.front, f.key ${direction}`;
}

/** Moves to the page what comes next for certain: up to where a front must be looked further along first. */
function takeInOrder(fronts: readonly Front[], rows: FoundRow[], { order, limit }: Search): void {
  const timeOf = ({ found: [next], reachedAt = '' }: Front): string => next?.recordedAt ?? reachedAt;
  const isAhead = (a: Front, b: Front): boolean => {
    if (timeOf(a) === timeOf(b)) return a.shard > b.shard === (order === 'newest');
    return timeOf(a) > timeOf(b) === (order === 'newest');
  };
  while (rows.length < limit) {
    const open = fronts.filter(({ found, isAtEnd }) => found.length > 0 || !isAtEnd);
    const [first] = open.toSorted((a, b) => (isAhead(a, b) ? -1 : 1));
    const next = first?.found.shift();
    if (!next) return;
    rows.push(next);
  }
}

/** From where this front goes on at the next page. */
function progressOf({ found: [next], reached }: Front, order: LogQuestion['order']): bigint {
  if (!next) return reached;
  return order === 'newest' ? next.key + 1n : next.key - 1n;
}
