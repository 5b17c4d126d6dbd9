import type { ChannelModel } from 'amqplib';
import type { IntegrationEventType } from '../../application/integration-events.ts';

export const EVENTS_EXCHANGE = 'order-payments.events';
export const UNROUTED_QUEUE = 'unrouted';
const UNROUTED_EXCHANGE = 'order-payments.unrouted';

export const queueOf = (consumer: string): string => `order-payments.${consumer}`;
export const errorQueueOf = (queue: string): string => `${queue}_error`;

type Arguments = Readonly<Record<string, string | number>>;

export type Topology = {
  readonly exchanges: readonly {
    readonly name: string;
    readonly type: 'topic' | 'fanout';
    readonly args: Arguments;
  }[];
  readonly queues: readonly { readonly name: string; readonly args: Arguments }[];
  readonly bindings: readonly {
    readonly queue: string;
    readonly exchange: string;
    readonly routingKey: string;
  }[];
};

export type Subscriber = { readonly name: string; readonly types: readonly IntegrationEventType[] };

// Brokers 3.x and 4.x differ in what they assume, so nothing is left to them.
const QUORUM = { 'x-queue-type': 'quorum' };

// Attempts are counted by us. The broker counts what came back because a connection was lost, so this stops only a
// message that takes the whole process down each time, not one that was in hand while the network flapped.
const DELIVERY_LIMIT = 100;

// Whoever publishes an event nobody here asked for must not fill the disk: at 1 kB each this is 100 MB. What is dropped
// is the oldest copy; the event itself stays in the log.
const UNROUTED_MAX = 100_000;

const deadLettersTo = (queue: string): Arguments => ({
  ...QUORUM,
  'x-delivery-limit': DELIVERY_LIMIT,
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish', // the strategy above requires it
});

/**
 * Everything the service needs of a broker. Publishers declare it too: a queue must exist before its first message.
 * `fanouts` are exchanges declared as others declare them, so without any argument.
 */
export function topologyFor(subscribers: readonly Subscriber[], fanouts: readonly string[] = []): Topology {
  return {
    exchanges: [
      { name: UNROUTED_EXCHANGE, type: 'fanout', args: {} },
      { name: EVENTS_EXCHANGE, type: 'topic', args: { 'alternate-exchange': UNROUTED_EXCHANGE } },
      ...fanouts.map((name) => ({ name, type: 'fanout' as const, args: {} })),
    ],
    queues: [
      {
        name: UNROUTED_QUEUE,
        args: { ...QUORUM, 'x-max-length': UNROUTED_MAX, 'x-overflow': 'drop-head' },
      },
      ...subscribers.flatMap(({ name }) => {
        const queue = queueOf(name);
        const errors = errorQueueOf(queue);
        return [
          { name: errors, args: QUORUM },
          { name: queue, args: deadLettersTo(errors) },
        ];
      }),
    ],
    bindings: [
      { queue: UNROUTED_QUEUE, exchange: UNROUTED_EXCHANGE, routingKey: '' },
      ...subscribers.flatMap(({ name, types }) =>
        types.map((routingKey) => ({ queue: queueOf(name), exchange: EVENTS_EXCHANGE, routingKey })),
      ),
    ],
  };
}

/** Changes nothing that is there already; fails when something is there with other arguments. */
export async function declareTopology(connection: ChannelModel, topology: Topology): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => {}); // the refused declaration rejects and says why
  for (const { name, type, args } of topology.exchanges) {
    await channel.assertExchange(name, type, { durable: true, arguments: args });
  }
  for (const { name, args } of topology.queues) {
    await channel.assertQueue(name, { durable: true, arguments: args });
  }
  for (const { queue, exchange, routingKey } of topology.bindings) {
    await channel.bindQueue(queue, exchange, routingKey);
  }
  await channel.close();
}
