import type { Logger } from 'pino';
import type { Check } from '../../application/health.ts';
import type { Worker } from '../event-log/worker.ts';
import type { Pool } from '../postgres/pool.ts';
import type { Consumers } from './on-log.ts';

export type MessagingOptions = {
  /** Unset: the consumers follow the log inside this process. */
  readonly amqpUrl: string | undefined;
  readonly pool: Pool;
  readonly worker: Worker;
  readonly shardCount: number;
  readonly logger: Logger;
  readonly consumers: Consumers;
};

export type Messaging = { checks(): Check[]; stop(): Promise<void> };
