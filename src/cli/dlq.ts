import { InvalidArgumentError, type Command } from 'commander';
import {
  LETTER_STATES,
  type Letter,
  type LetterDetail,
  type LetterFilter,
  type LetterGroup,
  type LetterState,
} from '../application/dead-letters.ts';
import { deadLetters } from '../infrastructure/dead-letters/dead-letters.ts';
import { parseWhole } from './arguments.ts';
import { command, group, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { discardCommand, replayCommand } from './dlq-replay.ts';
import { ownerOf, parseGroupId, parseLetterId } from './dlq-selection.ts';
import { CliProblem, EXIT, table } from './output.ts';

type ListOptions = JsonOption & {
  readonly consumer?: string;
  readonly state?: LetterState;
  readonly group?: string;
  readonly tenant?: string;
  readonly limit: number;
};

const LIMIT = { fallback: 100, max: 100_000 };

export const dlqCommand = (cli: Cli): Command =>
  group({
    name: 'dlq',
    description: 'Messages that consumers gave up (dead letters): list, show, replay, discard',
    example: 'dlq list',
  })
    .addCommand(listCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(replayCommand(cli))
    .addCommand(discardCommand(cli));

const listCommand = (cli: Cli): Command =>
  command({
    name: 'list',
    description: 'Dead letters by consumer and fault, the newest first; with --group the letters of one',
    example: 'dlq list --state failed --json',
  })
    .option('--group <id>', 'its letters, one by one', parseGroupId)
    .option('--consumer <name>', 'of this one only')
    .option('--state <state>', LETTER_STATES.join(', '), parseState)
    .option('--tenant <name>', 'only this one’s')
    .option('--limit <n>', 'as many at most', parseWhole(1, LIMIT.max), LIMIT.fallback)
    .action((options: ListOptions) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const { consumer, state, group: groupId, limit } = options;
        const owner = await ownerOf(pool, options.tenant);
        const filter: LetterFilter = { consumer, state, groupId };
        const letters = deadLetters(pool);
        const more = (found: readonly unknown[]): void => {
          if (found.length > limit) output.note(`there are more: give a --limit above ${limit}`);
        };
        if (groupId === undefined) {
          const found = await letters.groups(owner, filter, limit + 1);
          more(found);
          const shown = found.slice(0, limit);
          output.answer({ groups: shown }, shown.length === 0 ? 'none' : groupTable(shown));
        } else {
          const found = await letters.list(owner, filter, limit + 1);
          more(found);
          const shown = found.slice(0, limit);
          output.answer({ letters: shown }, shown.length === 0 ? 'none' : letterTable(shown));
        }
        return EXIT.done;
      }),
    );

function parseState(raw: string): LetterState {
  const state = LETTER_STATES.find((one) => one === raw);
  if (state === undefined) throw new InvalidArgumentError(`Give one of ${LETTER_STATES.join(', ')}.`);
  return state;
}

const groupTable = (groups: readonly LetterGroup[]): string =>
  table(
    ['GROUP', 'CONSUMER', 'FAILED', 'REPLAYING', 'RESOLVED', 'DISCARDED', 'LAST', 'WHY'],
    groups.map((one) => [
      ...[one.groupId, one.consumer, String(one.failed), String(one.replaying), String(one.resolved)],
      ...[String(one.discarded), one.lastFailedAt, `${one.faultType}: ${one.faultMessage}`],
    ]),
  );

const letterTable = (letters: readonly Letter[]): string =>
  table(
    ['LETTER', 'CONSUMER', 'TYPE', 'STATE', 'TRIES', 'REPLAYS', 'LAST', 'WHY'],
    letters.map((one) => [
      ...[one.letterId, one.consumer, one.type ?? '?', one.state, String(one.attempts), String(one.replays)],
      ...[one.failedAt, `${one.faultType}: ${one.faultMessage}`],
    ]),
  );

const showCommand = (cli: Cli): Command =>
  command({
    name: 'show',
    description: 'One dead letter: what the message holds, its headers, and each time it was given up',
    example: 'dlq show 019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
  })
    .argument('<letter>', 'its id', parseLetterId)
    .action((letterId: string, options: JsonOption) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const found = await deadLetters(pool).show('all', letterId);
        if (!found.ok) throw new CliProblem(`there is no dead letter ${letterId}: dlq list shows them`);
        output.answer(found.value, factsOf(found.value));
        return EXIT.done;
      }),
    );

const indented = (text: string): string => text.replaceAll('\n', '\n  ');

function factsOf(letter: LetterDetail): string {
  const { payload, headers, history, ...facts } = letter;
  return [
    ...Object.entries(facts).map(([name, value]) => `${name.padEnd(14)}${value ?? '-'}`),
    `\npayload\n  ${indented(JSON.stringify(payload, undefined, 2))}`,
    `\nheaders\n  ${indented(JSON.stringify(headers, undefined, 2))}`,
    ...history.map((time) => {
      const which = time.replay === 0 ? 'failed first' : `replay ${time.replay} failed`;
      const why = time.faultStack || `${time.faultType}: ${time.faultMessage}`;
      return `\n${which} at ${time.failedAt}, after ${time.attempts} tries\n  ${indented(why)}`;
    }),
  ].join('\n');
}
