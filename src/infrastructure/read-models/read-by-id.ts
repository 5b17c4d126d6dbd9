import { foldStream, loadAggregate } from '../../application/load-aggregates.ts';
import type { EventLog, StreamId, UpTo } from '../../application/ports.ts';
import type { NotFound } from '../../application/read-models.ts';
import type { Aggregate } from '../../domain/shared/aggregate.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { fromJson } from '../codecs/money-json.ts';
import type { Pool } from '../postgres/pool.ts';
import { shardOf } from '../system.ts';

export type Source = { readonly pool: Pool; readonly log: EventLog; readonly shardCount: number };

/** `shape`: the version of the state; a read model of older code, not rebuilt yet, has another. */
type Row = { current: number; version: number | null; state: unknown; shape: number | null };

type Readable<State, View> = {
  readonly aggregate: Aggregate<State, never>;
  /** The view of its live rows, and the column that holds the stream's id. */
  readonly table: string;
  readonly key: string;
  /** undefined for the absent state. */
  readonly view: (state: State, version: number) => View | undefined;
  /** As it is shown once its customer was erased; unset: it names none. */
  readonly erased?: (state: State) => State;
};

export type ReadById<View> = (
  tenantId: TenantId,
  id: StreamId,
  upTo?: UpTo,
) => Promise<Result<View, NotFound>>;

/** Reads one aggregate, as of its last acknowledged change or as it was. */
export function readerById<State, View>(
  { pool, log, shardCount }: Source,
  { aggregate, table, key, view, erased }: Readable<State, View>,
): ReadById<View> {
  const found = ({ state, version }: { state: State; version: number }): Result<View, NotFound> => {
    const shown = view(state, version);
    return shown === undefined ? err({ code: 'absent' }) : ok(shown);
  };

  /**
   * Row and stream are compared in one query; when the projector is behind, the stream itself is folded, which takes
   * one query more.
   */
  async function asItIs(tenantId: TenantId, id: StreamId): Promise<Result<View, NotFound>> {
    const { rows } = await pool.query<Row>({
      name: `read-${aggregate.category}`,
      text: `select s.version as current, v.version, v.state, v.state_version as shape
        from stream s left join ${table} v on v.shard = s.shard and v.${key} = s.stream_id
        where s.shard = $1 and s.stream_id = $2 and s.tenant_id = $3 and s.category = '${aggregate.category}'`,
      values: [shardOf(id, shardCount), id, tenantId],
    });
    const row = rows[0];
    if (!row) return err({ code: 'absent' });
    const isCurrent = row.version === row.current && row.shape === aggregate.stateVersion;
    if (isCurrent) return found({ state: fromJson(row.state), version: row.current });
    const current = found(await loadAggregate(log, tenantId, aggregate, id));
    invariant(current.ok, 'a stream has its first event');
    return current;
  }

  /** Always from the log: rows and snapshots know the newest state only. */
  async function asItWas(tenantId: TenantId, id: StreamId, upTo: UpTo): Promise<Result<View, NotFound>> {
    const [events = []] = await log.readStreams(tenantId, [id], upTo);
    const { state, version } = foldStream(aggregate, events);
    // Events from before there were keys name the customer for good, and that of the erasure may be a later one.
    const isErased = erased && version > 0 && (await wasErased(pool, shardOf(id, shardCount), id));
    const then = found({ state: isErased ? erased(state) : state, version });
    if (!then.ok) return err(await whyNotThen(tenantId, id));
    const isShort = events.length < (upTo.version ?? 0);
    return isShort ? err({ code: 'version-not-reached', current: events.length }) : then;
  }

  async function whyNotThen(tenantId: TenantId, id: StreamId): Promise<NotFound> {
    const [begin = []] = await log.readStreams(tenantId, [id], { version: 1 });
    const [first] = begin;
    const exists = first !== undefined && found(foldStream(aggregate, begin)).ok;
    return exists ? { code: 'created-later', createdAt: first.recordedAt } : { code: 'absent' };
  }

  return (tenantId, id, upTo) => (upTo ? asItWas(tenantId, id, upTo) : asItIs(tenantId, id));
}

async function wasErased(pool: Pool, shard: number, id: StreamId): Promise<boolean> {
  const { rows } = await pool.query({
    name: 'was-erased',
    text: 'select from stream where shard = $1 and stream_id = $2 and erased_version > 0',
    values: [shard, id],
  });
  return rows.length > 0;
}
