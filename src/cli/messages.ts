import type { Command } from 'commander';
import { relayLag, type RelayLag } from '../infrastructure/rabbitmq/relay-lag.ts';
import { command, group, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { backfillCommand } from './messages-backfill.ts';
import { EXIT, table } from './output.ts';

export const messagesCommand = (cli: Cli): Command =>
  group({
    name: 'messages',
    description: 'What leaves by RabbitMQ: how much waits, and publishing history to a queue',
    example: 'messages lag',
  })
    .addCommand(lagCommand(cli))
    .addCommand(backfillCommand(cli));

const lagCommand = (cli: Cli): Command =>
  command({
    name: 'lag',
    description: 'How much is not published yet, and since when the oldest of it waits',
    example: 'messages lag --json',
  }).action((options: JsonOption) =>
    onDatabase(cli, options, async ({ pool, output }) => {
      const shards = await relayLag(pool);
      output.answer(
        { shards },
        shards.length === 0 ? 'nothing is relayed: there was no broker (AMQP_URL) yet' : inTable(shards),
      );
      return EXIT.done;
    }),
  );

const inTable = (shards: readonly RelayLag[]): string =>
  table(
    ['SHARD', 'EVENTS', 'MESSAGES', 'OLDEST', 'AGE'],
    shards.map(({ shard, events, messages, oldestAt, oldestAgeSeconds }) => [
      String(shard),
      String(events),
      String(messages),
      oldestAt ?? '-',
      oldestAgeSeconds === null ? '-' : `${oldestAgeSeconds.toFixed(1)} s`,
    ]),
  );
