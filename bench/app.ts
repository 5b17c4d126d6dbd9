import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { SCOPES } from '../src/application/access.ts';
import { createApiKey, ensureTenant } from '../src/infrastructure/postgres/api-keys.ts';
import type { Database } from './lab.ts';
import { until } from './rounds.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const PATIENCE_MS = 60_000;
export const CLIENTS = 64;

export const ORDER = JSON.stringify({
  customerId: 'bench',
  items: [
    { productId: 'sku-1', productName: 'Teapot', quantity: 2, unitPrice: { amount: 1999, currency: 'USD' } },
  ],
});

export type App = {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  stop(): Promise<void>;
};

/** The service as `npm start` runs it, a process of its own, on a database that only the migrations have written to. */
export async function startApp(database: Database): Promise<App> {
  const pool = database.connect(2);
  const key = await createApiKey(pool, await ensureTenant(pool, 'bench'), 'test', SCOPES);
  execFileSync(process.execPath, ['scripts/bootstrap.mjs', '--build'], { cwd: PROJECT, stdio: 'ignore' });
  const { PATH, HOME, MAX_WRITES_IN_WORK = '' } = process.env; // to see what another limit would do
  const child = spawn(process.execPath, ['--max-semi-space-size=32', 'dist/main.js'], {
    ...{ cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] },
    env: { PATH, HOME, DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'info', MAX_WRITES_IN_WORK },
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (printed.length < 10_000) printed += text;
  });
  const urlOf = (): string | undefined => /ready at (http:\/\/[^"\s]+)/.exec(printed)?.[1];
  await until('the service', PATIENCE_MS, () => urlOf() !== undefined);
  return {
    ...{ url: urlOf()!, key, pid: child.pid! },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Orders a second that so many clients get done, each of whom waits for its answers. */
export async function sustained({ url, key }: App, seconds: number): Promise<number> {
  const { '2xx': placed, duration } = await autocannon({
    ...{ url: `${url}/api/orders`, method: 'POST', body: ORDER, connections: CLIENTS, duration: seconds },
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
  return placed / duration;
}
