import type { CommandContext, Unit } from '../src/application/ports.ts';
import { viewOrder } from '../src/application/orders/order-view.ts';
import type { OrderEvent } from '../src/domain/orders/order-events.ts';
import { orderAggregate } from '../src/domain/orders/order-evolution.ts';
import { createOrder } from '../src/domain/orders/order-lifecycle.ts';
import type { PlacedOrder } from '../src/domain/orders/order.ts';
import { fold } from '../src/domain/shared/aggregate.ts';
import { parseCurrency } from '../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, TenantId } from '../src/domain/shared/ids.ts';
import { invariant } from '../src/domain/shared/invariant.ts';
import { money } from '../src/domain/shared/money.ts';
import { encodeEvent } from '../src/infrastructure/codecs/event-codec.ts';
import { ids } from '../src/infrastructure/system.ts';

export const TENANT = '0190a000-0000-7000-8000-000000000001' as TenantId;

const usd = (amountMinor: number) => money(BigInt(amountMinor), parseCurrency('USD')!);

/** An order of two lines, priced by the domain; `size` makes other amounts. */
export function createdOrder(
  orderId: OrderId,
  customerId: CustomerId,
  at: string,
  size = 1,
): { readonly event: OrderEvent; readonly order: PlacedOrder } {
  const created = createOrder({
    orderId,
    customerId,
    pricesIncludeTax: false,
    expiresAt: null,
    shipping: usd(499),
    items: [
      {
        productId: 'teapot-cast-iron',
        productName: 'Teapot, cast iron, 0.8 l',
        quantity: size,
        unitPrice: usd(3499),
        taxRateBasisPoints: 2000,
      },
      {
        productId: 'cup-porcelain',
        productName: 'Cup, porcelain',
        quantity: 4,
        unitPrice: usd(899),
        discount: usd(300),
        taxRateBasisPoints: 2000,
      },
    ],
    at,
  });
  invariant(created.ok, 'the sample order is priced');
  const order = fold(orderAggregate, created.value);
  invariant(order.status !== 'absent', 'a created order exists');
  return { event: created.value[0]!, order };
}

export const contextOf = (commandId = ids.commandId()): CommandContext => ({
  commandId,
  tenantId: TENANT,
  fingerprint: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  correlationId: commandId,
  causationId: commandId,
  actor: 'key:op_live_bench',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
});

const sample = createdOrder(ids.orderId(), 'customer-4711' as CustomerId, '2026-01-01T00:00:00.000Z');
const sampleAnswer = viewOrder(sample.order, 1);

/** The command of a new order. Decided once and copied, so that the log is measured and not the pricing. */
export function newOrder(): Unit {
  const orderId = ids.orderId();
  return {
    context: contextOf(),
    streams: [
      {
        streamId: orderId,
        category: orderAggregate.category,
        expectedVersion: 0,
        events: [{ ...sample.event, orderId } as OrderEvent],
      },
    ],
    answer: { ...sampleAnswer, orderId },
  };
}

/** The same event for those who do not speak our types. */
export const samplePayload = { ...encodeEvent(sample.event), metadata: contextOf() };

export const samplePayloadBytes = JSON.stringify(samplePayload.data).length;
