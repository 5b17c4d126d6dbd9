import { describe, expect, it } from 'vitest';
import { gather } from '../../src/infrastructure/gather.ts';

const turn = () => new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));

/** Answers each number with its tenfold when told to; refuses calls that hold 13. */
function openDesk(limits?: Parameters<typeof gather>[1]) {
  const calls: (readonly number[])[] = [];
  const waiting: (() => void)[] = [];
  const ask = gather(async (asked: readonly number[]) => {
    calls.push(asked);
    await new Promise<void>((resolve) => waiting.push(resolve));
    if (asked.includes(13)) throw new Error('13 is refused');
    return asked.map((number) => number * 10);
  }, limits);
  const answerAll = async (): Promise<void> => {
    for (await turn(); waiting.length > 0; await turn()) waiting.shift()!();
  };
  return { ask, calls, answerAll };
}

describe('what is asked for at once', () => {
  it('is answered by one call, each with its own answer', async () => {
    const { ask, calls, answerAll } = openDesk();
    const answers = Promise.all([1, 2, 3].map(ask));
    await answerAll();
    expect(await answers).toEqual([10, 20, 30]);
    expect(calls).toEqual([[1, 2, 3]]);
  });

  it('gathers while as many calls as may be are under way', async () => {
    const { ask, calls, answerAll } = openDesk({ callsMax: 1 });
    const first = ask(1);
    await turn();
    const others = Promise.all([2, 3].map(ask));
    await turn();
    expect(calls).toEqual([[1]]);
    await answerAll();
    expect([await first, ...(await others)]).toEqual([10, 20, 30]);
    expect(calls).toEqual([[1], [2, 3]]);
  });

  it('is shared among calls of limited size', async () => {
    const { ask, calls, answerAll } = openDesk({ batchMax: 2 });
    const answers = Promise.all([1, 2, 3].map(ask));
    await answerAll();
    expect(await answers).toEqual([10, 20, 30]);
    expect(calls).toEqual([[1, 2], [3]]);
  });

  it('does not fail because of a neighbour', async () => {
    const { ask, answerAll } = openDesk();
    const answers = Promise.allSettled([1, 13, 3].map(ask));
    await answerAll();
    expect((await answers).map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))).toEqual([
      10,
      'refused',
      30,
    ]);
  });
});
