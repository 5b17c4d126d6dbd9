import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog, RecordedEvent, StreamId } from '../../src/application/ports.ts';
import type { ReadModels } from '../../src/application/read-models.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import type { OrderId, PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import { err, ok } from '../../src/domain/shared/result.ts';
import { toJson } from '../../src/infrastructure/codecs/money-json.ts';
import { createPool, inTransaction } from '../../src/infrastructure/postgres/pool.ts';
import { tableOf } from '../../src/infrastructure/read-models/generations.ts';
import { orderSummaryProjection } from '../../src/infrastructure/read-models/order-summary.ts';
import { openReadModels } from '../../src/infrastructure/read-models/read-models.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { orderAfter, paymentAfter, toInstant, toMicros } from '../support/as-it-was.ts';
import { eventually } from '../support/eventually.ts';
import {
  claimed,
  contextOf,
  newOrder,
  openTestLog,
  orderCreated,
  orderStream,
  TENANT,
} from '../support/log.ts';
import { happenings, live, type Lived } from '../support/order-lives.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let log: EventLog;
let readModels: ReadModels;
beforeAll(async () => {
  database = await createTestDatabase();
  const opened = openTestLog(database.pool);
  ({ log } = opened);
  readModels = openReadModels(database.pool, log, opened.tails.length);
});
afterAll(() => database.drop());

const STRANGER = '0190a000-0000-7000-8000-000000000002' as TenantId;

async function eventsOf(id: StreamId): Promise<readonly RecordedEvent[]> {
  const [events = []] = await log.readStreams(TENANT, [id]);
  return events;
}

type Read = ReadModels['order'] | ReadModels['payment'];
type Stream = {
  readonly read: Read;
  readonly id: OrderId & PaymentId;
  readonly after: (events: readonly RecordedEvent[]) => object;
};

const streamsOf = ({ orderId, paymentIds }: Lived): Stream[] => [
  { read: readModels.order, id: orderId as OrderId & PaymentId, after: orderAfter },
  ...paymentIds.map((id) => ({
    read: readModels.payment,
    id: id as OrderId & PaymentId,
    after: paymentAfter,
  })),
];

describe('whatever happened', () => {
  it('is seen up to every version as the events until then fold', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (all) => {
        for (const { read, id, after } of streamsOf(await live(log, all))) {
          const events = await eventsOf(id);
          for (let version = 1; version <= events.length; version++) {
            const then = await read(TENANT, id, { version });
            expect(then).toEqual(ok(after(events.slice(0, version))));
          }
          const beyond = err({ code: 'version-not-reached', current: events.length });
          expect(await read(TENANT, id, { version: events.length + 1 })).toEqual(beyond);
          expect(await read(TENANT, id, { version: Number.MAX_SAFE_INTEGER })).toEqual(beyond);
          expect(await read(TENANT, id)).toEqual(ok(after(events)));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is seen at every instant, to the microsecond, as what was recorded by then folds', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (all) => {
        for (const { read, id, after } of streamsOf(await live(log, all))) {
          const events = await eventsOf(id);
          const recorded = events.map(({ recordedAt }) => toMicros(recordedAt));
          expect(recorded).toEqual(recorded.toSorted((a, b) => Number(a - b)));
          const instants = recorded.flatMap((micros) => [
            { micros, at: toInstant(micros) },
            { micros, at: toInstant(micros, '999') },
            { micros: micros - 1n, at: toInstant(micros - 1n) },
            { micros: micros - 1n, at: toInstant(micros - 1n, '999') },
            { micros: micros + 1n, at: toInstant(micros + 1n) },
          ]);
          for (const { micros, at } of instants) {
            const until = events.filter((_, index) => recorded[index]! <= micros);
            const then = await read(TENANT, id, { at });
            if (until.length > 0) expect(then).toEqual(ok(after(until)));
            else expect(then).toEqual(err({ code: 'created-later', createdAt: events[0]!.recordedAt }));
          }
          for (const { recordedAt: at, version } of events) {
            const then = await read(TENANT, id, { at });
            expect(then).toMatchObject({ ok: true });
            expect(then.ok && then.value.version).toBeGreaterThanOrEqual(version);
          }
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('right after any event of an order or its payments', () => {
  it('all of them are seen with what was in the log by then, and with nothing later', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (all) => {
        const streams = streamsOf(await live(log, all));
        const events = new Map<string, readonly RecordedEvent[]>();
        for (const { id } of streams) events.set(id, await eventsOf(id));
        for (const { position } of [...events.values()].flat()) {
          for (const { read, id, after } of streams) {
            const whole = events.get(id)!;
            const until = whole.filter((event) => event.position <= position);
            const then = await read(TENANT, id, { position });
            if (until.length > 0) expect(then).toEqual(ok(after(until)));
            else expect(then).toEqual(err({ code: 'created-later', createdAt: whole[0]!.recordedAt }));
          }
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('the instant at which an event was recorded', () => {
  it('has microseconds, always six digits of them', async () => {
    const orderIds = Array.from({ length: 40 }, () => ids.orderId());
    for (const orderId of orderIds) await log.append(newOrder(orderId));
    const instants = (await Promise.all(orderIds.map(eventsOf))).map(([event]) => event!.recordedAt);
    for (const instant of instants) expect(instant).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(instants.some((instant) => !instant.endsWith('000Z'))).toBe(true);
    const { rows } = await database.pool.query<{ micros: bigint }>(
      `select (extract(epoch from recorded_at) * 1000000)::bigint as micros from event
       where stream_id = any($1) order by position`,
      [orderIds],
    );
    expect(instants.map(toMicros)).toEqual(rows.map(({ micros }) => micros));
  });

  it.each([
    ['a whole second', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000000Z'],
    ['a tenth of a second', '2026-03-01T12:00:00.1Z', '2026-03-01T12:00:00.100000Z'],
    ['a microsecond', '2026-03-01T12:00:00.000001Z', '2026-03-01T12:00:00.000001Z'],
  ])('is given in full when it is %s, whatever the zone of the session', async (_what, recorded, shown) => {
    const orderId = ids.orderId();
    await log.append(newOrder(orderId));
    await addClaim(orderId, recorded);
    const options = '-c timezone=Asia/Kolkata';
    const connectionString = `${database.connectionString}${database.connectionString.includes('?') ? '&' : '?'}options=${encodeURIComponent(options)}`;
    const elsewhere = createPool({ connectionString, max: 1, onConnectionError: () => {} });
    const { rows } = await elsewhere.query<{ zone: string }>(`select current_setting('timezone') as zone`);
    expect(rows[0]!.zone).toBe('Asia/Kolkata');
    const [events = []] = await openTestLog(elsewhere).log.readStreams(TENANT, [orderId]);
    await elsewhere.end();
    expect(events[1]!.recordedAt).toBe(shown);
  });

  it('is the same for all events of one command: what is between them is seen by version or position', async () => {
    const orderId = ids.orderId();
    const events = [orderCreated(orderId), claimed(orderId), claimed(orderId)];
    await log.append({ context: contextOf(), streams: [orderStream(orderId, 0, events)], answer: null });
    const [first] = await eventsOf(orderId);
    const at = await readModels.order(TENANT, orderId, { at: first!.recordedAt });
    expect(at).toMatchObject({ ok: true, value: { version: 3 } });
    const before = await readModels.order(TENANT, orderId, { version: 2 });
    expect(before).toMatchObject({ ok: true, value: { version: 2, payments: [{}] } });
    expect(await readModels.order(TENANT, orderId, { position: first!.position + 1n })).toEqual(before);
  });

  it('may be earlier than that of the event before it, when the clock was set back, and hides no cause', async () => {
    const orderId = ids.orderId();
    await log.append(newOrder(orderId));
    await addClaim(orderId, '2099-01-01T00:00:02Z');
    await addClaim(orderId, '2099-01-01T00:00:01Z');
    const versionAt = async (at: string) => {
      const then = await readModels.order(TENANT, orderId, { at });
      return then.ok ? then.value.version : then.error;
    };
    expect(await versionAt('2099-01-01T00:00:01Z')).toBe(1);
    expect(await versionAt('2099-01-01T00:00:02Z')).toBe(3);
  });
});

/** Appends a claim that was recorded at another moment than now. */
async function addClaim(orderId: OrderId, recordedAt: string): Promise<void> {
  const { type, ...data } = claimed(orderId);
  const { rowCount } = await database.pool.query(
    `with l as (update log_head set head = head + 1 where shard = 0 returning head),
       s as (update stream set version = version + 1 where shard = 0 and stream_id = $1 returning version)
     insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
     select 0, l.head, $1, s.version, gen_random_uuid(), $2, 1, $3, e.metadata, $4
     from l, s, event e where e.shard = 0 and e.stream_id = $1 and e.version = 1`,
    [orderId, type, JSON.stringify(toJson(data)), recordedAt],
  );
  expect(rowCount).toBe(1);
}

describe('what is asked for by id', () => {
  it("is absent when it is another tenant's, at any time", async () => {
    const orderId = ids.orderId();
    await log.append(newOrder(orderId));
    for (const upTo of [
      undefined,
      { version: 1 },
      { version: 9 },
      { at: '2000-01-01T00:00:00Z' },
      { at: '2999-01-01T00:00:00Z' },
    ])
      expect(await readModels.order(STRANGER, orderId, upTo)).toEqual(err({ code: 'absent' }));
  });

  it('is absent when there is none, or one of another kind, at any time', async () => {
    const { orderId, paymentIds } = await live(log, [{ kind: 'pay', token: 'tok_success', minor: 1 }]);
    const [paymentId] = paymentIds;
    for (const upTo of [
      undefined,
      { version: 1 },
      { at: '2000-01-01T00:00:00Z' },
      { at: '2999-01-01T00:00:00Z' },
    ]) {
      expect(await readModels.order(TENANT, ids.orderId(), upTo)).toEqual(err({ code: 'absent' }));
      expect(await readModels.order(TENANT, paymentId as string as OrderId, upTo)).toEqual(
        err({ code: 'absent' }),
      );
      expect(await readModels.payment(TENANT, orderId as string as PaymentId, upTo)).toEqual(
        err({ code: 'absent' }),
      );
    }
  });
});

describe('a long stream', () => {
  const LENGTH = 130;
  const SNAPSHOT = 100;

  it.each([
    ['has no row yet', 0],
    ['is behind', 60],
    ['has caught up', LENGTH],
  ])(
    'is seen as its events fold while the read model %s, with a snapshot and without',
    async (_state, projected) => {
      const orderId = ids.orderId();
      const claims = Array.from({ length: LENGTH - 1 }, () => claimed(orderId));
      const streams = [orderStream(orderId, 0, [orderCreated(orderId), ...claims])] as const;
      await log.append({ context: contextOf(), streams, answer: null });
      const events = await eventsOf(orderId);
      expect(events).toHaveLength(LENGTH);
      await inTransaction(database.pool, (tx) =>
        orderSummaryProjection.project(tx, tableOf('order-summary', 1), events.slice(0, projected)),
      );

      const expectAllRight = async () => {
        expect(await readModels.order(TENANT, orderId)).toEqual(ok(orderAfter(events)));
        for (let version = 1; version <= LENGTH; version++)
          expect(await readModels.order(TENANT, orderId, { version })).toEqual(
            ok(orderAfter(events.slice(0, version))),
          );
      };
      await expectAllRight();
      const state = fold(
        orderAggregate,
        events.slice(0, SNAPSHOT).map(({ event }) => event as OrderEvent),
      );
      log.offerSnapshot(orderId, 'order', { version: SNAPSHOT, state });
      await eventually(async () => {
        const [stream] = await log.loadStreams(TENANT, [{ streamId: orderId, after: 0 }]);
        expect(stream?.snapshot?.version).toBeGreaterThanOrEqual(SNAPSHOT);
      });
      await expectAllRight();
    },
  );
});
