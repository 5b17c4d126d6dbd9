import type { IntegrationMessage } from '../../application/integration-events.ts';
import { toIntegrationMessage } from '../../application/integration-messages.ts';
import type { RecordedEvent } from '../../application/ports.ts';
import { logCheckpoints } from '../consumers/sql-consumer.ts';
import type { RunnerStatus } from '../event-log/subscription.ts';
import type { Worker } from '../event-log/worker.ts';
import type { Pool } from '../postgres/pool.ts';
import type { EncodeMessage } from './mass-transit.ts';
import type { Publisher } from './publisher.ts';

export type RelayOptions = {
  readonly pool: Pool;
  readonly worker: Worker;
  readonly shardCount: number;
  readonly publisher: Publisher;
  readonly encode: EncodeMessage;
  /** Names of all consumers, wherever they are hosted now. */
  readonly consumers: readonly string[];
  /** Events between two checkpoints, so those whose messages may be unconfirmed, and sent again after a crash. */
  readonly windowMax?: number;
  /** Put around the publishing of messages, for traces. */
  readonly publishing?: Publishing;
};

export type Relay = { status(): readonly RunnerStatus[]; stop(): Promise<void> };

/** Calls `send` once, with the same messages but for their traces. */
export type Publishing = (
  messages: readonly IntegrationMessage[],
  send: (messages: readonly IntegrationMessage[]) => Promise<void>,
) => Promise<void>;

const NAME = 'relay';
const WINDOW_MAX = 1_000;

/** Publishes what is in the log, each shard in order. What a crash or a nack leaves open goes out again, same id. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const {
    pool,
    worker,
    shardCount,
    publisher,
    encode,
    consumers,
    windowMax: batchMax = WINDOW_MAX,
    publishing = (messages, send) => send(messages),
  } = options;
  await createCheckpoints(pool, shardCount, consumers);
  const stopping = new AbortController();

  async function apply(events: readonly RecordedEvent[], leaseEnded: AbortSignal): Promise<void> {
    const messages = events.flatMap((event) => toIntegrationMessage(event) ?? []);
    if (messages.length === 0) return;
    const signal = AbortSignal.any([stopping.signal, leaseEnded]);
    await publisher.ready(signal);
    // Only when this has returned does the checkpoint move: a crash in between duplicates, it never loses.
    await publishing(messages, (sent) => publisher.publish(sent.flatMap(encode), signal));
  }

  const following = worker.follow({
    name: NAME,
    version: 1,
    batchMax,
    effect: { kind: 'outside', apply },
    onPoison: 'park',
    isOutage: () => true, // whatever fails here, the broker is to blame: what this build cannot read is parked before
  });
  return {
    status: following.status,
    stop: async () => {
      stopping.abort();
      await following.stop();
    },
  };
}

/**
 * On a log that was consumed without a broker until now, the relay begins at the consumer that is furthest behind: it
 * gets everything it has not handled, the others drop what they have.
 */
async function createCheckpoints(
  pool: Pool,
  shardCount: number,
  consumers: readonly string[],
): Promise<void> {
  const reached = await logCheckpoints(pool, consumers);
  const positions = Array.from({ length: shardCount }, (_, shard) => {
    const ofShard = new Map(
      reached.filter((row) => row.shard === shard).map((row) => [row.name, row.position]),
    );
    const all = consumers.map((name) => ofShard.get(name) ?? 0n);
    return all.reduce((least, position) => (position < least ? position : least), all[0] ?? 0n);
  });
  await pool.query(
    `insert into subscription (name, shard, position)
     select $1, ordinal - 1, position from unnest($2::bigint[]) with ordinality as u (position, ordinal)
     on conflict do nothing`,
    [NAME, positions],
  );
}
