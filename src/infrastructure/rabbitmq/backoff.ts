import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after `ms`, or at once when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** Doubles with every failure up to `maxMs`; jitter keeps processes that failed together from returning together. */
export function backoffMs(failures: number, firstMs: number, maxMs: number): number {
  const full = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), maxMs);
  return full * (0.5 + Math.random() / 2);
}

/** False: `work` did not end within `ms`, or before the abort. Rejects when `work` does. */
export async function endsWithin(work: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<boolean> {
  const settled = new AbortController();
  const signals = signal ? [settled.signal, signal] : [settled.signal];
  try {
    return await Promise.race([work.then(() => true), pause(ms, AbortSignal.any(signals)).then(() => false)]);
  } finally {
    settled.abort();
  }
}
