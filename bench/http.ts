import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';
import { appendRate } from './append.ts';
import { CLIENTS, ORDER, startApp, sustained, type App } from './app.ts';
import type { Database, Lab } from './lab.ts';
import { compare, type Row } from './report.ts';
import { interleave, median, until } from './rounds.ts';

const ROUNDS = 3;
const ORDERS_READ = 100;
const PATIENCE_MS = 30_000;

/** Orders placed and read over HTTP with everything on, against what is below: the log itself, and a bare select. */
export async function benchHttp(lab: Lab, { seconds }: { seconds: number }): Promise<Row[]> {
  const database = await lab.emptyDatabase();
  const app = await startApp(database);
  try {
    await sustained(app, 2 * seconds); // until what is compiled while running is
    const writes = await interleave(
      { http: () => sustained(app, seconds), log: () => appendRate(lab, seconds) },
      ROUNDS,
    );
    return [
      compare({
        ...{ scenario: 'http', what: `POST /api/orders, ${CLIENTS} clients`, unit: '/s' },
        ours: writes.http,
        baseline: { name: `the log's own appends, ${CLIENTS} writers`, values: writes.log },
        reach: { atLeast: 0.5 },
        note: 'authentication, validation, log lines, projections and consumers on; the load generator beside them',
      }),
      await atHalf(app, median(writes.http), seconds),
      await benchReads(app, database, seconds),
      { scenario: 'http', what: 'RSS after it', unit: 'MB', ours: await rssMb(app.pid), verdict: 'reported' },
    ];
  } finally {
    await app.stop();
    await database.drop();
  }
}

/** Half of what could be done, as evenly as it goes: what clients see on a usual day. */
async function atHalf(app: App, peak: number, seconds: number): Promise<Row> {
  const { latency } = await autocannon({
    ...{ url: `${app.url}/api/orders`, method: 'POST', body: ORDER, connections: CLIENTS },
    ...{ duration: 2 * seconds, overallRate: Math.round(peak / 2) },
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' },
  });
  return {
    ...{ scenario: 'http', what: 'POST /api/orders at half of that, p99', unit: 'ms', ours: latency.p99 },
    ...{ verdict: 'reported', note: `p50 ${latency.p50} ms` },
  };
}

async function benchReads(app: App, database: Database, seconds: number): Promise<Row> {
  const pool = database.connect(1);
  const { rows } = await pool.query<{ id: string }>(
    'select order_id as id from order_summary order by order_id limit $1',
    [ORDERS_READ],
  );
  const bare = await startBareSelect(database.url);
  const rate = async (url: string, paths: readonly string[], headers = {}): Promise<number> => {
    const requests = paths.map((path) => ({ path, headers }));
    const { requests: done, non2xx } = await autocannon({
      ...{ url, connections: CLIENTS, duration: seconds, requests },
    });
    if (non2xx > 0) throw new Error(`${non2xx} reads were not answered`);
    return done.average;
  };
  try {
    const ids = rows.map(({ id }) => id);
    const measured = await interleave(
      {
        ours: () =>
          rate(
            app.url,
            ids.map((id) => `/api/orders/${id}`),
            { authorization: `Bearer ${app.key}` },
          ),
        bare: () =>
          rate(
            bare.url,
            ids.map((id) => `/orders/${id}`),
          ),
      },
      ROUNDS,
    );
    return compare({
      ...{ scenario: 'http', what: `GET /api/orders/{id}, ${CLIENTS} clients`, unit: '/s' },
      ours: measured.ours,
      baseline: { name: 'bare Fastify, one select by primary key', values: measured.bare },
      reach: { atLeast: 0.6 },
    });
  } finally {
    await bare.stop();
  }
}

async function startBareSelect(databaseUrl: string): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/bare-select.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const urlOf = (): string | undefined => /ready at (\S+)/.exec(printed)?.[1];
  await until('the bare select', PATIENCE_MS, () => urlOf() !== undefined);
  return {
    url: urlOf()!,
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Linux only; 0 elsewhere. */
async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}
