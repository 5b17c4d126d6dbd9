import { pino } from 'pino';
import { openLog, type OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import type { CommandContext, StreamAppend, Unit } from '../../src/application/ports.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';

export const silent = pino({ level: 'silent' });
export const TENANT = '0190a000-0000-7000-8000-000000000001' as TenantId;

export const openTestLog = (
  pool: Pool,
  shardCount = 1,
  limits: { queueMax?: number; resendForMs?: number } = {},
): OpenLog =>
  openLog(pool, pool, shardCount, { batchMax: 256, queueMax: 5_000, resendForMs: 5_000, ...limits });

const usd = (amountMinor: number) => money(BigInt(amountMinor), parseCurrency('USD')!);

export const orderCreated = (
  orderId: OrderId,
  productName = 'Teapot',
  at = '2026-01-01T00:00:00.000Z',
): OrderEvent => ({
  type: 'OrderCreated',
  orderId,
  customerId: 'customer-1' as CustomerId,
  currency: parseCurrency('USD')!,
  pricesIncludeTax: false,
  items: [
    {
      lineId: '1',
      productId: 'teapot',
      productName,
      quantity: 1,
      unitPrice: usd(1000),
      discount: usd(0),
      taxRateBasisPoints: 0,
      net: usd(1000),
      tax: usd(0),
    },
  ],
  totals: { items: usd(1000), discount: usd(0), tax: usd(0), shipping: usd(0), grand: usd(1000) },
  at,
});

/** An event that may follow any number of times. */
export const claimed = (orderId: OrderId, amount = 1): OrderEvent => ({
  type: 'PaymentClaimed',
  paymentId: ids.paymentId(orderId),
  amount: usd(amount),
  at: '2026-01-01T00:00:01.000Z',
});

export const contextOf = (commandId = ids.commandId(), tenantId = TENANT): CommandContext => ({
  commandId,
  tenantId,
  fingerprint: `of ${commandId}`,
  correlationId: commandId,
  causationId: commandId,
  actor: 'test',
});

export const orderStream = (
  streamId: OrderId,
  expectedVersion: number,
  events: OrderEvent[],
): StreamAppend => ({
  streamId,
  category: 'order',
  expectedVersion,
  events,
});

/** One unit of one new order. */
export const newOrder = (orderId = ids.orderId(), context = contextOf()): Unit => ({
  context,
  streams: [orderStream(orderId, 0, [orderCreated(orderId)])],
  answer: { orderId },
});
