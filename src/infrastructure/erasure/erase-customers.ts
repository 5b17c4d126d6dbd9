import type { Logger } from 'pino';
import { eraseOrderRequest } from '../../application/customers/erase-order.ts';
import type { ExecuteCommand } from '../../application/execute-command.ts';
import type { Clock, Ids } from '../../application/ports.ts';
import type { CustomerKeys } from '../postgres/customer-keys.ts';
import { isTransient, type Pool } from '../postgres/pool.ts';
import { cleanOrder } from './clean-order.ts';
import {
  claimErasures,
  destroyKey,
  listOrders,
  releaseErasure,
  retireKey,
  uncleanedOrders,
  type Destroyed,
  type Erasure,
  type ListedOrder,
} from './erasures.ts';

export type EraserPorts = {
  readonly pool: Pool;
  readonly keys: CustomerKeys;
  readonly execute: ExecuteCommand;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: Logger;
};

const ORDERS_AT_ONCE = 20;
const PATIENCE_SECONDS = 60;

/**
 * Does what was asked for and is not done yet, as far as it can be done now; called again and again. First the key is
 * retired, then every order sealed with it is told, then what is derived from it cleaned, and only when no read model
 * shows the customer any more is the key deleted: until then a rebuild still agrees with what is there. Each step may
 * be repeated, and a crash between two of them is mended by the next call, on whatever process.
 */
export async function eraseCustomers(ports: EraserPorts): Promise<void> {
  const { pool, keys, logger } = ports;
  for (const erasure of await claimErasures(pool)) {
    const { erasureId, tenantId, seconds } = erasure;
    try {
      const destroyed = await advance(ports, erasure);
      if (destroyed?.keyId) keys.forget([destroyed.keyId]);
      if (destroyed) logger.info({ erasureId, tenantId }, 'a customer was erased');
      else if (seconds < PATIENCE_SECONDS) await releaseErasure(pool, erasure);
      else logger.warn({ erasureId, tenantId, seconds }, 'an erasure waits for the list of orders');
    } catch (fault) {
      if (isTransient(fault)) throw fault;
      logger.error({ err: fault, erasureId }, 'an erasure failed, will retry');
    }
  }
}

async function advance(ports: EraserPorts, erasure: Erasure): Promise<Destroyed | undefined> {
  const { pool } = ports;
  await retireKey(pool, erasure);
  if (!(await listOrders(pool, erasure))) return undefined;
  const faults: unknown[] = [];
  for (let last: ListedOrder | undefined; ;) {
    const orders = await uncleanedOrders(pool, erasure, ORDERS_AT_ONCE, last);
    last = orders.at(-1);
    if (!last) break;
    const ends = await Promise.allSettled(orders.map((order) => eraseOrder(ports, erasure, order)));
    for (const end of ends) if (end.status === 'rejected') faults.push(end.reason);
  }
  // One order that cannot be told, as when a newer build wrote to it, keeps the key but not the others.
  if (faults.length > 0) throw faults[0];
  return destroyKey(pool, erasure);
}

async function eraseOrder(
  { pool, execute, ids, clock }: EraserPorts,
  erasure: Erasure,
  order: ListedOrder,
): Promise<void> {
  if (!order.archived) {
    const request = eraseOrderRequest({ ...erasure, ...order }, ids, clock.now().toISOString());
    const told = await execute(request);
    // It may be archived by now, or change all the time: it stays in the list.
    if (!told.ok) throw new Error(`order ${order.orderId} could not be told: ${told.error.code}`);
  }
  await cleanOrder(pool, erasure, order);
}
