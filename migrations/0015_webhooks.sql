-- Outgoing webhooks: tenants' endpoints, one delivery for each message and endpoint, and what came of each attempt.
create table webhook_endpoint (
  endpoint_id uuid primary key,
  tenant_id uuid not null references tenant,
  url text not null,
  -- Types of messages; '*' stands for all of them, those to come included.
  events text[] not null,
  description text,
  status text not null default 'enabled' check (status in ('enabled', 'disabled')),
  disabled_reason text check (disabled_reason in ('requested', 'sustained-failure', 'gone')),
  disabled_at timestamptz,
  -- How often it was enabled: names the outage that an event in the log tells of.
  activation int not null default 1,
  -- Whether the log knows of it, if the service has disabled it.
  told boolean not null default true,
  -- Attempts that failed since the last that did not, and when the first of them was made.
  failures int not null default 0,
  failing_since timestamptz,
  -- As they are, since each message is signed with them: only the service's role and the owner read this table. The one
  -- before signs too, until it expires.
  secret bytea not null check (length(secret) between 24 and 64),
  previous_secret bytea,
  previous_expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((status = 'disabled') = (disabled_reason is not null)),
  check ((previous_secret is null) = (previous_expires_at is null))
);
create index webhook_endpoint_tenant on webhook_endpoint (tenant_id, endpoint_id);
create index webhook_endpoint_untold on webhook_endpoint (endpoint_id) where not told;

create table webhook_delivery (
  delivery_id uuid primary key,
  endpoint_id uuid not null references webhook_endpoint on delete cascade,
  tenant_id uuid not null,
  -- The id of the event it tells of: the receiver knows repetitions by it.
  message_id uuid not null,
  type text not null,
  occurred_at text not null,
  data jsonb not null,
  order_id uuid,
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
  created_at timestamptz not null default now(),
  -- All there ever were, and those that failed since it was last begun.
  attempts int not null default 0,
  retries int not null default 0,
  next_attempt_at timestamptz not null default now(),
  -- A process that dies in the middle of an attempt leaves it to others after this.
  claimed_until timestamptz not null default '-infinity',
  settled_at timestamptz,
  unique (endpoint_id, message_id),
  check ((status = 'pending') = (settled_at is null))
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, next_attempt_at) where status = 'pending';
create index webhook_delivery_tenant on webhook_delivery (tenant_id, delivery_id);
create index webhook_delivery_failed on webhook_delivery (tenant_id, delivery_id) where status = 'failed';
create index webhook_delivery_message on webhook_delivery (message_id);
create index webhook_delivery_order on webhook_delivery (order_id);
create index webhook_delivery_age on webhook_delivery (created_at);

create table webhook_attempt (
  delivery_id uuid not null references webhook_delivery on delete cascade,
  number int not null,
  at timestamptz not null,
  duration_ms int not null,
  status_code smallint,
  error text,
  -- How it begins.
  response text,
  primary key (delivery_id, number)
);

-- Answers to requests with an Idempotency-Key. One may hold a secret, so it goes with its endpoint.
create table webhook_request (
  command_id uuid primary key,
  endpoint_id uuid not null references webhook_endpoint on delete cascade,
  fingerprint text not null,
  answer jsonb not null,
  created_at timestamptz not null default now()
);
create index webhook_request_endpoint on webhook_request (endpoint_id);
create index webhook_request_age on webhook_request (created_at);

insert into application_privilege (object, privileges) values
  ('table webhook_endpoint', 'select, insert, update, delete'),
  ('table webhook_delivery', 'select, insert, update, delete'),
  ('table webhook_attempt', 'select, insert, update, delete'),
  ('table webhook_request', 'select, insert, delete');
