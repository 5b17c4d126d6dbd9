import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGE = join(ROOT, 'packages/client');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const run = promisify(execFile);

/** A project that has installed what would be published, and nothing else. */
let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'client-package-'));
  const installed = join(project, 'node_modules/@order-payments/client');
  await mkdir(installed, { recursive: true });
  await cp(join(PACKAGE, 'package.json'), join(installed, 'package.json'));
  const config = join(PACKAGE, 'tsconfig.build.json');
  await run(process.execPath, [TSC, '-p', config, '--outDir', join(installed, 'dist')]);
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(project, { recursive: true, force: true }));

const GOOD = `
import { createClient, ProblemError, type Order } from '@order-payments/client';
import { verifyWebhook } from '@order-payments/client/webhooks';
const client = createClient({ baseUrl: 'http://localhost:3000', apiKey: 'op_test_x' });
const item = { productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: { amount: 1, currency: 'USD' } };
const orderId = 'o';
export async function place(): Promise<Order | undefined> {
  try {
    await client.createOrder({ customerId: 'c', items: [item] }, { idempotencyKey: 'k' });
    await client.amendOrder({ orderId, items: [item] }, { ifMatch: 2 });
    for await (const order of client.listOrders({ status: 'Created' })) return await client.getOrder(order);
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'order-not-found') return undefined;
    throw error;
  }
  return undefined;
}
export const check = (body: string, headers: Headers) => verifyWebhook({ body, headers }, 'whsec_x');
`;

const versionOf = async (folder: string): Promise<string> =>
  (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version;

const WRONG = [
  `client.createOrder({ customerId: 'c' });`,
  `client.createOrder({ customerId: 'c', items: [{ ...item, quantity: '2' }] });`,
  `client.createOrder({ customerId: 'c', items: [item], shipping: { amount: 5 } });`,
  `client.createPayment({ orderId, paymentMethod: 'card', amonut: { amount: 1, currency: 'USD' } });`,
  `client.createPayment({ orderId, paymentMethod: 'shells' });`,
  `client.capturePayment({ final: true });`,
  `client.listOrders({ status: 'Shipped' });`,
  `client.amendOrder({ orderId });`,
  `client.getOrder({ orderId }, { idempotencyKey: 'k' });`,
  `client.getOrder({ orderId })[Symbol.asyncIterator];`,
  `export const is = (error: ProblemError) => error.code === 'order-too-nice';`,
];

describe('the package of the client', () => {
  it.each([
    ['of a browser', 'es2023,dom,dom.iterable', '--module', 'esnext', '--moduleResolution', 'bundler'],
    ['of Node', 'es2023', '--module', 'nodenext', '--types', 'node'],
  ])('has the compiler refuse wrong requests, and no others, in a project %s', async (_, lib, ...options) => {
    const types = join(project, 'node_modules/@types');
    await rm(types, { recursive: true, force: true });
    if (options.includes('node')) {
      await mkdir(types);
      await symlink(join(ROOT, 'node_modules/@types/node'), join(types, 'node'));
    }
    const file = join(project, 'use.ts');
    await writeFile(file, `${GOOD}${WRONG.join('\n')}`);
    const argv = [TSC, file, '--noEmit', '--strict', '--target', 'es2023', '--lib', lib, ...options];
    const { stdout } = await run(process.execPath, argv, { cwd: project }).catch(
      (refused: { stdout: string }) => refused,
    );
    const refusedLines = [...stdout.matchAll(/^use\.ts\((\d+),\d+\): error/gm)].map(([, line]) =>
      Number(line),
    );
    const firstWrong = GOOD.split('\n').length;
    expect([...new Set(refusedLines)]).toEqual(WRONG.map((_wrong, index) => firstWrong + index));
    expect(stdout.match(/^\S.*error/gm)).toHaveLength(refusedLines.length);
  });

  it('has the version of the API', async () => {
    expect(await versionOf(PACKAGE)).toBe(await versionOf(ROOT));
  });

  it('runs without any other package', async () => {
    const script = `
      import { createClient, ConnectionError } from '@order-payments/client';
      import { verifyWebhook } from '@order-payments/client/webhooks';
      const client = createClient({ baseUrl: 'http://127.0.0.1:1', apiKey: 'key', maxRetries: 0 });
      const error = await client.live().catch((thrown) => thrown);
      console.log(typeof verifyWebhook, error instanceof ConnectionError);
    `;
    const argv = ['--input-type=module', '-e', script];
    expect((await run(process.execPath, argv, { cwd: project })).stdout).toBe('function true\n');
  });
});
