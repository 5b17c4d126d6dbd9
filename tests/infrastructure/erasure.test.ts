import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { toIntegrationMessage } from '../../src/application/integration-messages.ts';
import type { CustomerId, OrderId } from '../../src/domain/shared/ids.ts';
import { eventCodec, type EventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { readShard } from '../../src/infrastructure/event-log/read.ts';
import { openTail, TAIL_KEPT_MS } from '../../src/infrastructure/event-log/tail.ts';
import { customerKeys, KEYS_KNOWN_MS } from '../../src/infrastructure/postgres/customer-keys.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { browseStream } from '../../src/infrastructure/read-models/log-browser.ts';
import { readOrderHistory } from '../../src/infrastructure/read-models/order-history.ts';
import { openReadModels } from '../../src/infrastructure/read-models/read-models.ts';
import { ids, shardOf } from '../../src/infrastructure/system.ts';
import {
  keyOf,
  listedCustomer,
  newCustomer,
  openSeller,
  placeShipped,
  requestErasure,
  tablesNaming,
  untilErased,
  type Seller,
} from '../support/erasing.ts';
import { followAll, untilCaughtUp, verifyHere } from '../support/filled-log.ts';
import { contextOf, openTestLog, orderCreated, orderStream } from '../support/log.ts';
import { openShop, type Shop } from '../support/shop.ts';

let shop: Shop;
let stop: () => Promise<void>;
let pool: Pool;
let seller: Seller;
let other: Seller;
let customerId: CustomerId;
beforeAll(async () => {
  shop = await openShop();
  ({ pool } = shop.database);
  stop = await followAll(shop);
});
beforeEach(() => {
  seller = openSeller(pool, shop.tenantId);
  other = openSeller(pool, shop.tenantId);
  customerId = newCustomer();
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await stop();
  await shop.database.drop();
});

const request = (): Promise<void> => requestErasure(pool, shop.tenantId, customerId);
const shard = (orderId: OrderId): number => shardOf(orderId, shop.tails.length);

async function erase(by = seller): Promise<void> {
  await request();
  await untilErased(by);
}

describe('an erased customer', () => {
  it('is found nowhere in the database, nor is where the parcels went', async () => {
    const tracking = `parcel-of-${customerId}`;
    await placeShipped(seller, customerId, tracking);
    const [{ generation }] = (
      await pool.query(`select generation from projection where name = 'order-summary'`)
    ).rows;
    const rows = `read_model.order_summary_${generation}`;
    expect(await tablesNaming(pool, customerId)).toEqual([
      'public.command',
      'public.customer_key',
      'public.snapshot',
      rows,
    ]);
    expect(await tablesNaming(pool, tracking)).toEqual(['public.command', 'public.snapshot', rows]);

    await erase();
    expect(await tablesNaming(pool, customerId)).toEqual([]);
    expect(await tablesNaming(pool, tracking)).toEqual([]);
  });

  it('leaves the ledger, the sums and the chain of the log as they were', async () => {
    await shop.sell(customerId);
    await placeShipped(seller, customerId, 'parcel');
    await untilCaughtUp(pool);
    const money = async () =>
      (
        await pool.query(
          `select (select jsonb_agg(t order by shard, position) from ledger_transaction t) as ledger,
             (select jsonb_agg(d order by d::text) from daily_sales d) as sales,
             (select jsonb_agg(jsonb_build_array(status, payment_status, total_minor, due_minor) order by order_id)
               from order_summary) as orders,
             (select jsonb_agg(jsonb_build_array(shard, head, encode(hash, 'hex')) order by shard) from log_head) as heads`,
        )
      ).rows[0];
    const { heads, ...before } = await money();
    expect(before.ledger.length).toBeGreaterThan(0);

    await erase();
    await untilCaughtUp(pool);
    const { heads: _, ...after } = await money();
    expect(after).toEqual(before);
    const against = (heads as [number, number, string][])
      .filter(([, , hash]) => hash !== null)
      .map(([number, position, hash]) => ({ shard: number, position: BigInt(position), hash }));
    const { findings } = await verifyHere(pool, { against });
    expect(findings).toEqual([]);
  });

  it('is erased whenever one looks, however one looks', async () => {
    const orderId = await placeShipped(seller, customerId, 'parcel');
    const [before = []] = await seller.log.readStreams(shop.tenantId, [orderId]);
    expect(before[0]!.event).toMatchObject({ customerId });
    await erase();

    const readModels = openReadModels(pool, seller.log, shop.tails.length);
    const erased = { customerId: 'erased', fulfilments: [{ tracking: 'erased' }] };
    const then = { at: before.at(-1)!.recordedAt };
    expect(await readModels.order(shop.tenantId, orderId)).toMatchObject({ ok: true, value: erased });
    expect(await readModels.order(shop.tenantId, orderId, then)).toMatchObject({ ok: true, value: erased });
    const history = await readOrderHistory(seller.log, shop.tenantId, orderId);
    const browsed = await browseStream(pool, eventCodec, shard(orderId), orderId, {});
    expect(browsed.map(({ unreadable }) => unreadable)).not.toContain(expect.anything());
    expect(
      JSON.stringify([history, browsed], (_, value) => (typeof value === 'bigint' ? 0 : value)),
    ).not.toContain(customerId);
    expect(browsed.at(-1)).toMatchObject({
      type: 'CustomerDataErased',
      data: { keyId: await keyOf(pool, orderId) },
    });
    const entries = await readShard(pool, eventCodec, shard(orderId), 0n, 10_000);
    const messages = entries
      .filter(({ streamId }) => streamId === orderId)
      .flatMap(({ recorded }) => (recorded instanceof Error ? [] : (toIntegrationMessage(recorded) ?? [])));
    const bodies = messages.map(({ event }) => event);
    expect(bodies[0]).toMatchObject({ type: 'order.created.v1', data: { customerId: 'erased' } });
    expect(bodies.map(({ type }) => type)).toContain('order.shipped.v1');
    expect(JSON.stringify(bodies)).not.toMatch(new RegExp(`${customerId}|parcel`));
  });

  it('who orders again is a new one, with another key, until erased again', async () => {
    const first = await seller.place(customerId);
    await untilCaughtUp(pool);
    await erase();
    const second = await seller.place(customerId);
    expect(await keyOf(pool, second)).not.toBe(await keyOf(pool, first));
    await untilCaughtUp(pool);
    expect([await listedCustomer(pool, first), await listedCustomer(pool, second)]).toEqual([
      'erased',
      customerId,
    ]);

    await erase();
    expect(await seller.orderOf(second)).toMatchObject({ customerId: 'erased' });
    expect(await tablesNaming(pool, customerId)).toEqual([]);
  });

  it('is told nothing of a parcel that is sent later', async () => {
    const orderId = await seller.place(customerId);
    await untilCaughtUp(pool);
    await erase();
    await seller.ship(orderId, 'late-parcel');
    await untilCaughtUp(pool);
    expect(await tablesNaming(pool, 'late-parcel')).toEqual([]);
  });

  it('may be one who never ordered', async () => {
    await erase();
    expect(await tablesNaming(pool, customerId)).toEqual([]);
  });

  it('was perhaps written before there were keys: then only the events tell', async () => {
    const plain: EventCodec = {
      ...eventCodec,
      encode: (event) => ({ ...eventCodec.encode(event), schemaVersion: 2 }),
    };
    const orderId = ids.orderId();
    const created = { ...orderCreated(orderId), customerId } as ReturnType<typeof orderCreated>;
    await openTestLog(pool, { codec: plain }).log.append({
      context: contextOf(ids.commandId(), shop.tenantId),
      streams: [orderStream(orderId, 0, [created])],
      answer: { orderId, customerId },
    });
    await untilCaughtUp(pool);
    await erase();
    expect(await tablesNaming(pool, customerId)).toEqual(['public.event', 'public.event_p0']);
    expect(await seller.orderOf(orderId)).toMatchObject({ customerId: 'erased' });
    const readModels = openReadModels(pool, seller.log, shop.tails.length);
    for (const then of [{ version: 1 }, { at: '2999-01-01T00:00:00Z' }])
      expect(await readModels.order(shop.tenantId, orderId, then)).toMatchObject({
        ...{ ok: true, value: { customerId: 'erased' } },
      });
  });

  it('is taken out of archived orders as well, which are as a rebuild makes them once they are back', async () => {
    const orderId = await placeShipped(seller, customerId, 'parcel');
    await pool.query('update stream set archived = true where stream_id = $1', [orderId]);
    await erase();
    const named = await tablesNaming(pool, customerId);
    await pool.query('update stream set archived = false where stream_id = $1', [orderId]);
    expect(named).toEqual([]);
    expect(await listedCustomer(pool, orderId)).toBe('erased');
    expect((await verifyHere(pool)).findings).toEqual([]);
  });
});

/** As if so much time had passed. */
function inAWhile(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

describe('a process that knew the key', () => {
  it('cannot open anything with it after the time it remembers keys for', async () => {
    const orderId = await other.place(customerId);
    const customer = async () => {
      const [events = []] = await other.log.readStreams(shop.tenantId, [orderId]);
      return events[0]!.event;
    };
    await untilCaughtUp(pool);
    expect(await customer()).toMatchObject({ customerId });
    await erase(seller);
    inAWhile(KEYS_KNOWN_MS + 1_000);
    expect(await customer()).toMatchObject({ customerId: 'erased' });
  });

  it('forgets what its tail holds, too', async () => {
    const orderId = await seller.place(customerId);
    await untilCaughtUp(pool);
    const { rows } = await pool.query<{ position: bigint }>(
      'select position from event where stream_id = $1 and version = 1',
      [orderId],
    );
    const keys = customerKeys(pool);
    const tail = openTail(pool, { ...eventCodec, findKeys: keys.find }, shard(orderId));
    const customer = async () => {
      const [entry] = await tail.read(rows[0]!.position - 1n, 100);
      return entry!.recorded instanceof Error ? undefined : entry!.recorded.event;
    };
    expect(await customer()).toMatchObject({ customerId });
    await erase();
    inAWhile(TAIL_KEPT_MS + KEYS_KNOWN_MS + 1_000);
    expect(await customer()).toMatchObject({ customerId: 'erased' });
  });
});
