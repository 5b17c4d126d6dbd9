import { setTimeout as sleep } from 'node:timers/promises';
import { startMessaging } from '../src/infrastructure/messaging.ts';
import type { SqlConsumer } from '../src/infrastructure/consumers/sql-consumer.ts';
import { startWorker } from '../src/infrastructure/event-log/worker.ts';
import { newOwnerName } from '../src/infrastructure/system.ts';
import { brokerUrl, clearBroker, NO_BROKER } from './broker.ts';
import { openServiceLog, silent, type Lab } from './lab.ts';
import type { Row } from './report.ts';
import { quantile, until } from './rounds.ts';
import { newOrder } from './shop.ts';

const NAME = 'bench';
const LEASE_MS = 5_000;
const IDLE_PER_SECOND = 20;
const BUSY_PER_SECOND = 1_000;
const PATIENCE_MS = 60_000;

/** From before the append until a consumer's effect is about to be committed, in one process. */
export async function benchHandled(lab: Lab, { seconds }: { seconds: number }): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [how, amqpUrl] of [
    ['without a broker', undefined],
    ['through RabbitMQ', brokerUrl],
  ] as const) {
    for (const [load, perSecond] of [
      ['idle', IDLE_PER_SECOND],
      ['busy', BUSY_PER_SECOND],
    ] as const) {
      const what = `append to handled ${how}, ${load}, ${perSecond} orders/s`;
      const row = { scenario: 'handled', what, unit: 'ms' };
      if (how === 'through RabbitMQ' && amqpUrl === undefined) {
        rows.push({ ...row, verdict: 'SKIPPED', note: NO_BROKER });
        continue;
      }
      const latencies = await measure(lab, { amqpUrl, perSecond, seconds: 2 * seconds });
      const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
      rows.push({ ...row, ours: p50, verdict: 'reported', note: `p99 ${p99.toFixed(1)} ms` });
    }
  }
  return rows;
}

type Load = { readonly amqpUrl: string | undefined; readonly perSecond: number; readonly seconds: number };

async function measure(lab: Lab, { amqpUrl, perSecond, seconds }: Load): Promise<number[]> {
  const sentAt = new Map<string, number>();
  const latencies: number[] = [];
  const consumer: SqlConsumer = {
    name: NAME,
    types: ['order.created.v1'],
    apply: async (_tx, messages) => {
      for (const { event } of messages) latencies.push(performance.now() - sentAt.get(event.data.orderId)!);
    },
  };
  if (amqpUrl !== undefined) await clearBroker(amqpUrl, [consumer]);
  const database = await lab.emptyDatabase();
  const { log, pool, tails, stop } = openServiceLog(database);
  const worker = startWorker(pool, tails, silent, { owner: newOwnerName(), leaseMs: LEASE_MS });
  const consumers = { sql: [consumer], command: [] };
  const messaging = await startMessaging({
    ...{ amqpUrl, pool, worker, shardCount: 1, logger: silent, consumers },
    massTransitEnvelopes: [],
    commands: () => Promise.reject(new Error('no commands come here')),
  });
  await until('the connection', PATIENCE_MS, () => messaging.checks().every(({ status }) => status === 'ok'));

  let sent = 0;
  async function send(): Promise<void> {
    const unit = newOrder();
    sentAt.set(unit.streams[0].streamId, performance.now());
    sent++;
    await log.append(unit);
  }
  const startedAt = performance.now();
  const appends: Promise<void>[] = [];
  while (performance.now() - startedAt < seconds * 1_000) {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    while (sent < due) appends.push(send());
    await sleep(1);
  }
  await Promise.all(appends);
  await until('the last message', PATIENCE_MS, () => latencies.length === sent);
  await messaging.stop();
  await worker.stop();
  await stop();
  if (amqpUrl !== undefined) await clearBroker(amqpUrl, [consumer]);
  await database.drop();
  return latencies;
}
