import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { Command } from 'commander';
import { SCOPES } from '../src/application/access.ts';
import { createApiKey, ensureTenant } from '../src/infrastructure/postgres/api-keys.ts';
import { OWN_SUBSCRIBERS } from '../src/infrastructure/consumers/own-consumers.ts';
import type { Pool } from '../src/infrastructure/postgres/pool.ts';
import { brokerUrl } from './broker.ts';
import { cpuSecondsOf } from './cpu.ts';
import { openLab, type Database, type Lab } from './lab.ts';
import { until } from './rounds.ts';

// Orders created and paid over HTTP, everything on: keys, validation, idempotency, read models, checkout, ledger, relay,
// consumers. Beside it the same two requests to Emmett and Fastify, which do nothing of that (bench/peers/shop.mjs).
// AMQP_URL sends the messages through a RabbitMQ.

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const PEERS = `${PROJECT}bench/peers/`;
const CONSUMERS = OWN_SUBSCRIBERS.map(({ name }) => name);
const PATIENCE_MS = 60_000;
const WARM_UP_SECONDS = 5;
const DRAIN_MS = 120_000;
const FLAGS = ['--max-semi-space-size=32', '--enable-source-maps'];

type Side = 'order-payments' | 'emmett';
type App = { readonly url: string; readonly pid: number; readonly key: string; stop(): Promise<void> };
type Outcome = {
  readonly side: Side;
  readonly clients: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly appCpuMs: number;
  readonly postgresCpuMs: number;
  readonly failures: number;
  /** Events that were not yet projected, published and consumed: half way, at the end, and how long they took then. */
  readonly lag?: { readonly half: number; readonly end: number; readonly drainedMs: number };
};

const { seconds, clients } = new Command('npm run bench:pipeline --')
  .description(
    'Orders created and paid over HTTP, per second, with everything on; against Emmett and Fastify',
  )
  .option('--seconds <n>', 'length of each run', Number, 60)
  .option('--clients <list>', 'clients at once, one run each', (raw) => raw.split(',').map(Number), [16, 64])
  .parse()
  .opts<{ seconds: number; clients: number[] }>();

async function main(): Promise<void> {
  const lab = await openLab();
  try {
    const { cpu, cores, node, postgresql, fsync, loadAtStart } = lab.facts;
    console.log(
      `${cpu}, ${cores} cores, Node ${node}, PostgreSQL ${postgresql}, fsync ${fsync}, load ${loadAtStart}`,
    );
    console.log(`messages ${brokerUrl === undefined ? 'inside the process' : 'through RabbitMQ'}\n`);
    for (const count of clients) {
      const theirs = await run(lab, 'emmett', count);
      console.log(inWords(theirs));
      const ours = await run(lab, 'order-payments', count);
      console.log(inWords(ours));
      console.log(`  ratio ${(ours.perSecond / theirs.perSecond).toFixed(2)}x\n`);
    }
  } finally {
    await lab.stop();
  }
}

function inWords({ side, clients: count, perSecond, p50, p99, failures, lag, ...cpu }: Outcome): string {
  const backlog = lag
    ? `; lag ${lag.half} events half way, ${lag.end} at the end, gone ${lag.drainedMs} ms later`
    : '';
  return (
    `${side}, ${count} clients: ${perSecond.toFixed(0)} orders/s, created and paid p50 ${p50.toFixed(1)} ms, ` +
    `p99 ${p99.toFixed(1)} ms, CPU per order ${cpu.appCpuMs.toFixed(2)} ms and PostgreSQL ` +
    `${cpu.postgresCpuMs.toFixed(2)} ms, ${failures} failures${backlog}`
  );
}

async function run(on: Lab, side: Side, count: number): Promise<Outcome> {
  const database = await on.emptyDatabase();
  const pool = database.connect(2);
  const app = await (side === 'emmett' ? startPeer(database) : startOurs(database, pool));
  const postgres = await postmasterOf(pool);
  await on.checkpoint();
  await load(app, count, WARM_UP_SECONDS);

  const before = [await cpuSecondsOf(app.pid), await cpuSecondsOf(postgres)] as const;
  let half = 0;
  const halfWay = setTimeout(() => {
    if (side === 'order-payments') void lagOf(pool).then((lag) => (half = lag));
  }, seconds * 500);
  const measured = await load(app, count, seconds);
  clearTimeout(halfWay);
  const after = [await cpuSecondsOf(app.pid), await cpuSecondsOf(postgres)] as const;
  const lag = side === 'order-payments' ? { half, ...(await drain(pool)) } : undefined;
  await app.stop();
  await database.drop();
  const msPerOrder = (index: 0 | 1): number => ((after[index] - before[index]) * 1_000) / measured.orders;
  return {
    ...{ side, clients: count, perSecond: measured.orders / measured.elapsedSeconds },
    ...{ p50: measured.p50, p99: measured.p99, failures: measured.failures },
    ...{ appCpuMs: msPerOrder(0), postgresCpuMs: msPerOrder(1), ...(lag && { lag }) },
  };
}

async function drain(pool: Pool): Promise<{ end: number; drainedMs: number }> {
  const end = await lagOf(pool);
  const endedAt = performance.now();
  await until('the backlog', DRAIN_MS, async () => (await lagOf(pool)) === 0);
  return { end, drainedMs: Math.round(performance.now() - endedAt) };
}

/** Events that the slowest of all that follow the log has still to read. */
async function lagOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ lag: bigint }>(
    `select coalesce(max(h.head - s.position), 0)::bigint as lag from subscription s join log_head h using (shard)
     where not s.name = any($1)`,
    [brokerUrl === undefined ? [] : CONSUMERS], // with a broker they get messages, and their places in the log stand still
  );
  return Number(rows[0]!.lag);
}

async function startOurs(database: Database, pool: Pool): Promise<App> {
  const key = await createApiKey(pool, await ensureTenant(pool, 'bench'), 'test', SCOPES);
  const port = await freePort();
  const env = {
    ...{ DATABASE_URL: database.url, PORT: String(port), LOG_LEVEL: 'warn' },
    ...(brokerUrl !== undefined && { AMQP_URL: brokerUrl }),
  };
  return startApp(`${PROJECT}dist/main.js`, { env, port, key, probe: '/readyz', flags: FLAGS });
}

async function startPeer(database: Database): Promise<App> {
  if (!existsSync(`${PEERS}node_modules/fastify`))
    await promisify(execFile)('npm', ['ci', '--ignore-scripts'], { cwd: PEERS });
  const port = await freePort();
  const env = { DATABASE_URL: database.url, PORT: String(port) };
  return startApp(`${PEERS}shop.mjs`, { env, port, key: '', probe: '/' });
}

type Startup = {
  readonly env: Record<string, string>;
  readonly port: number;
  readonly key: string;
  readonly probe: string;
  /** As `npm start` gives them. */
  readonly flags?: readonly string[];
};

async function startApp(file: string, { env, port, key, probe, flags = [] }: Startup): Promise<App> {
  const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'development' };
  const child = spawn(process.execPath, [...flags, file], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await until(file, PATIENCE_MS, async () => {
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
    const answer = await fetch(url + probe).catch(() => undefined);
    return answer !== undefined && answer.status < 500;
  });
  return { url, pid: child.pid!, key, stop: () => stopChild(child) };
}

async function stopChild(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

const BODY = JSON.stringify({
  customerId: 'bench',
  items: [
    { productId: 'sku-1', productName: 'Teapot', quantity: 2, unitPrice: { amount: 1999, currency: 'USD' } },
  ],
});

/** Each client creates an order, pays it, and goes on to the next. */
async function load({ url, key }: App, count: number, forSeconds: number) {
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  await autocannon({
    url,
    connections: count,
    duration: forSeconds,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    requests: [
      {
        method: 'POST',
        path: '/api/orders',
        body: BODY,
        setupRequest: (request, context: Round) => {
          context.startedAt = performance.now();
          return request;
        },
        onResponse: (status, body, context: Round) => {
          if (status === 201) context.orderId = (JSON.parse(body) as { orderId: string }).orderId;
          else failures++;
        },
      },
      {
        method: 'POST',
        path: '/api/payments',
        setupRequest: (request, context: Round) => ({
          ...request,
          body: JSON.stringify({ orderId: context.orderId, paymentMethod: 'card' }),
        }),
        onResponse: (status, _body, context: Round) => {
          if (status === 201) latencies.push(performance.now() - context.startedAt!);
          else failures++;
        },
      },
    ],
  });
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
  return { orders: latencies.length, elapsedSeconds, p50: at(0.5), p99: at(0.99), failures };
}

type Round = { orderId?: string; startedAt?: number };

async function postmasterOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const stat = await readFile(`/proc/${rows[0]!.pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

await main();
