import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { INBOUND_BODIES, inboundCommands } from './api/inbound-commands.ts';
import { buildServer } from './api/server.ts';
import { composeAccess, type TokenOptions } from './composition-access.ts';
import { openLimits, type LimitOptions } from './limit-options.ts';
import { composeOperations } from './composition-operations.ts';
import { composePayments } from './composition-payments.ts';
import { recurringJobs } from './composition-jobs.ts';
import { composeReconciliation } from './composition-reconciliation.ts';
import { composeWebhooks } from './composition-webhooks.ts';
import { observeWith } from './composition-telemetry.ts';
import type { Money } from './domain/shared/money.ts';
import { checkoutFollower } from './application/checkout/follow.ts';
import type { Check } from './application/health.ts';
import type { IntegrationEventType } from './application/integration-events.ts';
import type { Metrics, Tracing } from './application/telemetry.ts';
import { commandExecutor } from './application/execute-command.ts';
import { STATE_VERSIONS } from './infrastructure/aggregates.ts';
import { hostCheckout } from './infrastructure/consumers/checkout.ts';
import { openEventFeed } from './infrastructure/event-feed.ts';
import { OWN_CONSUMERS, OWN_SUBSCRIBERS } from './infrastructure/consumers/own-consumers.ts';
import { hostDemoMailer } from './infrastructure/consumers/demo-mailer.ts';
import { eventCodec, type EventCodec } from './infrastructure/codecs/event-codec.ts';
import { CALLS_IN_FLIGHT_MAX } from './infrastructure/event-log/append.ts';
import { openLog } from './infrastructure/event-log/event-log.ts';
import { stateCache } from './infrastructure/event-log/state-cache.ts';
import { followsCheck, startWorker } from './infrastructure/event-log/worker.ts';
import { startMessaging } from './infrastructure/messaging.ts';
import { isSimulated, type ProviderOptions } from './infrastructure/gateways/providers.ts';
import { simulatedChallenges } from './infrastructure/gateways/simulated-challenges.ts';
import { deliverSimulatedWebhooks } from './infrastructure/gateways/simulated-webhooks.ts';
import { deadLetters } from './infrastructure/dead-letters/dead-letters.ts';
import { eraseCustomers } from './infrastructure/erasure/erase-customers.ts';
import { erasureRequester } from './infrastructure/erasure/erasures.ts';
import { customerKeys } from './infrastructure/postgres/customer-keys.ts';
import { migrateAs, readSecret } from './infrastructure/postgres/migrate.ts';
import { answers, createPool, type Pool } from './infrastructure/postgres/pool.ts';
import { readShardCount } from './infrastructure/postgres/shard-count.ts';
import { hostProjections } from './infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from './infrastructure/read-models/projections.ts';
import { openLogBrowser } from './infrastructure/read-models/log-pages.ts';
import { openReadModels } from './infrastructure/read-models/read-models.ts';
import { startScheduler } from './infrastructure/scheduler.ts';
import { backlogReader } from './infrastructure/telemetry/backlog.ts';
import { addGauges } from './infrastructure/telemetry/gauges.ts';
import { renderMetrics } from './infrastructure/telemetry/metrics.ts';
import { ids, newOwnerName, systemClock } from './infrastructure/system.ts';

export type ServiceOptions = {
  readonly databaseUrl: string;
  /** Runs the migrations; unset, the role of `databaseUrl` does. */
  readonly databaseOwnerUrl?: string | undefined;
  /** With an owner: may look at all but keys, secrets and bodies of messages. */
  readonly databaseReaderRole?: string | undefined;
  readonly amqpUrl?: string | undefined;
  readonly massTransitEnvelopes?: readonly IntegrationEventType[];
  /** Unset: the simulated one alone. */
  readonly payments?: ProviderOptions;
  /** Above how much refunds need approval, one a currency; unset: none does. */
  readonly refundApprovalAbove?: readonly Money[];
  /** Unset: where it is said to listen. */
  readonly publicUrl?: string | undefined;
  /** Unset: only API keys are taken. */
  readonly tokens?: TokenOptions | undefined;
  /** Unset: no. */
  readonly webhooksAllowPrivate?: boolean;
  /** Whose pages may call from a browser. */
  readonly corsOrigins?: readonly string[];
  readonly migrationsFolder: string;
  /** Where the console was built to; unset: it is not served. */
  readonly consoleFolder?: string | undefined;
  /** Settled by the first start on a database; unset, whatever it has. */
  readonly shardCount?: number | undefined;
  readonly poolMax: number;
  /** Hosts the consumer that comes with the demo data. */
  readonly demoMailer?: boolean;
  /** Unset: only those of every HTTP request. */
  readonly limits?: LimitOptions;
  readonly logger: Logger;
  /** Unset: no spans. */
  readonly tracing?: Tracing | undefined;
  readonly version: string;
  /** Another than this build's, to see two builds on one database. */
  readonly codec?: EventCodec;
};

export type Service = {
  /** Ready for `listen` or `inject`. */
  readonly server: FastifyInstance;
  readonly pool: Pool;
  readonly metrics: Metrics;
  /** Where it can be reached from now on: there the simulated providers send their webhooks and customers. */
  reachableAt(url: string): void;
  /** Answers what is in flight, finishes what is in hand, and lets go of everything. */
  stop(): Promise<void>;
};

const LOG_LIMITS = { batchMax: 256, batchBytesMax: 4_000_000, queueMax: 5_000, resendForMs: 10_000 };
const CACHED_EVENTS_MAX = 100_000;
const LEASE_MS = 5_000;
const SIMULATED_WEBHOOKS_EVERY_MS = 250;
const SIMULATED_ONLY: ProviderOptions = { names: ['simulated'], routes: [] };

/** The composition root: builds every adapter, hands it to whoever needs it, and starts all roles in this process. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { databaseUrl, poolMax, logger, version } = options;
  const onConnectionError = (fault: Error) => logger.warn({ err: fault }, 'a database connection broke');
  const connectTo = (max: number) => createPool({ connectionString: databaseUrl, max, onConnectionError });
  const pool = connectTo(poolMax);
  await migrateAs({ ownerUrl: options.databaseOwnerUrl, reader: options.databaseReaderRole }, pool, {
    folder: options.migrationsFolder,
    shardCount: options.shardCount,
  });
  const shardCount = await readShardCount(pool);

  // Appends have connections of their own: slow reads must not hold up what customers do.
  const writePool = connectTo(shardCount * CALLS_IN_FLIGHT_MAX);
  const hearing = connectTo(1);
  const access = await composeAccess({ pool, hearing, logger, tokens: options.tokens });
  const keys = customerKeys(pool);
  const observe = observeWith(options.tracing);
  const opened = openLog({
    ...LOG_LIMITS,
    writePool,
    readPool: pool,
    shardCount,
    codec: options.codec ?? eventCodec,
    keys,
    stateVersions: STATE_VERSIONS,
    logger,
    onBatch: observe.told.onBatch,
  });
  const { tails } = opened;
  const log = observe.log(opened.log);
  const pools = { read: pool, append: writePool };
  const backlog = backlogReader(pool);
  addGauges(observe.metrics, { backlog, pools, waitingCommands: opened.waiting });
  const metrics = renderMetrics(observe.metrics);
  const execute = commandExecutor(log, systemClock, Math.random, stateCache(CACHED_EVENTS_MAX));
  const ports = { log, execute, ids, clock: systemClock };
  const webhookSecret = await readSecret(pool, 'simulated-webhooks');
  const { payments = SIMULATED_ONLY } = options;
  let { publicUrl = 'http://localhost' } = options;
  const shop = await composePayments({
    ...ports,
    pool,
    shardCount,
    logger,
    payments,
    observed: observe.provider,
    refundApprovalAbove: options.refundApprovalAbove ?? [],
    simulated: { webhookSecret, publicUrl: () => publicUrl },
    onWebhook: () => observe.apart(() => scheduler.runNow('provider-webhooks')),
  });

  const owner = newOwnerName();
  const worker = startWorker(pool, tails, logger, { owner, leaseMs: LEASE_MS });
  const projections = await hostProjections(pool, worker, logger, PROJECTIONS);
  const checkout = hostCheckout(
    worker,
    observe.checkout(checkoutFollower(log, shop.reconcileOrder, ids)),
    observe.told.onUnhandled,
  );
  const messaging = await startMessaging({
    amqpUrl: options.amqpUrl,
    massTransitEnvelopes: options.massTransitEnvelopes ?? [],
    commands: observe.commands(inboundCommands({ ...shop, ids, clock: systemClock })),
    pool,
    worker,
    shardCount,
    logger,
    consumers: observe.consumers(OWN_CONSUMERS),
    told: observe.told,
  });
  const demoMailer = options.demoMailer ? hostDemoMailer(worker, logger) : undefined;

  const { reconcileDue, lookIntoBreak } = await composeReconciliation({
    ...{ pool, shardCount, execute, payments, logger },
  });
  const webhooks = composeWebhooks({
    ...{ pool, execute, ids, logger, version, observe },
    allowPrivate: options.webhooksAllowPrivate ?? false,
    onRoom: () => scheduler.runNow('webhooks'),
  });
  const scheduler = startScheduler(logger, [
    ...access.jobs,
    ...webhooks.jobs,
    ...recurringJobs({
      ...{ pool, logger, reconcileDue },
      ...{ wake: shop.wake, handleWebhooks: shop.handleWebhooks },
      eraseCustomers: () => eraseCustomers({ pool, keys, execute, ids, clock: systemClock, logger }),
      consumers: OWN_SUBSCRIBERS.map(({ name }) => name),
      forget: [access.forget],
    }),
  ]);

  let stopping = false;
  const readiness = async (): Promise<readonly Check[]> => [
    ...(stopping ? [STOPPING] : []),
    await postgresCheck(pool),
    followsCheck('projections', projections.status()),
    followsCheck('checkout', checkout.status()),
    ...messaging.checks(),
  ];
  const server = await buildServer({
    ...shop,
    ...access,
    logger,
    execute,
    lookIntoBreak,
    ...(payments.names.some(isSimulated) && { challenges: simulatedChallenges(pool) }),
    readModels: openReadModels(pool, log, shardCount),
    requestErasure: erasureRequester(pool),
    eventFeed: openEventFeed(pool, tails),
    logBrowser: openLogBrowser(pool, options.codec ?? eventCodec, shardCount),
    webhookEndpoints: webhooks.webhookEndpoints,
    webhookDeliveries: webhooks.webhookDeliveries,
    deadLetters: deadLetters(pool),
    ...composeOperations({
      ...{ pool, shardCount, owner, version, readiness, backlog, pools, clock: systemClock },
      hasBroker: options.amqpUrl !== undefined,
      waitingCommands: opened.waiting,
    }),
    metrics,
    onAnswered: observe.metrics.answered,
    tracing: options.tracing,
    ids,
    clock: systemClock,
    cursorSecret: await readSecret(pool, 'cursor'),
    ...openLimits(options.limits, pool, logger),
    isStopping: () => stopping,
    readiness,
    describeMessages: async () => {
      // Loaded when first asked for, as with the broker's client: the schemas would cost every start.
      const { describeMessages } = await import('./infrastructure/rabbitmq/asyncapi.ts');
      return describeMessages({ version, consumers: OWN_SUBSCRIBERS, commands: INBOUND_BODIES });
    },
    version,
    consoleFolder: options.consoleFolder,
    corsOrigins: options.corsOrigins ?? [],
  });
  return {
    server,
    pool,
    metrics,
    reachableAt: (url) => {
      publicUrl = options.publicUrl ?? url;
      scheduler.add({
        name: 'simulated-webhooks',
        everyMs: SIMULATED_WEBHOOKS_EVERY_MS,
        run: () => deliverSimulatedWebhooks(pool, webhookSecret, url),
      });
      scheduler.runNow('reconciliation'); // a process that never lives for an hour does its part too
    },
    stop: async () => {
      // First of all, so that load balancers send no more; what they do send meanwhile is served.
      stopping = true;
      await systemClock.sleep(options.limits?.shutdownDelayMs ?? 0);
      await scheduler.stop();
      await webhooks.drain();
      await server.close();
      await access.stop();
      await messaging.stop();
      await demoMailer?.stop();
      await checkout.stop();
      await projections.stop();
      await worker.stop();
      await opened.stop();
      await Promise.all([writePool.end(), hearing.end(), pool.end()]);
    },
  };
}

const STOPPING: Check = { name: 'process', status: 'failed', detail: 'is stopping' };

async function postgresCheck(pool: Pool): Promise<Check> {
  const up = await answers(pool);
  return { name: 'postgresql', status: up ? 'ok' : 'failed', detail: up ? 'answers' : 'does not answer' };
}
