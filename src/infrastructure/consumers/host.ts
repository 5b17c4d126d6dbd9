import type { Logger } from 'pino';
import type { HandleInbound } from '../../application/inbound-commands.ts';
import type { IntegrationEventType } from '../../application/integration-events.ts';
import type { Check } from '../../application/health.ts';
import type { Worker } from '../event-log/worker.ts';
import type { Pool } from '../postgres/pool.ts';
import type { PublisherOptions } from '../rabbitmq/publisher.ts';
import type { RelayOptions } from '../rabbitmq/relay.ts';
import type { Consumers } from './on-log.ts';
import type { OnUnhandled } from './retries.ts';

export type MessagingOptions = {
  /** Unset: the consumers follow the log inside this process. */
  readonly amqpUrl: string | undefined;
  /** Types that are published as envelopes of MassTransit, too. */
  readonly massTransitEnvelopes: readonly IntegrationEventType[];
  readonly pool: Pool;
  readonly worker: Worker;
  readonly shardCount: number;
  readonly logger: Logger;
  readonly consumers: Consumers;
  /** What other services ask for, where there is a broker. */
  readonly commands: HandleInbound;
  /** Told of what happens to messages, for metrics and traces. */
  readonly told?: Pick<RelayOptions, 'publishing'> &
    Pick<PublisherOptions, 'onMessages'> & { readonly onUnhandled?: OnUnhandled };
};

export type Messaging = { checks(): Check[]; stop(): Promise<void> };
