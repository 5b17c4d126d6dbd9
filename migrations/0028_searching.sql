-- Orders and payments are found by their amounts, and payments are listed by time, whosever they are. A range that holds
-- few is found by amount; one that holds many is met soon enough on the way through the newest.
create index order_summary_amount on read_model.order_summary (tenant_id, currency, total_minor);
create index payment_history_newest on read_model.payment_history (tenant_id, created_at desc, payment_id desc);
create index payment_history_amount on read_model.payment_history (tenant_id, currency, amount_minor);

-- New generations take them from the templates above; those that are there get their own.
do $$
declare
  v_table text;
begin
  for v_table in select replace(name, '-', '_') || '_' || generation from projection where name = 'order-summary' loop
    execute format('create index on read_model.%I (tenant_id, currency, total_minor)', v_table);
  end loop;
  for v_table in select replace(name, '-', '_') || '_' || generation from projection where name = 'payment-history' loop
    execute format('create index on read_model.%I (tenant_id, created_at desc, payment_id desc)', v_table);
    execute format('create index on read_model.%I (tenant_id, currency, amount_minor)', v_table);
  end loop;
end $$;
