-- What providers tell us by themselves, stored before it is answered, so that nothing told is lost. Each is only a hint
-- where to look: kept until the payment it is about was looked at.
create table provider_webhook (
  provider text not null,
  -- The provider's own: it sends a message again until it is answered.
  event_id text not null,
  type text not null,
  payment_id uuid,
  -- The provider's name for the payment, for messages that do not carry ours.
  provider_ref text,
  received_at timestamptz not null default now(),
  attempts int not null default 0,
  next_attempt_at timestamptz not null default now(),
  -- `handled`: the payment was looked at. `unrelated`: it is about no payment at all.
  outcome text check (outcome in ('handled', 'unrelated')),
  problem text,
  primary key (provider, event_id)
);
create index provider_webhook_due on provider_webhook (next_attempt_at) where outcome is null;
create index provider_webhook_done on provider_webhook (received_at) where outcome is not null;
insert into application_privilege (object, privileges) values
  ('table provider_webhook', 'select, insert, update, delete');

insert into installation_secret (name, secret)
  values ('simulated-webhooks', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- The simulated provider: several may be configured, and each tells by webhook what the caller was not told.
alter table simulated_provider.intent add column provider text not null default 'simulated';

create table simulated_provider.webhook (
  event_id text primary key,
  provider text not null,
  payment_id uuid not null,
  type text not null,
  copies smallint not null default 1,
  deliver_at timestamptz not null,
  attempts int not null default 0,
  delivered_at timestamptz
);
create index webhook_due on simulated_provider.webhook (deliver_at) where delivered_at is null;

create table simulated_provider.dispute (
  dispute_id text primary key,
  intent_ref text not null references simulated_provider.intent,
  amount_minor bigint not null,
  fee_minor bigint not null,
  reason text not null,
  -- How the bank decides, and when, unless it is given up before.
  verdict text not null check (verdict in ('won', 'lost')),
  opens_at timestamptz not null,
  closes_at timestamptz not null,
  evidence text
);
create index dispute_intent on simulated_provider.dispute (intent_ref);

create view simulated_provider.dispute_book as
  select dispute_id, intent_ref, amount_minor, fee_minor, reason, opens_at, closes_at,
    case when closes_at <= now() then verdict when evidence is not null then 'under_review' else 'open' end as status
  from simulated_provider.dispute where opens_at <= now();

insert into application_privilege (object, privileges) values
  ('table simulated_provider.webhook', 'select, insert, update, delete'),
  ('table simulated_provider.dispute', 'select, insert, update'),
  ('table simulated_provider.dispute_book', 'select');

-- Disputes: a read model.
create table read_model.dispute (
  shard smallint not null,
  payment_id uuid not null,
  dispute_id text not null,
  tenant_id uuid not null,
  order_id uuid not null,
  provider text not null,
  amount_minor bigint not null,
  fee_minor bigint not null,
  currency text not null,
  reason text not null,
  status text not null,
  opened_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (shard, payment_id, dispute_id)
);
create index dispute_tenant on read_model.dispute (tenant_id, opened_at desc);
create table read_model.dispute_1 (like read_model.dispute including all);
create view dispute as select * from read_model.dispute_1;
insert into projection (name, generation, code_version, status) values ('dispute', 1, 1, 'live');
insert into application_privilege (object, privileges) values ('table dispute', 'select');
