import type { Command } from 'commander';
import { findParked, type ParkedEvent } from '../infrastructure/event-log/parked-control.ts';
import { parseWhole } from './arguments.ts';
import { command, group, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { EXIT, table } from './output.ts';
import { discardCommand } from './parked-discard.ts';
import { retryCommand } from './parked-retry.ts';
import { parkedView, placeOf, requireSubscription, subscriptionOf } from './parked-view.ts';

type Options = JsonOption & {
  readonly subscription?: string;
  readonly discarded?: boolean;
  readonly limit: number;
};

const LIMIT = { fallback: 100, max: 100_000 };

export const parkedCommand = (cli: Cli): Command =>
  group({
    name: 'parked',
    description:
      'Events that a subscription could not handle, with those that wait behind them: list, retry, discard',
    example: 'parked list',
  })
    .addCommand(listCommand(cli))
    .addCommand(retryCommand(cli))
    .addCommand(discardCommand(cli));

const listCommand = (cli: Cli): Command =>
  command({
    name: 'list',
    description: 'Parked events with the reason, oldest first',
    example: 'parked list --subscription checkout --json',
  })
    .option('--subscription <name>', 'of this one only, as `projections list` shows it')
    .option('--discarded', 'also those that were given up, with who did it and why')
    .option('--limit <n>', 'as many at most', parseWhole(1, LIMIT.max), LIMIT.fallback)
    .action((options: Options) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const { subscription, discarded = false, limit } = options;
        if (subscription !== undefined) await requireSubscription(pool, subscription);
        const found = await findParked(pool, { subscription }, { limit: limit + 1, discarded });
        const shown = found.slice(0, limit);
        if (found.length > limit) output.note(`there are more: give a --limit above ${limit}`);
        output.answer(
          { parked: shown.map(parkedView) },
          shown.length === 0 ? 'nothing is parked' : inTable(shown),
        );
        return EXIT.done;
      }),
    );

const HEADINGS = ['EVENT', 'SUBSCRIPTION', 'TYPE', 'STREAM', 'STATUS', 'TRIES', 'SINCE', 'WHY'];

const inTable = (events: readonly ParkedEvent[]): string =>
  table(
    HEADINGS,
    events.map((event) => [
      placeOf(event),
      subscriptionOf(event),
      event.type,
      `${event.streamId} v${event.streamVersion}`,
      event.status === 'parked' ? event.kind : event.status,
      String(event.attempts),
      event.parkedAt.toISOString(),
      event.status === 'discarded' ? `${event.actor}: ${event.reason}` : event.error,
    ]),
  );
