-- A role for those who look: reports, support, auditors. It sees the log, what is derived from it and how the service
-- is doing. It sees no keys, those that seal what is personal included, no secrets and no bodies of messages.
create table reader_privilege (object text primary key);
insert into reader_privilege (object) values
  ('event'), ('seal'), ('log_head'), ('stream'), ('event_partition'), ('log_setting'), ('tenant'),
  ('subscription'), ('worker'), ('parked'), ('projection'), ('schema_migration'),
  ('order_summary'), ('payment_history'), ('daily_sales'), ('dispute'),
  ('ledger_transaction'), ('ledger_entry'), ('reconciliation_run'), ('reconciliation_break'),
  ('erasure'), ('operator_action');
insert into application_privilege (object, privileges) values ('table reader_privilege', 'select');

-- Gives a role what readers may see and takes away whatever else it had here. Run by the owner at every start.
create function grant_reader(p_role text) returns void language plpgsql
set search_path = public, pg_temp
as $$
declare
  v_owner oid := (select relowner from pg_class where oid = 'event'::regclass);
  v_object text;
begin
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
  execute format('revoke create on schema public from %I', p_role);
  execute format('grant usage on schema public to %I', p_role);
  for v_object in select object from reader_privilege order by object loop
    execute format('grant select on table %s to %I', v_object, p_role);
  end loop;
end $$;
