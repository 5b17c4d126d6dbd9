import type { Command } from 'commander';
import { foldStream } from '../application/load-aggregates.ts';
import { viewOrder } from '../application/orders/order-view.ts';
import { viewPayment } from '../application/payments/payment-view.ts';
import { UnreadableEvent, type StreamId, type UpTo } from '../application/ports.ts';
import { payoutAggregate } from '../domain/ledger/payout.ts';
import { orderAggregate } from '../domain/orders/order-evolution.ts';
import { paymentAggregate } from '../domain/payments/payment-evolution.ts';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import { toJson } from '../infrastructure/codecs/money-json.ts';
import { readStreams } from '../infrastructure/event-log/read.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { browseStream, findStream, type StreamStanding } from '../infrastructure/read-models/log-browser.ts';
import { shardOf } from '../infrastructure/system.ts';
import { parseInstant, parseStreamId, parseWhole } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { eventLine } from './event-text.ts';
import { CliProblem, EXIT, wrongUsage } from './output.ts';

type Options = JsonOption & { readonly atVersion?: number; readonly at?: string; readonly state?: boolean };

const VERSION_MAX = 2_147_483_647;

export const streamCommand = (cli: Cli): Command =>
  command({
    name: 'stream',
    description:
      'The history of one order, payment or payout, or with --state what it comes to, now or as it was',
    example: 'events stream 01900000-0000-7000-8000-000000000000 --state --at 2026-01-31T12:00:00Z',
  })
    .argument('<id>', 'of an order, a payment or a payout', parseStreamId)
    .option('--at-version <n>', 'as it was after so many events', parseWhole(1, VERSION_MAX))
    .option('--at <instant>', 'as it was at this time by the clock of the log, RFC 3339', parseInstant)
    .option('--state', 'what the events come to, as the API shows it')
    .action((id: string, options: Options) => {
      const { at, atVersion } = options;
      if (at !== undefined && atVersion !== undefined)
        throw wrongUsage('--at and --at-version say the same in two ways: give one of them');
      return onDatabase(cli, options, async ({ pool, shardCount, output }) => {
        const shard = shardOf(id, shardCount);
        const stream = await requireStream(pool, shard, id);
        if (atVersion !== undefined && atVersion > stream.version)
          throw new CliProblem(
            `${id} has come to version ${stream.version} only: give --at-version up to that`,
          );
        const upTo = {
          ...(at === undefined ? {} : { at }),
          ...(atVersion === undefined ? {} : { version: atVersion }),
        };
        const events = await browseStream(pool, eventCodec, shard, id, upTo);
        const [first] = events;
        if (first === undefined)
          throw new CliProblem(`the ${stream.category} ${id} was created later than ${at}`);
        const about = { streamId: id, category: stream.category, tenantId: stream.tenantId };
        if (!options.state) {
          output.answer({ ...about, events }, events.map(eventLine).join('\n'));
          return EXIT.done;
        }
        const state = await readState(pool, shard, { ...about, streamId: id as StreamId }, upTo);
        output.answer({ ...about, state }, JSON.stringify(state, undefined, 2));
        return EXIT.done;
      });
    });

async function requireStream(pool: Pool, shard: number, id: string): Promise<StreamStanding> {
  const stream = await findStream(pool, shard, id);
  if (!stream) throw new CliProblem(`there is no order, payment or payout ${id}`);
  if (stream.archived)
    throw new CliProblem(`events of ${id} lie in a detached partition: attach it again to read them`);
  return stream;
}

type Which = { readonly streamId: StreamId; readonly category: string; readonly tenantId: string };

/** Folded from the events alone, so it is right whatever became of the read models. */
async function readState(pool: Pool, shard: number, { streamId, category, tenantId }: Which, upTo: UpTo) {
  const read = readStreams(pool, eventCodec, shard, tenantId, [streamId], upTo);
  const [events = []] = await read.catch((fault: unknown) => {
    throw fault instanceof UnreadableEvent
      ? new CliProblem(`${streamId} cannot be folded: ${fault.message}`)
      : fault;
  });
  if (category === paymentAggregate.category) {
    const { state, version } = foldStream(paymentAggregate, events);
    return state.status === 'absent' ? null : viewPayment(state, version);
  }
  if (category === payoutAggregate.category) return toJson(foldStream(payoutAggregate, events).state);
  const { state, version } = foldStream(orderAggregate, events);
  return state.status === 'absent' ? null : viewOrder(state, version);
}
