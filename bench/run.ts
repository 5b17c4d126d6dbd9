import { loadavg } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { benchAppend, benchLatency } from './append.ts';
import { benchCatchUp } from './catch-up.ts';
import { openLab, type Lab } from './lab.ts';
import { benchHandled } from './handled.ts';
import { benchHttp } from './http.ts';
import { benchOverload } from './overload.ts';
import { benchRebuild } from './rebuild.ts';
import { benchRelay } from './relay.ts';
import { toJson, toTable, type Row } from './report.ts';
import { benchSize } from './size.ts';
import { benchStreamLoad } from './stream-load.ts';

type Sizes = { readonly seconds: number; readonly events: number };

const SCENARIOS: Readonly<Record<string, (lab: Lab, sizes: Sizes) => Promise<Row[]>>> = {
  append: benchAppend,
  latency: benchLatency,
  'catch-up': benchCatchUp,
  rebuild: benchRebuild,
  'stream-load': benchStreamLoad,
  relay: benchRelay,
  handled: benchHandled,
  http: benchHttp,
  overload: benchOverload,
  size: benchSize,
};

type Options = Sizes & { readonly json?: true; readonly strict?: true; readonly only: readonly string[] };

function positive(raw: string): number {
  const value = Number(raw);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It is a number above 0.');
  return value;
}

function scenarioNames(raw: string): string[] {
  const names = raw.split(',');
  const unknown = names.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no ${unknown}, only ${Object.keys(SCENARIOS).join(', ')}.`);
  }
  return names;
}

const { json, strict, only, ...sizes } = new Command('npm run bench --')
  .description(
    'Measures the event log against baselines in the same run, on a PostgreSQL of its own with fsync on.',
  )
  .option('--json', 'write the result as JSON')
  .addOption(
    new Option('--only <names>', `of ${Object.keys(SCENARIOS).join(',')}`)
      .argParser(scenarioNames)
      .default(Object.keys(SCENARIOS), 'all'),
  )
  .option(
    '--events <n>',
    'events in the log that is not empty; 10 million take some 20 GB in the temporary folder',
    positive,
    10_000_000,
  )
  .option('--seconds <n>', 'length of one round', positive, 4)
  .option('--strict', 'exit with 1 when a ratio misses its reach')
  .addHelpText(
    'after',
    '\nExample:\n  npm run -s bench -- --only append,latency --seconds 2 --json > result.json',
  )
  .parse()
  .opts<Options>();

const opening = openLab();
let interrupted: Promise<void> | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted = opening.then((opened) => opened.stop()).finally(() => process.exit(130));
  });
}
const lab = await opening;
const rows: Row[] = [];
try {
  for (const name of only) {
    console.error(`${name} …`);
    rows.push(...(await SCENARIOS[name]!(lab, sizes)));
  }
} finally {
  await (interrupted ?? lab.stop());
}
const loadAtEnd = loadavg()[0]!;
console.log(json ? toJson(lab.facts, loadAtEnd, rows) : toTable(lab.facts, loadAtEnd, rows));
if (strict && rows.some(({ verdict }) => verdict === 'MISSED' || verdict === 'SKIPPED')) process.exitCode = 1;
