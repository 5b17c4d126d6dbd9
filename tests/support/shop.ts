import type { CheckoutFollower } from '../../src/application/checkout/follow.ts';
import type { ReconcileOrder } from '../../src/application/checkout/reconcile-order.ts';
import type { CommandConsumer } from '../../src/application/consumers.ts';
import {
  CONTRACT_NAMES,
  isIntegrationEventType,
  orderIdOf,
  type IntegrationEventType,
  type IntegrationMessage,
} from '../../src/application/integration-events.ts';
import { toIntegrationMessage } from '../../src/application/integration-messages.ts';
import type { EventLog } from '../../src/application/ports.ts';
import type { Currency } from '../../src/domain/shared/currencies.ts';
import type { OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import { hostOnLog, type Consumers } from '../../src/infrastructure/consumers/on-log.ts';
import { orderCreatedConsumer } from '../../src/infrastructure/consumers/order-created-consumer.ts';
import { paymentProcessedConsumer } from '../../src/infrastructure/consumers/payment-processed-consumer.ts';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import type { OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import { readShard } from '../../src/infrastructure/event-log/read.ts';
import { RETRIES, type Retries } from '../../src/infrastructure/consumers/retries.ts';
import { startConsumers, type HostedConsumers } from '../../src/infrastructure/rabbitmq/consumer.ts';
import { envelopeExchangeOf, withEnvelopes } from '../../src/infrastructure/rabbitmq/mass-transit.ts';
import { startPublisher, type Publisher } from '../../src/infrastructure/rabbitmq/publisher.ts';
import { startIntake } from '../../src/infrastructure/rabbitmq/dead-letter-intake.ts';
import { startRedelivery } from '../../src/infrastructure/rabbitmq/redelivery.ts';
import { startRelay, type Relay } from '../../src/infrastructure/rabbitmq/relay.ts';
import { topologyFor } from '../../src/infrastructure/rabbitmq/topology.ts';
import { ids, newTenantId } from '../../src/infrastructure/system.ts';
import { checkoutOn } from './checkout.ts';
import { contextOf, openTestLog, silent, startTestWorker } from './log.ts';
import { purchase } from './payments.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { withChannel } from './rabbitmq.ts';

/** A database with its log and the service's consumers, to be hosted on the log or on a broker. */
export type Shop = Pick<OpenLog, 'log' | 'tails'> & {
  readonly database: TestDatabase;
  readonly tenantId: TenantId;
  /** The service's, and one whose effect is a command. */
  readonly consumers: Consumers;
  /** Follows the log, never a broker. */
  readonly checkout: CheckoutFollower;
  /** Appends an order and its captured payment, which nobody has told the order yet. */
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

export const SETTLING = 'settling';
const PRICE_MINOR = 1_250;
/** Of every sale. */
export const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

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
  const { reconcileOrder, follower } = checkoutOn(log, pool);
  const sell = (customerId = 'customer-1') => appendSale(log, tenantId, customerId);
  return {
    database,
    tenantId,
    log,
    tails,
    consumers: {
      sql: [orderCreatedConsumer, paymentProcessedConsumer],
      command: [settling(reconcileOrder)],
    },
    checkout: follower,
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

async function appendSale(log: EventLog, tenantId: TenantId, customerId: string): Promise<void> {
  const orderId: OrderId = ids.orderId();
  const streams = purchase({
    orderId,
    customerId,
    productName: 'Tea',
    paymentId: ids.paymentId(orderId),
    amount: money(BigInt(PRICE_MINOR), 'EUR' as Currency),
    paymentToken: 'tok',
    outcome: { kind: 'succeeded', providerRef: 'ref' },
    at: new Date().toISOString(),
  });
  const context = { ...contextOf(ids.commandId(), tenantId), traceparent: TRACEPARENT };
  await log.append({ context, streams, answer: null });
}

/** A consumer whose effect is a command: what `checkout` does on hearing of a payment. */
const settling = (reconcileOrder: ReconcileOrder): CommandConsumer => ({
  name: SETTLING,
  types: ['payment.processed.v1'],
  handle: async (message) => {
    const { messageId, tenantId } = message;
    const context = contextOf(ids.derivedCommandId(SETTLING, messageId), tenantId);
    const cause = { causationId: messageId, actor: `system:${SETTLING}` };
    await reconcileOrder({ ...context, ...cause }, orderIdOf(message));
  },
});

export type OnBroker = {
  readonly publisher: Publisher;
  readonly relay: Relay;
  readonly consumers: HostedConsumers;
  stop(): Promise<void>;
};

export type BrokerOptions = {
  url: string;
  consumers?: Consumers;
  confirmTimeoutMs?: number;
  /** Types that are published as envelopes, too. */
  enveloped?: readonly IntegrationEventType[];
  /** Straight to the error queue unless said. */
  retries?: Retries;
  /** Whether scheduled messages are redelivered and error queues emptied into dead letters. */
  withLetters?: boolean;
  /** What redelivers instead of the publisher of all else. */
  redelivering?: (publisher: Publisher) => Publisher;
};

/** No further try but the immediate ones. */
const NO_RETRIES: Retries = { ...RETRIES, afterMs: [] };
const REDELIVERY_MS = { everyMs: 50, claimMs: 1_000 };

/** Starts everything there is between the log and the consumers, in the order in which the service does. */
export async function onBroker(
  shop: Shop,
  {
    url,
    confirmTimeoutMs,
    enveloped = [],
    retries = NO_RETRIES,
    withLetters,
    redelivering,
    ...rest
  }: BrokerOptions,
): Promise<OnBroker> {
  const { pool } = shop.database;
  const consumers = rest.consumers ?? shop.consumers;
  const all = [...consumers.sql, ...consumers.command];
  const publisher = startPublisher({
    url,
    logger: silent,
    topology: topologyFor(all, enveloped.map(envelopeExchangeOf)),
    ...(confirmTimeoutMs === undefined ? {} : { confirmTimeoutMs }),
  });
  const names = all.map(({ name }) => name);
  const worker = startTestWorker(pool, shop.tails);
  const relay = await startRelay({
    pool,
    worker,
    shardCount: shop.tails.length,
    publisher,
    encode: withEnvelopes(enveloped, url),
    consumers: names,
  });
  const hosted = await startConsumers({ url, pool, logger: silent, consumers, publisher, retries });
  const handingBack = redelivering?.(publisher) ?? publisher;
  const letters = withLetters
    ? [
        startRedelivery({ pool, publisher: handingBack, logger: silent, consumers: names, ...REDELIVERY_MS }),
        startIntake({ url, pool, logger: silent, consumers: all }),
      ]
    : [];
  return {
    publisher,
    relay,
    consumers: hosted,
    stop: async () => {
      await relay.stop();
      await worker.stop();
      await hosted.stop();
      for (const one of letters) await one.stop();
      await publisher.stop();
    },
  };
}

/** Leaves the broker as if the service had never been there. */
export async function removeTopology(shop: Shop, url: string): Promise<void> {
  const fanouts = Object.keys(CONTRACT_NAMES).filter(isIntegrationEventType).map(envelopeExchangeOf);
  const { queues, exchanges } = topologyFor([...shop.consumers.sql, ...shop.consumers.command], fanouts);
  await withChannel(url, async (channel) => {
    for (const { name } of queues) await channel.deleteQueue(name);
    for (const { name } of exchanges) await channel.deleteExchange(name);
  });
}

/** Hosts consumers on the log; returns what stops them. */
export function onLog(
  shop: Shop,
  consumers: Consumers = shop.consumers,
  retries = RETRIES,
): () => Promise<void> {
  const worker = startTestWorker(shop.database.pool, shop.tails);
  hostOnLog(worker, consumers, retries);
  return () => worker.stop();
}
