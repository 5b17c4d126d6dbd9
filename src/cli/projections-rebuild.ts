import type { Command } from 'commander';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';

type Options = JsonOption & { readonly cancel?: boolean };

export const rebuildCommand = (cli: Cli): Command =>
  command({
    name: 'rebuild',
    description:
      'Build a read model anew beside the one in use, and put it in its place once it has caught up. Traffic goes on ' +
      'meanwhile; a running service shares the work',
    example: 'projections rebuild order-summary',
  })
    .argument('<name>', 'as `projections list` shows it')
    .option('--cancel', 'drop what is being built instead')
    .action(async (name: string, options: Options) => {
      // Loaded only now: event codecs and read models take longer than all the rest of `projections`.
      const { cancel, projectionOf, rebuild } = await import('./rebuild.ts');
      const projection = projectionOf(name);
      await onDatabase(cli, options, (session) =>
        options.cancel ? cancel(session, projection) : rebuild(cli, session, projection),
      );
    });
