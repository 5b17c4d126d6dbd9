import type { Command } from 'commander';
import type { LogPlace } from '../application/log-browsing.ts';
import { discardParked, findParked } from '../infrastructure/event-log/parked-control.ts';
import { operator } from './actor.ts';
import { parsePlace, requireShard } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { CliProblem, EXIT, wrongUsage } from './output.ts';
import { parkedView, placeOf, requireSubscription, subscriptionOf } from './parked-view.ts';

type Options = JsonOption & { readonly subscription: string; readonly reason: string };

export const discardCommand = (cli: Cli): Command =>
  command({
    name: 'discard',
    description: 'Give a parked event up for one subscription, for good; who did it and why is kept',
    example: `parked discard 0-42 --subscription checkout --reason 'order was settled by hand'`,
  })
    .argument('<event>', 'its shard and position, such as 0-42', parsePlace)
    .requiredOption('--subscription <name>', 'which one is to do without it')
    .requiredOption('--reason <text>', 'why, for whoever asks later')
    .action((place: LogPlace, options: Options) => {
      const { subscription, reason } = options;
      if (reason.trim() === '') throw wrongUsage('--reason is empty: say why, for whoever asks later');
      return onDatabase(cli, options, async ({ pool, shardCount, output }) => {
        requireShard(place.shard, shardCount, '<event>');
        await requireSubscription(pool, subscription);
        const filter = { ...place, subscription };
        const gone = await discardParked(pool, { ...operator(), reason }, filter);
        const found = gone.length > 0 ? gone : await findParked(pool, filter, { limit: 10, discarded: true });
        if (found.length === 0)
          throw new CliProblem(
            `${placeOf(place)} is not parked for ${subscription}: parked list shows what is`,
          );
        const lines = found.map((event) => {
          const what = `${placeOf(event)} ${event.type} for ${subscriptionOf(event)}`;
          return gone.length > 0
            ? `discarded ${what}`
            : `${what} was discarded before, by ${event.actor}: ${event.reason}`;
        });
        const { streamId } = found[0]!;
        const left = await findParked(
          pool,
          { subscription, shard: place.shard, streamId },
          { limit: 1, discarded: false },
        );
        const first = left.find((event) => event.position < place.position);
        const later = first ? `still wait behind ${placeOf(first)}` : 'go on';
        output.answer(
          { discarded: found.map(parkedView), laterEventsGoOn: !first },
          [...lines, `later events of ${streamId} ${later}`].join('\n'),
        );
        return EXIT.done;
      });
    });
