import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import { openTail } from '../infrastructure/event-log/tail.ts';
import { startWorker } from '../infrastructure/event-log/worker.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { hostProjections } from '../infrastructure/read-models/projection-host.ts';
import type { Projection } from '../infrastructure/read-models/projection.ts';
import { PROJECTIONS } from '../infrastructure/read-models/projections.ts';
import { beginRebuild, cancelRebuild, generationProgress } from '../infrastructure/read-models/rebuilds.ts';
import { newOwnerName } from '../infrastructure/system.ts';
import { operator } from './actor.ts';
import type { Cli, Session } from './cli.ts';
import { CliProblem, EXIT, wrongUsage, type ExitCode, type Output } from './output.ts';
import { describeProgress, speedometer, type Progress, type Reading } from './progress.ts';

const LEASE_MS = 5_000;
const POLL_MS = 100;
const LINE_EVERY_MS = 1_000;

/** Throws `CliProblem` if there is none of the name. */
export function projectionOf(name: string): Projection {
  const projection = PROJECTIONS.find((one) => one.name === name);
  if (projection) return projection;
  const names = PROJECTIONS.map((one) => one.name).join(', ');
  throw wrongUsage(`there is no projection ${name}; there are: ${names}`);
}

export async function cancel({ pool, output }: Session, { name }: Projection): Promise<ExitCode> {
  const cancelled = await cancelRebuild(pool, operator(), name);
  const text =
    cancelled === undefined
      ? `nothing is being built of ${name}`
      : `dropped generation ${cancelled} of ${name}`;
  output.answer({ name, cancelled: cancelled ?? null }, text);
  return EXIT.done;
}

export async function rebuild(
  cli: Cli,
  { pool, output, shardCount }: Session & { readonly shardCount: number },
  projection: Projection,
): Promise<ExitCode> {
  const { name } = projection;
  const interrupt = cli.onInterrupt();
  const begun = await beginRebuild(pool, operator(), projection);
  if (!begun.ok)
    throw new CliProblem(
      `${name} is made by code version ${begun.error.codeVersion} here, and this build has ${begun.error.ours}: use the newer build`,
    );
  const { goesOn } = begun.value;
  const { generation } = begun.value.progress;
  output.note(`${goesOn ? 'going on with' : 'building'} generation ${generation} of ${name}`);

  const logger = pino({ level: 'silent' }); // what goes wrong stands in the subscription's row, where it is read below
  const tails = Array.from({ length: shardCount }, (_, shard) => openTail(pool, eventCodec, shard));
  const worker = startWorker(pool, tails, logger, { owner: newOwnerName(), leaseMs: LEASE_MS });
  const host = await hostProjections(pool, worker, logger, [projection]);
  try {
    return await watch({ pool, output, interrupt }, name, generation);
  } finally {
    await host.stop();
    await worker.stop();
  }
}

type Watching = Pick<Session, 'pool' | 'output'> & { readonly interrupt: AbortSignal };

/**
 * Shows how far the generation has come until it is live, with all there was when it went live, is gone, or cannot go on.
 * It goes live a little behind the head, and without a service nobody else would do the rest.
 */
async function watch(
  { pool, output, interrupt }: Watching,
  name: string,
  generation: number,
): Promise<ExitCode> {
  const speed = speedometer();
  let lastLineAt = -LINE_EVERY_MS;
  let headWhenLive: bigint | undefined;
  for (;;) {
    const progress = await progressOf(pool, name, generation);
    const { status, done, total, stopped } = progress;
    const reading = speed(done);
    if (status === 'live') headWhenLive ??= total;
    if (headWhenLive !== undefined && (done >= headWhenLive || stopped !== undefined)) {
      reportLive(output, name, generation, progress, reading.overall);
      return EXIT.done;
    }
    if (status === 'gone')
      throw new CliProblem(`generation ${generation} of ${name} was cancelled or replaced by somebody else`);
    if (stopped !== undefined)
      throw new CliProblem(
        `generation ${generation} of ${name} ${stopped}; run projections resume ${name}, then this again`,
      );
    if (interrupt.aborted) {
      output.note(
        `left at ${done} of ${total} events: a running service finishes it; to watch, run this again`,
      );
      if (output.json) output.answer({ name, generation, status, events: done, total }, '');
      return EXIT.interrupted;
    }
    if (output.watched || performance.now() - lastLineAt >= LINE_EVERY_MS) {
      output.progress(describeProgress(progress, reading.perSecond, output.watched));
      lastLineAt = performance.now();
    }
    await sleep(POLL_MS, undefined, { signal: interrupt }).catch(() => {}); // interrupted: seen above
  }
}

function reportLive(
  output: Output,
  name: string,
  generation: number,
  { done: events, parked }: Progress,
  { seconds, perSecond }: Reading['overall'],
): void {
  const text = `generation ${generation} of ${name} is live: ${events} events in ${seconds.toFixed(1)} s, ${perSecond}/s`;
  output.answer(
    { name, generation, status: 'live', events, seconds, eventsPerSecond: perSecond, parked },
    parked === 0 ? text : `${text}; ${parked} events are parked: see parked list --subscription ${name}`,
  );
}

async function progressOf(pool: Pool, name: string, generation: number): Promise<Progress> {
  const found = (await generationProgress(pool, name)).find((one) => one.generation === generation);
  if (!found) return { status: 'gone', done: 0n, total: 0n, parked: 0, error: undefined, stopped: undefined };
  const { lastError, stopped, ...progress } = found;
  return { ...progress, error: lastError ?? undefined, stopped: stopped ?? undefined };
}
