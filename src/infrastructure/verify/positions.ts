import type { Tx } from '../postgres/pool.ts';
import { andMore, LISTED_MAX, violation, type CheckResult, type Finding } from './findings.ts';
import { missingUpTo, type Extent, type Gap, type Head } from './log-extent.ts';

/** Positions of each shard are 1 to its head, none is missing and none more; nor does a command lie beyond. */
export async function checkPositions(tx: Tx, extent: Extent): Promise<CheckResult> {
  const findings = await checkPartitions(tx);
  let events = 0;
  for (const head of extent.heads) {
    const found = await countEvents(tx, head.shard);
    events += Number(found.count);
    const expected = head.position - missingUpTo(extent.gaps, head.position);
    const inside = found.low === null || (found.low >= 1n && found.high! <= head.position);
    if (found.count !== expected || !inside) findings.push(...(await explain(tx, head, extent.gaps)));
    findings.push(...(await checkSealsBeyond(tx, head)), ...(await checkCommands(tx, head)));
  }
  return { findings, counts: { events } };
}

async function countEvents(tx: Tx, shard: number) {
  const { rows } = await tx.query<{ count: bigint; low: bigint | null; high: bigint | null }>(
    'select count(*), min(position) as low, max(position) as high from event where shard = $1',
    [shard],
  );
  return rows[0]!;
}

async function explain(tx: Tx, { shard, position: head }: Head, gaps: readonly Gap[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { rows: outside } = await tx.query<{ position: bigint; total: number }>(
    `select position, (count(*) over ())::int as total from event
     where shard = $1 and (position < 1 or position > $2) order by position limit $3`,
    [shard, head, LISTED_MAX],
  );
  if (outside[0]) {
    const positions = outside.map((row) => row.position);
    const message = `shard ${shard}: events outside 1 to ${head}, at ${positions.join(', ')}${andMore(outside[0].total, positions.length)}`;
    findings.push(
      violation('event-beyond-head', message, { shard, head, positions, total: outside[0].total }),
    );
  }
  const { rows: holes } = await tx.query<{ first: bigint; last: bigint; total: number }>(
    `with known as (
       select position as first, position as last from event where shard = $1 and position between 1 and $2
       union all select d.from, d.to - 1 from unnest($3::bigint[], $4::bigint[]) d ("from", "to")
       union all select $2 + 1, $2 + 1
     ), hole as (
       select coalesce(max(last) over (order by first rows between unbounded preceding and 1 preceding), 0) + 1 as first,
         first - 1 as last from known)
     select first, least(last, $2) as last, (count(*) over ())::int as total from hole
     where first <= least(last, $2) order by first limit $5`,
    [shard, head, gaps.map(({ from }) => from), gaps.map(({ to }) => to), LISTED_MAX],
  );
  if (holes[0]) {
    const ranges = holes.map(({ first, last }) => (first === last ? String(first) : `${first}–${last}`));
    const message = `shard ${shard}: no event at ${ranges.join(', ')}${andMore(holes[0].total, ranges.length)}`;
    findings.push(
      violation('event-missing', message, { shard, head, positions: ranges, total: holes[0].total }),
    );
  }
  return findings;
}

async function checkSealsBeyond(tx: Tx, { shard, position: head }: Head): Promise<Finding[]> {
  const { rows } = await tx.query<{ position: bigint }>(
    'select position from seal where shard = $1 and (position > $2 or first_position < 1) order by position limit 1',
    [shard, head],
  );
  if (!rows[0]) return [];
  const message = `shard ${shard}: a seal at ${rows[0].position} lies outside 1 to ${head}`;
  return [violation('seal-beyond-head', message, { shard, head, position: rows[0].position })];
}

async function checkCommands(tx: Tx, { shard, position: head }: Head): Promise<Finding[]> {
  const { rows } = await tx.query<{ command: string; position: bigint; total: number }>(
    `select command_id as command, position, (count(*) over ())::int as total from command
     where shard = $1 and (position < 1 or position > $2) order by position desc limit $3`,
    [shard, head, LISTED_MAX],
  );
  const [first] = rows;
  if (!first) return [];
  const commands = rows.map((row) => row.command);
  const message = `shard ${shard}: command ${first.command} points at ${first.position}, outside 1 to ${head}${andMore(first.total, 1)}`;
  return [violation('command-beyond-head', message, { shard, head, commands, total: first.total })];
}

/** What is noted of partitions is what is attached: one detached by hand would look like events that are missing. */
async function checkPartitions(tx: Tx): Promise<Finding[]> {
  const { rows } = await tx.query<{ ordinal: number; detached: boolean }>(
    `select p.ordinal, p.detached_at is not null as detached from event_partition p
     where (p.detached_at is null) <> exists (
       select from pg_inherits where inhparent = 'event'::regclass and inhrelid = to_regclass('event_p' || p.ordinal))
     order by p.ordinal`,
  );
  return rows.map(({ ordinal, detached }) =>
    violation(
      'partition-unlike-noted',
      `partition ${ordinal} is noted as ${detached ? 'detached and is attached' : 'attached and is not'}`,
      { partition: ordinal },
    ),
  );
}
