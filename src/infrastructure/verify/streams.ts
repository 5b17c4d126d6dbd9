import type { Tx } from '../postgres/pool.ts';
import { andMore, LISTED_MAX, violation, type CheckResult, type Finding } from './findings.ts';
import type { Extent } from './log-extent.ts';

type Problem = { rule: keyof typeof RULES; streams: string[]; total: number };

const RULES = {
  'stream-missing': 'there are events of it, but no stream',
  'stream-empty': 'there is no event of it',
  'stream-versions': 'its versions are not 1 to the number of its events',
  'stream-order': 'its versions are not in the order of its positions',
  'stream-version': 'its version is not that of its last event',
  'stream-tenant': 'the tenant of an event is not the stream’s',
  'stream-shard': 'its id names another shard',
  'stream-archived': 'it is archived, and all its events are here',
} as const;

/**
 * Versions of each stream are 1 to its version, in the order of their positions, and its tenant is that of its events.
 * Of an archived stream some events are elsewhere.
 */
export async function checkStreams(tx: Tx, { heads }: Extent): Promise<CheckResult> {
  const findings: Finding[] = [];
  let streams = 0;
  for (const { shard } of heads) {
    const { rows } = await tx.query<{ streams: number; problems: Problem[] | null }>(STREAMS, [
      shard,
      heads.length,
      LISTED_MAX,
    ]);
    streams += rows[0]!.streams;
    for (const problem of rows[0]!.problems ?? []) findings.push(toFinding(shard, problem));
  }
  return { findings, counts: { streams } };
}

function toFinding(shard: number, { rule, streams, total }: Problem): Finding {
  const message = `shard ${shard}, stream ${streams[0]}${andMore(total, 1)}: ${RULES[rule]}`;
  return violation(rule, message, { shard, streams, total });
}

const STREAMS = `
  with numbered as (
    select stream_id, version, metadata ->> 'tenantId' as tenant,
      row_number() over w as nth, position > coalesce(lag(position) over w, 0) as in_order
    from event where shard = $1 window w as (partition by stream_id order by version)
  ), of_events as (
    select stream_id, count(*) as events, max(version) as last, bool_and(version = nth) as dense,
      bool_and(in_order) as in_order, count(distinct coalesce(tenant, '')) as tenants, min(tenant) as tenant
    from numbered group by stream_id
  ), both_ways as (
    select coalesce(s.stream_id, e.stream_id) as id, s.stream_id is null as unknown, e.stream_id is null as empty,
      s.version, s.tenant_id, s.archived, e.events, e.last, e.dense, e.in_order, e.tenants, e.tenant
    from (select * from stream where shard = $1) s full join of_events e using (stream_id)
  ), judged as (
    select id, case
      when unknown then 'stream-missing'
      when ('x' || right(id::text, 4))::bit(16)::int % $2 <> $1 then 'stream-shard'
      when archived and events = version then 'stream-archived'
      when empty then case when not archived then 'stream-empty' end
      when not in_order then 'stream-order'
      when tenants <> 1 or tenant is distinct from tenant_id::text then 'stream-tenant'
      when archived then case when last > version then 'stream-version' end
      when not dense then 'stream-versions'
      when last <> version then 'stream-version'
    end as rule
    from both_ways
  ), listed as (
    select rule, count(*) as total, (array_agg(id order by id))[1:$3] as streams
    from judged where rule is not null group by rule
  )
  select (select count(*)::int from judged) as streams,
    (select jsonb_agg(jsonb_build_object('rule', rule, 'streams', streams, 'total', total) order by rule) from listed)
      as problems`;
