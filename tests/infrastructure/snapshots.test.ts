import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, commandExecutor, type ExecuteCommand } from '../../src/application/execute-command.ts';
import { aggregateLoader, loadAggregate, noCache } from '../../src/application/load-aggregates.ts';
import type { EventLog } from '../../src/application/ports.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import type { OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { ok } from '../../src/domain/shared/result.ts';
import { stateCache } from '../../src/infrastructure/event-log/state-cache.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, systemClock } from '../../src/infrastructure/system.ts';
import { eventually } from '../support/eventually.ts';
import { claimed, contextOf, openTestLog, orderCreated, orderStream, TENANT } from '../support/log.ts';
import { orderHistory } from '../support/order-histories.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let log: EventLog;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ log } = openTestLog(database.pool));
});
afterAll(() => database.drop());

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

async function orderWith(events: readonly OrderEvent[], orderId = ids.orderId()): Promise<OrderId> {
  const streams = [orderStream(orderId, 0, [...events])] as const;
  expect(await log.append({ context: contextOf(), streams, answer: null })).toEqual({ kind: 'appended' });
  return orderId;
}

/** An order of so many events. */
function longOrder(length: number): Promise<OrderId> {
  const orderId = ids.orderId();
  return orderWith([orderCreated(orderId), ...upTo(length - 1).map(() => claimed(orderId))], orderId);
}

const load = (orderId: OrderId, from = log) => loadAggregate(from, TENANT, orderAggregate, orderId);

/** What all its events fold to, without any snapshot. */
async function foldOf(orderId: OrderId, version = Infinity) {
  const [events = []] = await log.readStreams(TENANT, [orderId]);
  const first = events.slice(0, version).map(({ event }) => event as OrderEvent);
  return { state: fold(orderAggregate, first), version: first.length };
}

async function offer(orderId: OrderId, version: number, to = log): Promise<void> {
  to.offerSnapshot(orderId, orderAggregate.category, await foldOf(orderId, version));
}

async function kept(orderId: OrderId) {
  const { rows } = await database.pool.query<{ schema: number; version: number }>(
    'select schema_version as schema, version from snapshot where stream_id = $1 order by 1',
    [orderId],
  );
  return rows;
}

const SCHEMA = orderAggregate.stateVersion;
const NEXT_SCHEMA = SCHEMA + 1;

const untilKept = (orderId: OrderId, version: number, schema = SCHEMA) =>
  eventually(async () => expect(await kept(orderId)).toContainEqual({ schema, version }));

/** The snapshot that a load makes use of; 0: none. */
async function usedBy(from: EventLog, orderId: OrderId): Promise<number> {
  const [stream] = await from.loadStreams(TENANT, [{ streamId: orderId, after: 0 }]);
  return stream?.snapshot?.version ?? 0;
}

const claim = (execute: ExecuteCommand, orderId: OrderId) =>
  execute({
    context: contextOf(),
    reads: [orderId],
    decide: (history) => {
      const { version } = history.of(orderAggregate, orderId);
      const appends = [append(orderAggregate, orderId, version, [claimed(orderId)])];
      return ok({ appends, answer: version + 1 });
    },
  });

describe('a snapshot', () => {
  it('is written every 50 events, in place of the one before', async () => {
    const execute = commandExecutor(log, systemClock, Math.random, stateCache(10_000));
    const orderId = await longOrder(1);
    for (const version of upTo(129)) {
      expect(await claim(execute, orderId)).toMatchObject({ value: { answer: version + 1 } });
      if (version === 49) await untilKept(orderId, 50);
    }
    await untilKept(orderId, 100);
    expect(await kept(orderId)).toEqual([{ schema: SCHEMA, version: 100 }]);
    expect(await usedBy(log, orderId)).toBe(100);
    expect(await load(orderId)).toEqual(await foldOf(orderId));
  });

  it('is never replaced by an older one, whichever process writes it', async () => {
    const other = openTestLog(database.pool).log;
    const orderId = await longOrder(5);
    const later = await longOrder(2);
    await offer(orderId, 4);
    await untilKept(orderId, 4);
    await offer(orderId, 3, other);
    // A log writes its snapshots one after another: with this one there, the older one has had its turn.
    await offer(later, 2, other);
    await untilKept(later, 2);
    expect(await kept(orderId)).toEqual([{ schema: SCHEMA, version: 4 }]);
  });

  it('of another version of the state is left alone and not used', async () => {
    const newer = openTestLog(database.pool, { stateVersions: { order: NEXT_SCHEMA, payment: 1 } }).log;
    const orderId = await longOrder(8);
    await offer(orderId, 6);
    await untilKept(orderId, 6);
    expect(await usedBy(newer, orderId)).toBe(0);
    expect(await load(orderId, newer)).toEqual(await foldOf(orderId));
    await offer(orderId, 3, newer);
    await untilKept(orderId, 3, NEXT_SCHEMA);
    expect(await kept(orderId)).toEqual([
      { schema: SCHEMA, version: 6 },
      { schema: NEXT_SCHEMA, version: 3 },
    ]);
    expect([await usedBy(log, orderId), await usedBy(newer, orderId)]).toEqual([6, 3]);
  });

  it('of another tenant is not to be had', async () => {
    const orderId = await longOrder(4);
    await offer(orderId, 4);
    await untilKept(orderId, 4);
    const stranger = '0190a000-0000-7000-8000-000000000002' as TenantId;
    expect(await log.loadStreams(stranger, [{ streamId: orderId, after: 0 }])).toEqual([undefined]);
  });

  it('and what is remembered change nothing about what is loaded', async () => {
    await fc.assert(
      fc.asyncProperty(orderHistory(0, 80), fc.nat(), fc.nat(), async (events, first, second) => {
        const orderId = await orderWith(events);
        const [snapshot, remembered] = [first, second].map((seed) => 1 + (seed % events.length));
        await offer(orderId, snapshot!);
        await untilKept(orderId, snapshot!);
        const whole = await foldOf(orderId);
        expect(await load(orderId)).toEqual(whole);

        const cache = stateCache(10_000);
        const known = { ...(await foldOf(orderId, remembered)), snapshotVersion: 0 };
        cache.set(orderId, { ...known, tenantId: TENANT, category: 'order' });
        const history = await aggregateLoader(log, cache).load(TENANT, [orderId]);
        expect(history.of(orderAggregate, orderId)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a snapshot that is', () => {
  const CHECKED = `jsonb_build_object('state', state -> 'state', 'checksum',
    hashtextextended((state -> 'state')::text, 1000))`;

  it.each([
    ['gone', 'delete from snapshot'],
    ['not a state', `update snapshot set state = '"garbage"'`],
    ['null', `update snapshot set state = 'null'`],
    ['empty', `update snapshot set state = '{}'`],
    ['without its checksum', `update snapshot set state = state - 'checksum'`],
    ['changed in one place', `update snapshot set state = jsonb_set(state, '{state,status}', '"Confirmed"')`],
    ['without a state', `update snapshot set state = jsonb_set(state, '{state}', 'null')`],
    ['of an earlier version than it says', 'update snapshot set version = version + 1'],
    ['of a later version than it says', 'update snapshot set version = version - 1'],
    ['from further than the stream reaches', `update snapshot set version = 1000, state = ${CHECKED}`],
  ])('%s costs time and nothing else', async (_damage, statement) => {
    const orderId = await longOrder(12);
    await offer(orderId, 10);
    await untilKept(orderId, 10);
    expect(await usedBy(log, orderId)).toBe(10);
    const { rowCount } = await database.pool.query(`${statement} where stream_id = $1`, [orderId]);
    expect(rowCount).toBe(1);

    expect(await usedBy(log, orderId)).toBe(0);
    expect(await load(orderId)).toEqual(await foldOf(orderId));
    const execute = commandExecutor(log, systemClock, Math.random, noCache);
    expect(await claim(execute, orderId)).toMatchObject({ value: { answer: 13 } });
  });
});

describe('commands on a stream that this process knows', () => {
  it('read nothing, not one query', async () => {
    const asked: unknown[] = [];
    const readPool = new Proxy(database.pool, {
      get: (pool, name) =>
        name === 'query'
          ? (...args: Parameters<Pool['query']>): unknown => {
              asked.push(args[0]);
              return pool.query(...args);
            }
          : (Reflect.get(pool, name) as unknown),
    });
    const hot = openTestLog(database.pool, { readPool }).log;
    const execute = commandExecutor(hot, systemClock, Math.random, stateCache(10_000));
    const orderId = await longOrder(1);
    await claim(execute, orderId);
    expect(asked).toHaveLength(2); // the stream, and the key of its customer
    for (const version of upTo(20)) {
      expect(await claim(execute, orderId)).toMatchObject({ value: { answer: version + 2 } });
    }
    expect(asked).toHaveLength(2);
  });
});
