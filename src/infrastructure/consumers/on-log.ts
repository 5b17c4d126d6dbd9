import type { CommandConsumer } from '../../application/consumers.ts';
import { orderIdOf, type IntegrationMessage } from '../../application/integration-events.ts';
import { toIntegrationMessage } from '../../application/integration-messages.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import type { Effect } from '../event-log/effect.ts';
import type { Following, Worker } from '../event-log/worker.ts';
import { inLanes } from './lanes.ts';
import { RETRIES, type OnUnhandled } from './retries.ts';
import { notInInbox, type SqlConsumer } from './sql-consumer.ts';

export type Consumers = {
  readonly sql: readonly SqlConsumer[];
  readonly command: readonly CommandConsumer[];
};

const BATCH_MAX = 500;
const LANES_MAX = 64;

/** Hosts the consumers on the log itself: no broker, no copies; an effect and its checkpoint are one transaction. */
export function hostOnLog(
  worker: Worker,
  consumers: Consumers,
  retries = RETRIES,
  onUnhandled: OnUnhandled = () => {},
): Following[] {
  const effects: { consumer: SqlConsumer | CommandConsumer; effect: Effect }[] = [
    ...consumers.sql.map((consumer) => ({ consumer, effect: sqlEffect(consumer, onUnhandled) })),
    ...consumers.command.map((consumer) => ({ consumer, effect: commandEffect(consumer) })),
  ];
  return effects.map(({ consumer, effect }) =>
    worker.follow({
      name: consumer.name,
      version: 1,
      batchMax: BATCH_MAX,
      effect,
      onPoison: 'park',
      retries,
      onUnhandled,
      concerns: (event) => messagesFor(consumer, [event]).length > 0,
    }),
  );
}

const sqlEffect = (consumer: SqlConsumer, onUnhandled: OnUnhandled): Effect => ({
  kind: 'sql',
  apply: async (tx, events) => {
    const messages = messagesFor(consumer, events);
    if (messages.length === 0) return;
    const fresh = await notInInbox(tx, consumer.name, messages);
    if (fresh.length < messages.length)
      onUnhandled(consumer.name, 'duplicate', messages.length - fresh.length);
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
