import type { Check } from '../../application/health.ts';
import { followsCheck } from '../event-log/worker.ts';
import type { Messaging, MessagingOptions } from '../consumers/host.ts';
import { envelopeExchangeOf, withEnvelopes } from './mass-transit.ts';
import { COMMANDS } from './command-codec.ts';
import { startConsumers, type ConsumerStatus } from './consumer.ts';
import { startIntake } from './dead-letter-intake.ts';
import { startPublisher } from './publisher.ts';
import { startRedelivery } from './redelivery.ts';
import { startRelay } from './relay.ts';
import { topologyFor } from './topology.ts';

/** Relay and consumers on the broker at `url`, which may be away now: they wait for it. */
export async function onRabbitmq(options: MessagingOptions, url: string): Promise<Messaging> {
  const { pool, worker, shardCount, logger, consumers, commands } = options;
  const { massTransitEnvelopes: enveloped, told = {} } = options;
  const events = [...consumers.sql, ...consumers.command];
  const all = [...events, COMMANDS];
  const topology = topologyFor(all, enveloped.map(envelopeExchangeOf));
  const publisher = startPublisher({ url, logger, topology, ...told });
  const hosted = await startConsumers({ url, pool, logger, consumers, commands, publisher, ...told });
  const names = all.map(({ name }) => name);
  const redelivery = startRedelivery({ pool, publisher, logger, consumers: names });
  const intake = startIntake({ url, pool, logger, consumers: all });
  const encode = withEnvelopes(enveloped, url);
  const relay = await startRelay({
    pool,
    worker,
    shardCount,
    publisher,
    encode,
    consumers: events.map(({ name }) => name),
    ...told,
  });
  return {
    checks: () => {
      const consuming = hosted.status();
      const states = [publisher.status(), intake.status(), ...consuming.map(({ status }) => status)];
      const away = states.find((state) => state !== 'connected');
      return [
        { name: 'rabbitmq', status: away ? 'degraded' : 'ok', detail: away ?? 'connected' },
        consumersCheck(consuming),
        followsCheck('relay', relay.status()),
      ];
    },
    stop: async () => {
      // Newest first: nothing is published after the relay, and error copies need the publisher to the end.
      await relay.stop();
      await redelivery.stop();
      await hosted.stop();
      await intake.stop();
      await publisher.stop();
    },
  };
}

function consumersCheck(statuses: readonly ConsumerStatus[]): Check {
  const paused = statuses.filter((one) => one.paused);
  const detail = paused
    .map(({ name }) => `${name} takes nothing for now: too many messages failed`)
    .join('; ');
  if (paused.length === 0)
    return { name: 'consumers', status: 'ok', detail: `${statuses.length} hosted here` };
  return { name: 'consumers', status: 'degraded', detail };
}
