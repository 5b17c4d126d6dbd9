import type { Tx } from '../postgres/pool.ts';
import { violation, type Finding } from './findings.ts';
import type { Head } from './log-extent.ts';

/** A seal that is not what its events and the seal before make it. */
export type BrokenLink = {
  readonly shard: number;
  readonly position: bigint;
  readonly first: number;
  /** Position of the seal before; 0: none. */
  readonly before: number;
  /** Events found. */
  readonly count: number;
  /** Hexadecimal; null without events. */
  readonly computed: string | null;
};

/** Says what is wrong with a seal, as exactly as what is left allows. */
export async function explainLink(tx: Tx, head: Head, link: BrokenLink): Promise<Finding> {
  const { shard, position, first, before, count } = link;
  const batch = `shard ${shard}, events ${first} to ${position}`;
  const details = { shard, first, last: position };
  if (first > before + 1) {
    const message = `${batch}: the seal of events ${before + 1} to ${first - 1} is missing`;
    return violation('seal-missing', message, { shard, first: before + 1, last: first - 1 });
  }
  if (first <= before) {
    const message = `${batch}: the seal overlaps the one before, which ends at ${before}`;
    return violation('seal-overlaps', message, details);
  }
  if (count !== Number(position) - first + 1) {
    const missing = await missingPositions(tx, link);
    const message = `${batch}: ${missing.length} of them missing: ${missing.slice(0, 5).join(', ')}`;
    return violation('event-missing', message, { ...details, missing });
  }
  if (await nextFits(tx, head, link)) {
    const message = `${batch}: the seal was changed; the next one was made of these events as they are`;
    return violation('seal-changed', message, details);
  }
  return violation('chain-broken', `${batch}: one of them was changed after it was sealed`, details);
}

async function missingPositions(tx: Tx, { shard, first, position }: BrokenLink): Promise<bigint[]> {
  const { rows } = await tx.query<{ position: bigint }>(
    `select p as position from generate_series($2::bigint, $3::bigint) p
     where not exists (select from event e where e.shard = $1 and e.position = p) order by p limit 100`,
    [shard, first, position],
  );
  return rows.map((row) => row.position);
}

/**
 * Whether what follows was made of the hash as it should be: then not the events were changed but the seal. After the
 * last seal that is the hash kept with the head.
 */
async function nextFits(tx: Tx, head: Head, { shard, position, computed }: BrokenLink): Promise<boolean> {
  if (position === head.position) return head.hash === computed;
  const { rows } = await tx.query<{ fits: boolean }>(
    `select sha256(decode($3, 'hex') || convert_to(string_agg(event_lines(e.position, e.stream_id, e.version,
        e.event_id, e.type, e.schema_version, epoch_us(e.recorded_at), e.data, e.metadata), E'\\n'
        order by e.position), 'UTF8')) = s.hash as fits
     from (select * from seal where shard = $1 and position > $2 order by position limit 1) s
     join event e on e.shard = $1 and e.position between s.first_position and s.position
     group by s.hash`,
    [shard, position, computed],
  );
  return rows[0]?.fits === true;
}
