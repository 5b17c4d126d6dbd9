import type { CommandConsumer } from '../../application/consumers.ts';
import {
  orderIdOf,
  toIntegrationMessage,
  type IntegrationMessage,
} from '../../application/integration-events.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import type { Effect } from '../event-log/effect.ts';
import type { Following, Worker } from '../event-log/worker.ts';
import { inLanes } from './lanes.ts';
import { notInInbox, type SqlConsumer } from './sql-consumer.ts';

export type Consumers = {
  readonly sql: readonly SqlConsumer[];
  readonly command: readonly CommandConsumer[];
};

const BATCH_MAX = 500;
const LANES_MAX = 64;

/** Hosts the consumers on the log itself: no broker, no copies; an effect and its checkpoint are one transaction. */
export function hostOnLog(worker: Worker, consumers: Consumers): Following[] {
  const effects: { name: string; effect: Effect }[] = [
    ...consumers.sql.map((consumer) => ({ name: consumer.name, effect: sqlEffect(consumer) })),
    ...consumers.command.map((consumer) => ({ name: consumer.name, effect: commandEffect(consumer) })),
  ];
  return effects.map(({ name, effect }) =>
    worker.follow({ name, version: 1, batchMax: BATCH_MAX, effect, onPoison: 'park' }),
  );
}

const sqlEffect = (consumer: SqlConsumer): Effect => ({
  kind: 'sql',
  apply: async (tx, events) => {
    const messages = messagesFor(consumer, events);
    if (messages.length === 0) return;
    const fresh = await notInInbox(tx, consumer.name, messages);
    if (fresh.length > 0) await consumer.apply(tx, fresh);
  },
});

const commandEffect = (consumer: CommandConsumer): Effect => ({
  kind: 'outside',
  apply: (events) => inLanes(messagesFor(consumer, events), orderIdOf, LANES_MAX, consumer.handle),
});

const messagesFor = (
  { types }: Pick<SqlConsumer, 'types'>,
  events: readonly RecordedEvent[],
): IntegrationMessage[] =>
  events
    .map(toIntegrationMessage)
    .filter(
      (message): message is IntegrationMessage => message !== undefined && types.includes(message.event.type),
    );
