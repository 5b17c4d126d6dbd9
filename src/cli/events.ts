import type { Command } from 'commander';
import { group, type Cli } from './cli.ts';
import { showCommand } from './events-show.ts';
import { streamCommand } from './events-stream.ts';
import { tailCommand } from './events-tail.ts';

export const eventsCommand = (cli: Cli): Command =>
  group({
    name: 'events',
    description:
      'Look into the log: what comes in, one event with its causes and effects, the history of one stream',
    example: 'events tail --follow',
  })
    .addCommand(tailCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(streamCommand(cli));
