import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { BY_NPM, spawnService, type ServiceProcess } from '../support/process.ts';

let dataDir: string;
let services: ServiceProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'order-payments-run-'));
  await chmod(dataDir, 0o711);
  services = [];
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.end('SIGTERM')));
  await rm(dataDir, { recursive: true, force: true });
});

function start(env: Record<string, string> = {}): ServiceProcess {
  const service = spawnService({ DATA_DIR: dataDir, PORT: '0', ...env });
  services.push(service);
  return service;
}

const cardOf = async (service: ServiceProcess): Promise<string> => {
  await service.url();
  return eventually(() => {
    expect(service.output()).toContain('Stop with Ctrl-C');
    return service.output();
  });
};

async function runPasted(card: string): Promise<{ orderId: string }> {
  const command = /^curl .*$/m.exec(card)![0];
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  return JSON.parse(stdout);
}

const read = async (url: string, card: string): Promise<{ status: number; body: unknown }> => {
  const authorization = `Bearer ${/op_test_\S+/.exec(card)![0]}`;
  const response = await fetch(url, { headers: { authorization } });
  return { status: response.status, body: await response.json() };
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const postmaster = async (): Promise<number> =>
  Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

async function occupy(port: number) {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch(() => {}); // somebody else has it: just as good
  return { port: (server.address() as AddressInfo | null)?.port ?? port, close: () => server.close() };
}

describe('the first start, with nothing configured', { timeout: 120_000 }, () => {
  it('prints a card whose curl works when pasted and whose link signs in', async () => {
    const service = start();
    const url = await service.url();
    const card = await cardOf(service);
    const order = await runPasted(card);
    expect(await read(`${url}/api/orders/${order.orderId}`, card)).toMatchObject({
      status: 200,
      // Its stock is seen to in the meantime.
      body: { ...order, version: expect.any(Number) as number, updatedAt: expect.any(String) as string },
    });
    const [, port, link] = /http:\/\/localhost:(\d+)\/console\/sign-in#([\w-]{43})/.exec(card)!;
    expect(url.endsWith(`:${port}`)).toBe(true);
    const signIn = () =>
      fetch(`${url}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ link }),
      });
    expect((await signIn()).status).toBe(201);
    expect((await signIn()).status).toBe(401);
    const paths = ['/docs', '/readyz', '/livez', '/openapi.json'];
    const statuses = await Promise.all(paths.map(async (path) => (await fetch(url + path)).status));
    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  it('keeps data and key for the next start, and leaves no process behind at SIGTERM', async () => {
    const first = start();
    const order = await runPasted(await cardOf(first));
    const pid = await postmaster();
    expect(await first.end('SIGTERM')).toBe(0);
    expect(isRunning(pid)).toBe(false);

    const second = start();
    const card = await cardOf(second);
    expect(await read(`${await second.url()}/api/orders/${order.orderId}`, card)).toMatchObject({
      status: 200,
    });
  });

  it('leaves no process behind either when it was started by npm without install scripts and npm gets the SIGTERM', async () => {
    // npm then runs no `prestart` either, so setting things up must not be left to that.
    const service = spawnService({ DATA_DIR: dataDir, PORT: '0', npm_config_ignore_scripts: 'true' }, BY_NPM);
    services.push(service);
    await cardOf(service);
    const pid = await postmaster();
    await service.end('SIGTERM');
    await eventually(() => expect(isRunning(pid)).toBe(false));
    expect(service.output()).toContain('"stopped"');
  });

  it('recovers from kill -9 with everything that was answered', async () => {
    const first = start();
    const order = await runPasted(await cardOf(first));
    await first.end('SIGKILL');
    const second = start();
    const card = await cardOf(second);
    expect(await read(`${await second.url()}/api/orders/${order.orderId}`, card)).toMatchObject({
      status: 200,
    });
  });

  it('refuses a second start on the same data folder, and the first goes on', async () => {
    const first = start();
    const url = await first.url();
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.output()).toMatch(/data folder .* is in use by process \d+/);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

describe('the port', () => {
  it('is an error when it was asked for and is taken', async () => {
    const busy = await occupy(0);
    const service = start({ PORT: String(busy.port) });
    expect(await service.ended()).toBe(1);
    expect(service.output()).toContain(`port ${busy.port} is in use`);
    busy.close();
  });

  it('gives way to a free one, printed, when it is the default', async () => {
    const busy = await occupy(3000);
    const service = start({ PORT: '' });
    const url = await service.url();
    expect(url).not.toMatch(/:3000$/);
    expect(await cardOf(service)).toContain(`${url}/docs`);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    busy.close();
  });
});

it('reports every bad setting at once and starts nothing', async () => {
  const service = start({ PORT: 'http', LOG_LEVEL: 'loud', AMQP_URL: 'http://user:hunter2@broker' });
  expect(await service.ended()).toBe(1);
  for (const name of ['PORT', 'LOG_LEVEL', 'AMQP_URL']) expect(service.output()).toContain(name);
  expect(service.output()).not.toContain('hunter2');
});
