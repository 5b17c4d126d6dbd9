-- Who follows the log and how far it has come. A subscription is leased, shard by shard, to one process at a time, by
-- this database's clock; the epoch fences off an owner whose lease went to another while it was not looking.
alter table subscription
  add column version int not null default 1,
  add column owner text,
  add column epoch bigint not null default 0,
  add column lease_until timestamptz not null default 'epoch',
  add column status text not null default 'running' check (status in ('running', 'paused', 'halted')),
  add column last_error text,
  drop constraint subscription_pkey,
  add primary key (shard, name, version);

-- Which processes would follow which subscription: what their fair shares are counted from.
create table worker (
  name text not null,
  version int not null,
  owner text not null,
  alive_until timestamptz not null,
  primary key (name, version, owner)
);

-- Events that a subscription could not handle. Later ones of the same stream wait behind them (`behind`), so that a
-- stream's order is kept when they are retried. `discarded` stays as the record of who gave one up, and why.
create table parked (
  shard smallint not null,
  name text not null,
  version int not null,
  position bigint not null,
  stream_id uuid not null,
  stream_version int not null,
  event_id uuid not null,
  type text not null,
  kind text not null check (kind in ('unreadable', 'failed', 'behind')),
  error text not null,
  attempts int not null,
  status text not null default 'parked' check (status in ('parked', 'retry', 'discarded')),
  actor text,
  reason text,
  parked_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (shard, name, version, position)
);

-- States folded from long streams. Never the truth: a wrong or missing one costs time only.
create table snapshot (
  shard smallint not null,
  stream_id uuid not null,
  schema_version smallint not null,
  version int not null,
  state jsonb not null,
  taken_at timestamptz not null default now(),
  primary key (shard, stream_id, schema_version)
) with (fillfactor = 80);
