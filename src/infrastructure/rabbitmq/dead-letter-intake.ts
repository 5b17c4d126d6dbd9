import { createHash } from 'node:crypto';
import type { Channel, Message } from 'amqplib';
import type { Logger } from 'pino';
import type { FaultText } from '../dead-letters/faults.ts';
import { printable } from '../dead-letters/faults.ts';
import { fileLetter, traceIdOf, type GivenUp } from '../dead-letters/record.ts';
import { inTransaction, type Pool } from '../postgres/pool.ts';
import { backoffMs, pause } from './backoff.ts';
import { COMMANDS, decodeCommand } from './command-codec.ts';
import { superviseConnection, type ConnectionStatus } from './connection.ts';
import { decodeMessage } from './message-codec.ts';
import { declareTopology, errorQueueOf, queueOf, topologyFor, type Subscriber } from './topology.ts';
import { asItCame, headersOf, travelOf } from './travel.ts';

export type IntakeOptions = {
  readonly url: string;
  readonly pool: Pool;
  readonly logger: Logger;
  readonly consumers: readonly Subscriber[];
};

export type Intake = { status(): ConnectionStatus; stop(): Promise<void> };

const PREFETCH = 20;
const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 5_000;

/**
 * Files what arrives in the error queues as dead letters, and acknowledges it once that is committed. On a connection of
 * its own: whatever happens to an error queue is no concern of consumers.
 */
export function startIntake({ url, pool, logger, consumers }: IntakeOptions): Intake {
  const stopping = new AbortController();
  let open: { readonly channel: Channel; readonly tags: string[] } | undefined;
  const filing = new Set<Promise<void>>();

  const connection = superviseConnection({
    url,
    name: 'order-payments dead letters',
    logger,
    onConnected: async (opened, giveUp) => {
      await declareTopology(opened, topologyFor(consumers));
      const channel = await opened.createChannel();
      const lost = new AbortController();
      channel.on('error', (fault) => giveUp(fault.message));
      channel.once('close', () => {
        lost.abort();
        if (!stopping.signal.aborted) giveUp('the channel was closed');
      });
      await channel.prefetch(PREFETCH);
      const signal = AbortSignal.any([lost.signal, stopping.signal]);
      const tags: string[] = [];
      for (const { name } of consumers) {
        const queue = errorQueueOf(queueOf(name));
        const { consumerTag } = await channel.consume(queue, (raw) => {
          if (raw === null) giveUp(`queue ${queue} was deleted`);
          else if (!signal.aborted) take(channel, name, raw, signal);
        });
        tags.push(consumerTag);
      }
      open = { channel, tags };
    },
  });

  function take(channel: Channel, consumer: string, raw: Message, signal: AbortSignal): void {
    const work = file(consumer, raw, signal)
      .then((filed) => {
        if (filed) channel.ack(raw);
      })
      .catch(() => {}) // the channel was closed meanwhile: it comes again, and is known then
      .finally(() => filing.delete(work));
    filing.add(work);
  }

  async function file(consumer: string, raw: Message, signal: AbortSignal): Promise<boolean> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const isNew = await inTransaction(pool, (tx) => fileLetter(tx, givenUpOf(consumer, raw)));
        const about = { consumer, messageId: raw.properties.messageId as unknown, isNew };
        logger.info(about, 'a dead letter was taken from the error queue');
        return true;
      } catch (fault) {
        if (failures === 1) logger.error({ err: fault, consumer }, 'a dead letter was not filed, will retry');
        await pause(backoffMs(failures, RETRY_FIRST_MS, RETRY_LONGEST_MS), signal);
      }
    }
    return false;
  }

  return {
    status: connection.status,
    stop: async () => {
      stopping.abort();
      await Promise.all(filing);
      await open?.channel.close().catch(() => {}); // it carries the last acknowledgements
      await connection.stop();
    },
  };
}

/** What an error queue's message says of itself: by our headers, or by the broker's when it came there without us. */
export function givenUpOf(consumer: string, raw: Message): GivenUp {
  const { messageId, type } = raw.properties as { readonly messageId?: unknown; readonly type?: unknown };
  const decoded = consumer === COMMANDS.name ? decodeCommand(raw) : decodeMessage(raw);
  const { replay, attempts } = travelOf(raw);
  const failedAt = textHeader(raw, 'MT-Fault-Timestamp');
  return {
    consumer,
    // Without an id the same body is taken for the same message.
    messageId:
      typeof messageId === 'string' && messageId !== '' ? messageId : `sha256:${hashOf(raw.content)}`,
    tenantId: decoded.ok ? decoded.value.tenantId : null,
    type: typeof type === 'string' ? type : null,
    traceId: (decoded.ok ? traceIdOf(decoded.value.traceparent) : undefined) ?? null,
    replay,
    attempts: Math.max(1, attempts),
    ...(Number.isNaN(Date.parse(failedAt ?? '')) ? {} : { failedAt }),
    fault: faultOf(raw),
    source: { properties: asItCame(raw), body: raw.content },
  };
}

function faultOf(raw: Message): FaultText {
  const type = textHeader(raw, 'MT-Fault-ExceptionType');
  if (type === undefined) {
    const reason = textHeader(raw, 'x-first-death-reason') ?? 'unknown reason';
    return { type: 'DeadLetteredByBroker', message: `the broker gave it up: ${reason}`, stack: '' };
  }
  return {
    type,
    message: textHeader(raw, 'MT-Fault-Message') ?? '',
    stack: textHeader(raw, 'MT-Fault-StackTrace') ?? '',
  };
}

function textHeader(raw: Message, name: string): string | undefined {
  const value = headersOf(raw)[name];
  return typeof value === 'string' ? printable(value) : undefined;
}

const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
