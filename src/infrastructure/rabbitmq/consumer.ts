import type { ChannelModel, Message } from 'amqplib';
import type { Logger } from 'pino';
import type { HandleInbound } from '../../application/inbound-commands.ts';
import type { IntegrationEventType, IntegrationMessage } from '../../application/integration-events.ts';
import { ok, type Result } from '../../domain/shared/result.ts';
import type { Consumers } from '../consumers/on-log.ts';
import { openKillSwitch, type KillSwitch } from '../consumers/kill-switch.ts';
import { RETRIES, type OnUnhandled, type Retries } from '../consumers/retries.ts';
import type { Pool } from '../postgres/pool.ts';
import { commandBatches, sqlBatches, type BatchHandler } from './batch-handlers.ts';
import { COMMANDS, decodeCommand } from './command-codec.ts';
import { superviseConnection, type ConnectionStatus, type GiveUp } from './connection.ts';
import { inboundBatches } from './inbound-batches.ts';
import { decodeMessage } from './message-codec.ts';
import type { Publisher } from './publisher.ts';
import { openSession, type Content, type HostedConsumer, type Session } from './session.ts';
import { declareTopology, topologyFor, type Subscriber } from './topology.ts';

export type ConsumersOptions = {
  readonly url: string;
  readonly pool: Pool;
  readonly logger: Logger;
  readonly consumers: Consumers;
  /** Of other services; unset: none are taken. */
  readonly commands?: HandleInbound;
  /** For copies to the error queues. */
  readonly publisher: Publisher;
  /** Messages a consumer holds at most, so also its largest batch. */
  readonly prefetch?: number;
  readonly retries?: Retries;
  readonly onUnhandled?: OnUnhandled;
};

export type ConsumerStatus = {
  readonly name: string;
  readonly status: ConnectionStatus;
  /** Messages taken and not yet acknowledged. */
  readonly inHand: number;
  /** Failures in a row that are no message's fault, such as a database that is away; 0 when all is well. */
  readonly outages: number;
  /** Too many messages failed, so that only one is tried now and then. */
  readonly paused: boolean;
};

export type HostedConsumers = { status(): readonly ConsumerStatus[]; stop(): Promise<void> };

const PREFETCH = 200;

/** Hosts the consumers on their queues: what arrived while one batch was in hand is the next. */
export async function startConsumers(options: ConsumersOptions): Promise<HostedConsumers> {
  const {
    url,
    pool,
    logger,
    consumers,
    commands,
    publisher,
    prefetch = PREFETCH,
    retries = RETRIES,
    onUnhandled,
  } = options;
  const stopping = new AbortController();
  const retryAfterMs = retries.afterMs;
  const ports = {
    ...{ pool, publisher, logger, retryAfterMs, prefetch, stopping: stopping.signal },
    ...(onUnhandled && { onUnhandled }),
  };

  function host<Of extends Content>(consumer: Omit<HostedConsumer<Of>, 'killSwitch'>): Hosted {
    const hostedConsumer = { ...consumer, killSwitch: openKillSwitch(retries.killSwitch) };
    const { name, killSwitch } = hostedConsumer;
    return { name, killSwitch, open: (opened, giveUp) => openSession(opened, giveUp, hostedConsumer, ports) };
  }
  const ofEvents = ({ name, types }: Subscriber, handle: BatchHandler): Hosted =>
    host({ name, decode: decodeOf(types), handle });
  const hosted: Hosted[] = [
    ...consumers.sql.map((consumer) => ofEvents(consumer, sqlBatches(pool, consumer, onUnhandled))),
    ...consumers.command.map((consumer) => ofEvents(consumer, commandBatches(pool, consumer))),
    ...(commands
      ? [
          host({
            name: COMMANDS.name,
            decode: decodeCommand,
            handle: inboundBatches(pool, publisher, commands),
          }),
        ]
      : []),
  ];
  const subscribers = [...consumers.sql, ...consumers.command];
  await createLogCheckpoints(
    pool,
    subscribers.map(({ name }) => name),
  );
  const topology = topologyFor([...subscribers, ...(commands ? [COMMANDS] : [])]);
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
        sessions.set(consumer.name, await consumer.open(opened, giveUp));
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

  function statusOf({ name, killSwitch }: Hosted): ConsumerStatus {
    const session = sessions.get(name);
    const status = session?.isOpen() ? connection.status() : 'connecting';
    const [inHand, outages] = [session?.inHand() ?? 0, session?.outages() ?? 0];
    return { name, status, inHand, outages, paused: killSwitch.isOpen() };
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

type Hosted = {
  readonly name: string;
  readonly killSwitch: KillSwitch;
  readonly open: (connection: ChannelModel, giveUp: GiveUp) => Promise<Session>;
};

const decodeOf =
  (types: readonly IntegrationEventType[]) =>
  (raw: Message): Result<IntegrationMessage | undefined, string> => {
    const decoded = decodeMessage(raw);
    return decoded.ok && !types.includes(decoded.value.event.type) ? ok(undefined) : decoded;
  };

/** A row to lock must exist before a process that hosts the consumers on the log can create it. */
async function createLogCheckpoints(pool: Pool, names: readonly string[]): Promise<void> {
  await pool.query(
    `insert into subscription (name, shard) select name, shard from unnest($1::text[]) as u (name), log_head
     order by shard, name on conflict do nothing`,
    [names],
  );
}
