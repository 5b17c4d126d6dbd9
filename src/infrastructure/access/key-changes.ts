import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Pool, Tx } from '../postgres/pool.ts';

const CHANNEL = 'api_key_changed';
const ASK_EVERY_MS = 500;
/** From when a question was sent that was answered: so much later, at the latest, nothing is taken for heard. */
const CURRENT_FOR_MS = 1_000;
const QUESTION = { text: 'select 1', query_timeout: CURRENT_FOR_MS };

export type KeyChanges = {
  /** Whether all that changed until a second ago was heard for certain, and all until now most likely. */
  isCurrent(): boolean;
  stop(): Promise<void>;
};

/**
 * Hears of every key that changes, whoever changed it. Notifications come in order with the answers on one connection,
 * so that an answer proves that what was told before it was heard. A connection that ended, or is silent for a second
 * because a cable was pulled, is not current; a new one begins by forgetting all.
 */
export function hearKeyChanges(pool: Pool, logger: Logger, forget: (name?: string) => void): KeyChanges {
  let currentUntil = -Infinity;
  let isStopping = false;
  let isReported = false;
  let waiting = new AbortController();
  const pause = (): Promise<void> =>
    sleep(ASK_EVERY_MS, undefined, { signal: waiting.signal }).catch(() => {});

  const listenOn = async (connection: Tx): Promise<void> => {
    const isOver = waiting;
    const end = (): void => {
      currentUntil = -Infinity;
      isOver.abort();
    };
    connection.on('notification', ({ payload }) => forget(payload));
    connection.once('end', end).once('error', end);
    await connection.query(`listen ${CHANNEL}`);
    forget();
    while (!isOver.signal.aborted) {
      const askedAt = performance.now();
      await connection.query(QUESTION);
      if (!isOver.signal.aborted) currentUntil = askedAt + CURRENT_FOR_MS;
      isReported = false;
      await pause();
    }
  };

  const work = async (): Promise<void> => {
    while (!isStopping) {
      let connection: Tx | undefined;
      try {
        connection = await pool.connect();
        await listenOn(connection);
      } catch (fault) {
        if (!isReported)
          logger.warn({ err: fault }, 'changes of keys are not heard of: each is looked up each time');
        isReported = true;
      } finally {
        currentUntil = -Infinity;
        connection?.release(true);
      }
      if (isStopping) return;
      waiting = new AbortController();
      await pause();
    }
  };
  const working = work();

  return {
    isCurrent: () => performance.now() < currentUntil,
    stop: async () => {
      isStopping = true;
      waiting.abort();
      await working;
    },
  };
}
