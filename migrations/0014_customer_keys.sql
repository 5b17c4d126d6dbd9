-- Personal fields of events are sealed with a key of their customer, since what is in the log is never changed: deleting
-- the key erases them wherever the log was copied to.
create table customer_key (
  key_id uuid primary key,
  tenant_id uuid not null,
  customer_id text not null,
  secret bytea not null check (length(secret) = 32),
  created_at timestamptz not null default now(),
  -- Nothing is sealed with it any more; it goes once nothing derived from what it opens is left.
  retired_at timestamptz
);
create unique index customer_key_in_use on customer_key (tenant_id, customer_id) where retired_at is null;

-- Asked for under the head lock, as whoever retires a key holds the heads of all shards: what was appended before it
-- was retired lies at or below the heads of that moment, and nothing sealed with it comes after.
create function require_keys_in_use(p_shard smallint, p_keys uuid[]) returns boolean language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
  perform from log_head l where l.shard = p_shard for update;
  if exists (
    select from unnest(p_keys) as u (id)
    left join lateral (select k.key_id from customer_key k where k.key_id = u.id and k.retired_at is null limit 1) k
      on true
    where k.key_id is null
  ) then
    raise exception 'a key is not in use any more' using errcode = 'OP001';
  end if;
  return true;
end $$;

-- Customers to be erased, until they are; what stays says that it was done and names nobody.
create table erasure (
  erasure_id uuid primary key,
  tenant_id uuid not null,
  customer_id text,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  claimed_until timestamptz not null default now(),
  key_id uuid,
  -- Where each shard ended when the key was retired: all that it sealed lies there or before.
  retired_heads jsonb,
  listed_at timestamptz,
  -- Where each shard ended when all orders had been told.
  told_heads jsonb,
  finished_at timestamptz,
  check ((customer_id is null) = (finished_at is not null))
);
-- One that has not begun covers whoever asks again; later orders may be of another key, and take another erasure.
create unique index erasure_waiting on erasure (tenant_id, customer_id) where retired_heads is null;
create index erasure_unfinished on erasure (requested_at) where finished_at is null;

-- Ends the use of a customer's key; null: there was none. Appending waits for the length of this: all that the key sealed
-- lies at or below the heads it notes, and an append that comes later is refused the key. Repeating it changes nothing.
create function retire_customer_key(p_erasure uuid) returns void language plpgsql as $$
declare
  v_erasure erasure;
  v_key uuid;
begin
  select * into strict v_erasure from erasure where erasure_id = p_erasure for update;
  if v_erasure.retired_heads is not null then return; end if;
  perform from log_head order by shard for update;
  update customer_key set retired_at = now()
    where tenant_id = v_erasure.tenant_id and customer_id = v_erasure.customer_id and retired_at is null
    returning key_id into v_key;
  update erasure set key_id = v_key, retired_heads = (select jsonb_object_agg(shard, head) from log_head)
    where erasure_id = p_erasure;
end $$;

-- The orders of an erasure under way.
create table erasure_order (
  erasure_id uuid not null references erasure,
  shard smallint not null,
  order_id uuid not null,
  cleaned boolean not null default false,
  primary key (erasure_id, shard, order_id)
);

-- An order as it was answered or stored, without what it says about a person.
create function erased_order(p_order jsonb) returns jsonb language sql immutable as $$
  select p_order || '{"customerId": "erased"}' || case
    when jsonb_typeof(p_order -> 'fulfilments') = 'array' then jsonb_build_object('fulfilments', (
      select coalesce(jsonb_agg(case when jsonb_typeof(f -> 'tracking') = 'string' then f || '{"tracking": "erased"}'
        else f end order by n), '[]') from jsonb_array_elements(p_order -> 'fulfilments') with ordinality as u (f, n)))
    else '{}' end
$$;

-- The only change there is to stored answers, with the rights of whoever migrated: the service may not make others.
-- Events say which answers show the order; those of an archived one are not at hand, and all answers are looked through.
create function erase_answers(p_shard smallint, p_order uuid) returns void language plpgsql
security definer set search_path = public, pg_temp
set enable_seqscan = off
as $$
declare
  v_archived boolean := (select archived from stream where shard = p_shard and stream_id = p_order);
begin
  if v_archived then
    update command set answer = erased_order(answer)
      where shard = p_shard and answer ->> 'orderId' = p_order::text and answer ? 'customerId';
  else
    update command c set answer = erased_order(c.answer)
      from (select distinct (metadata ->> 'commandId')::uuid as id from event
        where shard = p_shard and stream_id = p_order) e
      where c.shard = p_shard and c.command_id = e.id
        and c.answer ->> 'orderId' = p_order::text and c.answer ? 'customerId';
  end if;
end $$;
revoke execute on function erase_answers(smallint, uuid) from public;

-- No snapshot of an earlier version is kept.
alter table stream add column erased_version int not null default 0;

insert into application_privilege (object, privileges) values
  ('table customer_key', 'select, insert, update, delete'),
  ('table erasure', 'select, insert, update'),
  ('table erasure_order', 'select, insert, update, delete'),
  ('function erase_answers(smallint, uuid)', 'execute');
