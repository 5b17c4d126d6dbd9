-- Whoever signs in to the console speaks for the key that they signed in with. Of a session and of a link only the
-- SHA-256 is kept: whoever reads these tables can use neither.
create table console_session (
  session_hash bytea primary key,
  key_hash bytea not null references api_key on update cascade on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index console_session_of_key on console_session (key_hash, created_at);
create index console_session_expires on console_session (expires_at);

-- Opens one session, once.
create table sign_in_link (
  link_hash bytea primary key,
  key_hash bytea not null references api_key on update cascade on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index sign_in_link_expires on sign_in_link (expires_at);

insert into application_privilege (object, privileges) values
  ('table console_session', 'select, insert, delete'),
  ('table sign_in_link', 'select, insert, update, delete');
