import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { FOLLOWERS_TABLES } from './followers.ts';

/** Whoever writes names itself to PostgreSQL; this one may do what only operators do. */
export const ENGINE = 'soak-engine';

/**
 * Looks at every change of a subscription's row, inside its transaction: leases and checkpoints may only change by the
 * rules, however well the rest hides that one was broken.
 */
const WATCH = `
  create table soak_broken_rule (rule text not null, process text not null, before subscription, after subscription);
  create function soak_watch() returns trigger language plpgsql as $$
  declare
    v_process text := current_setting('application_name');
    v_rule text := case
      when v_process = '${ENGINE}' then null
      when new.epoch < old.epoch or new.position < old.position then 'went back'
      when new.epoch > old.epoch and old.lease_until > now() then 'was taken before the lease had ended'
      when new.epoch > old.epoch and new.owner is distinct from v_process then 'was taken for another'
      when new.epoch = old.epoch and old.owner is distinct from v_process then 'was changed by another than its holder'
      when new.position > old.position and old.status <> 'running' then 'moved though it was stopped'
    end;
  begin
    if v_rule is not null then insert into soak_broken_rule values (v_rule, v_process, old, new); end if;
    return new;
  end $$;
  create trigger soak_watch before update on subscription for each row execute function soak_watch()`;

/** Its events are in small partitions from the beginning on. */
const PARTITIONED = `
  drop table event_p0, event_p1;
  delete from event_partition;
  insert into event_partition (ordinal, from_position, to_position) values (-1, 0, 0);
  select ensure_event_partitions();
  delete from event_partition where ordinal = -1`;

/** Prepares an empty database for soaking. */
export async function watchDatabase(pool: Pool, partition: number): Promise<void> {
  await pool.query(`update log_setting set value = $1 where name = 'event_partition_positions'`, [partition]);
  await pool.query(PARTITIONED);
  await pool.query(FOLLOWERS_TABLES);
  await pool.query(WATCH);
}
