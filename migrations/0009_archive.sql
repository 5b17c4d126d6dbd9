-- Partitions whose streams are all closed can be detached, moved and attached again. Their streams are archived: neither
-- read nor appended to until then.

-- Up to p_limit streams with events in a partition, in order, after the given one.
create function event_partition_streams(p_ordinal int, p_shard smallint, p_after uuid, p_limit int)
returns setof uuid language plpgsql stable
security definer set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashagg = off
as $$
begin
  return query execute format('select distinct e.stream_id from %I e where e.shard = $1 and e.stream_id > $2
    order by e.stream_id limit $3', 'event_p' || p_ordinal) using p_shard, p_after, p_limit;
end $$;

-- Closes those that are still at the version they were judged at. Under the head lock, as below: appends lock several
-- streams at once, in an order of their own.
create function close_streams(p_shard smallint, p_streams uuid[], p_versions int[]) returns void language plpgsql
as $$
begin
  perform from log_head where shard = p_shard for update;
  update stream s set closed = true from unnest(p_streams, p_versions) u (id, version)
   where s.shard = p_shard and s.stream_id = u.id and s.version = u.version;
end $$;

-- Archives those that are closed; returns how many of all are not archived now. Under the head lock, since an append
-- that is under way has seen its streams as they were before.
create function archive_streams(p_shard smallint, p_streams uuid[]) returns int language plpgsql
as $$
declare
  v_open int;
begin
  perform from log_head where shard = p_shard for update;
  update stream s set archived = true from unnest(p_streams) u (id)
   where s.shard = p_shard and s.stream_id = u.id and s.closed and not s.archived;
  select count(*) into v_open from unnest(p_streams) u (id)
    join stream s on s.shard = p_shard and s.stream_id = u.id and not s.archived;
  return v_open;
end $$;

-- Whatever of these has all its events at hand again; until then no append touches them.
create function unarchive_streams(p_shard smallint, p_streams uuid[]) returns int language plpgsql
as $$
declare
  v_count int;
begin
  update stream s set archived = false from unnest(p_streams) u (id)
   where s.shard = p_shard and s.stream_id = u.id and s.archived
     and s.version = (select count(*) from event e where e.shard = p_shard and e.stream_id = s.stream_id);
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- Why a partition cannot be detached, apart from its streams; null if nothing stands in the way.
create function event_partition_obstacle(p_ordinal int) returns jsonb language plpgsql stable
as $$
declare
  v_partition event_partition;
  v_obstacle jsonb;
begin
  select * into v_partition from event_partition where ordinal = p_ordinal;
  if not found then return jsonb_build_object('reason', 'no-such-partition'); end if;
  if v_partition.detached_at is not null then return jsonb_build_object('reason', 'already-detached'); end if;

  select jsonb_build_object('reason', 'still-written', 'shard', shard, 'head', head, 'last',
      v_partition.to_position - 1)
    into v_obstacle from log_head where head < v_partition.to_position - 1 order by head limit 1;
  if found then return v_obstacle; end if;

  select jsonb_build_object('reason', 'behind', 'count', count(*), 'first',
      (array_agg(name || ' v' || version || ' on shard ' || shard || ' at ' || position order by position))[1:5])
    into v_obstacle from subscription where position < v_partition.to_position - 1 having count(*) > 0;
  if found then return v_obstacle; end if;

  select jsonb_build_object('reason', 'parked', 'count', count(*), 'first',
      (array_agg(name || ' on shard ' || shard || ' at ' || position order by position))[1:5])
    into v_obstacle from parked where status <> 'discarded'
      and position >= v_partition.from_position and position < v_partition.to_position having count(*) > 0;
  if found then return v_obstacle; end if;
  return null;
end $$;

-- Detaches a partition all of whose streams are archived; null, or why it was not done. Appends wait for the length of
-- the few statements at its end; rather than hold them up behind a long read of events it fails with
-- lock_not_available.
create function detach_event_partition(p_ordinal int) returns jsonb language plpgsql
security definer set search_path = public, pg_temp set lock_timeout = '200ms'
as $$
declare
  v_obstacle jsonb;
  v_open bigint;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('archiving', 0)) then
    return jsonb_build_object('reason', 'busy', 'with', 'another partition is being detached or attached');
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended('verifying', 0)) then
    return jsonb_build_object('reason', 'busy', 'with', 'the log is being verified');
  end if;
  perform pg_advisory_xact_lock(hashtextextended('event partitions', 0));
  v_obstacle := event_partition_obstacle(p_ordinal);
  if v_obstacle is not null then return v_obstacle; end if;

  -- It may take seconds, so before the locks: what is archived stays so, and no event will be added to the partition.
  execute format('select count(*) from (select distinct shard, stream_id from %I) e
    join stream s using (shard, stream_id) where not s.archived', 'event_p' || p_ordinal) into v_open;
  if v_open > 0 then return jsonb_build_object('reason', 'open-streams', 'count', v_open); end if;

  perform from log_head order by shard for update;
  -- A new subscription begins at the beginning.
  lock table subscription in share row exclusive mode;
  v_obstacle := event_partition_obstacle(p_ordinal);
  if v_obstacle is not null then return v_obstacle; end if;
  execute format('alter table event detach partition %I', 'event_p' || p_ordinal);
  update event_partition set detached_at = now() where ordinal = p_ordinal;
  return null;
end $$;

create function attach_event_partition(p_ordinal int) returns jsonb language plpgsql
security definer set search_path = public, pg_temp set lock_timeout = '200ms'
as $$
declare
  v_partition event_partition;
  v_table text := 'event_p' || p_ordinal;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('archiving', 0)) then
    return jsonb_build_object('reason', 'busy', 'with', 'another partition is being detached or attached');
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended('verifying', 0)) then
    return jsonb_build_object('reason', 'busy', 'with', 'the log is being verified');
  end if;
  perform pg_advisory_xact_lock(hashtextextended('event partitions', 0));
  select * into v_partition from event_partition where ordinal = p_ordinal;
  if not found then return jsonb_build_object('reason', 'no-such-partition'); end if;
  if v_partition.detached_at is null then return jsonb_build_object('reason', 'already-attached'); end if;
  if to_regclass(v_table) is null then return jsonb_build_object('reason', 'table-missing', 'table', v_table); end if;

  -- One that was away may have come back without them.
  if not exists (select from pg_trigger where tgrelid = v_table::regclass and tgname = 'event_is_append_only') then
    perform guard_event_partition(v_table);
  end if;
  execute format('alter table event attach partition %I for values from (%s) to (%s)', v_table,
    v_partition.from_position, v_partition.to_position);
  update event_partition set detached_at = null where ordinal = p_ordinal;
  return null;
end $$;

-- The ordinal of a detached partition with events after that position; null if there is none.
create function detached_after(p_position bigint) returns int language sql stable as $$
  select min(ordinal) from event_partition where detached_at is not null and to_position - 1 > p_position
$$;

create function refuse_rebuild_without_events() returns trigger language plpgsql as $$
begin
  if detached_after(0) is not null then
    raise exception 'partition % of the events is detached, and a rebuild needs all of them: attach it first',
      detached_after(0) using errcode = 'object_not_in_prerequisite_state';
  end if;
  return new;
end $$;
create trigger projection_needs_events before insert on projection
  for each row execute function refuse_rebuild_without_events();

-- A subscription that begins, or is set back, where events are missing would pass over them. A new one stands still
-- where operators see it; the others are refused.
create function guard_subscription_events() returns trigger language plpgsql as $$
declare
  v_ordinal int := detached_after(new.position);
begin
  if v_ordinal is null then return new; end if;
  if tg_op = 'UPDATE' then
    raise exception '% needs events of partition %, which is detached: attach it first', new.name, v_ordinal
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  new.status := 'halted';
  new.last_error := format('it needs events of partition %s, which is detached: attach it, then resume', v_ordinal);
  return new;
end $$;
create trigger subscription_begins_with_events before insert on subscription
  for each row execute function guard_subscription_events();
create trigger subscription_needs_events before update on subscription for each row
  when (new.position < old.position or (new.status = 'running' and old.status <> 'running'))
  execute function guard_subscription_events();

revoke execute on function event_partition_streams(int, smallint, uuid, int), detach_event_partition(int),
  attach_event_partition(int) from public;
insert into application_privilege (object, privileges) values
  ('function event_partition_streams(int, smallint, uuid, int)', 'execute'),
  ('function detach_event_partition(int)', 'execute'),
  ('function attach_event_partition(int)', 'execute');
