import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { soon } from '../../console/src/live/soon.ts';

const AFTER_MS = 1_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Work that takes as long as it is told to. */
function slowWork() {
  let begun = 0;
  let finish: (() => void) | undefined;
  const work = (): Promise<void> => {
    begun++;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  return { work, begun: () => begun, finish: () => finish?.() };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('what is asked for again and again', () => {
  it('is done once for all who asked in a second', async () => {
    const { work, begun } = slowWork();
    const ask = soon(work, AFTER_MS, new AbortController().signal);
    for (let n = 0; n < 20; n++) ask();
    await pass(AFTER_MS - 1);
    expect(begun()).toBe(0);
    await pass(1);
    expect(begun()).toBe(1);
  });

  it('is not begun before it is done, however often it is asked for, and then once more', async () => {
    const { work, begun, finish } = slowWork();
    const ask = soon(work, AFTER_MS, new AbortController().signal);
    ask();
    await pass(AFTER_MS);
    for (let n = 0; n < 10; n++) {
      ask();
      await pass(AFTER_MS);
    }
    expect(begun()).toBe(1);
    finish();
    await pass(AFTER_MS);
    expect(begun()).toBe(2);
    finish();
    await pass(10 * AFTER_MS);
    expect(begun()).toBe(2);
    ask();
    await pass(AFTER_MS);
    expect(begun()).toBe(3);
  });

  it('is not begun once nobody is there', async () => {
    const { work, begun } = slowWork();
    const left = new AbortController();
    soon(work, AFTER_MS, left.signal)();
    left.abort();
    await pass(2 * AFTER_MS);
    expect(begun()).toBe(0);
  });
});
