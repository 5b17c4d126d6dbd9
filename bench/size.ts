import { loadAggregate } from '../src/application/load-aggregates.ts';
import { orderAggregate } from '../src/domain/orders/order-evolution.ts';
import type { OrderId } from '../src/domain/shared/ids.ts';
import { invariant } from '../src/domain/shared/invariant.ts';
import { ensurePartitions } from '../src/infrastructure/event-log/partitions.ts';
import { openReadModels } from '../src/infrastructure/read-models/read-models.ts';
import { appendNew } from './append.ts';
import { fill, orderIdOf, type Filled } from './fill.ts';
import { assertDense, openServiceLog, type Lab } from './lab.ts';
import { compare, type Row } from './report.ts';
import { interleave, median, runWriters, timed, timeInTurn } from './rounds.ts';
import { TENANT } from './shop.ts';

const WRITERS = 64;
const FEW_EVENTS = 1;
const IN_USE = 1_000;

/**
 * A log of ten million events and one of a few thousand, in turn. The big one is opened while it is empty, so its
 * connections go on with the plans that they made then.
 */
export async function benchSize(
  lab: Lab,
  { seconds, events }: { seconds: number; events: number },
): Promise<Row[]> {
  const small = await openSide(lab, FEW_EVENTS);
  const big = await openSide(lab, events);
  await lab.checkpoint();
  const appended = await interleave({
    big: () => big.append(seconds),
    small: () => small.append(seconds),
  });
  const first = { big: await firstReads(big), small: await firstReads(small) };
  const read = (await timeInTurn(seconds, { big: big.read, small: small.read })).p50;
  const loaded = (await timeInTurn(seconds, { big: big.load, small: small.load })).p50;
  await Promise.all([big.close(), small.close()]);

  const shared = {
    scenario: 'size',
    reach: { atMost: 1.2 },
  };
  const name = `the same on a log of ${small.filled.events.toLocaleString('en-US')} events`;
  const at = `at ${big.filled.events.toLocaleString('en-US')} events`;
  return [
    compare({
      ...shared,
      what: `append, ${WRITERS} writers, ${at}`,
      unit: 'µs',
      ours: usPerAppend(appended.big),
      baseline: { name, values: usPerAppend(appended.small) },
    }),
    compare({
      ...shared,
      what: `order by id, p50, ${at}`,
      unit: 'ms',
      ours: [read.big],
      baseline: { name, values: [read.small] },
      note: `${IN_USE} orders from all over the log, each read before`,
    }),
    compare({
      scenario: shared.scenario,
      what: `order by id, p50 of first reads, ${at}`,
      unit: 'ms',
      ours: [first.big],
      baseline: { name, values: [first.small] },
      note: `the same ${IN_USE} orders the first time: what the 128 MB of shared buffers do not hold`,
    }),
    compare({
      ...shared,
      what: `order folded from its stream, p50, ${at}`,
      unit: 'ms',
      ours: [loaded.big],
      baseline: { name, values: [loaded.small] },
    }),
  ];
}

async function firstReads(side: Side): Promise<number> {
  const ms: number[] = [];
  for (let read = 0; read < IN_USE; read++) ms.push(await timed(side.read));
  return median(ms);
}

const usPerAppend = (perSecond: readonly number[]): number[] => perSecond.map((rate) => 1_000_000 / rate);

type Side = {
  readonly filled: Filled;
  append(seconds: number): Promise<number>;
  read(): Promise<void>;
  load(): Promise<void>;
  close(): Promise<void>;
};

async function openSide(lab: Lab, events: number): Promise<Side> {
  const database = await lab.emptyDatabase();
  const { log, pool, stop } = openServiceLog(database);
  let { done: total } = await runWriters(WRITERS, 0.5, () => appendNew(log));
  const filling = database.connect(2);
  const filled = await fill(filling, events, { withSummary: true });
  total += filled.events;
  await ensurePartitions(pool);
  // Autovacuum would do it in portions, in the middle of what is measured. Nothing is analysed.
  await filling.query('vacuum (freeze)');
  await assertDense(filling, total);

  const readModels = openReadModels(pool, log, 1);
  let calls = 0;
  /** The orders in use in turn, far apart from one another. */
  const nextOrder = (): OrderId => {
    const number = ((calls++ % IN_USE) * 7_368_787) % filled.orders;
    return orderIdOf(number) as OrderId;
  };
  return {
    filled,
    append: async (seconds) => {
      const run = await runWriters(WRITERS, seconds, () => appendNew(log));
      total += run.done;
      await assertDense(filling, total);
      return run.perSecond;
    },
    read: async () => {
      const order = await readModels.order(TENANT, nextOrder());
      invariant(order.ok, 'a filled order is found');
    },
    load: async () => {
      const { version } = await loadAggregate(log, TENANT, orderAggregate, nextOrder());
      invariant(version > 0, 'a filled order is found');
    },
    close: async () => {
      await stop();
      await database.drop();
    },
  };
}
