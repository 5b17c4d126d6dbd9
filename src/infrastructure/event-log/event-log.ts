import type { Logger } from 'pino';
import type { EventLog, Unit } from '../../application/ports.ts';
import type { EventCodec } from '../codecs/event-codec.ts';
import { customerKeys, type CustomerKeys } from '../postgres/customer-keys.ts';
import type { Pool } from '../postgres/pool.ts';
import { shardOf } from '../system.ts';
import { gather } from '../gather.ts';
import { CALLS_IN_FLIGHT_MAX, startAppender, type AppenderOptions } from './append.ts';
import { findCommand, loadStreams, readStreams, type Loading } from './read.ts';
import { startSnapshotWriter } from './snapshots.ts';
import type { ReadingCodec } from './open-rows.ts';
import { openTail, type Tail } from './tail.ts';

export type LogOptions = Omit<AppenderOptions, 'onAppended'> & {
  /** Appends have connections of their own, one a shard: slow reads must not hold up what customers do. */
  readonly writePool: Pool;
  readonly readPool: Pool;
  readonly shardCount: number;
  readonly codec: EventCodec;
  /** This process's; unset: of its own. */
  readonly keys?: CustomerKeys;
  /** By category: snapshots of another version are ignored. */
  readonly stateVersions: Readonly<Record<string, number>>;
  readonly logger: Logger;
};

export type OpenLog = {
  readonly log: EventLog;
  readonly tails: readonly Tail[];
  /** Commands that wait for the group commit, by shard. */
  waiting(): number[];
  stop(): Promise<void>;
};

const LOADED_TOGETHER_MAX = 100;

/** The log over its shards: one appender and one tail each, so a slow shard holds up no other. */
export function openLog({
  writePool,
  readPool,
  shardCount,
  codec: plainCodec,
  keys = customerKeys(readPool),
  stateVersions,
  logger,
  ...limits
}: LogOptions): OpenLog {
  const codec: ReadingCodec = { ...plainCodec, findKeys: keys.find };
  const shards = Array.from({ length: shardCount }, (_, shard) => {
    const tail = openTail(readPool, codec, shard);
    const appender = startAppender(writePool, { codec, keys }, shard, {
      ...limits,
      onAppended: tail.wake,
    });
    const load = gather(
      (loadings: readonly Loading[]) => loadStreams(readPool, codec, shard, loadings, stateVersions),
      { batchMax: LOADED_TOGETHER_MAX, callsMax: CALLS_IN_FLIGHT_MAX },
    );
    return { tail, appender, load, snapshots: startSnapshotWriter(readPool, shard, logger) };
  });

  /** All streams of one order share a shard; asking for more than one shard at once is a mistake of ours. */
  function shardOfAll(streamIds: readonly string[]): number {
    const [shard = 0, ...others] = new Set(streamIds.map((id) => shardOf(id, shardCount)));
    if (others.length > 0) throw new Error(`streams of several shards in one unit: ${streamIds.join(', ')}`);
    return shard;
  }

  return {
    tails: shards.map(({ tail }) => tail),
    waiting: () => shards.map(({ appender }) => appender.waiting()),
    log: {
      append: async (unit) => {
        requireSound(unit);
        const { appender } = shards[shardOfAll(unit.streams.map(({ streamId }) => streamId))]!;
        return appender.append(unit);
      },
      readStreams: async (tenantId, streamIds, upTo) =>
        readStreams(readPool, codec, shardOfAll(streamIds), tenantId, streamIds, upTo),
      loadStreams: async (tenantId, requests) => {
        const shard = shardOfAll(requests.map(({ streamId }) => streamId));
        return shards[shard]!.load({ tenantId, requests });
      },
      offerSnapshot: (streamId, category, snapshot) => {
        const stateVersion = stateVersions[category];
        if (stateVersion === undefined) throw new Error(`no state version for ${category}`);
        shards[shardOfAll([streamId])]!.snapshots.offer({ ...snapshot, streamId, stateVersion });
      },
      findCommand: (streamId, commandId) => findCommand(readPool, shardOfAll([streamId]), commandId),
      findCommandElsewhere: async (streamId, commandId) => {
        const others = [...shards.keys()].filter((shard) => shard !== shardOfAll([streamId]));
        const found = await Promise.all(others.map((shard) => findCommand(readPool, shard, commandId)));
        return found.find((command) => command !== undefined);
      },
    },
    stop: async () => {
      await Promise.all(shards.map(({ snapshots }) => snapshots.stop()));
    },
  };
}

/** Mistakes of ours, which must not reach the log: there a stream without events would come to be. */
function requireSound({ streams }: Unit): void {
  const names = new Set(streams.map(({ streamId }) => streamId));
  if (names.size < streams.length) throw new Error(`a unit names a stream twice: ${[...names].join(', ')}`);
  const empty = streams.find(({ events }) => events.length === 0);
  if (empty) throw new Error(`nothing to append to ${empty.streamId}`);
}
