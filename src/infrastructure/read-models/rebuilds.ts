import type {
  GenerationProgress,
  RebuildRefusal,
  Rebuilds,
  ServiceOperator,
  UnitStanding,
} from '../../application/subscriptions.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { subscriptionStandings } from '../event-log/subscription-control.ts';
import { noteAction } from '../operator-actions.ts';
import { inTransaction, inTransactionWithin, type Pool, type Tx } from '../postgres/pool.ts';
import { beginGeneration, dropBuilding, listGenerations, lockGenerations } from './generations.ts';
import type { Projection } from './projection.ts';

/** How far each generation of a read model has come, over all shards; the live one first. */
export async function generationProgress(db: Pool | Tx, name: string): Promise<GenerationProgress[]> {
  const generations = (await listGenerations(db)).filter((one) => one.name === name);
  const units = await subscriptionStandings(db, name);
  return generations.map((one) => ({
    ...one,
    ...sumOf(units.filter(({ version }) => version === one.generation)),
  }));
}

type Sum = Pick<GenerationProgress, 'done' | 'total' | 'parked' | 'lastError' | 'stopped'>;

function sumOf(units: readonly UnitStanding[]): Sum {
  const stopped = units.find(({ status }) => status !== 'running');
  return {
    done: units.reduce((sum, { position }) => sum + position, 0n),
    total: units.reduce((sum, { head }) => sum + head, 0n),
    parked: units.reduce((sum, { parked }) => sum + parked, 0),
    lastError: units.find(({ lastError }) => lastError !== null)?.lastError ?? null,
    stopped: stopped ? `is ${stopped.status} on shard ${stopped.shard}` : null,
  };
}

type Begun = { readonly progress: GenerationProgress; readonly goesOn: boolean };
type Newer = Extract<RebuildRefusal, { code: 'projection-newer' }>;

/** Begins a generation, or goes on with the one being built; whoever hosts projections of this code builds it. */
export const beginRebuild = (
  pool: Pool,
  by: ServiceOperator,
  projection: Projection,
): Promise<Result<Begun, Newer>> => inTransaction(pool, (tx) => begin(tx, by, projection));

async function begin(
  tx: Tx,
  { actor, tenantId, reason }: ServiceOperator,
  { name, codeVersion: ours }: Projection,
): Promise<Result<Begun, Newer>> {
  await lockGenerations(tx, name);
  const before = (await listGenerations(tx)).filter((one) => one.name === name);
  const newer = before.find(({ codeVersion }) => codeVersion > ours);
  if (newer) return err({ code: 'projection-newer', codeVersion: newer.codeVersion, ours });
  const generation = await beginGeneration(tx, name, ours);
  const goesOn = before.some((one) => one.generation === generation);
  if (!goesOn) {
    const details = { projection: name, generation };
    await noteAction(tx, { actor, action: 'projections.rebuild', tenantId, reason, details });
  }
  const progress = (await generationProgress(tx, name)).find((one) => one.generation === generation)!;
  return ok({ progress, goesOn });
}

/** Drops the generation that is being built; its number, undefined if there is none. Never one that is going live. */
export const cancelRebuild = (pool: Pool, by: ServiceOperator, name: string): Promise<number | undefined> =>
  inTransaction(pool, (tx) => cancel(tx, by, name));

async function cancel(
  tx: Tx,
  { actor, tenantId, reason }: ServiceOperator,
  name: string,
): Promise<number | undefined> {
  const generation = await dropBuilding(tx, name);
  if (generation !== undefined) {
    const details = { projection: name, generation };
    await noteAction(tx, { actor, action: 'projections.cancel', tenantId, reason, details });
  }
  return generation;
}

const PATIENCE_MS = 2_000; // begun and dropped under a lock, and behind a batch in hand

/** For those who do not wait until it is their turn. */
export function rebuilds(pool: Pool, projections: readonly Projection[]): Rebuilds {
  const names = projections.map(({ name }) => name);
  const unknown = err<RebuildRefusal>({ code: 'projection-not-found', names });
  return {
    show: async (name) => (names.includes(name) ? ok(await generationProgress(pool, name)) : unknown),
    begin: async (by, name) => {
      const projection = projections.find((one) => one.name === name);
      if (!projection) return unknown;
      const begun = await inTransactionWithin(pool, PATIENCE_MS, (tx) => begin(tx, by, projection));
      return begun.ok ? ok(begun.value.progress) : begun;
    },
    cancel: async (by, name) => {
      if (!names.includes(name)) return unknown;
      return inTransactionWithin(pool, PATIENCE_MS, async (tx) => ok(await cancel(tx, by, name)));
    },
  };
}
