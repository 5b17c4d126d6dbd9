-- The ledger: a read model whose rows are transactions. Balanced here, whatever wrote them: a row is one transaction,
-- with an account, a debit and a credit for each of its legs.
create function is_balanced(p_accounts text[], p_debits bigint[], p_credits bigint[]) returns boolean language sql immutable
as $$
  select cardinality(p_accounts) > 0 and cardinality(p_accounts) = cardinality(p_debits)
    and cardinality(p_accounts) = cardinality(p_credits)
    and (select sum(d) = sum(c) and bool_and(d >= 0 and c >= 0 and (d = 0) <> (c = 0)) from unnest(p_debits, p_credits) as u (d, c))
$$;

create table read_model.ledger_transaction (
  shard smallint not null,
  position bigint not null,
  event_id uuid not null,
  tenant_id uuid not null,
  order_id uuid not null,
  stream_id uuid not null,
  type text not null,
  currency text not null,
  accounts text[] not null,
  debits bigint[] not null,
  credits bigint[] not null,
  booked_at timestamptz not null,
  primary key (shard, position),
  unique (event_id),
  check (is_balanced(accounts, debits, credits))
);
create index ledger_transaction_tenant on read_model.ledger_transaction (tenant_id, booked_at);
create index ledger_transaction_accounts on read_model.ledger_transaction using gin (accounts);

create table read_model.ledger_transaction_1 (like read_model.ledger_transaction including all) with (fillfactor = 100);
create view ledger_transaction as select * from read_model.ledger_transaction_1;
insert into projection (name, generation, code_version, status) values ('ledger-transaction', 1, 1, 'live');
insert into application_privilege (object, privileges) values ('table ledger_transaction', 'select');

-- One row a leg.
create view ledger_entry as
  select t.shard, t.position, t.event_id, t.tenant_id, t.order_id, t.type, t.currency, t.booked_at,
    leg.account, leg.debit, leg.credit, leg.number
  from ledger_transaction t,
    unnest(t.accounts, t.debits, t.credits) with ordinality as leg (account, debit, credit, number);
insert into application_privilege (object, privileges) values ('table ledger_entry', 'select');
