create table tenant (
  tenant_id uuid primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);

-- Only a hash of each key is kept; the prefix lets people tell keys apart.
create table api_key (
  key_hash bytea primary key,
  prefix text not null,
  tenant_id uuid not null references tenant,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- Secrets that every process of one installation shares.
create table installation_secret (
  name text primary key,
  secret bytea not null
);

-- The simulated payment provider keeps its own books: they are written by its own code alone and never derived from
-- the log, so that the two can be compared.
create schema simulated_provider;

create table simulated_provider.charge (
  provider_key text primary key,
  provider_ref text not null unique,
  payment_id uuid not null,
  amount_minor bigint not null,
  currency text not null,
  token text not null,
  outcome text not null,
  code text,
  created_at timestamptz not null default now()
);
