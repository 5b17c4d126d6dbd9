-- Payouts in the ledger, and its reconciliation with what providers say. A payout is of no order; what a transaction
-- moved at a provider is found by the provider, the operation and the day.
alter table read_model.ledger_transaction
  alter column order_id drop not null,
  add column provider text,
  add column operation_id text,
  -- The provider's own day of a payout, which is booked later.
  add column value_day date;
create index ledger_transaction_provider on read_model.ledger_transaction (provider, booked_at) where provider is not null;
create index ledger_transaction_operation on read_model.ledger_transaction (operation_id) where operation_id is not null;
create index ledger_transaction_value_day on read_model.ledger_transaction (provider, value_day) where value_day is not null;

do $$
declare
  v_live text := (select 'ledger_transaction_' || generation from projection where name = 'ledger-transaction' and status = 'live');
begin
  if exists (select from event) then
    execute format('create or replace view ledger_transaction as select *, null::text as provider,
      null::text as operation_id, null::date as value_day from read_model.%I', v_live);
  else
    -- A new database: there is no row of older code, so nothing has to be rebuilt.
    execute format('alter table read_model.%I alter column order_id drop not null, add column provider text,
      add column operation_id text, add column value_day date', v_live);
    execute format('create index on read_model.%I (provider, booked_at) where provider is not null', v_live);
    execute format('create index on read_model.%I (operation_id) where operation_id is not null', v_live);
    execute format('create index on read_model.%I (provider, value_day) where value_day is not null', v_live);
    execute format('create or replace view ledger_transaction as select * from read_model.%I', v_live);
    update projection set code_version = 2 where name = 'ledger-transaction' and status = 'live';
  end if;
end $$;

-- Which days were reconciled. What was found is derived from the books, so a run may be repeated at any time.
create table reconciliation_run (
  provider text not null,
  day date not null,
  -- Until then nobody else begins; a process that dies leaves the day to others.
  claimed_until timestamptz not null default '-infinity',
  -- When the run began whose findings stand; null: none has ended.
  ran_at timestamptz,
  transactions int not null default 0,
  settlements int not null default 0,
  primary key (provider, day)
);

create table reconciliation_break (
  provider text not null,
  day date not null,
  kind text not null,
  subject text not null,
  -- null: of no tenant, or of several.
  tenant_id uuid,
  currency text not null,
  expected numeric,
  actual numeric,
  operation_id text,
  payment_id uuid,
  order_id uuid,
  transaction_id text,
  payout_id text,
  found_at timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (provider, day, kind, subject)
);
create index reconciliation_break_tenant on reconciliation_break (tenant_id, day, provider, kind, subject);
create index reconciliation_break_open on reconciliation_break (provider, day) where resolved_at is null;

-- A simulated provider's account with us: what moved on it by its own books, never by ours. It takes 1.5 % of what is
-- captured, half a minor unit rounded up, and nothing of what goes back; a dispute costs its fee whoever wins it.
create view simulated_provider.balance_transaction as
  with moved as (
    select operation_id, intent_ref, case when kind = 'refund' then 'refund' else 'capture' end as kind,
      case when kind = 'refund' then -amount_minor else amount_minor end as gross_minor,
      case when outcome = 'succeeded' then created_at else settles_at end as at, kind as asked
    from simulated_provider.operation
    where kind <> 'void' and (outcome = 'succeeded' or later_outcome = 'succeeded' and settles_at <= now())
    union all
    select operation_id, intent_ref, 'refund_failure', amount_minor, settles_at, kind
    from simulated_provider.operation
    where kind = 'refund' and outcome = 'succeeded' and later_outcome = 'declined' and settles_at <= now()
    union all
    select dispute_id, intent_ref, 'dispute', -(amount_minor + fee_minor), opens_at, 'dispute'
    from simulated_provider.dispute where opens_at <= now()
    union all
    select dispute_id, intent_ref, 'dispute_won', amount_minor, closes_at, 'dispute'
    from simulated_provider.dispute where verdict = 'won' and closes_at <= now())
  select i.provider, 'txn_' || md5(m.kind || ' ' || m.operation_id) as transaction_id, m.kind, m.operation_id,
    i.payment_id, i.currency, m.gross_minor,
    case when m.kind = 'capture' then (m.gross_minor * 15 + 500) / 1000 else 0 end as fee_minor, m.at
  from moved m join simulated_provider.intent i using (intent_ref)
  where m.asked <> 'authorize' or i.capture_method = 'automatic';

create table simulated_provider.payout (
  payout_id text primary key,
  provider text not null,
  day date not null,
  currency text not null,
  gross_minor bigint not null,
  fees_minor bigint not null,
  net_minor bigint not null,
  unique (provider, day, currency)
);

create table simulated_provider.payout_line (
  payout_id text not null references simulated_provider.payout,
  transaction_id text not null,
  payment_id uuid not null,
  gross_minor bigint not null,
  fee_minor bigint not null,
  at timestamptz not null,
  primary key (payout_id, transaction_id)
);
create index payout_line_transaction on simulated_provider.payout_line (transaction_id);

insert into application_privilege (object, privileges) values
  ('table reconciliation_run', 'select, insert, update'),
  ('table reconciliation_break', 'select, insert, update'),
  ('table simulated_provider.balance_transaction', 'select'),
  ('table simulated_provider.payout', 'select, insert'),
  ('table simulated_provider.payout_line', 'select, insert');
