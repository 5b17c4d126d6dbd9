import { pino } from 'pino';
import { inject } from 'vitest';
import { STATE_VERSIONS } from '../../src/infrastructure/aggregates.ts';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { openLog, type LogOptions, type OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import type { CommandContext, StreamAppend, Unit } from '../../src/application/ports.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { Tail } from '../../src/infrastructure/event-log/tail.ts';
import { startWorker, type Worker } from '../../src/infrastructure/event-log/worker.ts';
import { ids, newOwnerName } from '../../src/infrastructure/system.ts';

export const silent = pino({ level: 'silent' });
export const TENANT = '0190a000-0000-7000-8000-000000000001' as TenantId;

/** As one process opens it, on a database with as many shards as this project's have unless said otherwise. */
export const openTestLog = (pool: Pool, options: Partial<LogOptions> = {}): OpenLog =>
  openLog({
    writePool: pool,
    readPool: pool,
    shardCount: options.shardCount ?? inject('shardCount'),
    codec: eventCodec,
    stateVersions: STATE_VERSIONS,
    logger: silent,
    batchMax: 256,
    batchBytesMax: 4_000_000,
    queueMax: 5_000,
    resendForMs: 15_000,
    ...options,
  });

export const startTestWorker = (pool: Pool, tails: readonly Tail[], leaseMs = 1_000): Worker =>
  startWorker(pool, tails, silent, { owner: newOwnerName(), leaseMs });

/** An order's id whose last two bytes name this shard, however many there are beyond it. */
export const orderIdOn = (shard: number): OrderId =>
  `${ids.orderId().slice(0, -4)}${shard.toString(16).padStart(4, '0')}` as OrderId;

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
  expiresAt: null,
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
