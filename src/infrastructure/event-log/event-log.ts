import type { EventLog } from '../../application/ports.ts';
import type { Pool } from '../postgres/pool.ts';
import { shardOf } from '../system.ts';
import { startAppender, type AppenderOptions } from './append.ts';
import { findCommand, readStreams } from './read.ts';
import { openTail, type Tail } from './tail.ts';

export type OpenLog = { readonly log: EventLog; readonly tails: readonly Tail[] };

/** The log over its shards: one appender and one tail each, so a slow shard holds up no other. */
export function openLog(
  writePool: Pool,
  readPool: Pool,
  shardCount: number,
  options: Omit<AppenderOptions, 'onAppended'>,
): OpenLog {
  const shards = Array.from({ length: shardCount }, (_, shard) => {
    const tail = openTail(readPool, shard);
    return { tail, appender: startAppender(writePool, shard, { ...options, onAppended: tail.wake }) };
  });

  /** All streams of one order share a shard; asking for more than one shard at once is a mistake of ours. */
  function shardOfAll(streamIds: readonly string[]): number {
    const [shard = 0, ...others] = new Set(streamIds.map((id) => shardOf(id, shardCount)));
    if (others.length > 0) throw new Error(`streams of several shards in one unit: ${streamIds.join(', ')}`);
    return shard;
  }

  return {
    tails: shards.map(({ tail }) => tail),
    log: {
      append: (unit) =>
        shards[shardOfAll(unit.streams.map((stream) => stream.streamId))]!.appender.append(unit),
      readStreams: (tenantId, streamIds) => readStreams(readPool, shardOfAll(streamIds), tenantId, streamIds),
      findCommand: (streamId, commandId) => findCommand(readPool, shardOfAll([streamId]), commandId),
    },
  };
}
