import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import {
  readShardCount,
  settleShardCount,
  ShardCountProblem,
} from '../../src/infrastructure/postgres/shard-count.ts';
import { holdLock, waitingForLocks } from '../support/api-locks.ts';
import { createEmptyDatabase, MIGRATIONS_FOLDER, urlOfDatabase } from '../support/postgres.ts';
import { spawnService, type ServiceProcess } from '../support/process.ts';

let connectionString: string;
let pool: Pool;
let undo: (() => Promise<unknown>)[];

beforeEach(async () => {
  const { name, drop } = await createEmptyDatabase(inject('postgresUrl'));
  connectionString = urlOfDatabase(inject('postgresUrl'), name);
  pool = createPool({ connectionString, max: 10, onConnectionError: () => {} });
  undo = [drop, () => pool.end()];
});
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
});

const settle = (shardCount?: number): Promise<string[]> =>
  migrate(pool, { folder: MIGRATIONS_FOLDER, shardCount });

const shards = async (): Promise<number[]> =>
  (await pool.query('select shard from log_head order by shard')).rows.map(({ shard }) => shard);

describe('the number of shards', () => {
  it.each([
    [undefined, [0]],
    [1, [0]],
    [4, [0, 1, 2, 3]],
  ])('asked for as %s settles a new database on %j', async (shardCount, settled) => {
    await settle(shardCount);
    expect(await shards()).toEqual(settled);
  });

  it.each([4, undefined])('stays what it is when %s is asked for later', async (later) => {
    await settle(4);
    await settle(later);
    expect(await readShardCount(pool)).toBe(4);
  });

  it.each([
    [1, 4, 'LOG_SHARDS is 4, but the log in this database has 1 shard, which cannot change any more'],
    [4, 1, 'LOG_SHARDS is 1, but the log in this database has 4 shards, which cannot change any more'],
  ])('of %i is not changed to %i', async (settled, wanted, why) => {
    await settle(settled);
    await expect(settle(wanted)).rejects.toThrow(why);
    await expect(settle(wanted)).rejects.toBeInstanceOf(ShardCountProblem);
    expect(await readShardCount(pool)).toBe(settled);
  });

  it('is looked at before anything is migrated', async () => {
    // As an older build left it: migrations are due.
    await pool.query('create table log_head (shard smallint primary key, head bigint not null default 0)');
    await pool.query('insert into log_head (shard) values (0)');
    await expect(settle(2)).rejects.toBeInstanceOf(ShardCountProblem);
    const { rows } = await pool.query(`select relname from pg_class where relname = 'schema_migration'`);
    expect(rows).toEqual([]);
  });

  it('is looked at again when another process has settled it since', async () => {
    let looked = false;
    const query = async (...args: Parameters<Pool['query']>): Promise<unknown> => {
      const result = await (pool.query(...args) as unknown as Promise<unknown>);
      if (!looked) {
        looked = true;
        await settle(4);
      }
      return result;
    };
    const late = new Proxy(pool, {
      get: (target, name) => (name === 'query' ? query : (Reflect.get(target, name) as unknown)),
    });
    const outcome = migrate(late, { folder: MIGRATIONS_FOLDER, shardCount: 2 });
    await expect(outcome).rejects.toBeInstanceOf(ShardCountProblem);
    expect(await readShardCount(pool)).toBe(4);
  });

  it('is settled by one of two who are at it at the same moment, and the other is refused', async () => {
    await settle();
    await pool.query(`delete from log_head;
      create function wait_here() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock(42); return new; end $$;
      create trigger wait_here before insert on log_head for each row execute function wait_here()`);
    const release = await holdLock(pool, 'select pg_advisory_xact_lock(42)');
    const first = settleShardCount(pool, 1);
    await waitingForLocks(pool, 1);
    const second = settleShardCount(pool, 4).catch((fault: unknown) => fault);
    await waitingForLocks(pool, 2);
    await release();
    expect(await first).toBe(1);
    expect(await second).toBeInstanceOf(ShardCountProblem);
    expect(await shards()).toEqual([0]);
  });

  it('is settled once by processes that start together, and those who want another are refused', async () => {
    const wanted = [1, 4, 4, undefined, 2, 1, 4, undefined];
    const settled = await Promise.allSettled(wanted.map(settle));
    const count = await readShardCount(pool);
    expect(await shards()).toEqual(Array.from({ length: count }, (_, shard) => shard));
    expect(settled.map(({ status }) => status)).toEqual(
      wanted.map((shardCount) => ((shardCount ?? count) === count ? 'fulfilled' : 'rejected')),
    );
    for (const outcome of settled)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ShardCountProblem);
  });
});

function start(env: Record<string, string>): ServiceProcess {
  const service = spawnService({ DATABASE_URL: connectionString, PORT: '0', ...env });
  undo.push(() => service.end('SIGKILL'));
  return service;
}

describe('LOG_SHARDS', () => {
  it('lets two processes start at once on an empty database', async () => {
    const services = [start({ LOG_SHARDS: '3' }), start({ LOG_SHARDS: '3' })];
    const urls = await Promise.all(services.map((service) => service.url()));
    const statuses = await Promise.all(urls.map(async (url) => (await fetch(`${url}/readyz`)).status));
    expect(statuses).toEqual([200, 200]);
    expect(await readShardCount(pool)).toBe(3);
  });

  it('of another number than the database has ends the start with one sentence', async () => {
    await settle(4);
    const service = start({ LOG_SHARDS: '2' });
    expect(await service.ended()).toBe(1);
    expect(service.output().trim()).toBe(
      'Order Payments did not start: LOG_SHARDS is 2, but the log in this database has 4 shards, ' +
        'which cannot change any more; unset LOG_SHARDS or set it to 4',
    );
    expect(await readShardCount(pool)).toBe(4);
  });
});
