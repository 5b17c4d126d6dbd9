import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createPool } from '../../src/infrastructure/postgres/pool.ts';
import { startSoakServer } from '../soak/server.ts';
import { KINDS } from './answers.ts';
import { fuzz, type FuzzReport } from './fuzz.ts';
import { curlOf } from './smallest.ts';

const HELP = `Asks the HTTP API for all that openapi.json describes, rightly and in every wrong way, on a server of its own, and holds
each answer against what is promised. Ends with 1 if anything is found; the smallest request that shows it is printed.

  npm run fuzz -- [options]

  --cases <n>  requests (10000)
  --seed <n>   the same choices again; what the service makes of them, such as ids, differs (random)
  --json       the report as JSON; progress goes to standard error
  --help

What is looked for:
${Object.entries(KINDS)
  .map(([kind, meaning]) => `  ${kind.padEnd(14)} ${meaning}`)
  .join('\n')}
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function number(name: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= 2 ** 31 - 1) return value;
  throw new Error(`--${name} cannot be ${text}`);
}

async function run(seed: number, cases: number): Promise<FuzzReport> {
  const server = await startSoakServer();
  const { url } = await server.createDatabase(1);
  const pool = createPool({ connectionString: url, max: 10, onConnectionError: () => {} });
  try {
    const onProgress = (done: number, found: number) =>
      say(`${String(done).padStart(9)} cases, ${found} findings`);
    return await fuzz({ connectionString: url, pool }, { seed, cases, onProgress });
  } finally {
    await pool.end();
    await server.stop();
  }
}

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, times]) => `${name} × ${times}`)
    .join(', ');

function describe({
  seconds,
  cases,
  overSocket,
  reached,
  statuses,
  heapGrowthBytes,
  findings,
}: FuzzReport): string {
  const unreached = Object.entries(reached).filter(([, { done }]) => done === 0);
  return [
    `${cases} cases in ${seconds.toFixed(1)} s, ${overSocket} of them over a socket; ${(heapGrowthBytes / 2 ** 20).toFixed(1)} MiB more in use`,
    list(statuses),
    ...(unreached.length > 0 ? [`never done: ${unreached.map(([id]) => id).join(', ')}`] : []),
    ...findings.flatMap(({ kind, detail, atCase, times, request }) => [
      `FOUND ${kind}: ${KINDS[kind]}`,
      `      ${detail}`,
      `      ${times} times, first as case ${atCase}${request ? `, ${request.operationId} as ${request.actor}` : ''}`,
      ...(request ? [`      ${curlOf(request)}`] : []),
    ]),
  ].join('\n');
}

try {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '10000' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else {
    const seed = values.seed === undefined ? randomInt(2 ** 31) : number('seed', values.seed, 0);
    const cases = number('cases', values.cases, 1);
    say(`seed ${seed}`);
    const report = await run(seed, cases);
    process.stdout.write(`${values.json ? JSON.stringify({ seed, ...report }) : describe(report)}\n`);
    if (report.findings.length > 0) {
      say(`the same choices again: npm run fuzz -- --cases ${cases} --seed ${seed}`);
      process.exitCode = 1;
    }
  }
} catch (fault) {
  say(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  process.exitCode = 2;
}
