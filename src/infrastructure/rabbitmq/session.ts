import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { Logger } from 'pino';
import type { IntegrationEventType } from '../../application/integration-events.ts';
import type { Outcome } from './attempts.ts';
import { backoffMs, endsWithin, pause } from './backoff.ts';
import type { BatchHandler, Delivery } from './batch-handlers.ts';
import type { GiveUp } from './connection.ts';
import { faultCopy, UndecodableMessage } from './faults.ts';
import { decodeMessage, type OutgoingMessage } from './message-codec.ts';
import type { Publisher } from './publisher.ts';
import { queueOf } from './topology.ts';

export type HostedConsumer = {
  readonly name: string;
  readonly types: readonly IntegrationEventType[];
  readonly handle: BatchHandler;
};

export type SessionPorts = {
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly prefetch: number;
  /** Aborted: nothing new is taken, and what fails is left to the next delivery. */
  readonly stopping: AbortSignal;
};

/** One consumer on one channel, for as long as the channel lives. */
export type Session = {
  readonly isOpen: () => boolean;
  /** Messages taken and not yet acknowledged. */
  readonly inHand: () => number;
  /** Outages in a row that keep the batch in hand from being handled; 0 when all is well. */
  readonly outages: () => number;
  /** Takes nothing more, settles what is in hand and closes the channel. */
  finish(): Promise<void>;
};

type Answer = 'ack' | 'dead-letter' | 'nothing';

const ERROR_COPY_FIRST_MS = 100;
const ERROR_COPY_MAX_MS = 5_000;
const LOG_OUTAGE_EVERY_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;

export async function openSession(
  connection: ChannelModel,
  giveUp: GiveUp,
  consumer: HostedConsumer,
  ports: SessionPorts,
): Promise<Session> {
  const { name } = consumer;
  const queue = queueOf(name);
  const logger = ports.logger.child({ consumer: name });
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, ports.stopping]);
  const moves = new Set<Promise<void>>();
  let arrived: ConsumeMessage[] = [];
  let working: Promise<void> | undefined;
  let inHand = 0;
  let outages = 0;
  let outageLoggedAt = -Infinity;

  const channel = await connection.createChannel();
  channel.on('error', (fault) => giveUp(fault.message));
  channel.once('close', () => {
    lost.abort();
    if (!ports.stopping.aborted) giveUp('the channel was closed');
  });
  await channel.prefetch(ports.prefetch);
  const { consumerTag } = await channel.consume(queue, (raw) => {
    if (raw === null) giveUp(`queue ${queue} was deleted`);
    else if (!signal.aborted) take(raw);
  });

  function take(raw: ConsumeMessage): void {
    inHand++;
    arrived.push(raw);
    working ??= work();
  }

  async function work(): Promise<void> {
    // What one read of the socket brings makes one batch even when we were idle.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    while (arrived.length > 0 && !lost.signal.aborted) {
      const batch = arrived;
      arrived = [];
      try {
        await consumer.handle(decode(batch), settle, { signal, onOutage });
      } catch (fault) {
        logger.error({ err: fault }, 'a batch was left unsettled, so it is asked for again');
        giveUp('a batch was left unsettled');
      }
    }
    working = undefined;
  }

  /** The readable ones; the others are on their way to the error queue, those of a former binding are done. */
  function decode(batch: readonly ConsumeMessage[]): Delivery[] {
    return batch.flatMap((raw) => {
      const decoded = decodeMessage(raw);
      if (!decoded.ok) moveToErrorQueue(raw, new UndecodableMessage(decoded.error));
      else if (!consumer.types.includes(decoded.value.event.type)) release(raw, 'ack');
      else return { raw, message: decoded.value };
      return [];
    });
  }

  function settle({ raw }: Delivery, outcome: Outcome): void {
    if (outcome.kind === 'interrupted') {
      release(raw, 'nothing');
      return;
    }
    outages = 0;
    if (outcome.kind === 'done') release(raw, 'ack');
    else moveToErrorQueue(raw, outcome.fault);
  }

  /** What gets no answer, because there is none or the channel is lost, the broker delivers again. */
  function release(raw: ConsumeMessage, answer: Answer): void {
    inHand--;
    try {
      if (answer === 'ack') channel.ack(raw);
      else if (answer === 'dead-letter') channel.nack(raw, false, false);
    } catch {
      lost.abort();
    }
  }

  function onOutage(fault: unknown, failures: number): void {
    outages = failures;
    if (performance.now() - outageLoggedAt < LOG_OUTAGE_EVERY_MS) return;
    outageLoggedAt = performance.now();
    logger.warn({ err: fault, failures }, 'messages cannot be handled now, will retry');
  }

  /** Others go on meanwhile: while a broker short of memory takes no copies, its queues must be emptied. */
  function moveToErrorQueue(raw: ConsumeMessage, fault: unknown): void {
    const messageId = raw.properties.messageId as unknown;
    logger.error({ err: fault, messageId }, 'message to the error queue');
    const copy = faultCopy(raw, { consumer: name, queue, fault });
    const move = publishCopy(copy).then((answer) => {
      release(raw, answer);
      moves.delete(move);
    });
    moves.add(move);
  }

  /** By our own hand, since dead-lettering cannot say why; the message is done with once its copy is confirmed. */
  async function publishCopy(copy: OutgoingMessage): Promise<Answer> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await ports.publisher.ready(signal);
        await ports.publisher.publish([copy], signal);
        return 'ack';
      } catch (refusal) {
        // Its own headers leave no room for ours, 64 KiB being the most: the broker takes it there as it is.
        if (refusal instanceof RangeError) return 'dead-letter';
        await pause(backoffMs(failures, ERROR_COPY_FIRST_MS, ERROR_COPY_MAX_MS), signal);
      }
    }
    return 'nothing';
  }

  return {
    isOpen: () => !lost.signal.aborted,
    inHand: () => inHand,
    outages: () => outages,
    finish: async () => {
      // The answer is not waited for: nothing that arrives from now on is taken.
      if (!lost.signal.aborted) void channel.cancel(consumerTag).catch(() => {});
      await working;
      await Promise.all(moves);
      // Closing the connection at once would overtake the last acknowledgements, which are the channel's to send.
      if (!lost.signal.aborted) await endsWithin(channel.close(), CLOSE_TIMEOUT_MS).catch(() => {});
    },
  };
}
