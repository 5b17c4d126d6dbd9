import { setTimeout as sleep } from 'node:timers/promises';

const ROUNDS = 5;
const WARM_UP_SHARE = 0.25;

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A B A B A B: whatever else the machine does hits all sides. */
export async function interleave<Side extends string>(
  sides: Readonly<Record<Side, (round: number) => Promise<number>>>,
  rounds = ROUNDS,
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Side, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const value = await sides[name](round);
      measured[name].push(value);
      console.error(`  round ${round + 1}/${rounds}  ${name}: ${Number(value.toPrecision(4))}`);
    }
  }
  return measured;
}

export type Run = { readonly done: number; readonly perSecond: number; readonly cpuUs: number };

/** Each writer waits for one answer before it sends the next; measured after a warm-up. `done` counts all of it. */
export async function runWriters(writers: number, seconds: number, write: () => Promise<void>): Promise<Run> {
  const warmedUp = await writeFor(writers, seconds * WARM_UP_SHARE, write);
  const cpuBefore = process.cpuUsage();
  const { done, elapsedMs } = await writeFor(writers, seconds, write);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    done: warmedUp.done + done,
    perSecond: (done / elapsedMs) * 1_000,
    cpuUs: (user + system) / done,
  };
}

async function writeFor(writers: number, seconds: number, write: () => Promise<void>) {
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1_000;
  let done = 0;
  const loop = async () => {
    while (performance.now() < deadline) {
      await write();
      done++;
    }
  };
  await Promise.all(Array.from({ length: writers }, loop));
  return { done, elapsedMs: performance.now() - startedAt };
}

/** Calls in turn, one after another, each side timed by itself; the median of each in milliseconds. */
export async function timeInTurn<Side extends string>(
  seconds: number,
  sides: Readonly<Record<Side, () => Promise<unknown>>>,
): Promise<{ readonly p50: Record<Side, number>; readonly calls: number }> {
  const names = Object.keys(sides) as Side[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Side, number[]>;
  const startedAt = performance.now();
  const warmUntil = startedAt + seconds * 1_000 * WARM_UP_SHARE;
  const deadline = warmUntil + seconds * 1_000;
  let calls = 0;
  while (performance.now() < deadline) {
    calls++;
    const warm = performance.now() > warmUntil;
    for (const name of names) {
      const callAt = performance.now();
      await sides[name]();
      if (warm) measured[name].push(performance.now() - callAt);
    }
  }
  const p50 = Object.fromEntries(names.map((name) => [name, median(measured[name])])) as Record<Side, number>;
  return { p50, calls };
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export async function until(
  what: string,
  patienceMs: number,
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`waited ${patienceMs / 1_000} s for ${what}`);
    await sleep(2);
  }
}
