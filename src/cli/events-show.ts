import type { Command } from 'commander';
import { explain, type Caused } from '../application/causation.ts';
import type { LogPlace } from '../application/log-browsing.ts';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import { browseAt, browseOrder } from '../infrastructure/read-models/log-browser.ts';
import { parsePlace, requireShard } from './arguments.ts';
import { causationTree } from './causation-tree.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { eventFacts } from './event-text.ts';
import { CliProblem, EXIT } from './output.ts';

export const showCommand = (cli: Cli): Command =>
  command({
    name: 'show',
    description: 'One event whole, what caused it up to the first request, and what it caused in turn',
    example: 'events show 0-42',
  })
    .argument('<event>', 'its shard and position, such as 0-42', parsePlace)
    .action(({ shard, position }: LogPlace, options: JsonOption) =>
      onDatabase(cli, options, async ({ pool, shardCount, output }) => {
        requireShard(shard, shardCount, '<event>');
        const event = await browseAt(pool, eventCodec, { shard, position });
        if (!event)
          throw new CliProblem(`there is no event ${shard}-${position}: events tail shows the newest`);
        const causation = explain(event, await browseOrder(pool, eventCodec, shard, event.streamId));
        const { origin, chain, effects, together } = causation;
        output.answer(
          {
            event,
            origin,
            causes: chain.slice(0, -1),
            effects: effects.map(asTree),
            together: together.map(({ id }) => id),
          },
          [
            eventFacts(event),
            ...(together.length === 0
              ? []
              : [`  with it     ${together.map(({ id, type }) => `${id} ${type}`).join(', ')}`]),
            `\nHow it came about, and what came of it\n${causationTree(causation)}`,
          ].join('\n'),
        );
        return EXIT.done;
      }),
    );

const asTree = ({ event, effects }: Caused): object => ({ ...event, effects: effects.map(asTree) });
