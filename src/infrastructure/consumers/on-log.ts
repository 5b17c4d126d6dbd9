import type { Logger } from 'pino';
import type { CommandConsumer } from '../../application/consumers.ts';
import { toIntegrationMessage, type IntegrationMessage } from '../../application/integration-events.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import { startSubscription, type Effect, type Subscription } from '../event-log/subscription.ts';
import type { Tail } from '../event-log/tail.ts';
import type { Pool } from '../postgres/pool.ts';
import { inLanes } from './lanes.ts';
import { notInInbox, type SqlConsumer } from './sql-consumer.ts';

export type Consumers = {
  readonly sql: readonly SqlConsumer[];
  readonly command: readonly CommandConsumer[];
};

const BATCH_MAX = 500;
const LANES_MAX = 64;

/** Hosts the consumers on the log itself: no broker, no copies; an effect and its checkpoint are one transaction. */
export function hostOnLog(
  pool: Pool,
  tails: readonly Tail[],
  logger: Logger,
  consumers: Consumers,
): Subscription[] {
  const effects: { name: string; effect: Effect }[] = [
    ...consumers.sql.map((consumer) => ({ name: consumer.name, effect: sqlEffect(consumer) })),
    ...consumers.command.map((consumer) => ({ name: consumer.name, effect: commandEffect(consumer) })),
  ];
  return tails.flatMap((tail, shard) =>
    effects.map(({ name, effect }) =>
      startSubscription(pool, tail, logger, { name, shard, batchMax: BATCH_MAX, effect }),
    ),
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
  apply: (events) => inLanes(messagesFor(consumer, events), LANES_MAX, consumer.handle),
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
