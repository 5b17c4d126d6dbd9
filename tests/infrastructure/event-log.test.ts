import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import fc from 'fast-check';
import { LogOverloaded, LogUnavailable, type AppendOutcome } from '../../src/application/ports.ts';
import { createPool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, shardOf } from '../../src/infrastructure/system.ts';
import { newOrder, openTestLog, orderCreated, orderIdOn, orderStream, TENANT } from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const kinds = (outcomes: readonly AppendOutcome[]) => outcomes.map((outcome) => outcome.kind);

const SHARD = 0;

async function positions(shard = SHARD): Promise<number[]> {
  const { rows } = await database.pool.query(
    'select position::int from event where shard = $1 order by position',
    [shard],
  );
  return rows.map((row) => row.position);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe('append', () => {
  it('never sends two units of one stream, or of one command, in one batch', async () => {
    const faults: unknown[] = [];
    const query = (...args: Parameters<TestDatabase['pool']['query']>): Promise<unknown> =>
      (database.pool.query(...args) as unknown as Promise<unknown>).catch((fault: unknown) => {
        faults.push(fault);
        throw fault;
      });
    const watched = new Proxy(database.pool, {
      get: (pool, name) => (name === 'query' ? query : (Reflect.get(pool, name) as unknown)),
    });
    const { log } = openTestLog(watched);
    const [orderId, unit] = [orderIdOn(SHARD), newOrder(orderIdOn(SHARD))];
    const outcomes = await Promise.all([newOrder(orderId), newOrder(orderId), unit, unit].map(log.append));
    expect(kinds(outcomes)).toEqual(['appended', 'conflict', 'appended', 'duplicate']);
    // The unique keys would catch them too, but only by failing the batch for everybody in it.
    expect(faults).toEqual([]);
    expect(await positions()).toEqual([1, 2]);
  });

  it('does not let a unit that PostgreSQL refuses fail its neighbours', async () => {
    const { log } = openTestLog(database.pool);
    const bad = orderIdOn(SHARD);
    const units = [
      newOrder(orderIdOn(SHARD)),
      { ...newOrder(), streams: [orderStream(bad, 0, [orderCreated(bad, 'a\u0000b')])] as const },
      newOrder(orderIdOn(SHARD)),
    ];
    const settled = await Promise.allSettled(units.map((unit) => log.append(unit)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await positions()).toEqual([1, 2]);
  });

  it('refuses commands beyond its queue at once, and takes them again later', async () => {
    const { log } = openTestLog(database.pool, { queueMax: 10 });
    const settled = await Promise.allSettled(upTo(15).map(() => log.append(newOrder(orderIdOn(SHARD)))));
    const refused = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(5);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(LogOverloaded);
    expect(await positions()).toEqual(upTo(10));
    expect(await log.append(newOrder(orderIdOn(SHARD)))).toEqual({ kind: 'appended' });
  });

  it('gets every command in exactly once while its connections are killed', async () => {
    const { log } = openTestLog(database.pool);
    let killing = true;
    const killer = (async () => {
      while (killing) {
        await database.pool
          .query(
            `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()`,
          )
          .catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    })();
    const writers = upTo(16).map(async () => {
      for (let n = 0; n < 25; n++) await log.append(newOrder());
    });
    try {
      await Promise.all(writers);
    } finally {
      killing = false;
      await killer;
    }
    const found = await Promise.all(upTo(inject('shardCount')).map((shard) => positions(shard - 1)));
    expect(found.flat()).toHaveLength(16 * 25);
    for (const ofShard of found) expect(ofShard).toEqual(upTo(ofShard.length));
  });

  it('says that it is unavailable when PostgreSQL stays away', async () => {
    const connectionString = 'postgresql://nobody@127.0.0.1:1/none';
    const away = createPool({ connectionString, max: 1, onConnectionError: () => {} });
    const { log } = openTestLog(away, { resendForMs: 200 });
    await expect(log.append(newOrder())).rejects.toBeInstanceOf(LogUnavailable);
    await away.end();
  });
});

describe('the table of events', () => {
  it.each(['update event set type = type', 'delete from event', 'truncate event'])(
    'refuses `%s`',
    async (statement) => {
      const { log } = openTestLog(database.pool);
      await log.append(newOrder());
      await expect(database.pool.query(statement)).rejects.toThrow('append-only');
    },
  );
});

describe('shards', () => {
  it('are the same for an order and its payments, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.boolean(), (shardCount, keyed) => {
        const from = keyed ? ids.commandId() : undefined;
        const orderId = ids.orderId(from);
        const shard = shardOf(orderId, shardCount);
        expect(shard).toBeLessThan(shardCount);
        expect(shardOf(ids.paymentId(orderId, from), shardCount)).toBe(shard);
      }),
    );
  });
});

async function rowsRead(pool: TestDatabase['pool']): Promise<number> {
  await pool.query('select pg_stat_force_next_flush()');
  const { rows } = await pool.query<{ n: number }>(
    `select sum(idx_tup_read)::int as n from pg_stat_user_indexes where relname = 'stream'`,
  );
  return rows[0]!.n;
}

describe('loading a stream', () => {
  it('reads its row alone, from an empty database on, whatever else its shard holds', async () => {
    const pool = createPool({
      connectionString: database.connectionString,
      max: 1,
      onConnectionError: () => {},
    });
    const { log } = openTestLog(pool);
    const requests = [{ streamId: orderIdOn(SHARD), after: 0 }];
    await log.loadStreams(TENANT, requests); // the connection keeps the plan it makes now
    await Promise.all(upTo(200).map(() => log.append(newOrder(orderIdOn(SHARD)))));
    const before = await rowsRead(pool);
    await log.loadStreams(TENANT, requests);
    expect((await rowsRead(pool)) - before).toBeLessThan(2);
    await pool.end();
  });
});
