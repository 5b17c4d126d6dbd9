import type { Tx } from '../postgres/pool.ts';
import { andMore, LISTED_MAX, violation, warning, type CheckResult, type Finding } from './findings.ts';

type UnitRow = {
  name: string;
  version: number;
  shard: number;
  position: bigint;
  head: bigint | null;
  status: string;
  error: string | null;
  stuck: boolean;
};

// Leases are of seconds: one of hours comes of a clock that jumped, and keeps everybody from the work.
const LEASE_MAX = '1 hour';

/** No checkpoint lies beyond the head. What has halted, or waits for an operator's decision, is listed. */
export async function checkSubscriptions(tx: Tx): Promise<CheckResult> {
  const { rows } = await tx.query<UnitRow>(
    `select s.name, s.version, s.shard, s.position, l.head, s.status, s.last_error as error,
       s.lease_until > now() + $1::interval as stuck
     from subscription s left join log_head l on l.shard = s.shard order by s.name, s.version, s.shard`,
    [LEASE_MAX],
  );
  const findings = [...rows.flatMap(judge), ...(await checkParked(tx))];
  return { findings, counts: { checkpoints: rows.length } };
}

function judge({ name, version, shard, position, head, status, error, stuck }: UnitRow): Finding[] {
  const unit = `${name} v${version} on shard ${shard}`;
  const details = { name, version, shard };
  const findings: Finding[] = [];
  if (head === null) {
    findings.push(violation('subscription-without-shard', `${unit}: the log has no such shard`, details));
  } else if (position < 0n || position > head) {
    const message = `${unit}: its checkpoint ${position} lies outside the log, which ends at ${head}`;
    findings.push(violation('checkpoint-beyond-head', message, { ...details, position, head }));
  }
  if (status === 'halted') {
    const message = `${unit} has halted at ${position}: ${error ?? 'it does not say why'}`;
    findings.push(warning('subscription-halted', message, { ...details, position, error }));
  }
  if (stuck)
    findings.push(warning('lease-stuck', `${unit}: its lease ends more than ${LEASE_MAX} from now`, details));
  return findings;
}

type ParkedRow = {
  name: string;
  version: number;
  shard: number;
  position: bigint;
  status: string;
  error: string;
  ahead: boolean;
  unlike: boolean;
  rows: number;
};

/** A parked event is one that its subscription has passed. */
async function checkParked(tx: Tx): Promise<Finding[]> {
  const { rows } = await tx.query<ParkedRow>(
    `select name, version, shard, status, ahead, "unlike", min(position) as position,
       (array_agg(error order by position))[1] as error, count(*)::int as rows
     from (
       select p.name, p.version, p.shard, p.status, p.position, p.error, p.position > coalesce(s.position, 0) as ahead,
         e.event_id is not null and (e.event_id, e.stream_id, e.version) <> (p.event_id, p.stream_id, p.stream_version)
           as "unlike"
       from parked p
       left join subscription s on s.shard = p.shard and s.name = p.name and s.version = p.version
       left join event e on e.shard = p.shard and e.position = p.position
     ) p
     where status <> 'discarded' or ahead or "unlike"
     group by name, version, shard, status, ahead, "unlike" order by 1, 2, 3 limit $1`,
    [LISTED_MAX * 10],
  );
  return rows.map(({ name, version, shard, position, error, ahead, unlike, rows: total }) => {
    const unit = `${name} v${version} on shard ${shard}`;
    const details = { name, version, shard, position, total };
    const which = `the event at ${position}${andMore(total, 1)}`;
    if (ahead)
      return violation('parked-ahead', `${unit}: parked is ${which}, beyond its checkpoint`, details);
    if (unlike) return violation('parked-unlike-event', `${unit}: what is parked is not ${which}`, details);
    return warning('parked', `${unit}: parked is ${which}: ${error}`, details);
  });
}
