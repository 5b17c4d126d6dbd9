-- Keys are managed over the API: they have an id, a name, a time to live, and somebody who made them.
alter table api_key
  add column key_id uuid not null default gen_random_uuid() unique,
  -- null: made on the command line, or before keys had names.
  add column name text,
  add column created_by text,
  add column expires_at timestamptz,
  -- To the minute: it is written now and then, never by a request.
  add column last_used_at timestamptz,
  -- The key that took its place.
  add column rotated_to uuid,
  -- Of the request that made it, if that had an Idempotency-Key.
  add column command_id uuid unique,
  add column fingerprint text;
create index api_key_of_tenant on api_key (tenant_id, created_at, key_id);

-- Every process remembers the keys it has seen, and forgets them when it hears this.
create function tell_of_changed_key() returns trigger language plpgsql as $$
begin
  perform pg_notify('api_key_changed', encode(old.key_hash, 'base64'));
  return null;
end $$;
create trigger api_key_changed
  after delete or update of key_hash, tenant_id, prefix, scopes, expires_at, revoked_at on api_key
  for each row execute function tell_of_changed_key();

-- Who was refused what, counted by the minute so that nobody can fill it by asking again and again.
create table access_denial (
  denial_id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant,
  -- The beginning of the minute; for those that are not told apart, of the hour.
  at timestamptz not null,
  actor text not null,
  route text not null,
  reason text not null,
  count int not null,
  last_at timestamptz not null,
  unique (tenant_id, at, actor, route, reason)
);
create index access_denial_of_tenant on access_denial (tenant_id, at, denial_id);
create index access_denial_at on access_denial (at);

create index operator_action_of_tenant on operator_action (tenant_id, at, action_id);

insert into application_privilege (object, privileges) values
  ('table access_denial', 'select, insert, update, delete');
