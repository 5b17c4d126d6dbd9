import { followsCheck } from '../event-log/worker.ts';
import type { Messaging, MessagingOptions } from '../consumers/host.ts';
import { startConsumers } from './consumer.ts';
import { startPublisher } from './publisher.ts';
import { startRelay } from './relay.ts';
import { topologyFor } from './topology.ts';

/** Relay and consumers on the broker at `url`, which may be away now: they wait for it. */
export async function onRabbitmq(options: MessagingOptions, url: string): Promise<Messaging> {
  const { pool, worker, shardCount, logger, consumers } = options;
  const all = [...consumers.sql, ...consumers.command];
  const publisher = startPublisher({ url, logger, topology: topologyFor(all) });
  const hosted = await startConsumers({ url, pool, logger, consumers, publisher });
  const names = all.map(({ name }) => name);
  const relay = await startRelay({ pool, worker, shardCount, publisher, consumers: names });
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
