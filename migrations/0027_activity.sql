-- What happened, minute by minute: a read model of counters. The shard is in the key, so that projectors of two shards
-- never wait for each other's rows.
create table read_model.activity (
  tenant_id uuid not null,
  -- Its beginning, UTC, by the log's clock.
  minute timestamptz not null,
  currency text not null,
  shard smallint not null,
  orders_created bigint not null,
  ordered_minor numeric not null,
  payments_succeeded bigint not null,
  payments_failed bigint not null,
  captured_minor numeric not null,
  refunds_succeeded bigint not null,
  refunded_minor numeric not null,
  disputes_opened bigint not null,
  primary key (tenant_id, minute, currency, shard)
);
create table read_model.activity_1 (like read_model.activity including all) with (fillfactor = 80);
create view activity as select * from read_model.activity_1;
insert into projection (name, generation, code_version, status) values ('activity', 1, 1, 'live');
insert into application_privilege (object, privileges) values ('table activity', 'select');
insert into reader_privilege (object) values ('activity');

-- What waits for a person is counted for a page that is looked at all the time: an index for each, which holds nothing
-- else. For the generations there are, too; later ones are made like the template.
do $$
declare
  v_table text;
  v_waits text;
begin
  for v_table, v_waits in
    select c.relname, w.waits
    from (values
        ('order_summary', $w$status = 'Cancelling'$w$),
        ('payment_history', $w$status = 'RequiresAction'$w$),
        ('payment_history', $w$state @? '$.*[*].outcome ? (@ == "unknown")'$w$),
        ('dispute', $w$status = 'open'$w$)) w (model, waits)
      join pg_class c on c.relnamespace = 'read_model'::regnamespace and c.relkind = 'r'
        and c.relname ~ ('^' || w.model || '(_\d+)?$')
  loop
    execute format('create index on read_model.%I (tenant_id) where ', v_table) || v_waits;
  end loop;
end $$;
create index reconciliation_break_waiting on reconciliation_break (tenant_id) where resolved_at is null;
create index dead_letter_waiting on dead_letter (tenant_id) where state = 'failed';
