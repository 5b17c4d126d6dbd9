-- Partitions of the event table are made ahead of the writers and may be detached when all their streams are closed.
create table event_partition (
  ordinal int primary key,
  from_position bigint not null,
  to_position bigint not null,
  detached_at timestamptz
);
insert into event_partition (ordinal, from_position, to_position)
  values (0, 0, 20000000), (1, 20000000, 40000000);

create table log_setting (
  name text primary key,
  value bigint not null
);
insert into log_setting (name, value) values ('event_partition_positions', 20000000);

-- A trigger on the whole does not see a statement on a part. Vacuum freezes what is only ever inserted, early and in
-- portions, so that no emergency freeze of a full partition comes later.
create function guard_event_partition(p_table text) returns void language plpgsql
security definer set search_path = public, pg_temp
as $$
begin
  execute format('create trigger event_is_append_only before update or delete or truncate on %I
    for each statement execute function refuse_change()', p_table);
  execute format('alter table %I set (autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 500000, autovacuum_freeze_min_age = 0)', p_table);
end $$;
select guard_event_partition('event_p0'), guard_event_partition('event_p1');

-- Keeps one whole partition empty ahead of the furthest head; returns how many it made. Attaching takes no lock that
-- an append or a read would wait for.
create function ensure_event_partitions() returns int language plpgsql
security definer set search_path = public, pg_temp
as $$
declare
  v_size bigint; v_head bigint; v_last event_partition; v_table text; v_made int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('event partitions', 0));
  select value into strict v_size from log_setting where name = 'event_partition_positions';
  select coalesce(max(head), 0) into v_head from log_head;
  loop
    select * into strict v_last from event_partition order by ordinal desc limit 1;
    exit when v_last.from_position > v_head;
    v_table := 'event_p' || v_last.ordinal + 1;
    execute format('create table %I (like event including defaults including constraints)', v_table);
    execute format('alter table %I add primary key (shard, position),
      add constraint %I check (position >= %s and position < %s)',
      v_table, v_table || '_range', v_last.to_position, v_last.to_position + v_size);
    execute format('create unique index %I on %I (shard, stream_id, version)', v_table || '_stream', v_table);
    perform guard_event_partition(v_table);
    execute format('alter table event attach partition %I for values from (%s) to (%s)',
      v_table, v_last.to_position, v_last.to_position + v_size);
    insert into event_partition (ordinal, from_position, to_position)
      values (v_last.ordinal + 1, v_last.to_position, v_last.to_position + v_size);
    v_made := v_made + 1;
  end loop;
  return v_made;
end $$;
