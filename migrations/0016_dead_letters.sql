-- Messages that a consumer could not handle, until they are handed to it again. The broker's copy is acknowledged only
-- when its row is committed; the row goes only when the broker has confirmed the next copy.
create table scheduled_message (
  consumer text not null,
  message_id text not null,
  -- Which redelivery this will be, from 1; that of a replay is 0.
  redelivery int not null,
  -- Which replay of a dead letter this is, from 1; 0: none was asked for.
  replay int not null,
  -- Made since the message came, or since this replay of it.
  attempts int not null,
  -- Those of AMQP, headers included.
  properties json not null,
  body bytea not null,
  due_at timestamptz not null,
  -- Raised by whoever takes or replaces the row: the row is removed only under the claim it was published under.
  claim bigint not null default 0,
  claimed_until timestamptz not null default '-infinity',
  primary key (consumer, message_id)
);
create index scheduled_message_due on scheduled_message (due_at);

-- When a subscription tries a parked event again by itself; null: it does not.
alter table parked
  add column retries int not null default 0,
  add column next_retry_at timestamptz;

-- What a consumer gave up, by way of a broker or on the log, until an operator had it replayed or discarded it.
create table dead_letter (
  letter_id uuid primary key,
  consumer text not null,
  -- The id of the event it tells of; of what has no id, a hash of its body.
  message_id text not null,
  -- null: it cannot be read, so nobody knows whose it is.
  tenant_id uuid,
  type text,
  trace_id text,
  -- Consumer, type of the fault, and the way it was thrown.
  group_id text not null,
  state text not null check (state in ('failed', 'replaying', 'resolved', 'discarded')),
  fault_type text not null,
  fault_message text not null,
  attempts int not null,
  replays int not null,
  first_failed_at timestamptz not null,
  failed_at timestamptz not null,
  replay_due_at timestamptz,
  settled_at timestamptz,
  -- Of a broker: the message as it came. Of the log: where its parked event is.
  properties json,
  body bytea,
  shard smallint,
  version int,
  position bigint,
  check ((body is null) = (position is not null)),
  unique (consumer, message_id)
);
create index dead_letter_failed_at on dead_letter (failed_at, letter_id);
create index dead_letter_of_tenant on dead_letter (tenant_id, failed_at, letter_id);
create index dead_letter_of_group on dead_letter (group_id, failed_at, letter_id);
create index dead_letter_settled_at on dead_letter (settled_at) where settled_at is not null;

-- Each time it was given up.
create table dead_letter_failure (
  letter_id uuid not null references dead_letter on delete cascade,
  replay int not null,
  failed_at timestamptz not null,
  attempts int not null,
  fault_type text not null,
  fault_message text not null,
  fault_stack text not null,
  primary key (letter_id, replay)
);

-- What operators did, who and why. Added to, never changed.
create table operator_action (
  action_id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  -- Whose key it was done with; null: at the database.
  tenant_id uuid,
  reason text,
  details jsonb not null
);
create function refuse_change_of_actions() returns trigger language plpgsql as $$
begin
  raise exception 'what operators did is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger operator_action_is_append_only before update or delete or truncate on operator_action
  for each statement execute function refuse_change_of_actions();

insert into application_privilege (object, privileges) values
  ('table scheduled_message', 'select, insert, update, delete'),
  ('table dead_letter', 'select, insert, update, delete'),
  ('table dead_letter_failure', 'select, insert'),
  ('table operator_action', 'select, insert');
