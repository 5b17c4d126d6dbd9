import type { Message } from 'amqplib';
import type { Logger } from 'pino';
import type { OnUnhandled } from '../consumers/retries.ts';
import { resolveLetter } from '../dead-letters/control.ts';
import { scheduleMessage } from '../dead-letters/scheduled-messages.ts';
import type { Pool } from '../postgres/pool.ts';
import { backoffMs, pause } from './backoff.ts';
import { faultCopy } from './faults.ts';
import type { Publisher } from './publisher.ts';
import { asItCame, travelOf } from './travel.ts';

/** What the broker is told of a message; nothing: it delivers it again when the channel is gone. */
export type Answer = 'ack' | 'dead-letter' | 'requeue' | 'nothing';

export type PutAsidePorts = {
  readonly pool: Pool;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly retryAfterMs: readonly number[];
  readonly onUnhandled?: OnUnhandled;
};

type Place = { readonly consumer: string; readonly queue: string };
type Failed = { readonly fault: unknown; readonly attempts: number };

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** Where messages go that a consumer is done with for now. Each returns when it is safe to answer the broker. */
export function openPutAside(
  { consumer, queue }: Place,
  { pool, publisher, logger, retryAfterMs, onUnhandled }: PutAsidePorts,
  signal: AbortSignal,
) {
  /** Outages are waited out: a message that is nowhere else yet must not be acknowledged. */
  async function untilDone(what: string, work: () => Promise<Answer>): Promise<Answer> {
    for (let failures = 1; ; failures++) {
      try {
        return await work();
      } catch (fault) {
        if (signal.aborted) return 'nothing';
        if (failures === 1) logger.warn({ err: fault }, `${what} failed, will retry`);
        await pause(backoffMs(failures, FIRST_MS, LONGEST_MS), signal);
      }
    }
  }

  /** By our own hand, since dead-lettering cannot say why; the message is done with once its copy is confirmed. */
  function giveUp(raw: Message, { fault, attempts }: Failed): Promise<Answer> {
    onUnhandled?.(consumer, 'dead_lettered', 1);
    const travel = { ...travelOf(raw), attempts };
    const copy = faultCopy(raw, { consumer, queue, fault, travel });
    return untilDone('the copy to the error queue', async () => {
      try {
        await publisher.ready(signal);
        await publisher.publish([copy], signal);
        return 'ack';
      } catch (refusal) {
        // Its own headers leave no room for ours, 64 KiB being the most: the broker takes it there as it is.
        if (refusal instanceof RangeError) return 'dead-letter';
        throw refusal;
      }
    });
  }

  return {
    /** To the error queue at once: it would fail for ever. */
    giveUp,
    /** Until its next try, or to the error queue after the last. A replay has no further try but another replay. */
    failed: (raw: Message, messageId: string, failed: Failed): Promise<Answer> => {
      const { redelivery, replay, attempts: before } = travelOf(raw);
      const attempts = before + failed.attempts;
      const afterMs = replay > 0 ? undefined : retryAfterMs[redelivery];
      if (afterMs === undefined) return giveUp(raw, { ...failed, attempts });
      onUnhandled?.(consumer, 'retried', 1);
      const travel = { redelivery: redelivery + 1, replay, attempts };
      const message = { consumer, messageId, ...travel, properties: asItCame(raw), body: raw.content };
      // Acknowledged only when this has returned: a crash in between duplicates the message, it never loses it.
      return untilDone('the schedule of a message', async () => {
        await scheduleMessage(pool, message, afterMs);
        return 'ack';
      });
    },
    /** A replay was handled: its letter is done with. */
    resolved: (messageId: string, replay: number): Promise<Answer> =>
      untilDone('the end of a replay', async () => {
        await resolveLetter(pool, { consumer, messageId, replay });
        return 'ack';
      }),
  };
}
