import type { ConfirmChannel } from 'amqplib';
import type { Logger } from 'pino';
import { endsWithin, pause } from './backoff.ts';
import { superviseConnection, type ConnectionStatus, type GiveUp } from './connection.ts';
import type { OutgoingMessage } from './message-codec.ts';
import { declareTopology, type Topology } from './topology.ts';

export type Publisher = {
  status(): ConnectionStatus;
  /** Returns once messages can be sent; throws `BrokerUnavailable` after 30 s without, or when the signal is aborted. */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * Returns when the broker has confirmed every message; when it throws, any of them may or may not have arrived. A
   * blocked broker is waited for, for ever, unless the signal is aborted.
   */
  publish(messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

export type PublisherOptions = {
  readonly url: string;
  readonly logger: Logger;
  readonly topology: Topology;
  /** How long a window may stay unconfirmed before its connection is given up. */
  readonly confirmTimeoutMs?: number;
  /** Told of messages sent, and of what the broker said of each. */
  readonly onMessages?: (outcome: BrokerOutcome, messages: number) => void;
};

export type BrokerOutcome = 'published' | 'confirmed' | 'nacked' | 'returned';

class BrokerUnavailable extends Error {
  override readonly name = 'BrokerUnavailable';
}

class NotConfirmed extends Error {
  override readonly name = 'NotConfirmed';
}

type Link = { readonly channel: ConfirmChannel; readonly giveUp: GiveUp; returned: boolean };

const READY_WITHIN_MS = 30_000;
const READY_POLL_MS = 100;
const CONFIRM_TIMEOUT_MS = 10_000;

/** Publishes on a connection of its own: a broker that blocks publishers must not hold up those who acknowledge. */
export function startPublisher(options: PublisherOptions): Publisher {
  const { url, logger, topology, confirmTimeoutMs = CONFIRM_TIMEOUT_MS } = options;
  const { onMessages = () => {} } = options;
  let link: Link | undefined;

  const connection = superviseConnection({
    url,
    name: 'order-payments publisher',
    logger,
    onConnected: async (opened, giveUp) => {
      await declareTopology(opened, topology);
      const channel = await opened.createConfirmChannel();
      const own: Link = { channel, giveUp, returned: false };
      channel.on('error', (fault) => giveUp(fault.message));
      channel.once('close', () => {
        giveUp('the channel was closed');
        if (link === own) link = undefined;
      });
      // Somebody deleted the queue it should have gone to: declared again on the next connection.
      channel.on('return', ({ fields }) => {
        onMessages('returned', 1);
        own.returned = true; // noted before the confirm, which follows in the same read
        giveUp(`a message came back: no queue for ${fields.routingKey}`);
      });
      link = own;
    },
  });

  const isBlocked = (): boolean => connection.status() === 'blocked';

  async function ready(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (connection.status() !== 'connected') {
      if (signal.aborted || performance.now() > deadline) {
        throw new BrokerUnavailable(`connection to RabbitMQ: ${connection.status()}`);
      }
      await pause(READY_POLL_MS, signal);
    }
  }

  async function publish(messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    if (!link) throw new BrokerUnavailable('no connection to RabbitMQ');
    const { giveUp } = link;
    const sent = sendAll(link, messages, onMessages);
    // A stop lets a window in flight finish, since that takes milliseconds, unless the broker is blocked.
    while (!(await endsWithin(sent, confirmTimeoutMs, isBlocked() ? signal : undefined))) {
      if (isBlocked() && !signal.aborted) continue;
      giveUp(`messages were not confirmed within ${confirmTimeoutMs} ms`);
      throw new NotConfirmed(`${messages.length} messages were not confirmed within ${confirmTimeoutMs} ms`);
    }
  }

  return { status: connection.status, ready, publish, stop: connection.stop };
}

async function sendAll(
  link: Link,
  messages: readonly OutgoingMessage[],
  onMessages: NonNullable<PublisherOptions['onMessages']>,
): Promise<void> {
  const { channel } = link;
  const confirms: Promise<boolean>[] = [];
  for (const message of messages) {
    const { confirmed, mayGoOn } = send(channel, message);
    confirms.push(confirmed);
    if (!mayGoOn) await drained(channel);
  }
  onMessages('published', messages.length);
  const outcomes = await Promise.all(confirms);
  const missing = outcomes.filter((confirmed) => !confirmed).length;
  onMessages('confirmed', messages.length - missing);
  onMessages('nacked', missing);
  if (missing > 0) throw new NotConfirmed(`${missing} of ${messages.length} messages were not confirmed`);
  if (link.returned) throw new NotConfirmed('a message could not be routed');
}

function send(channel: ConfirmChannel, { exchange, routingKey, body, properties }: OutgoingMessage) {
  let mayGoOn = true;
  const confirmed = new Promise<boolean>((resolve) => {
    const options = { mandatory: true, ...properties };
    // The channel's end answers all that is open, so every one of these settles.
    mayGoOn = channel.publish(exchange, routingKey, body, options, (refusal) => resolve(!refusal));
  });
  return { confirmed, mayGoOn };
}

/** Until the socket has taken what we wrote, or the channel is gone: then the next write throws. */
function drained(channel: ConfirmChannel): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      channel.off('drain', done);
      channel.off('close', done);
      resolve();
    };
    channel.once('drain', done);
    channel.once('close', done);
  });
}
