import type { Unit } from './subscription-act.tsx';

/** A subscription over all its shards. */
export type Standing = {
  readonly name: string;
  readonly kind: Unit['kind'];
  readonly status: 'running' | 'paused' | 'halted';
  readonly position: bigint;
  readonly head: bigint;
  readonly lag: bigint;
  readonly parked: number;
  readonly isRunning: boolean;
  readonly isBuilding: boolean;
  readonly lastError: string | null;
};

const WORST = ['halted', 'paused', 'running'] as const;

const sum = (all: readonly bigint[]): bigint => all.reduce((total, one) => total + one, 0n);

function standingOf(name: string, units: readonly Unit[]): Standing {
  // What is being built is behind by nature; how the one in use stands is what counts.
  const inUse = units.filter(({ generationStatus }) => generationStatus !== 'building');
  const counted = inUse.length > 0 ? inUse : units;
  return {
    name,
    kind: counted[0]!.kind,
    status: WORST.find((one) => counted.some(({ status }) => status === one))!,
    position: sum(counted.map(({ position }) => BigInt(position))),
    head: sum(counted.map(({ head }) => BigInt(head))),
    lag: sum(counted.map(({ lag }) => BigInt(lag))),
    parked: units.reduce((total, { parked }) => total + parked, 0),
    isRunning: counted.some(({ status }) => status === 'running'),
    isBuilding: units.some(({ generationStatus }) => generationStatus === 'building'),
    lastError: counted.find(({ lastError }) => lastError !== null)?.lastError ?? null,
  };
}

export const standings = (units: readonly Unit[]): Standing[] =>
  [...Map.groupBy(units, ({ name }) => name)].map(([name, ofName]) => standingOf(name, ofName));

export type Reading = { readonly at: number; readonly position: bigint };

/** Events a second between two looks; undefined before there are two. */
export const speedOf = (before: Reading | undefined, now: Reading): number | undefined =>
  before === undefined || now.at <= before.at
    ? undefined
    : Math.max(0, (Number(now.position - before.position) * 1_000) / (now.at - before.at));
