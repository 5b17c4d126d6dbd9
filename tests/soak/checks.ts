import { setTimeout as sleep } from 'node:timers/promises';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { isUnreachable, type Pool, type Tx } from '../../src/infrastructure/postgres/pool.ts';
import { verify } from '../../src/infrastructure/verify/verify.ts';
import type { Book, Due } from './book.ts';
import { IN_SQL, OUTSIDE } from './followers.ts';
import type { Violation, ViolationKind } from './protocol.ts';

/** Positions that were applied or are parked, of the subscription `s`: how many, how many different, and the last. */
const accountedFor = (applied: string): string =>
  `select count(*) as n, count(distinct position) as several, coalesce(max(position), 0) as last from (
     ${applied} union all select position from parked p where p.shard = s.shard and p.name = s.name) one`;

/** Rows that must not be; all of these hold at every moment, not only at rest. */
const NEVER: readonly (readonly [ViolationKind, string])[] = [
  [
    'positions',
    `select l.shard, l.head, count(e.position), count(distinct e.position), max(e.position)
     from log_head l left join event e on e.shard = l.shard group by l.shard, l.head
     having count(e.position) <> l.head or count(distinct e.position) <> l.head or coalesce(max(e.position), 0) <> l.head`,
  ],
  [
    'versions',
    `with numbered as (select shard, stream_id, version,
         row_number() over (partition by shard, stream_id order by position) as nth from event),
       counted as (select shard, stream_id, count(*) as n from event group by shard, stream_id)
     select shard, stream_id, version, nth from numbered where version <> nth
     union all
     select shard, stream_id, s.version, c.n from stream s full join counted c using (shard, stream_id)
       where s.version is distinct from c.n`,
  ],
  [
    'commands',
    `with written as (select shard, (metadata ->> 'commandId')::uuid as command_id, stream_id, count(*) as n,
         min(position) as first, max(position) as last from event group by 1, 2, 3),
       kept as (select c.shard, c.command_id, (s ->> 0)::uuid as stream_id, (s ->> 1)::int as n, c.position
         from command c cross join lateral jsonb_array_elements(c.answer -> 'streams') s)
     select shard, command_id, stream_id, w.n as written, k.n as answered, null::bigint as position
       from written w full join kept k using (shard, command_id, stream_id) where w.n is distinct from k.n
     union all
     select shard, command_id, null, sum(w.n), max(w.last) - min(w.first) + 1, k.position
       from written w join kept k using (shard, command_id, stream_id) group by shard, command_id, k.position
       having max(w.last) - min(w.first) + 1 <> sum(w.n) or max(w.last) <> k.position`,
  ],
  [
    'seen',
    `with numbered as (select shard, stream_id, version, position, process,
         row_number() over (partition by shard, stream_id order by id) as nth from soak_seen)
     select shard, stream_id, version, nth, process from numbered where version <> nth
     union all
     select s.shard, null, s.position, a.n, 'checkpoint' from subscription s
       cross join lateral (${accountedFor('select position from soak_seen t where t.shard = s.shard')}) a
       where s.name = '${IN_SQL}' and (a.n <> s.position or a.several <> s.position or a.last <> s.position)`,
  ],
  ['lease', `select shard, position, process, owner from soak_seen where owner is distinct from process`],
  ['lease', `select rule, process, before, after from soak_broken_rule`],
  [
    'outside',
    `with firsts as (select shard, stream_id, version, min(id) as id from soak_outside group by 1, 2, 3),
       numbered as (select shard, stream_id, version,
         row_number() over (partition by shard, stream_id order by id) as nth from firsts)
     select shard, stream_id, version, nth from numbered where version <> nth
     union all
     select s.shard, null, s.position, a.several from subscription s
       cross join lateral (${accountedFor('select position from soak_outside t where t.shard = s.shard and t.position <= s.position')}) a
       where s.name = '${OUTSIDE}' and a.several <> s.position`,
  ],
  [
    'seals',
    `with linked as (select shard, first_position, position, hash, lag(hash) over chain as hash_before,
         coalesce(lag(position) over chain, 0) as position_before
       from seal window chain as (partition by shard order by position))
     select l.shard, l.position from linked l
     where l.first_position <> l.position_before + 1 or l.hash is distinct from (
       select sha256(coalesce(l.hash_before, log_genesis(l.shard)) || convert_to(string_agg(event_lines(e.position,
           e.stream_id, e.version, e.event_id, e.type, e.schema_version, epoch_us(e.recorded_at), e.data, e.metadata),
           E'\\n' order by e.position), 'UTF8'))
       from event e where e.shard = l.shard and e.position between l.first_position and l.position)
     union all
     select h.shard, h.head from log_head h
     left join lateral (select position, hash from seal s where s.shard = h.shard order by position desc limit 1) s on true
     where h.head <> coalesce(s.position, 0) or h.hash is distinct from s.hash`,
  ],
  [
    'parked',
    `select p.* from parked p where not exists (select from event e where e.shard = p.shard
       and e.stream_id = p.stream_id and e.version = 1 and e.data #>> '{items,0,productId}' in ('poison', 'unreadable'))`,
  ],
  ['parked', `select * from subscription where status = 'halted'`],
];

/** What holds once nothing is under way and every process has stopped in good order. */
const AT_THE_END: readonly (readonly [ViolationKind, string])[] = [
  ['parked', `select * from parked`],
  [
    'stalled',
    `select s.*, l.head from subscription s join log_head l using (shard) where s.position <> l.head`,
  ],
  [
    'lease',
    `select shard, name, owner, lease_until from subscription where owner is not null or lease_until > now()`,
  ],
];

const SHOWN_MAX = 3;
const CHECK_EVERY = { ms: 500, timesItsLength: 8 };

// Whole tables are read, of which nothing is known yet: a nested loop over thousands of rows would take minutes.
const SETTINGS = `set local enable_seqscan = on; set local enable_bitmapscan = on; set local enable_nestloop = off;
  set local jit = off; set local work_mem = '64MB'; set local statement_timeout = '5min'`;

/** Everything that must hold in one snapshot, taken after `due` was drawn up. */
export async function checkSnapshot(pool: Pool, due: Due, atTheEnd: boolean): Promise<Violation[]> {
  const tx = await pool.connect();
  try {
    await tx.query('begin isolation level repeatable read read only');
    await tx.query(SETTINGS);
    const violations: Violation[] = await checkDue(tx, due);
    for (const [kind, query] of atTheEnd ? [...NEVER, ...AT_THE_END] : NEVER) {
      const { rows } = await tx.query<Record<string, unknown>>(query);
      if (rows.length > 0) violations.push({ kind, detail: `${rows.length} rows, such as ${shown(rows)}` });
    }
    await tx.query('rollback');
    return violations;
  } finally {
    tx.release(true); // whatever state it is in
  }
}

/** Checks again and again; a large log less often, so that checking is not all there is. How often it did. */
export async function keepChecking(
  pool: Pool,
  book: Book,
  signal: AbortSignal,
  onViolation: (violation: Violation) => void,
): Promise<number> {
  let checks = 0;
  let pauseMs = CHECK_EVERY.ms;
  for (;;) {
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return checks;
    const startedAt = performance.now();
    const due = book.due();
    try {
      const found = await checkSnapshot(pool, due, false);
      for (const violation of found) onViolation(violation);
      book.checked(due);
      checks++;
    } catch (fault) {
      if (!isUnreachable(fault)) throw fault;
    }
    pauseMs = Math.max(CHECK_EVERY.ms, (performance.now() - startedAt) * CHECK_EVERY.timesItsLength);
  }
}

/** What the command `verify` says of the log; of snapshots and read models the soak has none of the service's own. */
export async function verifyLog(pool: Pool): Promise<Violation[]> {
  const checks = ['chain', 'positions', 'streams', 'subscriptions'] as const;
  const verdict = await verify({
    pool,
    checks,
    codec: eventCodec,
    aggregates: [],
    projections: [],
    counted: [],
  });
  if (!verdict.ok) return [{ kind: 'verified', detail: verdict.error }];
  return verdict.value.findings.map(({ rule, message }) => ({
    kind: 'verified',
    detail: `${rule}: ${message}`,
  }));
}

async function checkDue(tx: Tx, { present, absent }: Due): Promise<Violation[]> {
  const { rows } = await tx.query<{ id: string; due: boolean }>(
    `select u.id, u.due from unnest($1::uuid[], $2::boolean[]) as u (id, due)
     left join command c on c.command_id = u.id where u.due <> (c.command_id is not null)`,
    [
      [...present, ...absent],
      [...present.map(() => true), ...absent.map(() => false)],
    ],
  );
  return rows.slice(0, SHOWN_MAX).map(({ id, due }) => ({
    kind: 'acknowledged',
    detail: due
      ? `${id} was acknowledged and is not in the log`
      : `${id} is in the log though it was refused`,
  }));
}

const shown = (rows: readonly Record<string, unknown>[]): string =>
  rows
    .slice(0, SHOWN_MAX)
    .map((row) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    )
    .join(' ');
