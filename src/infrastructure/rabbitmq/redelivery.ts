import type { Message } from 'amqplib';
import type { Logger } from 'pino';
import { textOfFault } from '../dead-letters/faults.ts';
import { fileLetter } from '../dead-letters/record.ts';
import {
  claimDueMessages,
  removeMessages,
  reviveProperties,
  type ClaimedMessage,
} from '../dead-letters/scheduled-messages.ts';
import { inTransaction, type Pool } from '../postgres/pool.ts';
import { startScheduler } from '../scheduler.ts';
import { givenUpOf } from './dead-letter-intake.ts';
import type { OutgoingMessage } from './message-codec.ts';
import type { Publisher } from './publisher.ts';
import { queueOf } from './topology.ts';
import { travelHeaders, type SentProperties } from './travel.ts';

export type RedeliveryOptions = {
  readonly pool: Pool;
  readonly publisher: Publisher;
  readonly logger: Logger;
  /** Names of those that have queues. */
  readonly consumers: readonly string[];
  readonly everyMs?: number;
  /** How long a process that dies with messages in hand keeps others from them. */
  readonly claimMs?: number;
};

const EVERY_MS = 500;
const CLAIM_MS = 30_000; // longer than the broker may take to confirm
const BATCH_MAX = 100;

/**
 * Hands scheduled messages whose time has come to their consumer's own queue. A row goes only when the broker has
 * confirmed its message: a crash in between duplicates it, which its consumer drops.
 */
export function startRedelivery(options: RedeliveryOptions): { stop(): Promise<void> } {
  const { pool, publisher, logger, consumers, everyMs = EVERY_MS, claimMs = CLAIM_MS } = options;
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted && publisher.status() === 'connected') {
      const due = await claimDueMessages(pool, consumers, { limit: BATCH_MAX, claimMs });
      if (due.length > 0) await handOver(due);
      if (due.length < BATCH_MAX) return;
    }
  }

  async function handOver(due: readonly ClaimedMessage[]): Promise<void> {
    try {
      await publisher.publish(due.map(toOutgoing), stopping.signal);
      await removeMessages(pool, due);
    } catch (fault) {
      if (!(fault instanceof RangeError)) throw fault;
      if (due.length > 1) for (const one of due) await handOver([one]);
      else await giveUp(due, fault);
    }
  }

  /** Its own headers leave no room for ours: no broker takes it, wherever it is sent. */
  async function giveUp(due: readonly ClaimedMessage[], fault: RangeError): Promise<void> {
    await inTransaction(pool, async (tx) => {
      for (const one of due) {
        const { attempts, replay, properties, body } = one;
        const raw = { content: body, properties: reviveProperties(properties) } as Message;
        const given = givenUpOf(one.consumer, raw);
        await fileLetter(tx, { ...given, attempts: attempts + 1, replay, fault: textOfFault(fault) });
      }
      await removeMessages(tx, due);
    });
  }

  const scheduler = startScheduler(logger, [{ name: 'redelivery', everyMs, run }]);
  return {
    stop: async () => {
      stopping.abort();
      await scheduler.stop();
    },
  };
}

function toOutgoing({ consumer, properties, body, ...travel }: ClaimedMessage): OutgoingMessage {
  const { redelivery, replay, attempts } = travel;
  const { headers, ...rest } = reviveProperties(properties) as SentProperties;
  return {
    exchange: '',
    routingKey: queueOf(consumer),
    body,
    properties: {
      ...rest,
      headers: { ...headers, ...travelHeaders({ redelivery, replay, attempts }) },
    },
  };
}
