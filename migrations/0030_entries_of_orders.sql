-- What was booked for one order is found by it, in a ledger of any size.
create index ledger_transaction_order on read_model.ledger_transaction (order_id) where order_id is not null;

-- New generations take it from the template above; those that are there get their own.
do $$
declare
  v_table text;
begin
  for v_table in select replace(name, '-', '_') || '_' || generation from projection where name = 'ledger-transaction' loop
    execute format('create index on read_model.%I (order_id) where order_id is not null', v_table);
  end loop;
end $$;
