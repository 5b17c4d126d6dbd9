import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LogOverloaded, LogUnavailable, type AppendOutcome } from '../../src/application/ports.ts';
import type { OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { createPool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, shardOf } from '../../src/infrastructure/system.ts';
import {
  claimed,
  contextOf,
  newOrder,
  openTestLog,
  orderCreated,
  orderStream,
  TENANT,
} from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const kinds = (outcomes: readonly AppendOutcome[]) => outcomes.map((outcome) => outcome.kind);

async function positions(): Promise<number[]> {
  const { rows } = await database.pool.query('select position::int from event order by shard, position');
  return rows.map((row) => row.position);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe('append', () => {
  it('gives events dense positions and contiguous versions', async () => {
    const { log } = openTestLog(database.pool);
    const orderId = ids.orderId();
    await log.append({
      ...newOrder(orderId),
      streams: [orderStream(orderId, 0, [orderCreated(orderId), claimed(orderId)])],
    });
    await log.append({
      context: contextOf(),
      streams: [orderStream(orderId, 2, [claimed(orderId)])],
      answer: null,
    });
    const [stream] = await log.readStreams(TENANT, [orderId]);
    expect(stream!.map(({ position, version, event }) => [position, version, event.type])).toEqual([
      [1n, 1, 'OrderCreated'],
      [2n, 2, 'PaymentClaimed'],
      [3n, 3, 'PaymentClaimed'],
    ]);
  });

  it('reads back what was written, money included', async () => {
    const { log } = openTestLog(database.pool);
    const orderId = ids.orderId();
    await log.append(newOrder(orderId));
    const [stream] = await log.readStreams(TENANT, [orderId]);
    expect(stream![0]!.event).toEqual(orderCreated(orderId));
  });

  it('lets one of two creations of the same stream win', async () => {
    const orderId = ids.orderId();
    const logs = [openTestLog(database.pool), openTestLog(database.pool)];
    const outcomes = await Promise.all(logs.map(({ log }) => log.append(newOrder(orderId))));
    expect(kinds(outcomes).toSorted()).toEqual(['appended', 'conflict']);
    expect(await positions()).toEqual([1]);
  });

  it('answers a repeated command with what was stored, and appends nothing', async () => {
    const { log } = openTestLog(database.pool);
    const unit = newOrder();
    await log.append(unit);
    const again = await log.append({ ...unit, answer: { orderId: 'another' } });
    expect(again).toEqual({ kind: 'duplicate', fingerprint: unit.context.fingerprint, answer: unit.answer });
    expect(await positions()).toEqual([1]);
  });

  it('knows a duplicate even when two processes send it at the same moment', async () => {
    const logs = [openTestLog(database.pool), openTestLog(database.pool)];
    const unit = newOrder();
    const outcomes = await Promise.all(logs.map(({ log }) => log.append(unit)));
    expect(kinds(outcomes).toSorted()).toEqual(['appended', 'duplicate']);
    expect(await positions()).toEqual([1]);
  });

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
    const [orderId, unit] = [ids.orderId(), newOrder()];
    const outcomes = await Promise.all([newOrder(orderId), newOrder(orderId), unit, unit].map(log.append));
    expect(kinds(outcomes)).toEqual(['appended', 'conflict', 'appended', 'duplicate']);
    // The unique keys would catch them too, but only by failing the batch for everybody in it.
    expect(faults).toEqual([]);
    expect(await positions()).toEqual([1, 2]);
  });

  it('appends to several streams or to none of them', async () => {
    const { log } = openTestLog(database.pool);
    const orderId = ids.orderId();
    await log.append(newOrder(orderId));
    const paymentId = ids.paymentId(orderId) as string as OrderId;
    const both = (expected: number) => ({
      context: contextOf(),
      streams: [
        orderStream(paymentId, 0, [orderCreated(paymentId)]),
        orderStream(orderId, expected, [claimed(orderId)]),
      ] as const,
      answer: null,
    });
    expect(await log.append(both(7))).toEqual({ kind: 'conflict' });
    expect(await positions()).toEqual([1]);
    expect(await log.append(both(1))).toEqual({ kind: 'appended' });
    expect(await positions()).toEqual([1, 2, 3]);
  });

  it('refuses a stream of another tenant as a conflict and reads it as empty', async () => {
    const { log } = openTestLog(database.pool);
    const stranger = '0190a000-0000-7000-8000-000000000002' as TenantId;
    const orderId = ids.orderId();
    await log.append(newOrder(orderId));
    const context = contextOf(ids.commandId(), stranger);
    expect(
      await log.append({ context, streams: [orderStream(orderId, 1, [claimed(orderId)])], answer: null }),
    ).toEqual({
      kind: 'conflict',
    });
    expect(await log.readStreams(stranger, [orderId])).toEqual([[]]);
  });

  it('keeps positions dense and loses nothing with many writers on two processes and conflicts among them', async () => {
    const logs = [openTestLog(database.pool), openTestLog(database.pool)];
    const hot = ids.orderId();
    await logs[0]!.log.append(newOrder(hot));
    const appends = upTo(300).map((n) => {
      const { log } = logs[n % 2]!;
      const orderId = ids.orderId();
      if (n % 3 > 0)
        return log.append({
          ...newOrder(orderId),
          streams: [orderStream(orderId, 0, [orderCreated(orderId), claimed(orderId)])],
        });
      return log.append({
        context: contextOf(),
        streams: [orderStream(hot, 1, [claimed(hot)])],
        answer: null,
      });
    });
    const outcomes = kinds(await Promise.all(appends));
    const appended = outcomes.filter((kind) => kind === 'appended').length;
    expect(appended).toBe(201); // 200 new orders and one of the hundred that wanted version 1
    expect(await positions()).toEqual(upTo(1 + 200 * 2 + 1));
    const { rows } = await database.pool.query(`select count(*)::int as n from stream s
      where s.version <> (select count(*) from event e where e.shard = s.shard and e.stream_id = s.stream_id)`);
    expect(rows[0].n).toBe(0);
  });

  it('does not let a unit that PostgreSQL refuses fail its neighbours', async () => {
    const { log } = openTestLog(database.pool);
    const bad = ids.orderId();
    const units = [
      newOrder(),
      { ...newOrder(), streams: [orderStream(bad, 0, [orderCreated(bad, 'a\u0000b')])] as const },
      newOrder(),
    ];
    const settled = await Promise.allSettled(units.map((unit) => log.append(unit)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await positions()).toEqual([1, 2]);
  });

  it('refuses commands beyond its queue at once, and takes them again later', async () => {
    const { log } = openTestLog(database.pool, 1, { queueMax: 10 });
    const settled = await Promise.allSettled(upTo(15).map(() => log.append(newOrder())));
    const refused = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(5);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(LogOverloaded);
    expect(await positions()).toEqual(upTo(10));
    expect(await log.append(newOrder())).toEqual({ kind: 'appended' });
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
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    const writers = upTo(16).map(async () => {
      for (let n = 0; n < 25; n++) await log.append(newOrder());
    });
    await Promise.all(writers);
    killing = false;
    await killer;
    expect(await positions()).toEqual(upTo(16 * 25));
  });

  it('says that it is unavailable when PostgreSQL stays away', async () => {
    const connectionString = 'postgresql://nobody@127.0.0.1:1/none';
    const away = createPool({ connectionString, max: 1, onConnectionError: () => {} });
    const { log } = openTestLog(away, 1, { resendForMs: 200 });
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

  it('number their positions each for itself', async () => {
    await database.pool.query('insert into log_head (shard) values (1), (2), (3)');
    const { log } = openTestLog(database.pool, 4);
    const outcomes = await Promise.all(upTo(80).map(() => log.append(newOrder())));
    expect(new Set(kinds(outcomes))).toEqual(new Set(['appended']));
    const { rows } = await database.pool.query(
      'select shard, count(*)::int as n, max(position)::int as last from event group by shard',
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { n, last } of rows) expect(last).toBe(n);
  });
});
