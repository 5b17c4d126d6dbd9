-- A tenant may want every command of its clients to carry an Idempotency-Key, so that none can be done twice by accident.
alter table tenant add column requires_idempotency_key boolean not null default false;
