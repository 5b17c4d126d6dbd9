import { undisturbed, type Around } from '../support/in-memory-log.ts';

/** What goes wrong at one call: it throws, or the process dies; its effect may have happened already. */
export type Break = {
  /** 1 is the first call to the log or a provider. */
  readonly atCall: number;
  readonly moment: 'before' | 'after';
  readonly how: 'throws' | 'dies';
};

export type Attempt<T> = { readonly end: 'answered'; readonly answer: T } | { readonly end: 'broken' };

class Broken extends Error {
  override readonly name = 'Broken';
}

/** Calls go through `around`; while `attempt` runs, some of them break. */
export function breakable() {
  let onCall = undisturbed;
  const around: Around = (call, effect) => onCall(call, effect);

  async function attempt<T>(breaks: readonly Break[], work: () => Promise<T>): Promise<Attempt<T>> {
    let calls = 0;
    let die: ((end: Attempt<T>) => void) | undefined;
    const death = new Promise<Attempt<T>>((resolve) => {
      die = resolve;
    });
    onCall = async (_call, effect) => {
      calls++;
      const here = breaks.find(({ atCall }) => atCall === calls);
      if (!here) return effect();
      if (here.moment === 'after') await effect();
      if (here.how === 'throws') throw new Broken(`at call ${calls}`);
      // Nothing after this call ever runs, as in a process that is gone.
      die?.({ end: 'broken' });
      return new Promise(() => {});
    };
    const life = work().then(
      (answer): Attempt<T> => ({ end: 'answered', answer }),
      (fault: unknown): Attempt<T> => {
        if (!(fault instanceof Broken)) throw fault;
        return { end: 'broken' };
      },
    );
    const end = await Promise.race([life, death]);
    onCall = undisturbed;
    return end;
  }

  return { around, attempt };
}

/** The provider fails so many times at this call; whether it had acted by then, nobody can tell. */
export function failing(at: string, moment: 'before' | 'after', times = 1): Around {
  let left = times;
  return async (call, effect) => {
    if (call !== at || left === 0) return effect();
    left--;
    if (moment === 'after') await effect();
    throw new Error('socket hang up');
  };
}
