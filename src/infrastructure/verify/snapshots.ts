import { isDeepStrictEqual } from 'node:util';
import type { AnyAggregate } from '../../application/any-aggregate.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import { UnreadableEvent, type EventCodec } from '../codecs/event-codec.ts';
import { toJson } from '../codecs/money-json.ts';
import { readStreams } from '../event-log/read.ts';
import type { Tx } from '../postgres/pool.ts';
import { violation, type CheckResult, type Finding, type Progress } from './findings.ts';
import { lookUpByKey } from './snapshot.ts';

export type SnapshotSample = number | 'all';

type SnapshotRow = {
  shard: number;
  stream_id: string;
  tenant_id: string | null;
  category: string | null;
  stream_version: number | null;
  version: number;
  state: unknown;
  sound: boolean | null;
};

const PAGE = 100;
// A cursor takes no parameters.
const USABLE = `snapshot n left join stream s on s.shard = n.shard and s.stream_id = n.stream_id
  where not coalesce(s.archived, false)
    and n.schema_version = coalesce((current_setting('verify.state_versions')::jsonb ->> s.category)::int, n.schema_version)`;

/**
 * A snapshot is what its stream comes to at its version. Those of another version of the code are used by nobody and
 * left out, and so are those of archived streams.
 */
export async function checkSnapshots(
  tx: Tx,
  {
    codec,
    aggregates,
    sample,
  }: { codec: EventCodec; aggregates: readonly AnyAggregate[]; sample: SnapshotSample },
  onProgress: Progress,
): Promise<CheckResult> {
  const versions = Object.fromEntries(
    aggregates.map(({ category, stateVersion }) => [category, stateVersion]),
  );
  await tx.query(`select set_config('verify.state_versions', $1, true)`, [JSON.stringify(versions)]);
  const { rows: counted } = await tx.query<{ total: number }>(`select count(*)::int as total from ${USABLE}`);
  await tx.query(
    `declare snapshots no scroll cursor for
     select n.shard, n.stream_id, s.tenant_id, s.category, s.version as stream_version, n.version,
       n.state -> 'state' as state,
       n.state ->> 'checksum' = hashtextextended((n.state -> 'state')::text, n.version)::text as sound
     from ${USABLE} ${sample === 'all' ? '' : `order by random() limit ${sample}`}`,
  );
  await lookUpByKey(tx);
  const total = sample === 'all' ? counted[0]!.total : Math.min(sample, counted[0]!.total);

  const findings: Finding[] = [];
  let seen = 0;
  for (;;) {
    const { rows } = await tx.query<SnapshotRow>(`fetch ${PAGE} from snapshots`);
    if (rows.length === 0) break;
    for (const row of rows) findings.push(...(await judge(tx, codec, aggregates, row)));
    seen += rows.length;
    onProgress(seen, total);
  }
  return { findings, counts: { snapshots: seen, 'of snapshots': counted[0]!.total } };
}

async function judge(
  tx: Tx,
  codec: EventCodec,
  aggregates: readonly AnyAggregate[],
  row: SnapshotRow,
): Promise<Finding[]> {
  const { shard, stream_id: stream, tenant_id: tenant, category, version } = row;
  const which = `shard ${shard}, stream ${stream}: the snapshot at version ${version}`;
  const details = { shard, stream, version };
  if (tenant === null || category === null) {
    return [violation('snapshot-without-stream', `${which} is of no stream`, details)];
  }
  if (version < 1 || version > (row.stream_version ?? 0)) {
    const message = `${which} is of no version of the stream, which ends at ${row.stream_version}`;
    return [violation('snapshot-beyond-stream', message, details)];
  }
  if (row.sound !== true)
    return [violation('snapshot-damaged', `${which} does not fit its checksum`, details)];
  const aggregate = aggregates.find((one) => one.category === category);
  if (!aggregate) return [violation('snapshot-unknown', `${which} is of an unknown category`, details)];
  try {
    const [events = []] = await readStreams(tx, codec, shard, tenant, [stream], { version });
    if (isDeepStrictEqual(plain(aggregate, events), row.state)) return [];
    return [violation('snapshot-differs', `${which} is not what the events come to`, details)];
  } catch (fault) {
    if (!(fault instanceof UnreadableEvent)) throw fault;
    return [violation('event-unreadable', `${which} cannot be judged: ${fault.message}`, details)];
  }
}

/** As PostgreSQL gives it back. */
const plain = (aggregate: AnyAggregate, events: readonly RecordedEvent[]): unknown =>
  JSON.parse(JSON.stringify(toJson(aggregate.stateAfter(events))));
