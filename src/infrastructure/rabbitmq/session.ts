import { setMaxListeners } from 'node:events';
import type { ChannelModel, Message } from 'amqplib';
import type { Result } from '../../domain/shared/result.ts';
import type { KillSwitch } from '../consumers/kill-switch.ts';
import { traceIdOf } from '../dead-letters/record.ts';
import type { Outcome } from './attempts.ts';
import { endsWithin, pause } from './backoff.ts';
import type { BatchHandler, Delivery } from './batch-handlers.ts';
import type { GiveUp } from './connection.ts';
import { UndecodableMessage } from './faults.ts';
import { openPutAside, type Answer, type PutAsidePorts } from './put-aside.ts';
import { queueOf } from './topology.ts';
import { travelOf } from './travel.ts';

/** What every message says of itself, whatever it is about. */
export type Content = { readonly messageId: string; readonly traceparent?: string };

export type HostedConsumer<Of extends Content> = {
  readonly name: string;
  /** undefined: it is none of this consumer's, and done with; an error says what is wrong with it. */
  readonly decode: (raw: Message) => Result<Of | undefined, string>;
  readonly handle: BatchHandler<Of>;
  /** Outlives a connection. */
  readonly killSwitch: KillSwitch;
};

export type SessionPorts = PutAsidePorts & {
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

const ATTEMPTS_MAX = 3; // of a message that comes first or is replayed; one that comes again by the schedule has one
const LOG_OUTAGE_EVERY_MS = 30_000;
const PROBE_EMPTY_MS = 1_000;
const CLOSE_TIMEOUT_MS = 2_000;

export async function openSession<Of extends Content>(
  connection: ChannelModel,
  giveUp: GiveUp,
  consumer: HostedConsumer<Of>,
  ports: SessionPorts,
): Promise<Session> {
  const { name, killSwitch } = consumer;
  const queue = queueOf(name);
  const logger = ports.logger.child({ consumer: name });
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, ports.stopping]);
  setMaxListeners(0, signal); // one for each message that waits for its next attempt
  const putAside = openPutAside({ consumer: name, queue }, { ...ports, logger }, signal);
  const moves = new Set<Promise<void>>();
  let arrived: Message[] = [];
  let working: Promise<void> | undefined;
  let probing: Promise<void> | undefined; // while the kill switch is open
  let isProbe = false;
  let consumerTag: string | undefined;
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
  if (killSwitch.isOpen()) probing = probe();
  else await consume();

  async function consume(): Promise<void> {
    const consuming = await channel.consume(queue, (raw) => {
      if (raw === null) giveUp(`queue ${queue} was deleted`);
      else if (!signal.aborted) take(raw);
    });
    ({ consumerTag } = consuming);
  }

  function take(raw: Message): void {
    inHand++;
    if (probing) {
      release(raw, 'requeue'); // it was on its way when we stopped taking
      return;
    }
    arrived.push(raw);
    working ??= work();
  }

  async function work(): Promise<void> {
    // What one read of the socket brings makes one batch even when we were idle.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    while (arrived.length > 0 && !lost.signal.aborted) {
      const batch = arrived;
      arrived = [];
      await handle(batch);
    }
    working = undefined;
  }

  const isPaused = (): boolean => killSwitch.isOpen() && !isProbe;

  async function handle(batch: readonly Message[]): Promise<void> {
    try {
      await consumer.handle(decode(batch), settle, { signal, isPaused, onOutage });
    } catch (fault) {
      logger.error({ err: fault }, 'a batch was left unsettled, so it is asked for again');
      giveUp('a batch was left unsettled');
    }
  }

  /** The readable ones; the others are on their way to the error queue, those of a former binding are done. */
  function decode(batch: readonly Message[]): Delivery<Of>[] {
    return batch.flatMap((raw) => {
      const decoded = consumer.decode(raw);
      const { redelivery } = travelOf(raw);
      if (!decoded.ok) {
        const fault = new UndecodableMessage(decoded.error);
        logger.error({ err: fault, messageId: raw.properties.messageId as unknown }, 'undecodable message');
        answerLater(raw, putAside.giveUp(raw, { fault, attempts: 1 }));
      } else if (decoded.value === undefined) release(raw, 'ack');
      else return { raw, message: decoded.value, attemptsMax: redelivery > 0 ? 1 : ATTEMPTS_MAX };
      return [];
    });
  }

  function settle({ raw, message: { messageId, traceparent } }: Delivery<Of>, outcome: Outcome): void {
    if (outcome.kind === 'interrupted') {
      release(raw, killSwitch.isOpen() ? 'requeue' : 'nothing');
      return;
    }
    outages = 0;
    const { replay } = travelOf(raw);
    if (outcome.kind === 'done') {
      killSwitch.succeeded(1);
      if (replay === 0) release(raw, 'ack');
      else answerLater(raw, putAside.resolved(messageId, replay));
      return;
    }
    const about = { messageId, traceId: traceIdOf(traceparent), ...travelOf(raw) };
    logger.error({ err: outcome.fault, ...about }, 'a message could not be handled');
    if (outcome.kind === 'hopeless') {
      answerLater(raw, putAside.giveUp(raw, { fault: outcome.fault, attempts: 1 }));
      return;
    }
    answerLater(raw, putAside.failed(raw, messageId, outcome));
    killSwitch.failed();
    if (killSwitch.isOpen()) probing ??= probe();
  }

  /** Others go on meanwhile: while a broker short of memory takes no copies, its queues must be emptied. */
  function answerLater(raw: Message, moved: Promise<Answer>): void {
    const move = moved.then((answer) => {
      release(raw, answer);
      moves.delete(move);
    });
    moves.add(move);
  }

  /** What gets no answer, because there is none or the channel is lost, the broker delivers again. */
  function release(raw: Message, answer: Answer): void {
    inHand--;
    try {
      if (answer === 'ack') channel.ack(raw);
      else if (answer !== 'nothing') channel.nack(raw, false, answer === 'requeue');
    } catch {
      lost.abort();
    }
  }

  /** Gives back what is in hand and tries one message now and then, until one is handled. */
  async function probe(): Promise<void> {
    logger.error('too many messages fail: none is taken until one that is tried now and then is handled');
    try {
      if (consumerTag !== undefined) await channel.cancel(consumerTag);
      consumerTag = undefined;
      for (const raw of arrived.splice(0)) release(raw, 'requeue');
      await working;
      while (killSwitch.isOpen() && !signal.aborted) await tryOne();
      if (signal.aborted) return;
      logger.info('a message was handled: they are taken again');
      probing = undefined;
      await consume();
    } catch (fault) {
      if (!lost.signal.aborted) giveUp(fault instanceof Error ? fault.message : String(fault));
    }
  }

  async function tryOne(): Promise<void> {
    await pause(killSwitch.waitMs(), signal);
    if (signal.aborted) return;
    const raw = await channel.get(queue);
    if (raw === false) {
      await pause(PROBE_EMPTY_MS, signal);
      return;
    }
    inHand++;
    isProbe = true;
    await handle([raw]);
    isProbe = false;
  }

  function onOutage(fault: unknown, failures: number): void {
    outages = failures;
    if (performance.now() - outageLoggedAt < LOG_OUTAGE_EVERY_MS) return;
    outageLoggedAt = performance.now();
    logger.warn({ err: fault, failures }, 'messages cannot be handled now, will retry');
  }

  return {
    isOpen: () => !lost.signal.aborted,
    inHand: () => inHand,
    outages: () => outages,
    finish: async () => {
      // The answer is not waited for: nothing that arrives from now on is taken.
      if (consumerTag !== undefined && !lost.signal.aborted) void channel.cancel(consumerTag).catch(() => {});
      await working;
      await probing;
      await Promise.all(moves);
      // Closing the connection at once would overtake the last acknowledgements, which are the channel's to send.
      if (!lost.signal.aborted) await endsWithin(channel.close(), CLOSE_TIMEOUT_MS).catch(() => {});
    },
  };
}
