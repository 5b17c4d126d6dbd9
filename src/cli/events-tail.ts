import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError, type Command } from 'commander';
import type { BrowsedEvent, LogPlace } from '../application/log-browsing.ts';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { shardOf } from '../infrastructure/system.ts';
import {
  browseAfter,
  browseUpTo,
  readHeads,
  type BrowseFilter,
} from '../infrastructure/read-models/log-browser.ts';
import { parsePlace, parseStreamId, parseWhole, requireShard } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { eventLine } from './event-text.ts';
import { EXIT, wrongUsage, type Output } from './output.ts';

type From = LogPlace | 'start' | 'end';

type Options = JsonOption & {
  readonly from?: From;
  readonly follow?: boolean;
  readonly type?: string;
  readonly stream?: string;
  readonly limit?: number;
};

const LIMIT = { fallback: 50, max: 100_000 };
const NEWEST_FIRST = 10; // shown before what comes, as `tail -f` does
const POLL_MS = 250;
const BATCH_MAX = 500;

export const tailCommand = (cli: Cli): Command =>
  command({
    name: 'tail',
    description: 'The newest events, or those from a place on; with --follow also what comes, until Ctrl-C',
    example: 'events tail --follow --type OrderPaid --json',
  })
    .option(
      '--from <place>',
      'where to begin: start, end, or the first event, such as 0-42, on its shard',
      parseFrom,
    )
    .option('--follow', 'go on with what is appended; with --json one line an event')
    .option('--type <type>', 'events of this type only, such as OrderCreated')
    .option('--stream <id>', 'events of this order or payment only', parseStreamId)
    .option(
      '--limit <n>',
      `stop after so many (default: ${LIMIT.fallback}, with --follow no limit)`,
      parseWhole(1, LIMIT.max),
    )
    .action((options: Options) =>
      onDatabase(cli, options, async ({ pool, shardCount, output }) => {
        const asked = { pool, shards: shardsFor(options, shardCount), filter: filterOf(options) };
        if (options.follow) {
          await follow(asked, output, options, cli.onInterrupt());
          return EXIT.done;
        }
        const events = await look(asked, options);
        output.answer({ events }, events.map(eventLine).join('\n') || 'no events');
        return EXIT.done;
      }),
    );

const filterOf = ({ type, stream }: Options): BrowseFilter => ({ type, streamId: stream });

function parseFrom(raw: string): From {
  if (raw === 'start' || raw === 'end') return raw;
  try {
    return parsePlace(raw);
  } catch {
    throw new InvalidArgumentError('Give start, end, or an event by shard and position, such as 0-42.');
  }
}

/** Which shards to read: one if the place or the stream says so. */
function shardsFor({ from, stream }: Options, shardCount: number): number[] {
  const ofStream = stream === undefined ? undefined : shardOf(stream, shardCount);
  const ofPlace = typeof from === 'object' ? from.shard : undefined;
  if (ofPlace !== undefined) requireShard(ofPlace, shardCount, '--from');
  if (ofStream !== undefined && ofPlace !== undefined && ofStream !== ofPlace)
    throw wrongUsage(`--from names shard ${ofPlace}, and the stream of --stream is on shard ${ofStream}`);
  const one = ofPlace ?? ofStream;
  return one === undefined ? Array.from({ length: shardCount }, (_, shard) => shard) : [one];
}

type Asked = { readonly pool: Pool; readonly shards: readonly number[]; readonly filter: BrowseFilter };

/** What is there now. */
async function look(asked: Asked, { from, limit = LIMIT.fallback }: Options): Promise<BrowsedEvent[]> {
  if (from === 'end') return [];
  if (from === undefined) return newest(asked, await readHeads(asked.pool), limit);
  const { pool, shards, filter } = asked;
  const oldest = shards.map((shard) =>
    browseAfter(pool, eventCodec, { shard, after: afterOf(from) }, filter, limit),
  );
  return inTime(await Promise.all(oldest)).slice(0, limit);
}

async function newest(
  { pool, shards, filter }: Asked,
  heads: readonly bigint[],
  limit: number,
): Promise<BrowsedEvent[]> {
  const ofShards = shards.map((shard) =>
    browseUpTo(pool, eventCodec, { shard, upTo: heads[shard]! }, filter, limit),
  );
  return inTime(await Promise.all(ofShards)).slice(-limit);
}

const afterOf = (from: LogPlace | 'start'): bigint => (from === 'start' ? 0n : from.position - 1n);

const inTime = (shards: readonly (readonly BrowsedEvent[])[]): BrowsedEvent[] =>
  shards.flat().toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));

/** Shows events as they come, each shard's in order, until the limit or the interrupt. */
async function follow(
  asked: Asked,
  output: Output,
  { from, limit = Infinity }: Options,
  interrupt: AbortSignal,
): Promise<void> {
  const { pool, shards, filter } = asked;
  let left = limit;
  const show = (events: readonly BrowsedEvent[]): void => {
    const shown = events.slice(0, left);
    for (const event of shown) output.item(event, eventLine(event));
    left -= shown.length;
  };
  let heads = await readHeads(pool);
  if (from === undefined) show(await newest(asked, heads, Math.min(limit, NEWEST_FIRST)));
  const begin = (shard: number): bigint =>
    from === undefined || from === 'end' ? heads[shard]! : afterOf(from);
  const after = new Map(shards.map((shard) => [shard, begin(shard)]));

  while (left > 0 && !interrupt.aborted) {
    let full = false;
    for (const [shard, last] of after) {
      const events = await browseAfter(pool, eventCodec, { shard, after: last }, filter, BATCH_MAX);
      show(events);
      // What does not match is not looked through again, up to the head of before the look.
      const looked = events.length < BATCH_MAX ? heads[shard]! : last;
      const reached = events.at(-1)?.position ?? last;
      after.set(shard, reached > looked ? reached : looked);
      full ||= events.length === BATCH_MAX;
    }
    if (!full) await sleep(POLL_MS, undefined, { signal: interrupt }).catch(() => {}); // the loop sees the interrupt
    heads = await readHeads(pool);
  }
}
