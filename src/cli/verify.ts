import { readFile, rename, writeFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { AGGREGATES } from '../infrastructure/aggregates.ts';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import { PROJECTIONS } from '../infrastructure/read-models/projections.ts';
import { COUNTED_MODELS } from '../infrastructure/verify/counted-models.ts';
import { CHECKS, type CheckName } from '../infrastructure/verify/findings.ts';
import { readHeads, writeHeads } from '../infrastructure/verify/head-file.ts';
import type { Head } from '../infrastructure/verify/log-extent.ts';
import type { SnapshotSample } from '../infrastructure/verify/snapshots.ts';
import { verify, type Verdict } from '../infrastructure/verify/verify.ts';
import { command, onDatabase, type Cli, type JsonOption, type Session } from './cli.ts';
import { CliProblem, EXIT, table, wrongUsage, type ExitCode, type Output } from './output.ts';

type Options = JsonOption & {
  readonly only?: readonly CheckName[];
  readonly snapshots?: SnapshotSample;
  readonly exportHead?: string;
  readonly against?: string;
  readonly strict?: boolean;
};

export const verifyCommand = (cli: Cli): Command =>
  command({
    name: 'verify',
    description:
      'Prove that nothing in the log was changed, removed or added behind its back, and that all that is derived from ' +
      'it is what the log says. Traffic may go on. Exit code 1 if anything is wrong',
    example: 'verify --against last-head.json --export-head head.json',
  })
    .option('--only <checks>', `some of ${CHECKS.join(', ')}, with commas between`, parseChecks)
    .option('--snapshots <count>', 'how many snapshots to look at, or all', parseSample, 1_000)
    .option(
      '--export-head <file>',
      'write where each shard ends and its hash, if all is well; keep it elsewhere',
    )
    .option('--against <file>', 'such a file of earlier: the log must go on from it')
    .option('--strict', 'warnings count as failures')
    .action(async (options: Options) => {
      const chainLooked = options.only?.includes('chain') ?? true;
      if ((options.exportHead !== undefined || options.against !== undefined) && !chainLooked)
        throw wrongUsage('--export-head and --against are about the chain: it must be among --only');
      const against = options.against === undefined ? undefined : await readKept(options.against);
      await onDatabase(cli, options, (session) => run(session, options, against));
    });

function parseChecks(raw: string): CheckName[] {
  const names = raw.split(',').map((name) => name.trim());
  const known = CHECKS.filter((check) => names.includes(check));
  if (known.length !== new Set(names).size) throw new InvalidArgumentError(`There are ${CHECKS.join(', ')}.`);
  return known;
}

function parseSample(raw: string): SnapshotSample {
  if (raw === 'all') return raw;
  if (!/^\d{1,9}$/.test(raw)) throw new InvalidArgumentError('Give a whole number, or all.');
  return Number(raw);
}

async function readKept(file: string): Promise<Head[]> {
  const text = await readFile(file, 'utf8').catch((fault: Error) => {
    throw wrongUsage(`cannot read ${file}: ${fault.message}`);
  });
  const heads = readHeads(text);
  if (!heads) throw wrongUsage(`${file} holds no heads that verify --export-head wrote`);
  return heads;
}

async function run(
  { pool, output }: Session,
  { only, snapshots = 1_000, exportHead, strict = false }: Options,
  against: readonly Head[] | undefined,
): Promise<ExitCode> {
  const verdict = await verify({
    pool,
    codec: eventCodec,
    aggregates: AGGREGATES,
    projections: PROJECTIONS,
    counted: COUNTED_MODELS,
    snapshots,
    against,
    onProgress: showProgress(output),
    ...(only === undefined ? {} : { checks: only }),
  });
  if (!verdict.ok)
    throw new CliProblem('a partition is being detached or attached: try again when that is done');
  const { sound, findings, heads } = verdict.value;
  const failed = !sound || (strict && findings.length > 0);
  if (exportHead !== undefined && sound) await writeKept(exportHead, heads);
  output.answer({ ...verdict.value, exported: sound ? (exportHead ?? null) : null }, inWords(verdict.value));
  if (exportHead !== undefined) output.note(sound ? `wrote ${exportHead}` : `did not write ${exportHead}`);
  return failed ? EXIT.failed : EXIT.done;
}

/** Whole or not at all: half a file would be of no use to whoever compares with it. */
async function writeKept(file: string, heads: readonly Head[]): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    await writeFile(unfinished, writeHeads(heads));
    await rename(unfinished, file);
  } catch (fault) {
    throw new CliProblem(`cannot write ${file}: ${(fault as Error).message}`);
  }
}

const LINE_EVERY_MS = 200;

function showProgress(output: Output): (check: CheckName, done: number, total: number) => void {
  let lastLineAt = -LINE_EVERY_MS;
  return (check, done, total) => {
    const now = performance.now();
    if (!output.watched || now - lastLineAt < LINE_EVERY_MS) return;
    lastLineAt = now;
    output.progress(`${check}: ${done} of ${total}`);
  };
}

function inWords({ findings, checks }: Verdict): string {
  const rows = checks.map(({ check, seconds, counts }) => {
    const own = findings.filter((finding) => finding.check === check);
    const violations = own.filter(({ kind }) => kind === 'violation').length;
    const looked = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    const verdict = violations > 0 ? 'WRONG' : own.length > 0 ? 'warns' : 'ok';
    return [verdict, check, looked.join(', '), `${seconds.toFixed(1)} s`];
  });
  const lines = findings.map(
    ({ kind, rule, message }) => `${kind === 'violation' ? 'WRONG' : 'warns'}  ${rule}: ${message}`,
  );
  return [table(['', 'CHECK', 'LOOKED AT', 'TIME'], rows), ...lines].join('\n');
}
