import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { REMOVALS, soakWhole, soakWithout } from './profiles.ts';
import { VIOLATIONS, type ViolationKind } from './protocol.ts';
import { startSoakServer } from './server.ts';
import type { Progress, SoakOptions, SoakReport } from './soak.ts';

const HELP = `Soaks the event log: several processes write, read and follow it while connections break, processes are killed and
stopped, appends are rolled back and PostgreSQL is ended, on a server of its own. Ends with 1 if anything is violated.

  npm run soak -- [options]

  --minutes <n>      how long, fractions allowed (1)
  --shards <n>       of the log (4)
  --writers <n>      in each of three processes (32)
  --seed <text>      the same choices again; when they are made depends on the machine (random)
  --without <guard>  takes one guard out of a copy of the project, to see what notices
  --json             the report as JSON; progress goes to standard error
  --help

Guards:
${REMOVALS.map(({ name, guard }) => `  ${name.padEnd(20)} ${guard}`).join('\n')}
`;

type Arguments = {
  readonly help: boolean;
  readonly json: boolean;
  readonly without: string | undefined;
  readonly asked: Pick<SoakOptions, 'seed' | 'seconds' | 'shards'> & { readonly writers?: number };
};

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 1_000;

function number(name: string, text: string, isGood: (value: number) => boolean): number {
  const value = Number(text);
  if (isGood(value)) return value;
  throw new Error(`--${name} cannot be ${text}`);
}

/** Throws an error whose message is for people. */
function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      shards: { type: 'string', default: '4' },
      writers: { type: 'string' },
      seed: { type: 'string' },
      without: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    help: values.help,
    json: values.json,
    without: values.without,
    asked: {
      seconds: number('minutes', values.minutes, (value) => value > 0 && value <= 10_000) * 60,
      shards: number('shards', values.shards, isCount),
      seed: values.seed ?? randomBytes(4).toString('hex'),
      ...(values.writers === undefined ? {} : { writers: number('writers', values.writers, isCount) }),
    },
  };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function run({ without, asked, json }: Arguments): Promise<SoakReport> {
  const removal = REMOVALS.find(({ name }) => name === without);
  if (without !== undefined && !removal) throw new Error(`there is no guard ${without}; --help names them`);
  if (!json) say(`seed ${asked.seed}, ${asked.shards} shards, ${asked.seconds} s`);
  const giveUp = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => giveUp.abort());
  let told = 0;
  const onProgress = ({ seconds, commands, violations }: Progress): void => {
    const { appended, duplicate, conflict, lost } = commands;
    say(
      `${seconds.toFixed(0).padStart(5)} s: ${appended} appended, ${duplicate} repeated, ${conflict} conflicts, ` +
        `${lost} unanswered, ${violations.length} violations`,
    );
    for (const { kind, detail } of violations.slice(told)) say(`        ${kind}: ${detail}`);
    told = violations.length;
  };
  const server = await startSoakServer();
  try {
    if (!removal) return await soakWhole(server, { ...asked, onProgress, signal: giveUp.signal });
    return await soakWithout(server, removal, { ...asked, onProgress, signal: giveUp.signal });
  } finally {
    await server.stop();
  }
}

const list = (counts: object): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

function describe({
  seconds,
  commands,
  events,
  troubles,
  processes,
  checks,
  violations,
}: SoakReport): string {
  const kinds = Object.entries(VIOLATIONS) as [ViolationKind, string][];
  const marks = kinds.map(([kind, promise]) => {
    const broken = violations.filter((violation) => violation.kind === kind);
    return [
      `  ${broken.length > 0 ? 'BROKEN' : 'held  '} ${promise}`,
      ...broken.map(({ detail }) => `         ${detail}`),
    ];
  });
  return [
    `${seconds.toFixed(1)} s, ${events} events, ${(commands.appended / seconds).toFixed(0)} commands appended a second`,
    `commands: ${list(commands)}`,
    `trouble: ${list(troubles)}, connections cut ${processes.cuts}`,
    `processes started ${processes.started}, reads ${processes.reads}, checks of everything ${checks} and one at rest`,
    ...marks.flat(),
  ].join('\n');
}

try {
  const given = readArguments(process.argv.slice(2));
  if (given.help) process.stdout.write(HELP);
  else {
    const report = await run(given);
    const { seed, shards } = given.asked;
    process.stdout.write(`${given.json ? JSON.stringify({ seed, shards, ...report }) : describe(report)}\n`);
    if (report.violations.length > 0) {
      if (!given.json)
        process.stderr.write(`violated; the same choices again: --seed ${seed} --shards ${shards}\n`);
      process.exitCode = 1;
    }
  }
} catch (fault) {
  process.stderr.write(`${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
  process.exitCode = 2;
}
