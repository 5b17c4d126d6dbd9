import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildServer } from './api/server.ts';
import { outcomeApplier } from './application/checkout/apply-outcome.ts';
import { checkoutConsumer } from './application/checkout/checkout-consumer.ts';
import { resumePayments } from './application/checkout/resume-payments.ts';
import { paymentTaker } from './application/checkout/take-payment.ts';
import type { Check } from './application/health.ts';
import { commandExecutor } from './application/execute-command.ts';
import { STATE_VERSIONS } from './infrastructure/aggregates.ts';
import { orderCreatedConsumer } from './infrastructure/consumers/order-created-consumer.ts';
import { paymentProcessedConsumer } from './infrastructure/consumers/payment-processed-consumer.ts';
import { eventCodec, type EventCodec } from './infrastructure/codecs/event-codec.ts';
import { CALLS_IN_FLIGHT_MAX } from './infrastructure/event-log/append.ts';
import { openLog } from './infrastructure/event-log/event-log.ts';
import { stateCache } from './infrastructure/event-log/state-cache.ts';
import { followsCheck, startWorker } from './infrastructure/event-log/worker.ts';
import { ensurePartitions } from './infrastructure/event-log/partitions.ts';
import { startMessaging } from './infrastructure/messaging.ts';
import { simulatedGateway } from './infrastructure/gateways/simulated-gateway.ts';
import { apiKeys } from './infrastructure/postgres/api-keys.ts';
import { migrateAs, readSecret } from './infrastructure/postgres/migrate.ts';
import { answers, createPool, type Pool } from './infrastructure/postgres/pool.ts';
import { readShardCount } from './infrastructure/postgres/shard-count.ts';
import { pendingPayments } from './infrastructure/read-models/payment-history.ts';
import { hostProjections } from './infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from './infrastructure/read-models/projections.ts';
import { openReadModels } from './infrastructure/read-models/read-models.ts';
import { startScheduler } from './infrastructure/scheduler.ts';
import { ids, newOwnerName, systemClock } from './infrastructure/system.ts';

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
const RESUME = { everyMs: 15_000, quietSeconds: 30, batchMax: 100 };

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
  const applyOutcome = outcomeApplier(execute, systemClock);
  const gateway = simulatedGateway(pool);
  const { takePayment, settle } = paymentTaker({
    log,
    execute,
    applyOutcome,
    gateway,
    ids,
    clock: systemClock,
    onProviderFault: (fault, paymentId) =>
      logger.error({ err: fault, paymentId }, 'a provider call ended without an answer'),
  });

  const worker = startWorker(pool, tails, logger, { owner: newOwnerName(), leaseMs: LEASE_MS });
  const projections = await hostProjections(pool, worker, logger, PROJECTIONS);
  const consumers = {
    sql: [orderCreatedConsumer, paymentProcessedConsumer],
    command: [checkoutConsumer(applyOutcome, ids)],
  };
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
    {
      name: 'resume-payments',
      everyMs: RESUME.everyMs,
      run: async () => {
        const pending = await pendingPayments(pool, RESUME.quietSeconds, RESUME.batchMax);
        if (pending.length === 0) return;
        const settled = await resumePayments(pending, settle, ids);
        logger.warn(
          { pending: pending.length, settled },
          'payments without an outcome were asked about again',
        );
      },
    },
  ]);

  const server = await buildServer({
    logger,
    execute,
    takePayment,
    readModels: openReadModels(pool, log, shardCount),
    apiKeys: apiKeys(pool),
    ids,
    clock: systemClock,
    cursorSecret: await readSecret(pool, 'cursor'),
    readiness: async () => [
      await postgresCheck(pool),
      followsCheck('projections', projections.status()),
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
