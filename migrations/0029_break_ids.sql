-- Every break has one name, the same as long as it is there: what tells it from the others, in one value.
alter table reconciliation_break add column break_id uuid not null generated always as
  (md5(provider || ' ' || (day - date '2000-01-01')::text || ' ' || kind || ' ' || subject)::uuid) stored;
create unique index reconciliation_break_id on reconciliation_break (break_id);
