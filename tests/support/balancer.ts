import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const PROBED_EVERY_MS = 50;

export type Balancer = {
  readonly url: string;
  /** Starts with those that are ready. */
  send(targets: readonly string[]): void;
  /** Those that get requests at the moment. */
  ready(): readonly string[];
  close(): Promise<void>;
};

const probe = async (target: string): Promise<boolean> =>
  fetch(`${target}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );

/** Shares requests among targets, in turn; one whose /readyz fails gets no more. Repeats nothing. */
export async function startBalancer(): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  let targets: readonly string[] = [];
  let ready: readonly string[] = [];
  let turn = 0;
  let closing = false;

  const probing = (async () => {
    while (!closing) {
      const asked = targets;
      const states = await Promise.all(asked.map(probe));
      ready = asked.filter((target, index) => states[index] && targets.includes(target));
      await sleep(PROBED_EVERY_MS);
    }
  })();

  const server = createServer((incoming, answer) => {
    const target = ready[turn++ % ready.length];
    if (target === undefined) {
      answer.writeHead(502).end('nobody is ready');
      return;
    }
    const { method, url, headers } = incoming;
    const forwarded = request(`${target}${url}`, { agent, method, headers }, (theirs) => {
      const { connection: _, ...kept } = theirs.headers;
      answer.writeHead(theirs.statusCode!, kept);
      theirs.pipe(answer);
    });
    forwarded.on('error', (fault) => answer.writeHead(502).end(fault.message));
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    send: (to) => (targets = to),
    ready: () => ready,
    close: async () => {
      closing = true;
      await probing;
      agent.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}
