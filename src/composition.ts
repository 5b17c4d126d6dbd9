import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildServer } from './api/server.ts';
import { checkoutFollower } from './application/checkout/follow.ts';
import { orderReconciler } from './application/checkout/reconcile-order.ts';
import { paymentTaker } from './application/checkout/take-payment.ts';
import { waker } from './application/checkout/wake.ts';
import { paymentChanger } from './application/checkout/change-payment.ts';
import { paymentOperations } from './application/payments/payment-operations.ts';
import type { Check } from './application/health.ts';
import { commandExecutor } from './application/execute-command.ts';
import { STATE_VERSIONS } from './infrastructure/aggregates.ts';
import { hostCheckout } from './infrastructure/consumers/checkout.ts';
import { orderCreatedConsumer } from './infrastructure/consumers/order-created-consumer.ts';
import { paymentProcessedConsumer } from './infrastructure/consumers/payment-processed-consumer.ts';
import { eventCodec, type EventCodec } from './infrastructure/codecs/event-codec.ts';
import { CALLS_IN_FLIGHT_MAX } from './infrastructure/event-log/append.ts';
import { openLog } from './infrastructure/event-log/event-log.ts';
import { stateCache } from './infrastructure/event-log/state-cache.ts';
import { followsCheck, startWorker } from './infrastructure/event-log/worker.ts';
import { ensurePartitions } from './infrastructure/event-log/partitions.ts';
import { startMessaging } from './infrastructure/messaging.ts';
import { alwaysInStock } from './infrastructure/gateways/always-in-stock.ts';
import { routeInOrder } from './infrastructure/gateways/routing.ts';
import { simulatedProvider } from './infrastructure/gateways/simulated-provider.ts';
import { PROVIDER_TIMEOUT_MS, timed } from './infrastructure/gateways/timed.ts';
import { apiKeys } from './infrastructure/postgres/api-keys.ts';
import { migrateAs, readSecret } from './infrastructure/postgres/migrate.ts';
import { answers, createPool, type Pool } from './infrastructure/postgres/pool.ts';
import { readShardCount } from './infrastructure/postgres/shard-count.ts';
import { hostProjections } from './infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from './infrastructure/read-models/projections.ts';
import { openReadModels } from './infrastructure/read-models/read-models.ts';
import { startScheduler } from './infrastructure/scheduler.ts';
import { ids, newOwnerName, systemClock } from './infrastructure/system.ts';
import { wakeDue } from './infrastructure/timers.ts';

export type ServiceOptions = {
  readonly databaseUrl: string;
  /** Runs the migrations; unset, the role of `databaseUrl` does. */
  readonly databaseOwnerUrl?: string | undefined;
  readonly amqpUrl?: string | undefined;
  readonly migrationsFolder: string;
  /** Settled by the first start on a database; unset, whatever it has. */
  readonly shardCount?: number | undefined;
  readonly poolMax: number;
  readonly logger: Logger;
  readonly version: string;
  /** Another than this build's, to see two builds on one database. */
  readonly codec?: EventCodec;
};

export type Service = {
  /** Ready for `listen` or `inject`. */
  readonly server: FastifyInstance;
  readonly pool: Pool;
  /** Answers what is in flight, finishes what is in hand, and lets go of everything. */
  stop(): Promise<void>;
};

const LOG_LIMITS = { batchMax: 256, batchBytesMax: 4_000_000, queueMax: 5_000, resendForMs: 10_000 };
const CACHED_EVENTS_MAX = 100_000;
const LEASE_MS = 5_000;
const PARTITIONS_EVERY_MS = 60_000;
const TIMERS_EVERY_MS = 1_000;

/** The composition root: builds every adapter, hands it to whoever needs it, and starts all roles in this process. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { databaseUrl, databaseOwnerUrl, poolMax, logger, version } = options;
  const onConnectionError = (fault: Error) => logger.warn({ err: fault }, 'a database connection broke');
  const connectTo = (max: number) => createPool({ connectionString: databaseUrl, max, onConnectionError });
  const pool = connectTo(poolMax);
  await migrateAs(databaseOwnerUrl, pool, {
    folder: options.migrationsFolder,
    shardCount: options.shardCount,
  });
  const shardCount = await readShardCount(pool);

  // Appends have connections of their own: slow reads must not hold up what customers do.
  const writePool = connectTo(shardCount * CALLS_IN_FLIGHT_MAX);
  const opened = openLog({
    ...LOG_LIMITS,
    writePool,
    readPool: pool,
    shardCount,
    codec: options.codec ?? eventCodec,
    stateVersions: STATE_VERSIONS,
    logger,
  });
  const { log, tails } = opened;
  const execute = commandExecutor(log, systemClock, Math.random, stateCache(CACHED_EVENTS_MAX));
  const ports = { log, execute, ids, clock: systemClock };
  const routing = routeInOrder([timed(simulatedProvider(pool), PROVIDER_TIMEOUT_MS)]);
  const operations = paymentOperations({
    ...ports,
    routing,
    onProviderFault: (fault, paymentId) => {
      const reason = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
      logger.warn(
        { paymentId, reason },
        'a provider did not say what came of a call; it is asked again later',
      );
    },
  });
  const changePayment = paymentChanger({ ...ports, operations });
  const reconcileOrder = orderReconciler({ ...ports, changePayment, stock: alwaysInStock });
  const takePayment = paymentTaker({ ...ports, operations, reconcileOrder, routing });
  const wake = waker({ ...ports, operations, changePayment, reconcileOrder });

  const worker = startWorker(pool, tails, logger, { owner: newOwnerName(), leaseMs: LEASE_MS });
  const projections = await hostProjections(pool, worker, logger, PROJECTIONS);
  const checkout = hostCheckout(worker, checkoutFollower(log, reconcileOrder, ids));
  const consumers = { sql: [orderCreatedConsumer, paymentProcessedConsumer], command: [] };
  const messaging = await startMessaging({
    amqpUrl: options.amqpUrl,
    pool,
    worker,
    shardCount,
    logger,
    consumers,
  });

  const scheduler = startScheduler(logger, [
    { name: 'event-partitions', everyMs: PARTITIONS_EVERY_MS, run: () => ensurePartitions(pool) },
    { name: 'timers', everyMs: TIMERS_EVERY_MS, run: () => wakeDue(pool, wake, logger) },
  ]);

  const server = await buildServer({
    logger,
    execute,
    takePayment,
    changePayment,
    syncPayment: operations.sync,
    readModels: openReadModels(pool, log, shardCount),
    apiKeys: apiKeys(pool),
    ids,
    clock: systemClock,
    cursorSecret: await readSecret(pool, 'cursor'),
    readiness: async () => [
      await postgresCheck(pool),
      followsCheck('projections', projections.status()),
      followsCheck('checkout', checkout.status()),
      ...messaging.checks(),
    ],
    version,
  });
  return {
    server,
    pool,
    stop: async () => {
      await server.close();
      await scheduler.stop();
      await messaging.stop();
      await checkout.stop();
      await projections.stop();
      await worker.stop();
      await opened.stop();
      await Promise.all([writePool.end(), pool.end()]);
    },
  };
}

async function postgresCheck(pool: Pool): Promise<Check> {
  const up = await answers(pool);
  return { name: 'postgresql', status: up ? 'ok' : 'failed', detail: up ? 'answers' : 'does not answer' };
}
