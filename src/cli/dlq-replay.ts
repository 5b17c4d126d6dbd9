import { Argument, type Command } from 'commander';
import { deadLetters } from '../infrastructure/dead-letters/dead-letters.ts';
import { actor } from './actor.ts';
import { parseWhole } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import {
  collectLetterIds,
  concernedText,
  LIMIT,
  ownerOf,
  parseGroupId,
  requireFound,
  selectionOf,
  type SelectionOptions,
} from './dlq-selection.ts';
import { EXIT, wrongUsage } from './output.ts';

const PER_SECOND = { fallback: 50, max: 10_000 };

const selecting = (one: Command): Command =>
  one
    .addArgument(new Argument('[letters...]', 'their ids').argParser(collectLetterIds))
    .option('--group <id>', 'those of this group, as `dlq list` shows it', parseGroupId)
    .option('--all', 'all that failed')
    .option('--tenant <name>', 'only this one’s')
    .option('--limit <n>', 'the oldest so many at most', parseWhole(1, LIMIT.max), LIMIT.fallback)
    .option('--preview', 'only say which it would be');

type ReplayOptions = JsonOption & SelectionOptions & { readonly perSecond: number };

export const replayCommand = (cli: Cli): Command =>
  selecting(
    command({
      name: 'replay',
      description:
        'Hand letters that failed to their consumers again, by the service that runs; one that fails again comes back',
      example: 'dlq replay --group kfbdjdgcjfgelcll --limit 100 --per-second 10',
    }),
  )
    .option(
      '--per-second <n>',
      'how many are handed over a second at most',
      parseWhole(1, PER_SECOND.max),
      PER_SECOND.fallback,
    )
    .action((ids: readonly string[] | undefined, options: ReplayOptions) => {
      const selection = selectionOf(ids, options);
      return onDatabase(cli, options, async ({ pool, output }) => {
        const { limit, perSecond, preview = false } = options;
        const owner = await ownerOf(pool, options.tenant);
        const letters = deadLetters(pool);
        const done = preview
          ? await letters.preview(owner, selection, limit)
          : await letters.replay({ owner, actor: actor() }, selection, { limit, perSecond });
        requireFound(selection, done);
        output.answer({ ...done, preview }, concernedText(preview ? 'would replay' : 'replaying', done));
        return EXIT.done;
      });
    });

type DiscardOptions = JsonOption & SelectionOptions & { readonly reason: string };

export const discardCommand = (cli: Cli): Command =>
  selecting(
    command({
      name: 'discard',
      description: 'Give letters that failed up for good; who did it and why is kept',
      example: `dlq discard --group kfbdjdgcjfgelcll --reason 'test orders of January'`,
    }),
  )
    .requiredOption('--reason <text>', 'why, for whoever asks later')
    .action((ids: readonly string[] | undefined, options: DiscardOptions) => {
      const selection = selectionOf(ids, options);
      const { limit, reason, preview = false } = options;
      if (reason.trim() === '') throw wrongUsage('--reason is empty: say why, for whoever asks later');
      return onDatabase(cli, options, async ({ pool, output }) => {
        const owner = await ownerOf(pool, options.tenant);
        const letters = deadLetters(pool);
        const done = preview
          ? await letters.preview(owner, selection, limit)
          : await letters.discard({ owner, actor: actor() }, selection, limit, reason);
        requireFound(selection, done);
        output.answer({ ...done, preview }, concernedText(preview ? 'would discard' : 'discarded', done));
        return EXIT.done;
      });
    });
