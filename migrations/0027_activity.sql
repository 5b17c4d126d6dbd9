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

-- What waits for a person is counted for a page that is looked at all the time: an index each, which holds nothing else.
-- For every generation there is: later ones are made like the template.
do $$
declare
  v_table text;
begin
  for v_table in
    select replace(name, '-', '_') || coalesce('_' || generation, '')
    from (select name, generation from projection
      union all values ('order-summary', null), ('payment-history', null), ('dispute', null)) t
    where name in ('order-summary', 'payment-history', 'dispute')
  loop
    case
      when v_table like 'order_summary%' then
        execute format('create index on read_model.%I (tenant_id) where status = ''Cancelling''', v_table);
      when v_table like 'payment_history%' then
        execute format('create index on read_model.%I (tenant_id) where status = ''RequiresAction''', v_table);
        execute format('create index on read_model.%I (tenant_id)
          where state @? ''$.*[*].outcome ? (@ == "unknown")''', v_table);
      else
        execute format('create index on read_model.%I (tenant_id) where status = ''open''', v_table);
    end case;
  end loop;
end $$;
create index reconciliation_break_waiting on reconciliation_break (tenant_id) where resolved_at is null;
create index dead_letter_waiting on dead_letter (tenant_id) where state = 'failed';
