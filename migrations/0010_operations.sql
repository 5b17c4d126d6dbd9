-- Orders and payments in full. Read models of the code before this one stay readable until they are rebuilt: what they
-- lack is null in the view.
alter table read_model.order_summary
  add column fulfilment_status text,
  add column state_version smallint,
  add column due_at timestamptz;
create index order_summary_due on read_model.order_summary (due_at) where due_at is not null;

alter table read_model.payment_history
  add column state_version smallint,
  add column due_at timestamptz;
create index payment_history_due on read_model.payment_history (due_at) where due_at is not null;

do $$
declare
  v_orders text := (select 'order_summary_' || generation from projection where name = 'order-summary' and status = 'live');
  v_payments text :=
    (select 'payment_history_' || generation from projection where name = 'payment-history' and status = 'live');
begin
  if exists (select from event) then
    execute format('create or replace view order_summary as select *, null::text as fulfilment_status,
      null::smallint as state_version, null::timestamptz as due_at from read_model.%I', v_orders);
    execute format('create or replace view payment_history as select *, null::smallint as state_version,
      null::timestamptz as due_at from read_model.%I', v_payments);
  else
    -- A new database: there is no row of older code, so nothing has to be rebuilt.
    execute format('alter table read_model.%I add column fulfilment_status text, add column state_version smallint,
      add column due_at timestamptz', v_orders);
    execute format('create index on read_model.%I (due_at) where due_at is not null', v_orders);
    execute format('create or replace view order_summary as select * from read_model.%I', v_orders);
    execute format('alter table read_model.%I add column state_version smallint, add column due_at timestamptz',
      v_payments);
    execute format('create index on read_model.%I (due_at) where due_at is not null', v_payments);
    execute format('create or replace view payment_history as select * from read_model.%I', v_payments);
    update projection set code_version = 2 where name in ('order-summary', 'payment-history') and status = 'live';
  end if;
end $$;

-- Who looks after a stream whose time has come, and when it is to be looked after again if nothing comes of it. What
-- is due is derived from the log; this only keeps processes from doing the same work twice.
create table timer_claim (
  shard smallint not null,
  stream_id uuid not null,
  -- Of the stream: once it has changed, the claim means nothing.
  version int not null,
  until timestamptz not null,
  primary key (shard, stream_id)
);
insert into application_privilege (object, privileges) values ('table timer_claim', 'select, insert, update, delete');

-- The simulated provider's own books: what it was asked, by its idempotency key, and what it made of it.
create table simulated_provider.intent (
  intent_ref text primary key,
  payment_id uuid not null,
  token text not null,
  currency text not null,
  -- What it authorized, which need not be what it was asked for.
  amount_minor bigint not null,
  capture_method text not null check (capture_method in ('automatic', 'manual')),
  hold_until timestamptz,
  created_at timestamptz not null default now()
);
create index intent_payment on simulated_provider.intent (payment_id);

create table simulated_provider.operation (
  operation_id text primary key,
  intent_ref text not null references simulated_provider.intent,
  kind text not null check (kind in ('authorize', 'capture', 'void', 'refund')),
  amount_minor bigint not null check (amount_minor >= 0),
  is_final boolean not null default false,
  outcome text not null check (outcome in ('succeeded', 'declined', 'pending', 'requires_action')),
  code text,
  -- What it turns into by itself, and when.
  later_outcome text check (later_outcome in ('succeeded', 'declined')),
  later_code text,
  settles_at timestamptz,
  created_at timestamptz not null default now()
);
create index operation_intent on simulated_provider.operation (intent_ref);

-- What each operation is by now.
create view simulated_provider.book as
  select operation_id, intent_ref, kind, amount_minor, is_final, created_at,
    case when settles_at <= now() then later_outcome else outcome end as outcome,
    case when settles_at <= now() then later_code else code end as code
  from simulated_provider.operation;

-- A process of the code before this one may be charging: nothing may be booked between copy and drop.
lock table simulated_provider.charge in access exclusive mode;
insert into simulated_provider.intent (intent_ref, payment_id, token, currency, amount_minor, capture_method)
  select provider_ref, payment_id, token, currency, amount_minor, 'automatic' from simulated_provider.charge;
insert into simulated_provider.operation (operation_id, intent_ref, kind, amount_minor, is_final, outcome, code)
  select provider_key, provider_ref, 'authorize', amount_minor, true, outcome, code from simulated_provider.charge;
drop table simulated_provider.charge;
delete from application_privilege where object = 'table simulated_provider.charge';
insert into application_privilege (object, privileges) values
  ('table simulated_provider.intent', 'select, insert, update'),
  ('table simulated_provider.operation', 'select, insert, update'),
  ('table simulated_provider.book', 'select');
