import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from './application/telemetry.ts';
import { startCard } from './cli/start-card.ts';
import type { TokenOptions } from './composition-access.ts';
import { describeConfigProblem, readConfig, type Config } from './config.ts';
import { AccessProblem } from './infrastructure/postgres/application-role.ts';
import { limitsOf } from './limit-options.ts';
import { paymentsOf } from './provider-options.ts';
import { EmbeddedPostgresError } from './infrastructure/postgres/embedded-error.ts';
import { defaultDataDir, startEmbeddedPostgres } from './infrastructure/postgres/embedded.ts';
import { ShardCountProblem } from './infrastructure/postgres/shard-count.ts';
import { createLogger } from './infrastructure/telemetry.ts';
import { startMetricsServer } from './infrastructure/telemetry/metrics-server.ts';
import { startTracing, TracingProblem, type RunningTracing } from './infrastructure/telemetry/tracing.ts';

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/** Something that the person who started us can mend: told in one sentence, without a stack. */
class StartProblem extends Error {
  override readonly name = 'StartProblem';
}

async function main(): Promise<void> {
  const parsed = readConfig();
  if (!parsed.ok)
    throw new StartProblem(`\n${parsed.error.map((p) => `  ${describeConfigProblem(p)}`).join('\n')}`);
  const config = parsed.value;
  const logger = createLogger({ level: config.logLevel, readable: process.stdout.isTTY });
  dieLoudly(logger);

  const stopAll: (() => Promise<void>)[] = [];
  const stop = stopOnce(stopAll, logger, config.limits.shutdownDelaySeconds + config.shutdownTimeoutSeconds);
  // The rest of the program is loaded while PostgreSQL starts, which is a process of its own.
  const program = Promise.all([import('./composition.ts'), import('./demo.ts'), import('./demo-data.ts')]);
  const database = await openDatabase(config, (problem) => {
    logger.fatal({ err: problem }, 'the embedded PostgreSQL ended');
    void stop(1);
  });
  stopAll.unshift(database.stop);
  try {
    const [{ startService }, { demoKey, demoLink }, { demoData, makeDemoData }] = await program;
    const { dataDir, firstStart } = database;
    const providers = config.paymentProviders;
    const demo = dataDir === undefined ? 'none' : await demoData(dataDir, { firstStart, providers });
    const publicUrl = config.publicUrl?.replace(/\/+$/, '');
    const version = await readVersion();
    const traces = await openTraces(config, { version, logger });
    if (traces) stopAll.unshift(traces.stop);
    const service = await startService({
      databaseUrl: database.url,
      databaseOwnerUrl: database.ownerUrl,
      databaseReaderRole: config.databaseReaderRole,
      amqpUrl: config.amqpUrl,
      massTransitEnvelopes: config.massTransitEnvelopes,
      migrationsFolder: `${projectFolder}/migrations`,
      consoleFolder: join(projectFolder, 'console', 'dist'),
      payments: paymentsOf(config),
      limits: limitsOf(config.limits),
      refundApprovalAbove: config.refundApprovalAbove,
      webhooksAllowPrivate: config.webhooksAllowPrivate === 'on',
      publicUrl,
      corsOrigins: config.corsOrigins,
      tokens: tokensOf(config),
      shardCount: config.logShards,
      poolMax: config.poolMax,
      demoMailer: demo !== 'none',
      logger,
      tracing: traces?.tracing,
      version,
    });
    stopAll.unshift(service.stop);
    if (config.metricsPort !== undefined) stopAll.unshift(await openMetricsPort(service.metrics, config));
    process.once('SIGINT', () => void stop(0)).once('SIGTERM', () => void stop(0));

    const key = dataDir === undefined ? undefined : await demoKey(service.pool, dataDir);
    const url = await listen(service.server, config);
    service.reachableAt(url);
    if (config.nodeEnv !== 'production') {
      const signInLink = key === undefined ? undefined : await demoLink(service.pool, key);
      const messaging = config.amqpUrl ? 'RabbitMQ' : 'inside this process (set AMQP_URL for RabbitMQ)';
      const isFilling = demo === 'begun';
      process.stdout.write(startCard({ url, publicUrl, key, signInLink, dataDir, messaging, isFilling }));
    }
    // Only now: nobody waits for it.
    if (key !== undefined && dataDir !== undefined && demo === 'begun')
      stopAll.unshift(makeDemoData({ server: service.server, key }, { dataDir, logger }).stop);
  } catch (fault) {
    await Promise.allSettled(stopAll.map((stopOne) => stopOne()));
    throw fault;
  }
}

function tokensOf(config: Config): TokenOptions | undefined {
  const { jwtIssuer: issuer, jwtAudience: audience, jwtJwksUrl: jwksUrl } = config;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return undefined;
  return { issuer, audience, jwksUrl, clockToleranceSeconds: config.jwtClockToleranceSeconds };
}

type Database = {
  readonly url: string;
  readonly ownerUrl: string | undefined;
  readonly dataDir?: string;
  readonly firstStart: boolean;
  readonly stop: () => Promise<void>;
};

async function openDatabase(config: Config, onExit: (problem: Error) => void): Promise<Database> {
  const { databaseUrl, databaseOwnerUrl: ownerUrl } = config;
  if (databaseUrl) return { url: databaseUrl, ownerUrl, firstStart: false, stop: async () => {} };
  const dataDir = config.dataDir ?? defaultDataDir(projectFolder);
  const { applicationConnectionString, connectionString, ...embedded } = await startEmbeddedPostgres({
    dataDir,
    onExit,
  });
  return { ...embedded, url: applicationConnectionString, ownerUrl: connectionString, dataDir };
}

/** Undefined: nobody asked for traces, so nothing of them is loaded. */
async function openTraces(
  { tracesUrl: url, tracesHeaders: headers = [], tracesServiceName: serviceName, tracesRatio: ratio }: Config,
  { version, logger }: { readonly version: string; readonly logger: Logger },
): Promise<RunningTracing | undefined> {
  if (url === undefined) return undefined;
  const onFailure = (fault: unknown) => logger.warn({ err: fault }, 'the collector does not take our traces');
  return startTracing({ url, headers, serviceName, ratio, version, onFailure });
}

async function openMetricsPort(metrics: Metrics, { metricsHost: host, metricsPort: port = 0 }: Config) {
  try {
    return (await startMetricsServer(metrics, { host, port })).stop;
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'EADDRINUSE')) throw fault;
    throw new StartProblem(`port ${port} is in use; set METRICS_PORT to another`);
  }
}

/** The address we answer on. A port that was asked for is the one we get; the default gives way to a free one. */
async function listen(server: FastifyInstance, { host, port, portIsExplicit }: Config): Promise<string> {
  try {
    return await server.listen({ host, port, listenTextResolver });
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'EADDRINUSE')) throw fault;
    if (portIsExplicit)
      throw new StartProblem(`port ${port} is in use; set PORT to another, or leave it out for a free one`);
    return server.listen({ host, port: 0, listenTextResolver });
  }
}

const listenTextResolver = (address: string): string => `ready at ${address}`;

/** Stops everything once, newest first; a second signal, or too long a wait, ends the process at once. */
function stopOnce(stopAll: readonly (() => Promise<void>)[], logger: Logger, timeoutSeconds: number) {
  let stopping = false;
  return async (exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info('stopping: finishing what is in flight');
    const giveUp = (why: string) => {
      logger.error(`stopped hard: ${why}; what was not acknowledged may be repeated`);
      process.exit(1);
    };
    process.once('SIGINT', () => giveUp('second signal')).once('SIGTERM', () => giveUp('second signal'));
    setTimeout(() => giveUp(`not done within ${timeoutSeconds} s`), timeoutSeconds * 1000).unref();
    for (const stopOne of stopAll) {
      await stopOne().catch((fault: unknown) => logger.error({ err: fault }, 'while stopping'));
    }
    logger.info('stopped');
    process.exit(exitCode);
  };
}

/** State after a bug is anybody's guess; the log is not. So the process ends and the next one goes on from the log. */
function dieLoudly(logger: Logger): void {
  const die = (fault: unknown) => {
    logger.fatal({ err: fault }, 'unexpected fault, ending the process');
    process.exit(1);
  };
  process.on('uncaughtException', die).on('unhandledRejection', die);
}

async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(`${projectFolder}/package.json`, 'utf8')) as {
    version: string;
  };
  return version;
}

const inFull = (fault: unknown): string =>
  fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);

await main().catch((fault: unknown) => {
  const forPeople =
    fault instanceof StartProblem ||
    fault instanceof EmbeddedPostgresError ||
    fault instanceof ShardCountProblem ||
    fault instanceof TracingProblem ||
    fault instanceof AccessProblem;
  process.stderr.write(`Order Payments did not start: ${forPeople ? fault.message : inFull(fault)}\n`);
  process.exit(1);
});
