import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrowsedEvent, LogBrowser, LogFilter, LogProgress } from '../../src/application/log-browsing.ts';
import type { EventLog } from '../../src/application/ports.ts';
import type { OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { LOOKED_THROUGH_MAX, openLogBrowser } from '../../src/infrastructure/read-models/log-pages.ts';
import { ids } from '../../src/infrastructure/system.ts';
import {
  claimed,
  contextOf,
  openTestLog,
  orderCreated,
  orderIdOn,
  orderStream,
  TENANT,
} from '../support/log.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { createShardedDatabase } from '../support/sharded-database.ts';

const SHARDS = 3;
const STRANGER = '0190a000-0000-7000-8000-000000000002' as TenantId;

let database: TestDatabase;
let log: EventLog;
let browser: LogBrowser;
beforeAll(async () => {
  database = await createShardedDatabase(SHARDS);
  ({ log } = openTestLog(database.pool, { shardCount: SHARDS }));
  browser = openLogBrowser(database.pool, eventCodec, SHARDS);
  for (let number = 0; number < 40; number++) await append(number % SHARDS, number % 4, owners[number % 3]!);
});
afterAll(() => database.drop());

const owners = [TENANT, STRANGER, TENANT];
const orderIds: OrderId[] = [];

/** A new order with so many claims, in one command. */
async function append(shard: number, claims: number, tenantId: TenantId): Promise<void> {
  const orderId = orderIdOn(shard);
  const events = [orderCreated(orderId), ...Array.from({ length: claims }, () => claimed(orderId))];
  const context = contextOf(ids.commandId(), tenantId);
  await log.append({ context, streams: [orderStream(orderId, 0, events)], answer: null });
  if (tenantId === TENANT) orderIds.push(orderId);
}

type Stored = { shard: number; position: bigint; type: string; stream: string; at: Date; tenant: string };

/** What is in the log, by another way: oldest first. */
async function stored(tenantId: TenantId, { shard, type, streamId }: LogFilter): Promise<string[]> {
  const { rows } = await database.pool.query<Stored>(
    `select shard, position, type, stream_id as stream, metadata ->> 'tenantId' as tenant from event
     order by recorded_at, shard, position`,
  );
  return rows
    .filter((row) => row.tenant === tenantId && row.shard === (shard ?? row.shard))
    .filter((row) => row.type === (type ?? row.type) && row.stream === (streamId ?? row.stream))
    .map((row) => `${row.shard}-${row.position}`);
}

type Asked = { readonly filter: LogFilter; readonly order: 'newest' | 'oldest'; readonly limit: number };

/** Every page until there is no more. */
async function allOf(tenantId: TenantId, asked: Asked): Promise<readonly BrowsedEvent[]> {
  const found: BrowsedEvent[] = [];
  let from: LogProgress | undefined;
  do {
    const page = await browser.page(tenantId, { ...asked, from });
    expect(page.events.length).toBeLessThanOrEqual(asked.limit);
    found.push(...page.events);
    from = page.next;
  } while (from);
  return found;
}

const idsOf = (events: readonly BrowsedEvent[]): string[] => events.map(({ id }) => id);

const filters = fc.record(
  {
    shard: fc.nat(SHARDS), // one more than there are
    type: fc.constantFrom('OrderCreated', 'PaymentClaimed', 'OrderPaid'),
    streamId: fc.nat(10).map((index) => orderIds[index] ?? ids.orderId()),
  },
  { requiredKeys: [] },
);

describe('the pages of the log', () => {
  it('hold each event that fits once, in order, and none of another tenant', async () => {
    const order = fc.constantFrom('newest' as const, 'oldest' as const);
    await fc.assert(
      fc.asyncProperty(filters, order, fc.integer({ min: 1, max: 30 }), async (filter, first, limit) => {
        const right = await stored(TENANT, filter);
        const found = idsOf(await allOf(TENANT, { filter, order: first, limit }));
        expect(found).toEqual(first === 'oldest' ? right : right.toReversed());
      }),
      { numRuns: 60 },
    );
    expect((await stored(TENANT, {})).length).toBeGreaterThan(50);
    expect((await stored(STRANGER, {})).length).toBeGreaterThan(20);
  });

  it('hold nothing of a stream of somebody else', async () => {
    const [streamId] = orderIds;
    for (const order of ['newest', 'oldest'] as const)
      expect(await allOf(STRANGER, { filter: { streamId }, order, limit: 10 })).toEqual([]);
  });

  it('keep the order of a shard whose clock was set back', async () => {
    const shard = 0;
    const before = idsOf(await allOf(TENANT, { filter: { shard }, order: 'oldest', limit: 100 }));
    const { rows } = await database.pool.query<{ position: bigint }>(
      `with l as (update log_head set head = head + 1 where shard = 0 returning head)
       insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
       select 0, l.head, e.stream_id, 1000, gen_random_uuid(), e.type, e.schema_version, e.data, e.metadata, '2020-01-01'
       from l, event e where e.shard = 0 and e.position = 1 returning position`,
    );
    const right = [...before, `0-${rows[0]!.position}`];
    for (const limit of [1, 2, 100]) {
      expect(idsOf(await allOf(TENANT, { filter: { shard }, order: 'oldest', limit }))).toEqual(right);
      const newest = await allOf(TENANT, { filter: { shard }, order: 'newest', limit });
      expect(idsOf(newest)).toEqual(right.toReversed());
      const everywhere = await allOf(TENANT, { filter: {}, order: 'newest', limit });
      expect(idsOf(everywhere).toSorted()).toEqual((await stored(TENANT, {})).toSorted());
    }
  });
});

const appendOne = (round: number) => append(round % SHARDS, round % 3, owners[round % 3]!);

describe('who follows the log', () => {
  it.each(['newest', 'oldest'] as const)(
    'from the %s on is told of each event that comes, once, whatever is appended meanwhile',
    async (order) => {
      const known = await stored(TENANT, {});
      const told: string[] = [];
      const first = await browser.page(TENANT, { filter: {}, order, limit: 7 });
      if (order === 'oldest') told.push(...idsOf(first.events));
      let place = first.end;
      for (let round = 0; round < 60; round++) {
        if (round < 20) await append(round % SHARDS, round % 3, owners[round % 3]!);
        const page = await browser.page(TENANT, { filter: {}, order: 'oldest', limit: 5, from: place });
        told.push(...idsOf(page.events));
        place = page.end;
        expect(place).toBeDefined();
      }
      const all = await stored(TENANT, {});
      const wanted = order === 'oldest' ? all : all.filter((id) => !known.includes(id));
      expect(wanted.length).toBeGreaterThan(10);
      expect(told.toSorted()).toEqual(wanted.toSorted());
    },
  );

  it('is not told where to follow on the later pages of the newest: it would miss what came meanwhile', async () => {
    const { next, end } = await browser.page(TENANT, { filter: {}, order: 'newest', limit: 1 });
    expect(end).toBeDefined();
    const second = await browser.page(TENANT, { filter: {}, order: 'newest', limit: 1, from: next });
    expect(second.end).toBeUndefined();
  });
});

describe('what is rare in a long log', () => {
  it('is looked for in portions, each of which says how far it went', async () => {
    const own = (await stored(TENANT, { type: 'OrderCreated' })).length;
    await database.pool.query(
      `insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
       select 1, h.head + n, gen_random_uuid(), 1, gen_random_uuid(), 'OrderPaid', 1, '{}',
         jsonb_build_object('tenantId', $1::text), now()
       from log_head h, generate_series(1, 12000) n where h.shard = 1`,
      [STRANGER],
    );
    await database.pool.query('update log_head set head = head + 12000 where shard = 1');
    const asked = { filter: { type: 'OrderCreated' }, order: 'newest', limit: 10 } as const;
    let pages = 0;
    let found = 0;
    let from: LogProgress | undefined;
    do {
      const page = await browser.page(TENANT, { ...asked, from });
      expect(page.lookedThrough).toBeGreaterThan(0);
      expect(page.lookedThrough).toBeLessThanOrEqual(LOOKED_THROUGH_MAX);
      if (pages < 2) expect(page.events).toEqual([]);
      found += page.events.length;
      from = page.next;
      pages++;
    } while (from);
    expect(pages).toBeGreaterThan(2);
    expect(found).toBe(own);
  });
});

describe('the shards', () => {
  it('tell how far they have come, and when', async () => {
    const { rows } = await database.pool.query(
      `select l.shard::int, l.head, count(e.*)::int as events from log_head l left join event e on e.shard = l.shard
       group by l.shard, l.head order by l.shard`,
    );
    const shards = await browser.shards();
    expect(shards.map(({ shard, head, events }) => ({ shard, head, events }))).toEqual(rows);
    for (const { oldestAt, newestAt } of shards) {
      expect(oldestAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(newestAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }
  });
});
