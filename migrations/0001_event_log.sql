-- The event log. Every key begins with the shard and every statement names it, so that shards can be spread over
-- several servers later without a rewrite.

create table log_head (
  shard smallint primary key,
  head bigint not null default 0
) with (fillfactor = 50);

create table stream (
  shard smallint not null,
  stream_id uuid not null,
  tenant_id uuid not null,
  category text not null,
  version int not null,
  primary key (shard, stream_id)
) with (fillfactor = 80);

create table event (
  shard smallint not null,
  position bigint not null,
  stream_id uuid not null,
  version int not null,
  event_id uuid not null,
  type text not null,
  schema_version smallint not null,
  data jsonb not null,
  metadata jsonb not null,
  recorded_at timestamptz not null,
  primary key (shard, position)
) partition by range (position);

create table event_p0 partition of event for values from (0) to (20000000);
create table event_p1 partition of event for values from (20000000) to (40000000);
create unique index event_p0_stream on event_p0 (shard, stream_id, version);
create unique index event_p1_stream on event_p1 (shard, stream_id, version);

create table command (
  shard smallint not null,
  command_id uuid not null,
  fingerprint text not null,
  answer jsonb not null,
  position bigint not null,
  recorded_at timestamptz not null,
  primary key (shard, command_id)
);

create table subscription (
  name text not null,
  shard smallint not null,
  position bigint not null default 0,
  primary key (shard, name)
) with (fillfactor = 50);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the event log is append-only' using errcode = 'insufficient_privilege';
end $$;

create trigger event_is_append_only before update or delete or truncate on event
  for each statement execute function refuse_change();

-- Appends a batch of units (commands) to one shard; each is appended, a duplicate or a conflict on its own. Writers
-- queue on the shard's head row for the length of this one call, which is what makes positions dense and gapless.
-- Arrays are parallel: u_* one entry a unit; s_* one a stream of a unit; e_* one an event, in order of appending.
-- Returns one row a unit, in order.
create function append_units(
  p_shard smallint,
  u_command uuid[], u_fingerprint text[], u_answer jsonb[],
  s_unit int[], s_stream uuid[], s_tenant uuid[], s_category text[], s_expected int[], s_version int[],
  e_unit int[], e_stream uuid[], e_version int[], e_id uuid[], e_type text[], e_schema smallint[],
  e_data jsonb[], e_metadata jsonb[]
) returns table (unit int, outcome text, fingerprint text, answer jsonb) language plpgsql as $$
#variable_conflict use_column
declare
  v_head bigint;
  v_now timestamptz;
  known_command uuid[]; known_fingerprint text[]; known_answer jsonb[];
  found_stream uuid[]; found_version int[]; found_tenant uuid[];
  outcomes text[];
  ranks int[];
  total int;
begin
  select l.head into strict v_head from log_head l where l.shard = p_shard for update;
  v_now := clock_timestamp();

  -- Lateral lookups of one key each: right from an empty database on, where `= any(…)` may walk the whole shard.
  select array_agg(c.command_id), array_agg(c.fingerprint), array_agg(c.answer)
    into known_command, known_fingerprint, known_answer
    from unnest(u_command) as u (id)
    cross join lateral (select * from command k where k.shard = p_shard and k.command_id = u.id limit 1) c;
  select array_agg(s.stream_id), array_agg(s.version), array_agg(s.tenant_id)
    into found_stream, found_version, found_tenant
    from unnest(s_stream) as u (id)
    cross join lateral (select * from stream k where k.shard = p_shard and k.stream_id = u.id limit 1) s;

  select array_agg(
      case when k.id is not null then 'duplicate' when m.unit is not null then 'conflict' else 'appended' end
      order by u.ordinal)
    into outcomes
    from unnest(u_command) with ordinality as u (id, ordinal)
    left join unnest(known_command) as k (id) on k.id = u.id
    left join (
      select distinct e.unit
        from unnest(s_unit, s_stream, s_tenant, s_expected) as e (unit, stream, tenant, expected)
        left join unnest(found_stream, found_version, found_tenant) as f (stream, version, tenant)
          on f.stream = e.stream
       where coalesce(f.version, 0) <> e.expected or f.tenant <> e.tenant
    ) m on m.unit = u.ordinal;

  -- The place of each accepted event after the head; null for those of units that were not accepted.
  select array_agg(case when accepted then rank end order by ordinal), coalesce(max(rank), 0)
    into ranks, total
    from (
      select ordinal, outcomes[unit] = 'appended' as accepted,
             (count(*) filter (where outcomes[unit] = 'appended') over (order by ordinal))::int as rank
        from unnest(e_unit) with ordinality as e (unit, ordinal)
    ) ranked;

  if total > 0 then
    -- Each insert is anchored on the head row, so that it stays on one server when shards are distributed.
    insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
    select l.shard, v_head + e.rank, e.stream, e.version, e.id, e.type, e.schema, e.data, e.metadata, v_now
      from log_head l
      cross join unnest(ranks, e_stream, e_version, e_id, e_type, e_schema, e_data, e_metadata)
        as e (rank, stream, version, id, type, schema, data, metadata)
     where l.shard = p_shard and e.rank is not null;
    insert into stream as s (shard, stream_id, tenant_id, category, version)
    select l.shard, e.stream, e.tenant, e.category, e.version
      from log_head l
      cross join unnest(s_unit, s_stream, s_tenant, s_category, s_version) as e (unit, stream, tenant, category, version)
     where l.shard = p_shard and outcomes[e.unit] = 'appended'
    on conflict (shard, stream_id) do update set version = excluded.version;
    insert into command (shard, command_id, fingerprint, answer, position, recorded_at)
    select l.shard, u.id, u.fingerprint, u.answer, v_head + last.rank, v_now
      from log_head l
      cross join unnest(u_command, u_fingerprint, u_answer) with ordinality as u (id, fingerprint, answer, ordinal)
      join (select e.unit, max(e.rank) as rank from unnest(e_unit, ranks) as e (unit, rank) group by e.unit) last
        on last.unit = u.ordinal and last.rank is not null
     where l.shard = p_shard;
    update log_head set head = v_head + total where shard = p_shard;
  end if;

  return query
    select u.ordinal::int, u.outcome, k.fingerprint, k.answer
      from unnest(outcomes, u_command) with ordinality as u (outcome, id, ordinal)
      left join unnest(known_command, known_fingerprint, known_answer) as k (id, fingerprint, answer) on k.id = u.id
     order by 1;
end $$;

-- Plans are made and kept by a session while the tables may still be empty, when a scan looks cheapest: measured on a
-- new database, 2,300 appends/s with the planner's choice against 15,000 with index lookups only.
alter function append_units set enable_seqscan = off;
alter function append_units set enable_bitmapscan = off;
