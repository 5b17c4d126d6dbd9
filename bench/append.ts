import type { EventLog } from '../src/application/ports.ts';
import { assertDense, openServiceLog, type Lab } from './lab.ts';
import { appendAlone } from './one-call.ts';
import { preparePeer, type Peer } from './peer.ts';
import { compare, type Row } from './report.ts';
import { interleave, median, runWriters, timeInTurn, type Run } from './rounds.ts';
import { newOrder, samplePayload, samplePayloadBytes } from './shop.ts';

const WRITERS = 64;
const POOL_MAX = 16;

export async function appendNew(log: EventLog): Promise<void> {
  const outcome = await log.append(newOrder());
  if (outcome.kind !== 'appended') throw new Error(`an append ended as ${outcome.kind}`);
}

/** 64 writers, a new stream each time, from an empty database each round. */
export async function benchAppend(lab: Lab, { seconds }: { seconds: number }): Promise<Row[]> {
  const cpuUs: number[] = [];
  const peer = await preparePeer(samplePayload);
  const sides = {
    ours: async () => {
      const run = await withOurs(lab, seconds);
      cpuUs.push(run.cpuUs);
      return run.perSecond;
    },
    oneCall: async () => (await withOneCall(lab, seconds)).perSecond,
  };
  try {
    const measured = await interleave<string>(
      'missing' in peer ? sides : { ...sides, emmett: () => withPeer(lab, peer, seconds) },
    );
    return rowsOf(measured, cpuUs, 'missing' in peer ? peer.missing : undefined);
  } finally {
    if (!('missing' in peer)) await peer.stop();
  }
}

function rowsOf(
  measured: Readonly<Record<string, readonly number[]>>,
  cpuUs: readonly number[],
  peerMissing: string | undefined,
): Row[] {
  const what = `${WRITERS} writers, new streams`;
  const ours = measured['ours']!;
  const shared = { scenario: 'append', unit: '/s', ours };
  const oneCall = compare({
    ...shared,
    what,
    baseline: {
      name: `the same function, one command a call, pool of ${POOL_MAX}`,
      values: measured['oneCall']!,
    },
    reach: { atLeast: 2.5 },
    note: `OrderCreated of ${samplePayloadBytes} bytes of JSON, with its metadata and stored answer`,
  });
  const emmett = {
    ...shared,
    what: `${what}, Emmett`,
    reach: { atLeast: 4 },
  };
  return [
    oneCall,
    peerMissing === undefined
      ? compare({
          ...emmett,
          baseline: {
            name: 'Emmett 0.42.0 in a process of its own, pool of 16; it stores no command and no answer',
            values: measured['emmett']!,
          },
        })
      : { ...emmett, ours: median(ours), verdict: 'SKIPPED', note: peerMissing },
    {
      scenario: 'append',
      what: 'CPU of the service process',
      unit: 'µs',
      ours: median(cpuUs),
      verdict: 'reported',
      note: `user and system time per append of the ${WRITERS}-writer run; the writers are in the same process`,
    },
  ];
}

/** Appends a second of 64 writers, into an empty database. */
export const appendRate = async (lab: Lab, seconds: number): Promise<number> =>
  (await withOurs(lab, seconds)).perSecond;

async function withOurs(lab: Lab, seconds: number): Promise<Run> {
  const database = await lab.emptyDatabase();
  const { log, pool, stop } = openServiceLog(database);
  await lab.checkpoint();
  const run = await runWriters(WRITERS, seconds, () => appendNew(log));
  await assertDense(pool, run.done);
  await stop();
  await database.drop();
  return run;
}

async function withOneCall(lab: Lab, seconds: number): Promise<Run> {
  const database = await lab.emptyDatabase();
  const pool = database.connect(POOL_MAX);
  await lab.checkpoint();
  const run = await runWriters(WRITERS, seconds, () => appendAlone(pool, newOrder()));
  await assertDense(pool, run.done);
  await database.drop();
  return run;
}

async function withPeer(lab: Lab, peer: Peer, seconds: number): Promise<number> {
  const database = await lab.emptyDatabase();
  const pool = database.connect(1);
  await lab.checkpoint();
  const { done, perSecond } = await peer.run({
    url: database.url,
    writers: WRITERS,
    poolMax: POOL_MAX,
    seconds,
  });
  const { rows } = await pool.query<{ n: bigint }>('select count(*) as n from emt_messages');
  if (rows[0]?.n !== BigInt(done)) throw new Error(`Emmett says ${done} events, its table ${rows[0]?.n}`);
  await database.drop();
  return perSecond;
}

/** One writer: what the gathering of commands costs whoever is alone. */
export async function benchLatency(lab: Lab, { seconds }: { seconds: number }): Promise<Row[]> {
  const [ours, theirs] = [await lab.emptyDatabase(), await lab.emptyDatabase()];
  const { log, pool, stop } = openServiceLog(ours);
  const alone = theirs.connect(1);
  await lab.checkpoint();
  const { p50, calls } = await timeInTurn(3 * seconds, {
    ours: () => appendNew(log),
    oneCall: () => appendAlone(alone, newOrder()),
  });
  await assertDense(pool, calls);
  await assertDense(alone, calls);
  await stop();
  await Promise.all([ours.drop(), theirs.drop()]);
  return [
    compare({
      scenario: 'latency',
      what: '1 writer, p50 of an append',
      unit: 'ms',
      ours: [p50.ours],
      baseline: { name: 'one call of the same function, in turn with ours', values: [p50.oneCall] },
      reach: { atMost: 1.1 },
    }),
  ];
}
