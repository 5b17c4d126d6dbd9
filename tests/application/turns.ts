import type fc from 'fast-check';
import { undisturbed, type Around } from '../support/in-memory-log.ts';

/** The next call of this name is lost, before it has its effect or after; or is known not to have been sent. */
export type Loss = { readonly call: string; readonly moment: 'before' | 'after' | 'not sent' };

/**
 * Runs work side by side: every call to the log or a provider waits its turn, once before its effect and once before
 * its answer, in whatever order the scheduler picks; some are lost. Afterwards calls go as they come.
 */
export const inTurns =
  (scheduler: fc.Scheduler, hook: { around: Around }, losses: readonly Loss[] = []) =>
  async <T>(work: readonly (() => Promise<T>)[]): Promise<T[]> => {
    const ahead = [...losses];
    const turn = (call: string): Promise<void> => scheduler.schedule(Promise.resolve(), call);
    hook.around = async (call, effect) => {
      const index = ahead.findIndex((loss) => loss.call === call);
      const loss = index < 0 ? undefined : ahead.splice(index, 1)[0];
      await turn(call);
      if (loss?.moment === 'before') throw new Error(`${call} was lost`);
      if (loss?.moment === 'not sent') {
        await turn(`no ${call}`);
        return { kind: 'not_sent', code: 'connection_refused' } as Awaited<ReturnType<typeof effect>>;
      }
      const answer = await effect();
      await turn(`answer to ${call}`);
      if (loss) throw new Error(`the answer to ${call} was lost`);
      return answer;
    };
    const answers = await scheduler.waitFor(Promise.all(work.map((start) => start())));
    hook.around = undisturbed;
    return answers;
  };
