-- A webhook is posted long after the request that led to it, by whatever process is free: its trace goes with it.
alter table webhook_delivery add column traceparent text;
