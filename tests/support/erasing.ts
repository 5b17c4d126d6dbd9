import { randomUUID } from 'node:crypto';
import { commandExecutor, type ExecuteCommand } from '../../src/application/execute-command.ts';
import { changeOrderRequest } from '../../src/application/orders/change-order.ts';
import { createOrderRequest } from '../../src/application/orders/create-order.ts';
import { loadAggregate, type Loaded } from '../../src/application/load-aggregates.ts';
import type { EventLog } from '../../src/application/ports.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { createFulfilment, shipFulfilment } from '../../src/domain/orders/order-fulfilment.ts';
import type { Order } from '../../src/domain/orders/order.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import { eraseCustomers, type EraserPorts } from '../../src/infrastructure/erasure/erase-customers.ts';
import { erasureRequester } from '../../src/infrastructure/erasure/erasures.ts';
import { stateCache } from '../../src/infrastructure/event-log/state-cache.ts';
import { customerKeys } from '../../src/infrastructure/postgres/customer-keys.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, systemClock } from '../../src/infrastructure/system.ts';
import { eventually } from './eventually.ts';
import { expect } from 'vitest';
import { untilCaughtUp } from './filled-log.ts';
import { contextOf, openTestLog, silent } from './log.ts';

/** One process of the service, as far as customers and their orders are concerned. */
export type Seller = {
  readonly log: EventLog;
  readonly ports: EraserPorts;
  readonly execute: ExecuteCommand;
  place(customerId: CustomerId): Promise<OrderId>;
  ship(orderId: OrderId, tracking: string): Promise<void>;
  load(orderId: OrderId): Promise<Loaded<Order>>;
  orderOf(orderId: OrderId): Promise<Order>;
};

const AT = '2026-01-01T00:00:00.000Z';

export function openSeller(pool: Pool, tenantId: TenantId): Seller {
  const keys = customerKeys(pool);
  const { log } = openTestLog(pool, { keys });
  const execute = commandExecutor(log, systemClock, Math.random, stateCache(1_000));
  const done = async (request: Parameters<typeof execute>[0]): Promise<void> => {
    const outcome = await execute(request);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  };
  const load = (orderId: OrderId) => loadAggregate(log, tenantId, orderAggregate, orderId);
  const context = () => contextOf(ids.commandId(), tenantId);
  return {
    log,
    execute,
    ports: { pool, keys, execute, ids, clock: systemClock, logger: silent },
    place: async (customerId) => {
      const orderId = ids.orderId();
      // It costs nothing, so it is paid and can be shipped.
      const unitPrice = money(0n, parseCurrency('USD')!);
      const item = { productId: 'gift', productName: 'Gift', quantity: 1, unitPrice, taxRateBasisPoints: 0 };
      await done(
        createOrderRequest(context(), {
          ...{ orderId, customerId, items: [item], pricesIncludeTax: false, expiresAt: null, at: AT },
          knownStock: { reserved: true },
        }),
      );
      return orderId;
    },
    ship: async (orderId, tracking) => {
      const fulfilmentId = ids.commandId();
      await done(
        changeOrderRequest(context(), {
          orderId,
          decide: (order) => createFulfilment({ fulfilmentId, at: AT }, order),
        }),
      );
      await done(
        changeOrderRequest(context(), {
          orderId,
          decide: (order) => shipFulfilment({ fulfilmentId, tracking, at: AT }, order),
        }),
      );
    },
    load,
    orderOf: async (orderId) => (await load(orderId)).state,
  };
}

export const newCustomer = (): CustomerId => `customer-${randomUUID()}` as CustomerId;

export const requestErasure = (pool: Pool, tenantId: TenantId, customerId: CustomerId): Promise<void> =>
  erasureRequester(pool)({ tenantId, customerId, requestedBy: 'key:test' });

/** Runs the job until nothing is left to be erased; `claims` of processes that are gone run out at once. */
export const untilErased = ({ ports }: Seller): Promise<void> =>
  eventually(async () => {
    await ports.pool.query('update erasure set claimed_until = now() where finished_at is null');
    await eraseCustomers(ports);
    const { rows } = await ports.pool.query(
      'select count(*)::int as n from erasure where finished_at is null',
    );
    if (rows[0].n > 0) throw new Error(`${rows[0].n} erasures are not finished`);
  }, 20_000);

/** The tables, of any schema, with a row that says this somewhere. */
export async function tablesNaming(pool: Pool, text: string): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query(`select from ${name} t where t::text like '%' || $1 || '%' limit 1`, [
      text,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** With a parcel on its way and a snapshot, so that whatever can be known of a person is. */
export async function placeShipped(
  seller: Seller,
  customerId: CustomerId,
  tracking: string,
): Promise<OrderId> {
  const { pool } = seller.ports;
  const orderId = await seller.place(customerId);
  await seller.ship(orderId, tracking);
  const { state, version } = await seller.load(orderId);
  seller.log.offerSnapshot(orderId, 'order', { version, state });
  await eventually(async () => {
    const { rows } = await pool.query('select from snapshot where stream_id = $1', [orderId]);
    expect(rows).toHaveLength(1);
  });
  await untilCaughtUp(pool);
  return orderId;
}

/** That the order was created under. */
export async function keyOf(pool: Pool, orderId: OrderId): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `select data #>> '{customerId,keyId}' as id from event where stream_id = $1 and version = 1`,
    [orderId],
  );
  return rows[0]!.id;
}

/** Whose the order is in the list of orders. */
export async function listedCustomer(pool: Pool, orderId: OrderId): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>(
    'select customer_id as id from order_summary where order_id = $1',
    [orderId],
  );
  return rows[0]?.id;
}

/** A pool of a process that is killed after so many statements: all that follow fail. */
export function poolThatDies(real: Pool, statements: number): { pool: Pool; isDead: () => boolean } {
  let left = statements;
  type Method = (...args: unknown[]) => unknown;
  const brittle = <Target extends object>(whole: Target): Target =>
    new Proxy(whole, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        const method = (member as Method).bind(target);
        if (name === 'connect') return async () => brittle((await method()) as object);
        if (name !== 'query') return method;
        return (...args: unknown[]) =>
          args[0] === 'rollback' || left-- > 0 ? method(...args) : Promise.reject(new Error('killed'));
      },
    });
  return { pool: brittle(real), isDead: () => left < 0 };
}
