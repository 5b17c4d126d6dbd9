import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { pino, type Logger } from 'pino';
import { LogOverloaded, LogUnavailable, UnreadableEvent } from '../../src/application/ports.ts';
import { eventCodec, type EventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { CheckpointMoved, LeaseLost } from '../../src/infrastructure/event-log/leases.ts';
import { openLog } from '../../src/infrastructure/event-log/event-log.ts';
import { startWorker } from '../../src/infrastructure/event-log/worker.ts';
import { isTransient } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { chanceOf } from './chance.ts';
import { isOfNature, unitOf } from './commands.ts';
import { brittlePools } from './brittle-pools.ts';
import { followers, Planned, Poison } from './followers.ts';
import { whatIsKnown } from './known.ts';
import type { ChildOptions, Command, FromChild, Outcome, ToChild, ViolationKind } from './protocol.ts';
import { read } from './readers.ts';
import { act, writeTrouble } from './writers.ts';

// One process of those that share the log: writers, readers and two subscriptions. It reports to whoever started it,
// and ends when that one does.

const options = JSON.parse(process.argv[2]!) as ChildOptions;
const { name, seed, databaseUrl, shards, leaseMs, hot, cutEveryMs } = options;
const QUEUE_MAX = 150;
const WAIT_WHEN_REFUSED_MS = 20;
const UNREADABLE_EVERY_MS = [100, 500] as const;
const chance = chanceOf(seed);
const known = whatIsKnown(chance, hot);
const resting = new AbortController();
let counter = 0;
const counts = { reads: 0, cuts: 0 };

// On a pipe this returns when the line is written, so it is not lost by kill -9.
const report = (line: FromChild): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const complain = (kind: ViolationKind) => (detail: string) =>
  report(['violation', kind, `${name}: ${detail}`]);

const textOf = (fault: unknown): string =>
  fault instanceof Error ? (fault.stack ?? fault.message) : JSON.stringify(fault);

const isExpected = (fault: unknown): boolean =>
  [Planned, Poison, UnreadableEvent, LeaseLost, CheckpointMoved].some((kind) => fault instanceof kind) ||
  isTransient(fault);

/** What is reported on the way is as telling as what is answered: nothing may fail but by an outage, or on purpose. */
const logger: Logger = pino({
  level: 'warn',
  hooks: {
    logMethod: ([fields, message]: unknown[]) => {
      const { err } = fields as { err?: unknown };
      if (err !== undefined && !isExpected(err)) complain('fault')(`${String(message)}: ${textOf(err)}`);
    },
  },
});

const codec: EventCodec = {
  encode: eventCodec.encode,
  decode: (stored) => {
    const event = eventCodec.decode(stored);
    if (!options.newerBuild && isOfNature(event, 'unreadable')) throw new UnreadableEvent('of a newer build');
    return event;
  },
};

const brittle = brittlePools(databaseUrl, name, chance);
const writePool = brittle.connect(2 * shards);
const pool = brittle.connect(8);
const { log, tails, stop } = openLog({
  writePool,
  readPool: pool,
  shardCount: shards,
  codec,
  stateVersions: { order: 1, payment: 1 },
  logger,
  batchMax: chance.pick([16, 64, 256]),
  batchBytesMax: 100_000,
  queueMax: QUEUE_MAX,
  resendForMs: 10_000,
});
const worker = startWorker(pool, tails, logger, { owner: name, leaseMs });
for (const subscription of followers(pool, chance, options)) worker.follow(subscription);

async function attempt(command: Command, expected: readonly Outcome[]): Promise<Outcome> {
  const number = ++counter;
  report(['send', number, command]);
  const outcome = await send(command);
  report(['done', number, outcome]);
  if (outcome === 'appended' || outcome === 'duplicate') known.heardOf(command, 'in');
  // Neither says anything about the command: PostgreSQL was away, or others were too many.
  if (outcome === 'unavailable' || outcome === 'overloaded') await sleep(WAIT_WHEN_REFUSED_MS);
  else if (outcome !== 'fault' && !expected.includes(outcome))
    complain('outcome')(`${outcome}, not ${expected.join(' or ')}: ${JSON.stringify(command)}`);
  return outcome;
}

async function send(command: Command): Promise<Outcome> {
  const unit = unitOf(command);
  try {
    const outcome = await log.append(unit);
    const stored = { kind: 'duplicate', fingerprint: unit.context.fingerprint, answer: unit.answer };
    if (outcome.kind === 'duplicate' && !isDeepStrictEqual(outcome, stored))
      complain('outcome')(`${command.id} is answered with what it never stored: ${JSON.stringify(outcome)}`);
    return outcome.kind;
  } catch (fault) {
    if (fault instanceof LogOverloaded) return 'overloaded';
    if (fault instanceof LogUnavailable) return 'unavailable';
    // 22P05: text that jsonb cannot hold.
    if (command.nature === 'unstorable' && (fault as { code?: string }).code === '22P05') return 'unstorable';
    complain('fault')(`${String(fault)}: ${JSON.stringify(command)}`);
    return 'fault';
  }
}

/** Does it again and again, with pauses, until it is time to rest. */
async function keep(pauseMs: readonly [number, number], work: () => Promise<unknown>): Promise<void> {
  const { signal } = resting;
  for (;;) {
    if (pauseMs[1] === 0)
      await breathe(); // where all is refused at once, nothing else would ever come to its turn
    else await sleep(chance.between(...pauseMs), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await work();
  }
}

const newId = () => ids.derivedCommandId(seed, String(++counter));
const writing = {
  ...{ log, chance, known, hot, queueMax: QUEUE_MAX, newId, attempt },
  complain: complain('outcome'),
};

async function readOnce(): Promise<void> {
  try {
    await read({ log, chance, known, hot, complain: complain('reading') });
    counts.reads++;
  } catch (fault) {
    if (!isExpected(fault)) complain('fault')(`a read: ${String(fault)}`);
  }
}

async function obey([order, ...rest]: ToChild): Promise<void> {
  if (order === 'repeat') known.heardOf(...(rest as [Command, 'in' | 'unknown']));
  if (order === 'poison') await writeTrouble(writing, 'poison');
  if (order === 'rest') resting.abort();
  if (order !== 'stop') return;
  await worker.stop();
  await stop();
  await Promise.all([writePool.end(), pool.end()]);
  process.exit(0);
}

const orders = createInterface(process.stdin);
orders.on('line', (line) => void obey(JSON.parse(line) as ToChild));
void once(orders, 'close').then(() => process.exit(1)); // whoever started us is gone

report(['ready']);
await Promise.all([
  ...Array.from({ length: options.writers }, () => keep([0, 0], () => act(writing))),
  keep(UNREADABLE_EVERY_MS, () => writeTrouble(writing, 'unreadable')),
  keep([0, 10], readOnce),
  keep([0, 10], readOnce),
  ...(cutEveryMs ? [keep(cutEveryMs, async () => void (counts.cuts += brittle.breakOne()))] : []),
  keep([500, 500], async () => report(['counts', counts])),
]);
report(['counts', counts]);
report(['resting']);
