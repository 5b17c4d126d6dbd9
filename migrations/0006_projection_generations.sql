-- Read models are rebuilt beside the live ones. `read_model.order_summary` is the empty template, `order_summary_1`
-- the first generation made after it, and the view `order_summary` shows whichever is live.
create schema read_model;

create table projection (
  name text not null,
  generation int not null,
  -- Of the code that fills it: a build follows only generations of its own version.
  code_version int not null,
  status text not null check (status in ('building', 'live')),
  created_at timestamptz not null default now(),
  primary key (name, generation)
);
create unique index projection_one_live on projection (name) where status = 'live';
create unique index projection_one_building on projection (name) where status = 'building';

do $$
declare
  v_table text;
begin
  foreach v_table in array array['order_summary', 'payment_history'] loop
    execute format('alter table %I set schema read_model', v_table);
    execute format('alter table read_model.%I rename to %I', v_table, v_table || '_1');
    execute format('create table read_model.%I (like read_model.%I including all)', v_table, v_table || '_1');
    execute format('create view %I as select * from read_model.%I', v_table, v_table || '_1');
    insert into projection (name, generation, code_version, status)
      values (replace(v_table, '_', '-'), 1, 1, 'live');
  end loop;
end $$;

-- Begins a generation beside the live one, or goes on with the one that is being built for the same code. The
-- functions below change tables, so they run with the rights of whoever migrated.
create function begin_generation(p_name text, p_code_version int) returns int language plpgsql
security definer set search_path = public, pg_temp
as $$
declare
  v_table text := replace(p_name, '-', '_');
  v_generation int;
begin
  perform pg_advisory_xact_lock(hashtextextended('projection ' || p_name, 0));
  select generation into v_generation from projection
   where name = p_name and status = 'building' and code_version = p_code_version;
  if found then return v_generation; end if;

  perform drop_generation(name, generation) from projection where name = p_name and status = 'building';
  select coalesce(max(generation), 0) + 1 into v_generation from projection where name = p_name;
  execute format('create table read_model.%I (like read_model.%I including all) with (fillfactor = 80)',
    v_table || '_' || v_generation, v_table);
  insert into projection (name, generation, code_version, status)
    values (p_name, v_generation, p_code_version, 'building');
  insert into subscription (shard, name, version) select shard, p_name, v_generation from log_head;
  return v_generation;
end $$;

create function drop_generation(p_name text, p_generation int) returns void language plpgsql
security definer set search_path = public, pg_temp
as $$
begin
  -- First, and waiting for a batch in hand: its owner then finds that it owns nothing any more.
  delete from subscription where name = p_name and version = p_generation;
  delete from parked where name = p_name and version = p_generation;
  delete from worker where name = p_name and version = p_generation;
  delete from projection where name = p_name and generation = p_generation;
  execute format('drop table read_model.%I', replace(p_name, '-', '_') || '_' || p_generation);
end $$;

-- Makes a generation that has caught up the live one, and drops the one before; false while some shard is more than
-- p_slack events behind, or behind the live one, since nobody may see what is gone again. Fails with lock_not_available rather than hold up readers behind a long query.
create function switch_generation(p_name text, p_generation int, p_slack int) returns boolean language plpgsql
security definer set search_path = public, pg_temp set lock_timeout = '1s'
as $$
declare
  v_table text := replace(p_name, '-', '_');
begin
  -- While the live table is compared with the log it cannot be dropped, and to wait would hold up readers.
  if not pg_try_advisory_xact_lock(hashtextextended('comparing read models', 0)) then return false; end if;
  perform pg_advisory_xact_lock(hashtextextended('projection ' || p_name, 0));
  perform from projection where name = p_name and generation = p_generation and status = 'building';
  if not found then return false; end if;
  -- Held still until the end: otherwise the live one could get ahead while this is decided.
  perform from subscription s join projection p on p.name = s.name and p.generation = s.version
    where p.name = p_name and p.status = 'live' for update of s;
  perform from log_head l
     join subscription s on s.shard = l.shard and s.name = p_name and s.version = p_generation
     left join projection p on p.name = p_name and p.status = 'live'
     left join subscription v on v.shard = l.shard and v.name = p_name and v.version = p.generation
    where s.position < l.head - p_slack or s.position < v.position or s.status <> 'running';
  if found then return false; end if;

  execute format('create or replace view %I as select * from read_model.%I', v_table, v_table || '_' || p_generation);
  perform drop_generation(name, generation) from projection where name = p_name and generation <> p_generation;
  update projection set status = 'live' where name = p_name and generation = p_generation;
  return true;
end $$;
