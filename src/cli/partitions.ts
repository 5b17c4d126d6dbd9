import { type Command } from 'commander';
import { AGGREGATES, STATE_VERSIONS } from '../infrastructure/aggregates.ts';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import {
  attachPartition,
  detachPartition,
  type ArchiveRefusal,
} from '../infrastructure/event-log/archive.ts';
import { openLog } from '../infrastructure/event-log/event-log.ts';
import { listPartitions, type Partition } from '../infrastructure/event-log/partitions.ts';
import { pino } from 'pino';
import { parseWhole } from './arguments.ts';
import { command, group, onDatabase, type Cli, type JsonOption, type Session } from './cli.ts';
import { CliProblem, EXIT, table, type Output } from './output.ts';

export const partitionsCommand = (cli: Cli): Command =>
  group({
    name: 'partitions',
    description:
      'The parts of the event table: list them, detach one whose streams are all closed, attach it again',
    example: 'partitions list',
  })
    .addCommand(listCommand(cli))
    .addCommand(detachCommand(cli))
    .addCommand(attachCommand(cli));

const listCommand = (cli: Cli): Command =>
  command({
    name: 'list',
    description: 'Which positions each partition holds, of every shard, and how it stands',
    example: 'partitions list --json',
  }).action((options: JsonOption) =>
    onDatabase(cli, options, async ({ pool, output }) => {
      const partitions = await listPartitions(pool);
      output.answer({ partitions }, table(HEADINGS, partitions.map(toRow)));
      return EXIT.done;
    }),
  );

const HEADINGS = ['ORDINAL', 'FROM', 'TO', 'STATE', 'EVENTS', 'MB', 'DETACHED'];

const toRow = ({ ordinal, from, to, state, events, bytes, detachedAt }: Partition): string[] => [
  String(ordinal),
  String(from),
  String(to),
  state,
  String(events),
  bytes === null ? 'not here' : (Number(bytes) / 1e6).toFixed(1),
  detachedAt ?? '',
];

const parseOrdinal = parseWhole(0, 1_000_000);

const detachCommand = (cli: Cli): Command =>
  command({
    name: 'detach',
    description:
      'Take a partition out of the event table, if every stream with events in it is closed. Its table stays in the ' +
      'database, to be moved away; its streams cannot be read until it is attached again',
    example: 'partitions detach 0',
  })
    .argument('<ordinal>', 'as in partitions list', parseOrdinal)
    .action((ordinal: number, options: JsonOption) =>
      onDatabase(cli, options, async ({ pool, output, shardCount }) => {
        const { log, stop } = openReadingLog(pool, shardCount);
        const archive = { pool, log, aggregates: AGGREGATES, onProgress: showProgress(output) };
        const detached = await detachPartition(archive, ordinal);
        await stop();
        if (!detached.ok)
          throw new CliProblem(`partition ${ordinal} was not detached: ${inWords(detached.error)}`);
        const { streams } = detached.value;
        output.answer(
          { ordinal, streams },
          `detached partition ${ordinal}, with ${streams} streams; its events are in the table event_p${ordinal}`,
        );
        return EXIT.done;
      }),
    );

const attachCommand = (cli: Cli): Command =>
  command({
    name: 'attach',
    description:
      'Put a detached partition back, and its streams to use; then verify --only chain proves it whole',
    example: 'partitions attach 0',
  })
    .argument('<ordinal>', 'as in partitions list', parseOrdinal)
    .action((ordinal: number, options: JsonOption) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const attached = await attachPartition({ pool, onProgress: showProgress(output) }, ordinal);
        if (!attached.ok)
          throw new CliProblem(`partition ${ordinal} was not attached: ${inWords(attached.error)}`);
        const { streams } = attached.value;
        output.answer(
          { ordinal, streams },
          `attached partition ${ordinal}; ${streams} streams are in use again`,
        );
        return EXIT.done;
      }),
    );

/** Nothing is appended through it. */
const openReadingLog = (pool: Session['pool'], shardCount: number) =>
  openLog({
    writePool: pool,
    readPool: pool,
    shardCount,
    codec: eventCodec,
    stateVersions: STATE_VERSIONS,
    logger: pino({ level: 'silent' }),
    batchMax: 1,
    batchBytesMax: 1,
    queueMax: 0,
    resendForMs: 0,
  });

const showProgress =
  (output: Output) =>
  (streams: number): void => {
    if (output.watched) output.progress(`${streams} streams looked at`);
  };

function inWords(refusal: ArchiveRefusal): string {
  switch (refusal.reason) {
    case 'no-such-partition':
      return 'there is none of that number; see partitions list';
    case 'already-detached':
      return 'it is detached already';
    case 'already-attached':
      return 'it is attached, and nothing of it is archived';
    case 'still-written':
      return `shard ${refusal.shard} is at ${refusal.head}, and events up to ${refusal.last} belong in it`;
    case 'open-streams': {
      const first = refusal.first.map(({ category, streamId }) => `${category} ${streamId}`);
      const named = first.length === 0 ? '' : `, such as ${first.join(', ')}`;
      return `${refusal.count} streams with events in it are open${named}`;
    }
    case 'behind':
      return `${refusal.count} subscriptions have yet to read some of it: ${refusal.first.join('; ')}`;
    case 'parked':
      return `${refusal.count} of its events are parked: ${refusal.first.join('; ')}; retry or discard them first`;
    case 'table-missing':
      return `there is no table ${refusal.table} in this database: restore it first`;
    case 'busy':
      return `${refusal.with}; try again when that is done`;
  }
}
