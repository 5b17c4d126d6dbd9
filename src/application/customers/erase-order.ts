import { eraseCustomer } from '../../domain/orders/order-lifecycle.ts';
import type { OrderRejection } from '../../domain/orders/order-rejection.ts';
import type { OrderId, TenantId } from '../../domain/shared/ids.ts';
import { changeOrderRequest } from '../orders/change-order.ts';
import type { CommandRequest, VersionMismatch } from '../execute-command.ts';
import type { CommandContext, Ids } from '../ports.ts';

/** An order whose customer's data is to be erased, because of a request that is known by its id. */
export type OrderErasure = {
  readonly erasureId: string;
  readonly tenantId: TenantId;
  readonly orderId: OrderId;
  readonly keyId: string | null;
  readonly requestedBy: string;
};

/** However often it is asked for, it is one command. */
export function eraseOrderRequest(
  { erasureId, tenantId, orderId, keyId, requestedBy }: OrderErasure,
  ids: Ids,
  at: string,
): CommandRequest<OrderRejection | VersionMismatch> {
  const commandId = ids.derivedCommandId('erasure', erasureId, orderId);
  const context: CommandContext = {
    commandId,
    tenantId,
    fingerprint: commandId,
    correlationId: erasureId,
    causationId: erasureId,
    actor: requestedBy,
  };
  return changeOrderRequest(context, { orderId, decide: (order) => eraseCustomer({ keyId, at }, order) });
}
