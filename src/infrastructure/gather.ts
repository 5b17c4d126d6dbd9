type GatherLimits = {
  /** Of what is asked for by one call. */
  readonly batchMax?: number;
  /** Calls under way at once; what is asked for meanwhile gathers. */
  readonly callsMax?: number;
};

/**
 * What is asked for in one turn of the event loop, or while as many calls as may be are under way, is answered by one
 * call. Nothing waits when nothing is under way. If a call fails each is asked for alone, so that none fails for another.
 */
export function gather<Ask, Answer>(
  answer: (asked: readonly Ask[]) => Promise<readonly Answer[]>,
  { batchMax = Infinity, callsMax = Infinity }: GatherLimits = {},
): (ask: Ask) => Promise<Answer> {
  type Waiting = { ask: Ask; resolve: (found: Answer) => void; reject: (fault: unknown) => void };
  let waiting: Waiting[] = [];
  let scheduled = false;
  let calls = 0;

  function schedule(): void {
    if (scheduled || waiting.length === 0 || calls >= callsMax) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const asked = waiting.slice(0, batchMax);
      waiting = waiting.slice(asked.length);
      calls++;
      void settle(asked).then(() => {
        calls--;
        schedule();
      });
      schedule();
    });
  }

  async function settle(asked: readonly Waiting[]): Promise<void> {
    try {
      const found = await answer(asked.map(({ ask }) => ask));
      asked.forEach(({ resolve }, index) => resolve(found[index]!));
    } catch (fault) {
      if (asked.length === 1) asked[0]!.reject(fault);
      else await Promise.all(asked.map((one) => settle([one])));
    }
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject });
      schedule();
    });
}
