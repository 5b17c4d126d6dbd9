import { connect } from 'amqplib';
import { INTEGRATION_EVENT_TYPES } from '../src/application/integration-events.ts';
import { toIntegrationMessage } from '../src/application/integration-messages.ts';
import { startWorker } from '../src/infrastructure/event-log/worker.ts';
import { encodeMessage, type OutgoingMessage } from '../src/infrastructure/rabbitmq/message-codec.ts';
import { startPublisher } from '../src/infrastructure/rabbitmq/publisher.ts';
import { startRelay } from '../src/infrastructure/rabbitmq/relay.ts';
import { declareTopology, queueOf, topologyFor } from '../src/infrastructure/rabbitmq/topology.ts';
import { newOwnerName } from '../src/infrastructure/system.ts';
import { brokerUrl, clearBroker, NO_BROKER, onChannel } from './broker.ts';
import { fill, readAllOnce } from './fill.ts';
import { openServiceLog, silent, type Database, type Lab } from './lab.ts';
import { compare, type Row } from './report.ts';
import { interleave, until } from './rounds.ts';

const EVENTS = 100_000;
const WINDOW = 1_000;
const LEASE_MS = 5_000;
const PATIENCE_MS = 600_000;
const NAME = 'bench';
const SUBSCRIBERS = [{ name: NAME, types: INTEGRATION_EVENT_TYPES }];
const ROUNDS = 3;

/** From the log to a quorum queue, against publishing the same messages that lie ready in memory. */
export async function benchRelay(lab: Lab, { events }: { events: number }): Promise<Row[]> {
  const row = { scenario: 'relay', what: 'messages to a quorum queue, confirmed', unit: '/s' };
  if (brokerUrl === undefined) return [{ ...row, verdict: 'SKIPPED', note: NO_BROKER }];
  const url = brokerUrl;
  const database = await lab.emptyDatabase();
  const filler = database.connect(2);
  const filled = await fill(filler, Math.min(events, EVENTS));
  await readAllOnce(filler);
  const messages = await messagesOf(database, filled.events);
  await lab.checkpoint();
  const measured = await interleave(
    {
      relay: () => withRelay(url, database, messages.length),
      bare: () => withBareAmqplib(url, messages),
    },
    ROUNDS,
  );
  await clearBroker(url, SUBSCRIBERS);
  await database.drop();
  return [
    compare({
      ...row,
      ours: measured.relay,
      baseline: {
        name: `bare amqplib, the same messages from memory, windows of ${WINDOW}`,
        values: measured.bare,
      },
      aim: { atLeast: 0.7 },
      note: `${messages.length.toLocaleString('en-US')} messages of ${filled.events.toLocaleString('en-US')} events`,
    }),
  ];
}

async function messagesOf(database: Database, events: number): Promise<OutgoingMessage[]> {
  const { tails, stop } = openServiceLog(database);
  const messages: OutgoingMessage[] = [];
  for (let after = 0n; after < BigInt(events);) {
    const entries = await tails[0]!.read(after, WINDOW);
    after = entries.at(-1)!.position;
    for (const { recorded } of entries) {
      const message = 'event' in recorded ? toIntegrationMessage(recorded) : undefined;
      if (message) messages.push(encodeMessage(message));
    }
  }
  await stop();
  return messages;
}

async function withRelay(url: string, database: Database, expected: number): Promise<number> {
  await clearBroker(url, SUBSCRIBERS);
  const { pool, tails, stop } = openServiceLog(database);
  await pool.query('delete from subscription');
  const { rows } = await pool.query<{ head: bigint }>('select head from log_head where shard = 0');
  const publisher = startPublisher({ url, logger: silent, topology: topologyFor(SUBSCRIBERS) });
  await publisher.ready(AbortSignal.timeout(PATIENCE_MS));
  const startedAt = performance.now();
  const worker = startWorker(pool, tails, silent, { owner: newOwnerName(), leaseMs: LEASE_MS });
  const relay = await startRelay({
    ...{ pool, worker, shardCount: 1, publisher, consumers: [NAME] },
    encode: (message) => [encodeMessage(message)],
  });
  await until('the relay', PATIENCE_MS, () => relay.status()[0]?.position === rows[0]!.head);
  const ms = performance.now() - startedAt;
  await relay.stop();
  await worker.stop();
  await publisher.stop();
  await stop();
  await assertThere(url, expected);
  return (expected / ms) * 1_000;
}

async function withBareAmqplib(url: string, messages: readonly OutgoingMessage[]): Promise<number> {
  await clearBroker(url, SUBSCRIBERS);
  const connection = await connect(url);
  await declareTopology(connection, topologyFor(SUBSCRIBERS));
  const channel = await connection.createConfirmChannel();
  const startedAt = performance.now();
  for (let first = 0; first < messages.length; first += WINDOW) {
    for (const { exchange, routingKey, body, properties } of messages.slice(first, first + WINDOW))
      channel.publish(exchange, routingKey, body, { ...properties, mandatory: true });
    await channel.waitForConfirms();
  }
  const ms = performance.now() - startedAt;
  await connection.close();
  await assertThere(url, messages.length);
  return (messages.length / ms) * 1_000;
}

async function assertThere(url: string, expected: number): Promise<void> {
  const { messageCount } = await onChannel(url, (channel) => channel.checkQueue(queueOf(NAME)));
  if (messageCount !== expected) throw new Error(`${messageCount} of ${expected} messages are in the queue`);
}
