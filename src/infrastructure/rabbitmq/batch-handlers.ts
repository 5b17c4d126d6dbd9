import type { Message } from 'amqplib';
import type { CommandConsumer } from '../../application/consumers.ts';
import { orderIdOf, type IntegrationMessage } from '../../application/integration-events.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { inLanes } from '../consumers/lanes.ts';
import type { OnUnhandled } from '../consumers/retries.ts';
import {
  logCheckpoints,
  takeFromInbox,
  type Checkpoint,
  type SqlConsumer,
} from '../consumers/sql-consumer.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { attempt, type AttemptOptions, type Outcome } from './attempts.ts';

export type Delivery<Content = IntegrationMessage> = {
  readonly raw: Message;
  readonly message: Content;
  /** Before it is put aside. */
  readonly attemptsMax: number;
};

/** Handles all that arrived while the last batch was in hand, and says of each delivery what came of it. */
export type BatchHandler<Content = IntegrationMessage> = (
  batch: readonly Delivery<Content>[],
  settle: (delivery: Delivery<Content>, outcome: Outcome) => void,
  options: Omit<AttemptOptions, 'attemptsMax'>,
) => Promise<void>;

const LOOKS_MAX = 3;
const LANES_MAX = 64;

/** One transaction a batch; when that fails, one a message, so that one bad message does not take others with it. */
export const sqlBatches =
  (pool: Pool, consumer: SqlConsumer, onUnhandled: OnUnhandled = () => {}): BatchHandler =>
  async (batch, settle, options) => {
    const apply = (deliveries: readonly Delivery[], attemptsMax: number): Promise<Outcome> => {
      const messages = deliveries.map(({ message }) => message);
      return attempt(
        async () => {
          const fresh = await applyOnce(pool, consumer, messages);
          if (fresh < messages.length) onUnhandled(consumer.name, 'duplicate', messages.length - fresh);
        },
        { ...options, attemptsMax },
      );
    };
    const whole = batch.length > 1 ? await apply(batch, 1) : undefined;
    if (whole && whole.kind !== 'failed') {
      for (const delivery of batch) settle(delivery, whole);
      return;
    }
    for (const delivery of batch) settle(delivery, await apply([delivery], delivery.attemptsMax));
  };

/** Each message is a command of its own, which the log takes once; those of one order go one after another. */
export const commandBatches =
  (pool: Pool, consumer: CommandConsumer): BatchHandler =>
  async (batch, settle, options) => {
    const attemptUpTo = (attemptsMax: number, work: () => Promise<void>) =>
      attempt(work, { ...options, attemptsMax });
    let checkpoints: readonly Checkpoint[] = [];
    const looked = await attemptUpTo(LOOKS_MAX, async () => {
      checkpoints = await logCheckpoints(pool, [consumer.name]);
    });
    const behind = handledOnLog(checkpoints);
    const deliveries = new Map(batch.map((delivery) => [delivery.message, delivery]));
    await inLanes([...deliveries.keys()], orderIdOf, LANES_MAX, async (message) => {
      const handle = (): Promise<void> => (behind(message) ? Promise.resolve() : consumer.handle(message));
      const delivery = deliveries.get(message);
      invariant(delivery, 'lanes hand back what they were given');
      settle(delivery, looked.kind === 'done' ? await attemptUpTo(delivery.attemptsMax, handle) : looked);
    });
  };

/** How many of them it had not got before. */
async function applyOnce(
  pool: Pool,
  consumer: SqlConsumer,
  messages: readonly IntegrationMessage[],
): Promise<number> {
  return inTransaction(pool, async (tx) => {
    const behind = handledOnLog(await lockLogCheckpoints(tx, consumer.name));
    const ahead = messages.filter((message) => !behind(message));
    const fresh = ahead.length > 0 ? await takeFromInbox(tx, consumer.name, ahead) : [];
    if (fresh.length > 0) await consumer.apply(tx, fresh);
    return fresh.length;
  });
}

/**
 * Locks the rows until the transaction ends. A process that still hosts, or hosts again, the same consumer on the log
 * moves its checkpoint in the transaction of the effect: either it waits and then finds our rows in the inbox, or we
 * wait and then see how far it has come.
 */
async function lockLogCheckpoints(tx: Tx, consumer: string): Promise<Checkpoint[]> {
  const { rows } = await tx.query<Checkpoint>({
    name: 'lock-log-checkpoints',
    text: 'select name, shard, position from subscription where name = $1 order by shard for share',
    values: [consumer],
  });
  return rows;
}

/** What the consumer got from the log itself, before it was moved to the broker, it must not get again. */
function handledOnLog(checkpoints: readonly Checkpoint[]): (message: IntegrationMessage) => boolean {
  const reached = new Map(checkpoints.map(({ shard, position }) => [shard, position]));
  return ({ shard, position }) => position <= (reached.get(shard) ?? 0n);
}
