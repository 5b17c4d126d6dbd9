import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENTS, ORDER, startApp, sustained, type App } from './app.ts';
import type { Lab } from './lab.ts';
import type { Row } from './report.ts';
import { quantile } from './rounds.ts';

const LOADS = [0.5, 1, 2];
const READS_PER_SECOND = 50;
const PAUSE_MS = 3_000;
/** Fewer than the kernel keeps until they are accepted; who waits for one has arrived all the same, and is timed. */
const SOCKETS_MAX = 400;
const GIVE_UP_MS = 20_000;

type Answered = { readonly status: number; readonly ms: number };

/**
 * Orders that arrive whether or not the earlier ones are answered, at half, all and twice of what 64 clients get done
 * who wait for their answers; everything on, the service a process of its own. Beside them a few reads.
 */
export async function benchOverload(lab: Lab, { seconds }: { seconds: number }): Promise<Row[]> {
  const database = await lab.emptyDatabase();
  const app = await startApp(database);
  try {
    await sustained(app, seconds); // until what is compiled while running is
    const perSecond = await sustained(app, 2 * seconds);
    const rows: Row[] = [
      {
        ...{ scenario: 'overload', what: `${CLIENTS} clients, one order after another` },
        ...{ unit: '/s', ours: perSecond, verdict: 'reported' },
      },
    ];
    for (const load of LOADS) {
      await sleep(PAUSE_MS); // read models and consumers catch up
      const [orders, reads] = await Promise.all([
        offer(app, { perSecond: load * perSecond, seconds: 2 * seconds, post: ORDER }),
        offer(app, { perSecond: READS_PER_SECOND, seconds: 2 * seconds }),
      ]);
      rows.push(rowOf(load, 2 * seconds, orders, reads));
    }
    return rows;
  } finally {
    await app.stop();
    await database.drop();
  }
}

const at = (values: readonly number[], share: number): string =>
  values.length === 0 ? '–' : `${quantile(values, share).toFixed(1)} ms`;

function rowOf(load: number, seconds: number, orders: readonly Answered[], reads: readonly Answered[]): Row {
  const timesOf = (all: readonly Answered[], status: number): number[] =>
    all.filter((one) => one.status === status).map(({ ms }) => ms);
  const accepted = timesOf(orders, 201);
  const shed = timesOf(orders, 503);
  const other = orders.length - accepted.length - shed.length;
  const looked = timesOf(reads, 200);
  return {
    ...{ scenario: 'overload', what: `${load}x offered, accepted`, unit: '/s', verdict: 'reported' },
    ours: accepted.length / seconds,
    note:
      `${(orders.length / seconds).toFixed(0)} offered/s; accepted p50 ${at(accepted, 0.5)}, p99 ${at(accepted, 0.99)}; ` +
      `${((100 * shed.length) / orders.length).toFixed(1)} % refused, p50 ${at(shed, 0.5)}, p99 ${at(shed, 0.99)}; ` +
      `${other} failed; reads p99 ${at(looked, 0.99)}, ${reads.length - looked.length} of ${reads.length} not answered`,
  };
}

type Offer = { readonly perSecond: number; readonly seconds: number; readonly post?: string };

async function offer(app: App, { perSecond, seconds, post }: Offer): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  const answers: Promise<Answered>[] = [];
  const startedAt = performance.now();
  while (performance.now() - startedAt < seconds * 1_000) {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    while (answers.length < due) answers.push(ask(app, agent, post));
    await sleep(1);
  }
  const answered = await Promise.all(answers);
  agent.destroy();
  return answered;
}

function ask({ url, key }: App, agent: Agent, post: string | undefined): Promise<Answered> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const answer = (status: number): void => resolve({ status, ms: performance.now() - startedAt });
    const asked = request(
      `${url}/api/orders${post === undefined ? '?limit=1' : ''}`,
      {
        ...{ agent, timeout: GIVE_UP_MS, method: post === undefined ? 'GET' : 'POST' },
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      },
      (response) => response.resume().on('end', () => answer(response.statusCode!)),
    );
    asked.on('error', () => answer(0)).on('timeout', () => asked.destroy());
    asked.end(post);
  });
}
