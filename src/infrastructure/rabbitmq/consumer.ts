import type { Logger } from 'pino';
import type { Consumers } from '../consumers/on-log.ts';
import type { Pool } from '../postgres/pool.ts';
import { commandBatches, sqlBatches } from './batch-handlers.ts';
import { superviseConnection, type ConnectionStatus } from './connection.ts';
import type { Publisher } from './publisher.ts';
import { openSession, type HostedConsumer, type Session } from './session.ts';
import { declareTopology, topologyFor } from './topology.ts';

export type ConsumersOptions = {
  readonly url: string;
  readonly pool: Pool;
  readonly logger: Logger;
  readonly consumers: Consumers;
  /** For copies to the error queues. */
  readonly publisher: Publisher;
  /** Messages a consumer holds at most, so also its largest batch. */
  readonly prefetch?: number;
};

export type ConsumerStatus = {
  readonly name: string;
  readonly status: ConnectionStatus;
  /** Messages taken and not yet acknowledged. */
  readonly inHand: number;
  /** Failures in a row that are no message's fault, such as a database that is away; 0 when all is well. */
  readonly outages: number;
};

export type HostedConsumers = { status(): readonly ConsumerStatus[]; stop(): Promise<void> };

const PREFETCH = 200;

/** Hosts the consumers on their queues: what arrived while one batch was in hand is the next. */
export async function startConsumers(options: ConsumersOptions): Promise<HostedConsumers> {
  const { url, pool, logger, consumers, publisher, prefetch = PREFETCH } = options;
  const hosted: HostedConsumer[] = [
    ...consumers.sql.map((consumer) => ({ ...consumer, handle: sqlBatches(pool, consumer) })),
    ...consumers.command.map((consumer) => ({ ...consumer, handle: commandBatches(pool, consumer) })),
  ];
  await createLogCheckpoints(
    pool,
    hosted.map(({ name }) => name),
  );
  const topology = topologyFor(hosted);
  const stopping = new AbortController();
  const ports = { publisher, logger, prefetch, stopping: stopping.signal };
  const sessions = new Map<string, Session>();
  const ended = new Set<Promise<void>>();

  const connection = superviseConnection({
    url,
    name: 'order-payments consumers',
    logger,
    onConnected: async (opened, giveUp) => {
      retire();
      await declareTopology(opened, topology);
      for (const consumer of hosted) {
        sessions.set(consumer.name, await openSession(opened, giveUp, consumer, ports));
      }
    },
  });

  /** Sessions of a lost connection may still be at work on what they had. */
  function retire(): void {
    for (const session of sessions.values()) {
      const end = session.finish().finally(() => ended.delete(end));
      ended.add(end);
    }
    sessions.clear();
  }

  function statusOf({ name }: HostedConsumer): ConsumerStatus {
    const session = sessions.get(name);
    const status = session?.isOpen() ? connection.status() : 'connecting';
    return { name, status, inHand: session?.inHand() ?? 0, outages: session?.outages() ?? 0 };
  }

  return {
    status: () => hosted.map(statusOf),
    stop: async () => {
      stopping.abort();
      await Promise.all([...sessions.values()].map((session) => session.finish()));
      await Promise.all(ended);
      await connection.stop();
    },
  };
}

/** A row to lock must exist before a process that hosts the consumers on the log can create it. */
async function createLogCheckpoints(pool: Pool, names: readonly string[]): Promise<void> {
  await pool.query(
    `insert into subscription (name, shard) select name, shard from unnest($1::text[]) as u (name), log_head
     order by shard, name on conflict do nothing`,
    [names],
  );
}
