import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findApiKey, hashOf } from '../../src/infrastructure/postgres/api-keys.ts';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { jsonOf, spawnCli, startCli, type CliProcess } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { untilCaughtUp } from '../support/filled-log.ts';
import { spawnService } from '../support/process.ts';
import { startTestService, type TestService } from '../support/service.ts';

const READ_MODELS = PROJECTIONS.map(({ name }) => name).toSorted();

describe('the executable beside a running service', () => {
  let started: TestService;
  let env: Record<string, string>;
  let orderId: string;

  beforeAll(async () => {
    started = await startTestService();
    env = { DATABASE_URL: started.database.connectionString };
    orderId = await placeOrder();
  });
  afterAll(() => started.stop());

  async function placeOrder(): Promise<string> {
    const client = await started.client();
    const item = {
      productId: 'p',
      productName: 'P',
      quantity: 1,
      unitPrice: { amount: 100, currency: 'EUR' },
    };
    const { status, body } = await client.post('/api/orders', { customerId: 'c', items: [item] });
    expect(status).toBe(201);
    await untilCaughtUp(started.database.pool); // `checkout` adds what is said of the stock
    return body.orderId;
  }

  it.each<[string, number, object | undefined]>([
    ['migrate', 0, { applied: [] }],
    ['projections list', 0, { projections: READ_MODELS.map((name) => ({ name })) }],
    ['projections rebuild order-summary', 0, { name: 'order-summary', generation: 2, status: 'live' }],
    ['projections pause payment-history', 0, { shards: [{ shard: 0, status: 'paused' }] }],
    ['projections resume payment-history', 0, { shards: [{ shard: 0, status: 'running', changed: true }] }],
    ['events tail --limit 1', 0, { events: [{ id: '0-2', type: 'StockReserved' }] }],
    ['events show 0-1', 0, { event: { id: '0-1' }, causes: [], effects: [] }],
    ['events stream ORDER --state', 0, { state: { version: 2, status: 'Created' } }],
    ['parked list', 0, { parked: [] }],
    ['parked retry --all', 0, { events: [] }],
    ['parked discard 0-1 --subscription checkout --reason x', 1, undefined],
    ['doctor', 1, { status: 'fail' }], // the server of the tests trades safety for speed
  ])(
    'answers «%s» in JSON, on a stdout that holds nothing else, and ends with %i',
    async (line, code, json) => {
      const args = line.replace('ORDER', orderId).split(' ');
      const ended = await spawnCli(env, ...args, '--json').ended();
      expect(ended.exitCode).toBe(code);
      if (json === undefined) expect(ended.stdout).toBe('');
      else expect(jsonOf(ended)).toMatchObject(json);
    },
  );

  it('makes a key that works, and prints nothing but that', async () => {
    const { exitCode, stdout } = await spawnCli(
      env,
      'create-key',
      '--tenant',
      'acme',
      '--mode',
      'test',
    ).ended();
    expect(stdout).toMatch(/^op_test_\S+\n$/);
    expect(await findApiKey(started.database.pool, hashOf(stdout.trim()))).toBeDefined();
    expect(exitCode).toBe(0);
  });

  it('follows the log with one line an event until Ctrl-C', async () => {
    const following = spawnCli(env, 'events', 'tail', '--from', 'start', '--follow', '--json');
    await eventually(() => expect(linesOf(following)).toHaveLength(2), 20_000);
    await placeOrder();
    await eventually(() => expect(linesOf(following)).toHaveLength(4));
    following.child.kill('SIGINT');
    const { exitCode, stdout } = await following.ended();
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['0-1', '0-2', '0-3', '0-4']);
    expect(exitCode).toBe(0);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const following = spawnCli(env, 'events', 'tail', '--from', 'start', '--follow');
    await eventually(() => expect(following.output()).toContain('OrderCreated'), 20_000);
    following.child.stdout!.destroy();
    await placeOrder();
    const { exitCode, stderr } = await following.ended();
    expect(stderr.replace(/^.*(?:Warning|end of life).*$/gm, '').trim()).toBe('');
    expect(exitCode).toBe(0);
  });

  it('names a setting that is wrong', async () => {
    const { exitCode, stdout, stderr } = await spawnCli({ ...env, LOG_SHARDS: 'many' }, 'doctor').ended();
    expect(stderr).toMatch(/^order-payments: LOG_SHARDS: given "many"; accepted is a whole number/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });

  it('tells another LOG_SHARDS from what the log has', async () => {
    const { exitCode, stderr } = await startCli({ ...env, LOG_SHARDS: '4' }, ['migrate']).ended();
    expect(stderr).toMatch(/LOG_SHARDS is 4, but the log in this database has 1 shard/);
    expect(exitCode).toBe(1);
  });
});

const linesOf = (process: CliProcess): string[] =>
  process
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));

describe('the executable without DATABASE_URL', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'order-payments-cli-'));
    await chmod(folder, 0o711); // as root, the server runs as another user, who must get in
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes no data folder, and says how one is made', async () => {
    const dataDir = join(folder, 'none');
    for (const line of ['projections list', 'doctor', 'migrate', 'create-key --tenant acme']) {
      const { exitCode, stdout, stderr } = await startCli({ DATA_DIR: dataDir }, line.split(' ')).ended();
      expect(stderr).toBe(
        `order-payments: there is no database yet in ${dataDir}; npm start makes one, or set DATABASE_URL to yours\n`,
      );
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    }
    expect(existsSync(dataDir)).toBe(false);
  });

  it('reaches the embedded PostgreSQL of the service that runs, and starts it when none does', async () => {
    const dataDir = join(folder, 'data');
    const env = { DATA_DIR: dataDir };
    const service = spawnService({ ...env, PORT: '0' });
    try {
      await service.url();
      await eventually(async () => {
        const beside = await startCli(env, ['projections', 'list', '--json']).ended();
        expect(beside).toMatchObject({ exitCode: 0, stderr: '' });
        expect(jsonOf(beside).projections).toMatchObject(READ_MODELS.map(() => ({ followed: true })));
      });
      const link = await startCli(env, ['sign-in']).ended(); // as the demo tenant
      expect(link).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/\/console\/sign-in#/) as string,
      });
    } finally {
      await service.end('SIGTERM');
    }
    const alone = await spawnCli(env, 'doctor', '--json').ended();
    expect(alone.stderr).toContain('its PostgreSQL is started for this command');
    const { status, checks } = jsonOf(alone);
    expect(status).toBe('warn');
    expect(checks).toContainEqual({ name: 'fsync', status: 'ok', detail: 'on' });
    expect(checks).toContainEqual(expect.objectContaining({ name: 'privileges', status: 'ok' }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'workers', status: 'warn' }));
    expect(alone.exitCode).toBe(0);
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false); // and it is stopped again
  }, 60_000);
});
