import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect, type Channel } from 'amqplib';
import { afterAll, beforeAll, beforeEach } from 'vitest';

/** A broker of our own: private ports, data, cookie and node name, so that no other on the machine notices. */
export type Rabbitmq = {
  readonly url: string;
  /** Runs `rabbitmqctl` against it. */
  ctl(...args: readonly string[]): Promise<string>;
  kill9(): Promise<void>;
  /** Again on the same data and port, after `kill9`. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
};

// Debian's wrapper on the PATH insists on root or the user rabbitmq; what it wraps does not.
const BEHIND_WRAPPER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const START_TIMEOUT_MS = 60_000;
const NOT_INSTALLED =
  'RabbitMQ is not installed: apt-get install rabbitmq-server (or REQUIRE_RABBITMQ=1 to fail)';

function findRabbitmq(): string | undefined {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'rabbitmq-server'));
  return [BEHIND_WRAPPER, ...onPath].find((path) => existsSync(path));
}

/** One broker for the tests of a file; without RabbitMQ they are skipped and say why, or fail if it is required. */
export function rabbitmqForTests(): () => Rabbitmq {
  let rabbitmq: Rabbitmq | undefined;
  beforeAll(async () => {
    if (findRabbitmq()) rabbitmq = await startRabbitmq();
    else if (process.env['REQUIRE_RABBITMQ'] === '1') notInstalled();
  }, START_TIMEOUT_MS + 5_000);
  beforeEach((context) => {
    if (!rabbitmq) context.skip(NOT_INSTALLED);
  });
  afterAll(() => rabbitmq?.stop());
  return () => rabbitmq ?? notInstalled();
}

function notInstalled(): never {
  throw new Error(NOT_INSTALLED);
}

/** A channel for one piece of work, since the broker closes a channel that asks for what is not there. */
export async function withChannel<T>(url: string, work: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  connection.on('error', () => {});
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    const result = await work(channel);
    await channel.close(); // the connection's own end would overtake what was written on the channel
    return result;
  } finally {
    await connection.close();
  }
}

async function startRabbitmq(): Promise<Rabbitmq> {
  const server = findRabbitmq() ?? notInstalled();
  const home = await mkdtemp(join(tmpdir(), 'order-payments-rabbitmq-'));
  const [port, distPort, epmdPort] = await freePorts(3);
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  const env = await prepareHome(home, { server, port, distPort, epmdPort });
  let node: Node | undefined;

  async function start(): Promise<void> {
    node = spawnNode(server, env, home);
    try {
      await answers(url, node);
    } catch (fault) {
      await node.kill9();
      const log = await readFile(join(home, 'server.log'), 'utf8').catch(() => '');
      throw new Error(`RabbitMQ did not start:\n${log.slice(-4_000)}`, { cause: fault });
    }
  }

  const kill9 = async (): Promise<void> => node?.kill9();
  const stop = async (): Promise<void> => {
    await kill9();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (fault) {
    await stop();
    throw fault;
  }
  const ctl = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(join(dirname(server), 'rabbitmqctl'), args, { env });
    return stdout;
  };
  return { url, ctl, kill9, start, stop };
}

type Settings = { server: string; port: number; distPort: number; epmdPort: number };

/** Every file and port the node would otherwise share with the machine's own broker, named explicitly. */
async function prepareHome(home: string, { server, port, distPort, epmdPort }: Settings) {
  const file = (name: string) => join(home, name);
  await mkdir(file('mnesia'));
  await writeFile(file('enabled_plugins'), '[].\n');
  await writeFile(
    file('rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      'disk_free_limit.absolute = 1MB',
      'log.console = false',
      `log.file = ${file('server.log')}`,
      'log.file.level = warning',
    ].join('\n'),
  );
  return {
    // Erlang's own tools lie beside the server where it did not come from a package.
    PATH: [dirname(server), process.env['PATH'] ?? ''].join(delimiter),
    LANG: 'C.UTF-8',
    HOME: home,
    RABBITMQ_NODENAME: `op-${randomBytes(4).toString('hex')}@localhost`, // data is bound to this name
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distPort),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: file('mnesia'),
    RABBITMQ_LOG_BASE: home,
    RABBITMQ_PID_FILE: file('pid'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: file('advanced.config'),
    RABBITMQ_CONF_ENV_FILE: file('rabbitmq-env.conf'),
    RABBITMQ_GENERATED_CONFIG_DIR: home,
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
  };
}

type Node = { readonly exited: Promise<void>; kill9(): Promise<void> };

// All of one process group, epmd too, which would become a daemon if the node had to start it. The reader waits for
// the end of descriptor 3, which comes with our own death however we die, and then ends the group.
const TOGETHER = `(read -r _ <&3; kill -KILL 0) & epmd 3<&- & exec "$0" 3<&-`;

function spawnNode(server: string, env: NodeJS.ProcessEnv, cwd: string): Node {
  const child: ChildProcess = spawn('/bin/sh', ['-c', TOGETHER, server], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    exited,
    kill9: async () => {
      if (child.pid === undefined) return;
      if (killGroup(child.pid, 'SIGKILL')) await exited;
      while (killGroup(child.pid, 0)) await sleep(20); // the node's ports are free when all of it is gone
    },
  };
}

/** False: nobody is left in the group. */
function killGroup(leader: number, signal: 'SIGKILL' | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/** The port opens last of all when a node starts, so whoever gets a connection finds it ready. */
async function answers(url: string, node: Node): Promise<void> {
  let over = false;
  void node.exited.then(() => (over = true));
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const connection = await connect(url, { timeout: 5_000 });
      await connection.close();
      return;
    } catch (fault) {
      if (over || performance.now() > deadline) throw fault;
      await sleep(100);
    }
  }
}

/** Held all at once, so that no two are the same. */
async function freePorts(count: 3): Promise<[number, number, number]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number];
}
