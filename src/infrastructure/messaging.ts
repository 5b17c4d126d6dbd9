import type { Logger } from 'pino';
import type { Check } from '../application/health.ts';
import { hostOnLog, type Consumers } from './consumers/on-log.ts';
import { followsCheck } from './event-log/subscription.ts';
import type { Tail } from './event-log/tail.ts';
import type { Pool } from './postgres/pool.ts';
import { startConsumers } from './rabbitmq/consumer.ts';
import { startPublisher } from './rabbitmq/publisher.ts';
import { startRelay } from './rabbitmq/relay.ts';
import { topologyFor } from './rabbitmq/topology.ts';

export type MessagingOptions = {
  /** Unset: the consumers follow the log inside this process. */
  readonly amqpUrl: string | undefined;
  readonly pool: Pool;
  readonly tails: readonly Tail[];
  readonly logger: Logger;
  readonly consumers: Consumers;
};

export type Messaging = { checks(): Check[]; stop(): Promise<void> };

/** Brings events to the consumers: the same handlers, by RabbitMQ or without. */
export function startMessaging(options: MessagingOptions): Promise<Messaging> {
  const { amqpUrl } = options;
  return amqpUrl === undefined ? onLog(options) : onRabbitmq(options, amqpUrl);
}

async function onLog({ pool, tails, logger, consumers }: MessagingOptions): Promise<Messaging> {
  const subscriptions = hostOnLog(pool, tails, logger, consumers);
  return {
    checks: () => [
      followsCheck(
        'consumers',
        subscriptions.map((subscription) => subscription.status()),
      ),
    ],
    stop: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
    },
  };
}

async function onRabbitmq(options: MessagingOptions, url: string): Promise<Messaging> {
  const { pool, tails, logger, consumers } = options;
  const all = [...consumers.sql, ...consumers.command];
  const publisher = startPublisher({ url, logger, topology: topologyFor(all) });
  const hosted = await startConsumers({ url, pool, logger, consumers, publisher });
  const relay = await startRelay({ pool, tails, logger, publisher, consumers: all.map(({ name }) => name) });
  return {
    checks: () => {
      const states = [publisher.status(), ...hosted.status().map((consumer) => consumer.status)];
      const away = states.find((state) => state !== 'connected');
      return [
        { name: 'rabbitmq', status: away ? 'degraded' : 'ok', detail: away ?? 'connected' },
        followsCheck('relay', relay.status()),
      ];
    },
    stop: async () => {
      // Newest first: nothing is published after the relay, and error copies need the publisher to the end.
      await relay.stop();
      await hosted.stop();
      await publisher.stop();
    },
  };
}
