import { hostOnLog } from './consumers/on-log.ts';
import type { Messaging, MessagingOptions } from './consumers/host.ts';
import { RETRIES } from './consumers/retries.ts';
import { followsCheck } from './event-log/worker.ts';

/** Brings events to the consumers: the same handlers, by RabbitMQ or without. */
export async function startMessaging(options: MessagingOptions): Promise<Messaging> {
  const { amqpUrl } = options;
  if (amqpUrl === undefined) return onLog(options);
  // Loaded only now: without a broker its client and its schemas would cost every start a tenth of a second.
  const { onRabbitmq } = await import('./rabbitmq/messaging.ts');
  return onRabbitmq(options, amqpUrl);
}

function onLog({ worker, consumers, told }: MessagingOptions): Messaging {
  const hosted = hostOnLog(worker, consumers, RETRIES, told?.onUnhandled);
  return {
    checks: () => [
      followsCheck(
        'consumers',
        hosted.flatMap((following) => following.status()),
      ),
    ],
    stop: async () => {
      await Promise.all(hosted.map((following) => following.stop()));
    },
  };
}
