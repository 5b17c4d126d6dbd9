import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { isClosed } from '../../domain/orders/order.ts';
import type { OrderId, TenantId } from '../../domain/shared/ids.ts';
import { loadAggregate } from '../load-aggregates.ts';
import type { EventLog } from '../ports.ts';

/** Whether anything is to be taken for an order: not once it is being cancelled, or is closed. */
export const orderWants =
  (log: EventLog) =>
  async (tenantId: TenantId, orderId: OrderId): Promise<boolean> => {
    const { state: order } = await loadAggregate(log, tenantId, orderAggregate, orderId);
    return order.status !== 'absent' && !isClosed(order);
  };
