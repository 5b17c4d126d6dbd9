import { outcomeApplier } from '../../src/application/checkout/apply-outcome.ts';
import { checkoutConsumer } from '../../src/application/checkout/checkout-consumer.ts';
import { commandExecutor } from '../../src/application/execute-command.ts';
import { toIntegrationMessage, type IntegrationMessage } from '../../src/application/integration-events.ts';
import type { EventLog } from '../../src/application/ports.ts';
import { claimPayment, createOrder, orderAggregate } from '../../src/domain/orders/order.ts';
import { initiatePayment, paymentAggregate, recordOutcome } from '../../src/domain/payments/payment.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import type { Currency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import { hostOnLog, type Consumers } from '../../src/infrastructure/consumers/on-log.ts';
import { orderCreatedConsumer } from '../../src/infrastructure/consumers/order-created-consumer.ts';
import { paymentProcessedConsumer } from '../../src/infrastructure/consumers/payment-processed-consumer.ts';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import type { OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import { readShard } from '../../src/infrastructure/event-log/read.ts';
import { startConsumers, type HostedConsumers } from '../../src/infrastructure/rabbitmq/consumer.ts';
import { startPublisher, type Publisher } from '../../src/infrastructure/rabbitmq/publisher.ts';
import { startRelay, type Relay } from '../../src/infrastructure/rabbitmq/relay.ts';
import { topologyFor } from '../../src/infrastructure/rabbitmq/topology.ts';
import { ids, newTenantId, systemClock } from '../../src/infrastructure/system.ts';
import { openTestLog, silent, startTestWorker } from './log.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { withChannel } from './rabbitmq.ts';

/** A database with its log and the service's consumers, to be hosted on the log or on a broker. */
export type Shop = Pick<OpenLog, 'log' | 'tails'> & {
  readonly database: TestDatabase;
  readonly tenantId: TenantId;
  readonly consumers: Consumers;
  /** Appends an order and its captured payment, which `checkout` has not told the order yet. */
  sell(customerId?: string): Promise<void>;
  sellMany(count: number): Promise<void>;
  /** Everything in the log that leaves the service. */
  messages(): Promise<IntegrationMessage[]>;
  /** The effects of all three consumers; `soldMinor` and `paidMinor` are off when one happened twice. */
  effects(): Promise<Effects>;
};

export type Effects = {
  orders: number;
  payments: number;
  soldMinor: number;
  paidMinor: number;
  confirmed: number;
};

const PRICE_MINOR = 1_250;

/** What `effects` must say after so many sales, each taken into account once. */
export const effectsOf = (sales: number): Effects => ({
  orders: sales,
  payments: sales,
  soldMinor: sales * PRICE_MINOR,
  paidMinor: sales * PRICE_MINOR,
  confirmed: sales,
});

export async function openShop(): Promise<Shop> {
  const database = await createTestDatabase();
  const { pool } = database;
  const { log, tails } = openTestLog(pool, { queueMax: 10_000 });
  const tenantId = newTenantId() as TenantId;
  const execute = commandExecutor(log, systemClock, Math.random);
  const sell = (customerId = 'customer-1') => appendSale(log, tenantId, customerId as CustomerId);
  return {
    database,
    tenantId,
    log,
    tails,
    consumers: {
      sql: [orderCreatedConsumer, paymentProcessedConsumer],
      command: [checkoutConsumer(outcomeApplier(execute, systemClock), ids)],
    },
    sell,
    sellMany: async (count) => {
      await Promise.all(Array.from({ length: count }, () => sell()));
    },
    messages: async () => {
      const entries = await Promise.all(
        tails.map((_, shard) => readShard(pool, eventCodec, shard, 0n, 10_000)),
      );
      return entries
        .flat()
        .flatMap(({ recorded }) => (recorded instanceof Error ? [] : (toIntegrationMessage(recorded) ?? [])));
    },
    effects: async () => {
      const { rows } = await pool.query<Effects>(
        `select coalesce(sum(orders_created), 0)::int as orders, coalesce(sum(payments_succeeded), 0)::int as payments,
           coalesce(sum(ordered_minor), 0)::int as "soldMinor", coalesce(sum(paid_minor), 0)::int as "paidMinor",
           (select count(*)::int from event where type = 'OrderConfirmed') as confirmed
         from daily_sales`,
      );
      return rows[0]!;
    },
  };
}

async function appendSale(log: EventLog, tenantId: TenantId, customerId: CustomerId): Promise<void> {
  const commandId = ids.commandId();
  const orderId: OrderId = ids.orderId();
  const paymentId = ids.paymentId(orderId);
  const at = new Date().toISOString();
  const total = money(BigInt(PRICE_MINOR), 'EUR' as Currency);
  const item = { productId: 'p-1', productName: 'Tea', quantity: 1, unitPrice: total };
  const created = createOrder({ orderId, customerId, items: [item], pricesIncludeTax: true, at });
  if (!created.ok) throw new Error(created.error.code);
  const claimed = claimPayment({ paymentId, at }, fold(orderAggregate, created.value));
  if (!claimed.ok) throw new Error(claimed.error.code);
  const method = { paymentMethod: 'card', paymentToken: 'tok', provider: 'simulated' } as const;
  const begun = initiatePayment({ paymentId, orderId, amount: total, ...method, at });
  const outcome = { kind: 'succeeded', providerRef: 'ref' } as const;
  const ended = recordOutcome({ outcome, at }, fold(paymentAggregate, begun));
  await log.append({
    context: {
      commandId,
      tenantId,
      fingerprint: '',
      correlationId: commandId,
      causationId: commandId,
      actor: 'test',
    },
    streams: [
      {
        streamId: orderId,
        category: 'order',
        expectedVersion: 0,
        events: [...created.value, ...claimed.value],
      },
      { streamId: paymentId, category: 'payment', expectedVersion: 0, events: [...begun, ...ended] },
    ],
    answer: null,
  });
}

export type OnBroker = {
  readonly publisher: Publisher;
  readonly relay: Relay;
  readonly consumers: HostedConsumers;
  stop(): Promise<void>;
};

export type BrokerOptions = { url: string; consumers?: Consumers; confirmTimeoutMs?: number };

/** Starts everything there is between the log and the consumers, in the order in which the service does. */
export async function onBroker(
  shop: Shop,
  { url, confirmTimeoutMs, ...rest }: BrokerOptions,
): Promise<OnBroker> {
  const { pool } = shop.database;
  const consumers = rest.consumers ?? shop.consumers;
  const all = [...consumers.sql, ...consumers.command];
  const publisher = startPublisher({
    url,
    logger: silent,
    topology: topologyFor(all),
    ...(confirmTimeoutMs === undefined ? {} : { confirmTimeoutMs }),
  });
  const names = all.map(({ name }) => name);
  const worker = startTestWorker(pool, shop.tails);
  const relay = await startRelay({
    pool,
    worker,
    shardCount: shop.tails.length,
    publisher,
    consumers: names,
  });
  const hosted = await startConsumers({ url, pool, logger: silent, consumers, publisher });
  return {
    publisher,
    relay,
    consumers: hosted,
    stop: async () => {
      await relay.stop();
      await worker.stop();
      await hosted.stop();
      await publisher.stop();
    },
  };
}

/** Leaves the broker as if the service had never been there. */
export async function removeTopology(shop: Shop, url: string): Promise<void> {
  const { queues, exchanges } = topologyFor([...shop.consumers.sql, ...shop.consumers.command]);
  await withChannel(url, async (channel) => {
    for (const { name } of queues) await channel.deleteQueue(name);
    for (const { name } of exchanges) await channel.deleteExchange(name);
  });
}

/** Hosts consumers on the log; returns what stops them. */
export function onLog(shop: Shop, consumers: Consumers = shop.consumers): () => Promise<void> {
  const worker = startTestWorker(shop.database.pool, shop.tails);
  hostOnLog(worker, consumers);
  return () => worker.stop();
}
