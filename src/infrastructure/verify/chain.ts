import type { Pool, Tx } from '../postgres/pool.ts';
import { explainLink, type BrokenLink } from './broken-link.ts';
import { andMore, LISTED_MAX, violation, type CheckResult, type Finding, type Progress } from './findings.ts';
import type { Extent, Gap, Head } from './log-extent.ts';
import { inSnapshot } from './snapshot.ts';

/** Events looked at by one statement: half a second's work, so progress is seen and nothing is held up for long. */
const WINDOW_POSITIONS = 20_000n;
/** Statements at a time. Each keeps one core of the server busy. */
const WINDOWS_AT_ONCE = 2;

type Window = { readonly shard: number; readonly after: bigint; readonly upTo: bigint };
type WindowResult = { readonly seals: number; readonly events: number; readonly links: BrokenLink[] };

/**
 * Every seal is the hash of the one before and of the events between the two, from the genesis of each shard to its
 * head. Seals are never changed, so each window of the chain is looked at by itself, in its own moment.
 */
export async function checkChain(
  pool: Pool,
  { heads, gaps }: Extent,
  onProgress: Progress,
): Promise<CheckResult> {
  const windows = heads.flatMap(windowsOf);
  const total = heads.reduce((sum, { position }) => sum + Number(position), 0);
  const broken: BrokenLink[] = [];
  let [seals, events] = [0, 0];
  async function work(): Promise<void> {
    for (let next = windows.shift(); next; next = windows.shift()) {
      const window = next;
      const result = await inSnapshot(pool, (tx) => checkWindow(tx, window, gaps));
      seals += result.seals;
      events += result.events;
      broken.push(...result.links);
      onProgress(events, total);
    }
  }
  await Promise.all(Array.from({ length: WINDOWS_AT_ONCE }, work));

  const findings: Finding[] = [];
  for (const head of heads) {
    const ofShard = broken.filter(({ shard }) => shard === head.shard).toSorted(byPosition);
    if (ofShard.length > 0) findings.push(...(await inSnapshot(pool, (tx) => explain(tx, head, ofShard))));
    findings.push(...(await inSnapshot(pool, (tx) => checkEnd(tx, head))));
  }
  return { findings, counts: { events, seals } };
}

function windowsOf({ shard, position }: Head): Window[] {
  const windows: Window[] = [];
  for (let after = 0n; after < position; after += WINDOW_POSITIONS) {
    const upTo = after + WINDOW_POSITIONS;
    windows.push({ shard, after, upTo: upTo < position ? upTo : position });
  }
  return windows;
}

const byPosition = (a: BrokenLink, b: BrokenLink): number => (a.position < b.position ? -1 : 1);

// Inside JSON positions are numbers: none comes near 2^53.
type LinkRow = Omit<BrokenLink, 'shard' | 'position'> & { readonly position: number };
type WindowRow = { seals: number; events: number; broken: LinkRow[] | null };

async function checkWindow(
  tx: Tx,
  { shard, after, upTo }: Window,
  gaps: readonly Gap[],
): Promise<WindowResult> {
  const { rows } = await tx.query<WindowRow>(WINDOW, [
    shard,
    after,
    upTo,
    gaps.map(({ from }) => from),
    gaps.map(({ to }) => to),
  ]);
  const { seals, events, broken } = rows[0]!;
  const links = (broken ?? []).map((link) => ({ ...link, shard, position: BigInt(link.position) }));
  return { seals, events, links };
}

// The last seal before the window begins its chain; where there is none, the genesis does. A seal that reaches into a
// detached partition cannot be computed: that it follows the one before is all that is asked of it.
const WINDOW = `
  with link as (
    select s.position, s.first_position, s.hash,
      coalesce(lag(s.position) over w, 0) as before, coalesce(lag(s.hash) over w, log_genesis($1)) as hash_before
    from seal s where s.shard = $1 and s.position <= $3 and s.position >= coalesce(
      (select b.position from seal b where b.shard = $1 and b.position <= $2 order by b.position desc limit 1), 0)
    window w as (order by s.position)
  ), checked as (
    select l.position, l.first_position, l.before, l.hash, e.count, e.hash as computed, d.from is not null as partial
    from link l
    left join lateral (
      select d.from from unnest($4::bigint[], $5::bigint[]) d ("from", "to")
      where l.first_position < d.to and l.position >= d.from limit 1
    ) d on true
    cross join lateral (
      select count(*) as count, sha256(l.hash_before || convert_to(string_agg(event_lines(e.position, e.stream_id,
        e.version, e.event_id, e.type, e.schema_version, epoch_us(e.recorded_at), e.data, e.metadata), E'\\n'
        order by e.position), 'UTF8')) as hash
      from event e where e.shard = $1 and e.position between l.first_position and l.position
    ) e
    where l.position > $2
  )
  select count(*)::int as seals, coalesce(sum(count), 0)::int as events,
    jsonb_agg(jsonb_build_object('position', position, 'first', first_position, 'before', before, 'count', count,
      'computed', encode(computed, 'hex')) order by position)
      filter (where first_position <> before + 1 or not partial and
        (count <> position - first_position + 1 or computed is distinct from hash)) as broken
  from checked`;

async function explain(tx: Tx, head: Head, broken: readonly BrokenLink[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  let changedSeal: bigint | undefined;
  for (const link of broken.slice(0, LISTED_MAX)) {
    // What follows a seal that alone was changed does not fit it, and is as it was.
    if (changedSeal === BigInt(link.before)) continue;
    const finding = await explainLink(tx, head, link);
    if (finding.rule === 'seal-changed') changedSeal = link.position;
    findings.push(finding);
  }
  const more = andMore(broken.length, LISTED_MAX);
  if (more === '') return findings;
  const [{ shard, position }] = [broken[LISTED_MAX]!];
  const message = `shard ${shard}: ${LISTED_MAX} broken seals${more}, the next at ${position}`;
  return [...findings, violation('chain-broken', message, { shard, seals: broken.length })];
}

/** The chain ends where the head says, and nothing was added after it. */
async function checkEnd(tx: Tx, { shard, position, hash }: Head): Promise<Finding[]> {
  const { rows } = await tx.query<{ position: bigint; hash: string }>(
    `select position, encode(hash, 'hex') as hash from seal where shard = $1 and position <= $2
     order by position desc limit 1`,
    [shard, position],
  );
  const last = rows[0];
  if ((last?.position ?? 0n) !== position) {
    const message = `shard ${shard}: the head is at ${position}, but the last seal before it at ${last?.position ?? 0n}`;
    return [violation('chain-end', message, { shard, head: position, seal: last?.position ?? null })];
  }
  if (last && last.hash !== hash) {
    const message = `shard ${shard}: the hash kept with the head is not that of the last seal, at ${position}`;
    return [violation('head-hash', message, { shard, head: position })];
  }
  return [];
}
