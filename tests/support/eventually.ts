import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** Repeats `check` until it no longer throws, then gives its result; after `timeoutMs` throws what it threw last. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (fault) {
      if (performance.now() > deadline) throw fault;
      await sleep(POLL_MS);
    }
  }
}
