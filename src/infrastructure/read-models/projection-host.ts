import type { Logger } from 'pino';
import { pause } from '../event-log/pause.ts';
import type { RunnerStatus } from '../event-log/subscription.ts';
import type { Following, Worker } from '../event-log/worker.ts';
import { isTransient, type Pool } from '../postgres/pool.ts';
import {
  beginGeneration,
  listGenerations,
  switchGeneration,
  tableOf,
  type Generation,
} from './generations.ts';
import type { Projection } from './projection.ts';

export type ProjectionHost = { status(): RunnerStatus[]; stop(): Promise<void> };

const BATCH_MAX = 4_000; // a rebuild is twice as fast as with 1,000: more of a stream's events end in one row
const SWITCH_SLACK = 1_000;
const LOOK_EVERY_MS = 1_000;
const LOOK_WHILE_BUILDING_MS = 100; // near the head the two overtake each other all the time: one try in two fits

/**
 * Fills every generation that is of this build's code, live or being built, and makes one that has caught up the live
 * one. A projection whose code is newer than what is live gets a new generation; one whose code is older is left to
 * the newer build.
 */
export async function hostProjections(
  pool: Pool,
  worker: Worker,
  logger: Logger,
  projections: readonly Projection[],
): Promise<ProjectionHost> {
  const followed = new Map<string, Following>();
  const stopping = new AbortController();

  /** True while something is being built. */
  async function look(): Promise<boolean> {
    const generations = await listGenerations(pool);
    const ours = generations.filter((generation) => codeOf(projections, generation));
    const found = new Set(ours.map(({ name, generation }) => tableOf(name, generation)));
    for (const [table, following] of followed) {
      if (found.has(table)) continue;
      followed.delete(table);
      await following.stop();
    }
    for (const generation of ours) {
      const table = tableOf(generation.name, generation.generation);
      if (!followed.has(table))
        followed.set(table, follow(worker, codeOf(projections, generation)!, generation));
      if (generation.status === 'building') await trySwitch(generation);
    }
    return ours.some(({ status }) => status === 'building');
  }

  async function trySwitch(generation: Generation): Promise<void> {
    if (await switchGeneration(pool, generation, SWITCH_SLACK)) {
      const { name, generation: number } = generation;
      logger.info({ projection: name, generation: number }, 'a rebuilt read model is live');
    }
  }

  async function run(): Promise<void> {
    let building = true;
    while (!stopping.signal.aborted) {
      await pause(building ? LOOK_WHILE_BUILDING_MS : LOOK_EVERY_MS, stopping.signal);
      try {
        building = await look();
      } catch (fault) {
        const level = isTransient(fault) ? 'debug' : 'error';
        logger[level]({ err: fault }, 'generations could not be looked at, will retry');
        building = false;
      }
    }
  }

  await beginNewer(pool, projections);
  await look();
  const running = run();
  return {
    status: () => [...followed.values()].flatMap((following) => following.status()),
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all([...followed.values()].map((following) => following.stop()));
    },
  };
}

const codeOf = (
  projections: readonly Projection[],
  { name, codeVersion }: Generation,
): Projection | undefined =>
  projections.find((projection) => projection.name === name && projection.codeVersion === codeVersion);

function follow(
  worker: Worker,
  { name, project, concerns }: Projection,
  { generation }: Generation,
): Following {
  const table = tableOf(name, generation);
  return worker.follow({
    name,
    version: generation,
    batchMax: BATCH_MAX,
    effect: { kind: 'sql', apply: (tx, events) => project(tx, table, events) },
    onPoison: 'park',
    concerns: ({ event }) => concerns(event),
  });
}

async function beginNewer(pool: Pool, projections: readonly Projection[]): Promise<void> {
  const generations = await listGenerations(pool);
  for (const { name, codeVersion } of projections) {
    const newest = Math.max(
      0,
      ...generations.filter((one) => one.name === name).map((one) => one.codeVersion),
    );
    if (codeVersion > newest) await beginGeneration(pool, name, codeVersion);
  }
}
