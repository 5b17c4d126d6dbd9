-- Refunds that wait for a second person. Payments' states know of approvals now, so their rows are made anew; in a new
-- database there are none.
do $$
begin
  if not exists (select from event) then
    update projection set code_version = 3 where name = 'payment-history' and status = 'live';
  end if;
end $$;

-- What waits, and nothing else: a read model.
create table read_model.awaiting_refund (
  shard smallint not null,
  payment_id uuid not null,
  refund_id text not null,
  tenant_id uuid not null,
  order_id uuid not null,
  amount_minor bigint not null,
  currency text not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  primary key (shard, payment_id, refund_id)
);
create index awaiting_refund_tenant on read_model.awaiting_refund (tenant_id, requested_at, refund_id);
create table read_model.awaiting_refund_1 (like read_model.awaiting_refund including all);
create view awaiting_refund as select * from read_model.awaiting_refund_1;
insert into projection (name, generation, code_version, status) values ('awaiting-refund', 1, 1, 'live');
insert into application_privilege (object, privileges) values ('table awaiting_refund', 'select');
