import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { pino } from 'pino';
import type { ServerOptions } from '../api/api.ts';
import { buildServer } from '../api/server.ts';

// Writes openapi.json from the routes' own schemas; with --check only compares, and fails when they differ.

const FILE = new URL('../../openapi.json', import.meta.url);

/** Describing the API calls nothing behind it. */
const unused = (): never => {
  throw new Error('not called while generating');
};

async function describe(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const readModels = {
    order: unused,
    orders: unused,
    orderHistory: unused,
    payment: unused,
    payments: unused,
    dailySales: unused,
    trialBalance: unused,
    ledgerEntries: unused,
  };
  const options: ServerOptions = {
    logger: pino({ level: 'silent' }),
    execute: unused,
    takePayment: unused,
    changePayment: { capture: unused, void: unused, refund: unused },
    syncPayment: unused,
    readModels,
    apiKeys: { authenticate: unused },
    ids: { commandId: unused, derivedCommandId: unused, orderId: unused, paymentId: unused },
    clock: { now: unused, sleep: unused },
    cursorSecret: Buffer.alloc(0),
    readiness: unused,
    version,
  };
  const server = await buildServer(options);
  const text = JSON.stringify(server.swagger());
  await server.close();
  return format(text, { ...(await resolveConfig(FILE)), parser: 'json' });
}

const current = await readFile(FILE, 'utf8').catch(() => '');
const wanted = await describe();
if (process.argv.includes('--check')) {
  if (current !== wanted) {
    console.error('openapi.json differs from the routes: run `npm run generate` and commit it');
    process.exit(1);
  }
} else {
  await writeFile(FILE, wanted);
}
