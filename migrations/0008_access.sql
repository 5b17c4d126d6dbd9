-- The service may run as a role that owns nothing here. What that role may do is listed below; what is not listed it may
-- not do, so every migration that adds a table or a function with its owner's rights says so in this table.
create table application_privilege (
  object text primary key,
  privileges text not null
);
insert into application_privilege (object, privileges) values
  ('schema public', 'usage'),
  ('schema read_model', 'usage'),
  ('schema simulated_provider', 'usage'),
  -- The log: added to, never changed.
  ('table event', 'select, insert'),
  ('table seal', 'select, insert'),
  ('table log_head', 'select, update'),
  ('table stream', 'select, insert, update'),
  ('table command', 'select, insert, delete'),
  ('table event_partition', 'select'),
  ('table log_setting', 'select'),
  -- Whoever follows it.
  ('table subscription', 'select, insert, update'),
  ('table worker', 'select, insert, update, delete'),
  ('table parked', 'select, insert, update, delete'),
  ('table projection', 'select'),
  ('table order_summary', 'select'),
  ('table payment_history', 'select'),
  ('table daily_sales', 'select, insert, update'),
  ('table inbox', 'select, insert, delete'),
  ('table snapshot', 'select, insert, update, delete'),
  -- The rest.
  ('table tenant', 'select, insert, update'),
  ('table api_key', 'select, insert, update'),
  ('table installation_secret', 'select'),
  ('table simulated_provider.charge', 'select, insert, update'),
  ('table schema_migration', 'select'),
  ('table application_privilege', 'select'),
  ('function begin_generation(text, int)', 'execute'),
  ('function drop_generation(text, int)', 'execute'),
  ('function switch_generation(text, int, int)', 'execute'),
  ('function ensure_event_partitions()', 'execute');

-- These act with the rights of whoever migrated; anybody could call them otherwise.
revoke execute on function begin_generation(text, int), drop_generation(text, int), switch_generation(text, int, int),
  guard_event_partition(text), ensure_event_partitions() from public;

-- Gives a role what the service needs and takes away whatever else it had here. Run by the owner at every start, so
-- that what newer migrations list is given too.
create function grant_application(p_role text) returns void language plpgsql
set search_path = public, pg_temp
as $$
declare
  v_owner oid := (select relowner from pg_class where oid = 'event'::regclass);
  v_grant application_privilege;
begin
  -- Two sessions that change the rights of one table at once fail; so do those that attach a partition to it.
  perform pg_advisory_xact_lock(hashtextextended('event partitions', 0));
  perform pg_advisory_xact_lock(hashtextextended('rights of the application', 0));
  if not exists (select from pg_roles where rolname = p_role) then
    raise exception 'there is no role %', p_role using errcode = 'undefined_object';
  end if;
  if pg_has_role(p_role, v_owner, 'member') then
    raise exception 'role % has the rights of %, who owns the tables: nothing could be kept from it', p_role,
      v_owner::regrole using errcode = 'invalid_grant_operation';
  end if;
  execute format('revoke all on all tables in schema public, read_model, simulated_provider from %I', p_role);
  -- With functions and tables of its own it could stand between ours and what they call.
  execute format('revoke create on schema public from public, %I', p_role);
  for v_grant in select * from application_privilege order by object loop
    execute format('grant %s on %s to %I', v_grant.privileges, v_grant.object, p_role);
  end loop;
  -- Whole: begin_generation makes more of them.
  execute format('grant select, insert, update, delete on all tables in schema read_model to %I', p_role);
  execute format('alter default privileges for role %s in schema read_model
    grant select, insert, update, delete on tables to %I', v_owner::regrole, p_role);
  if not has_database_privilege(p_role, current_database(), 'temporary') then
    execute format('grant temporary on database %I to %I', current_database(), p_role);
  end if;
end $$;
