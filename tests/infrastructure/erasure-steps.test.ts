import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CustomerId, OrderId } from '../../src/domain/shared/ids.ts';
import { eraseCustomers } from '../../src/infrastructure/erasure/erase-customers.ts';
import { claimErasures, retireKey } from '../../src/infrastructure/erasure/erasures.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import {
  keyOf,
  listedCustomer,
  newCustomer,
  openSeller,
  placeShipped,
  poolThatDies,
  requestErasure,
  tablesNaming,
  untilErased,
  type Seller,
} from '../support/erasing.ts';
import { followAll, untilCaughtUp, verifyHere } from '../support/filled-log.ts';
import { openTestLog } from '../support/log.ts';
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
afterAll(async () => {
  await stop();
  await shop.database.drop();
});

const request = (): Promise<void> => requestErasure(pool, shop.tenantId, customerId);

async function erase(by = seller): Promise<void> {
  await request();
  await untilErased(by);
}

describe('an erasure under way', () => {
  it('agrees with a rebuild at every step', async () => {
    await placeShipped(seller, customerId, 'parcel');
    await request();
    for (let done = false; !done;) {
      await eraseCustomers(seller.ports);
      expect((await verifyHere(pool)).findings).toEqual([]);
      const { rows } = await pool.query('select from erasure where finished_at is null');
      done = rows.length === 0;
    }
  });

  it('waits for the list of orders, before they are told and before the key goes', async () => {
    const told = await seller.place(customerId);
    await untilCaughtUp(pool);
    await stop();
    const isKept = async () => {
      await eraseCustomers(seller.ports);
      const { rows } = await pool.query('select from customer_key where key_id = $1', [
        await keyOf(pool, told),
      ]);
      return rows.length === 1;
    };
    await request();
    expect([await isKept(), await isKept()]).toEqual([true, true]);
    expect(await seller.orderOf(told)).toMatchObject({ customerId: 'erased' });
    expect(await listedCustomer(pool, told)).toBe(customerId);
    expect((await verifyHere(pool)).findings).toEqual([]);

    const unlisted = await seller.place(customerId);
    await request();
    expect(await isKept()).toBe(true);
    expect(await seller.orderOf(unlisted)).toMatchObject({ customerId });
    stop = await followAll(shop);
    await untilErased(seller);
    expect(await seller.orderOf(unlisted)).toMatchObject({ customerId: 'erased' });
    expect(await tablesNaming(pool, customerId)).toEqual([]);
  });

  it('is ended by another process wherever the first one stopped', async () => {
    for (let statements = 0, died = true; died; statements++) {
      customerId = newCustomer();
      const orders = [await seller.place(customerId), await seller.place(customerId)];
      await seller.ship(orders[0]!, `parcel-of-${customerId}`);
      await untilCaughtUp(pool);
      await request();
      const dying = poolThatDies(pool, statements);
      const brittle = openSeller(dying.pool, shop.tenantId);
      // Twice, since the first may end with waiting for the list of orders.
      const run = async () => {
        await eraseCustomers(brittle.ports);
        await untilCaughtUp(pool);
        await eraseCustomers(brittle.ports);
      };
      died = await run().then(dying.isDead, () => true);
      await untilErased(other);
      expect([statements, await tablesNaming(pool, customerId)]).toEqual([statements, []]);
      for (const orderId of orders)
        expect(await other.orderOf(orderId)).toMatchObject({ customerId: 'erased' });
    }
    expect((await verifyHere(pool)).findings).toEqual([]);
  }, 120_000);

  it('gives an order of the same moment to the old key or to the new one, whole', async () => {
    const early = await Promise.all([seller.place(customerId), other.place(customerId)]);
    await untilCaughtUp(pool);
    const racing: Promise<OrderId[]>[] = [];
    const keepPlacing = async (by: Seller): Promise<OrderId[]> => {
      const placed: OrderId[] = [];
      for (let round = 0; round < 30; round++) placed.push(await by.place(customerId));
      return placed;
    };
    racing.push(keepPlacing(seller), keepPlacing(other));
    await request();
    await untilErased(openSeller(pool, shop.tenantId));
    const orders = [...early, ...(await Promise.all(racing)).flat()];
    await untilCaughtUp(pool);

    const reader = openSeller(pool, shop.tenantId);
    const { rows } = await pool.query<{ id: string }>('select key_id as id from customer_key');
    const keys = new Set(rows.map(({ id }) => id));
    for (const orderId of orders) {
      const shown = keys.has(await keyOf(pool, orderId)) ? customerId : 'erased';
      const types = (await reader.log.readStreams(shop.tenantId, [orderId]))[0]!.map(
        ({ event }) => event.type,
      );
      expect([await reader.orderOf(orderId), await listedCustomer(pool, orderId)]).toMatchObject([
        { customerId: shown },
        shown,
      ]);
      expect(types.includes('CustomerDataErased')).toBe(shown === 'erased');
    }
    for (const orderId of early) expect(await listedCustomer(pool, orderId)).toBe('erased');
    expect((await verifyHere(pool)).findings).toEqual([]);
  });

  it('keeps nobody who remembers the retired key from ordering, under a new one', async () => {
    const first = await other.place(customerId);
    await untilCaughtUp(pool);
    await request();
    const [erasure] = await claimErasures(pool);
    await retireKey(pool, erasure!);
    const second = await other.place(customerId); // it knows the key of the first
    expect(await keyOf(pool, second)).not.toBe(await keyOf(pool, first));
    await untilErased(seller);
    await untilCaughtUp(pool);
    expect([await listedCustomer(pool, first), await listedCustomer(pool, second)]).toEqual([
      'erased',
      customerId,
    ]);
  });

  it('keeps no parcel of an order that it is about, though the customer has a new key by then', async () => {
    const first = await other.place(customerId);
    await untilCaughtUp(pool);
    await request();
    const [erasure] = await claimErasures(pool);
    await retireKey(pool, erasure!);
    const second = await other.place(customerId);
    await other.ship(first, `late-${customerId}`);
    await other.ship(second, `new-${customerId}`);
    await untilErased(seller);
    await untilCaughtUp(pool);
    expect(await tablesNaming(pool, `late-${customerId}`)).toEqual([]);
    const reader = openSeller(pool, shop.tenantId);
    const [events = []] = await reader.log.readStreams(shop.tenantId, [first]);
    expect(events.map(({ event }) => event)).toContainEqual(expect.objectContaining({ tracking: 'erased' }));
    expect(await reader.orderOf(second)).toMatchObject({ fulfilments: [{ tracking: `new-${customerId}` }] });
  });

  it('is followed by another when it is asked for again after the key was retired', async () => {
    await seller.place(customerId);
    await untilCaughtUp(pool);
    await request();
    const [erasure] = await claimErasures(pool);
    await retireKey(pool, erasure!);
    const later = await seller.place(customerId);
    await untilCaughtUp(pool);
    await request();
    await request();
    await untilErased(seller);
    expect(await seller.orderOf(later)).toMatchObject({ customerId: 'erased' });
    expect(await tablesNaming(pool, customerId)).toEqual([]);
  });

  it('refuses a snapshot of before it that comes late', async () => {
    const orderId = await placeShipped(seller, customerId, 'parcel');
    const state = await seller.orderOf(orderId);
    const [events = []] = await seller.log.readStreams(shop.tenantId, [orderId]);
    await erase();
    const { log, stop: flush } = openTestLog(pool);
    log.offerSnapshot(orderId, 'order', { version: events.length, state });
    log.offerSnapshot(await seller.place(newCustomer()), 'order', { version: 1, state });
    await flush();
    const { rows } = await pool.query('select from snapshot where stream_id = $1', [orderId]);
    expect(rows).toEqual([]);
  });
});
