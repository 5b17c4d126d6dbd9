import { InvalidArgumentError, type Command } from 'commander';
import { pino } from 'pino';
import {
  INTEGRATION_EVENT_TYPES,
  isIntegrationEventType,
  type IntegrationEventType,
} from '../application/integration-events.ts';
import type { LogPlace } from '../application/log-browsing.ts';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { backfill, type BackfillProgress } from '../infrastructure/rabbitmq/backfill.ts';
import { startPublisher } from '../infrastructure/rabbitmq/publisher.ts';
import { topologyFor } from '../infrastructure/rabbitmq/topology.ts';
import { readHeads } from '../infrastructure/read-models/log-browser.ts';
import { parsePlace, requireShard } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { CliProblem, EXIT, wrongUsage, type Output } from './output.ts';

type Options = JsonOption & {
  readonly queue: string;
  readonly types?: readonly IntegrationEventType[];
  readonly after?: LogPlace;
};

export const backfillCommand = (cli: Cli): Command =>
  command({
    name: 'backfill',
    description:
      'Publish all messages of the past to one queue, which must be there. Bind it first: what happens meanwhile comes by ' +
      'that, so nothing is missing and what comes twice has the same id',
    example: 'messages backfill --queue accounting --types order.paid.v1,order.refunded.v1',
  })
    .requiredOption('--queue <name>', 'where to')
    .option('--types <list>', 'only these, separated by commas', parseTypes)
    .option('--after <place>', 'go on after this event, as an interrupted run names it', parsePlace)
    .action((options: Options) =>
      onDatabase(cli, options, async ({ config, pool, shardCount, output }) => {
        if (config.amqpUrl === undefined) throw wrongUsage('set AMQP_URL to the broker that has the queue');
        if (options.after) requireShard(options.after.shard, shardCount, '--after');
        const interrupt = cli.onInterrupt();
        const last = await publishAll(pool, config.amqpUrl, options, { output, interrupt });
        const messages = last?.messages ?? 0;
        const place = last && `${last.shard}-${last.position}`;
        if (interrupt.aborted) {
          output.answer({ messages, after: place }, `${messages} messages; go on with --after ${place}`);
          return EXIT.interrupted;
        }
        output.answer({ messages }, `${messages} messages are in ${options.queue}`);
        return EXIT.done;
      }),
    );

function parseTypes(raw: string): IntegrationEventType[] {
  const names = raw.split(',').map((name) => name.trim());
  const types = names.filter(isIntegrationEventType);
  if (types.length < names.length)
    throw new InvalidArgumentError(`Give some of ${INTEGRATION_EVENT_TYPES.join(', ')}.`);
  return types;
}

type Run = { readonly output: Output; readonly interrupt: AbortSignal };

async function publishAll(
  pool: Pool,
  url: string,
  { queue, types = [], after = { shard: 0, position: 0n } }: Options,
  { output, interrupt }: Run,
): Promise<BackfillProgress | undefined> {
  const publisher = startPublisher({ url, logger: pino({ level: 'silent' }), topology: topologyFor([]) });
  const heads = await readHeads(pool);
  let last: BackfillProgress | undefined;
  try {
    for await (last of backfill(
      { pool, codec: eventCodec, publisher },
      { queue, types, after, heads },
      interrupt,
    ))
      output.note(`${last.messages} messages, up to event ${last.shard}-${last.position}`);
    return last;
  } catch (fault) {
    const reached = last ? `; --after ${last.shard}-${last.position} goes on from there` : '';
    throw new CliProblem(
      `${fault instanceof Error ? fault.message : String(fault)} (queue ${queue})${reached}`,
    );
  } finally {
    await publisher.stop();
  }
}
