-- How much of its quota of requests each tenant has used in the minute that runs. Processes take shares of it in advance,
-- so there is an update every so many requests. A crash of the server empties the table, and quotas begin anew.
create unlogged table rate_window (
  tenant_id uuid not null references tenant,
  class text not null,
  window_start timestamptz not null,
  taken int not null,
  granted int not null, -- by the last call
  primary key (tenant_id, class)
) with (fillfactor = 50); -- rows change in place, on their page

insert into application_privilege (object, privileges) values ('table rate_window', 'select, insert, update');
