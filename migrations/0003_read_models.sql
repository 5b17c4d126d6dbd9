-- Derived from the log by the projectors; each row says up to which version of its stream it reaches.

create table order_summary (
  shard smallint not null,
  order_id uuid not null,
  tenant_id uuid not null,
  customer_id text not null,
  status text not null,
  payment_status text not null,
  currency text not null,
  total_minor bigint not null,
  due_minor bigint not null,
  version int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  state jsonb not null,
  primary key (shard, order_id)
) with (fillfactor = 80);

create index order_summary_newest on order_summary (tenant_id, created_at desc, order_id desc);
create index order_summary_of_customer on order_summary (tenant_id, customer_id, created_at desc, order_id desc);

create table payment_history (
  shard smallint not null,
  payment_id uuid not null,
  order_id uuid not null,
  tenant_id uuid not null,
  payment_method text not null,
  status text not null,
  amount_minor bigint not null,
  currency text not null,
  version int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  state jsonb not null,
  primary key (shard, payment_id)
) with (fillfactor = 80);

create index payment_history_of_order on payment_history (tenant_id, order_id, created_at);
create index payment_history_pending on payment_history (updated_at) where status = 'Pending';

create table daily_sales (
  tenant_id uuid not null,
  day date not null,
  currency text not null,
  orders_created bigint not null default 0,
  ordered_minor numeric not null default 0,
  payments_succeeded bigint not null default 0,
  payments_failed bigint not null default 0,
  paid_minor numeric not null default 0,
  primary key (tenant_id, day, currency)
) with (fillfactor = 70);

-- What a consumer with an SQL effect has taken from the broker, written with the effect.
create table inbox (
  consumer text not null,
  message_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (consumer, message_id)
);
