import type { Logger } from 'pino';

export type Job = { readonly name: string; readonly everyMs: number; readonly run: () => Promise<void> };

export type Scheduler = { stop(): Promise<void> };

/** Runs each job again and again, never two runs of one job at once; a failure is logged and the next run is due as ever. */
export function startScheduler(logger: Logger, jobs: readonly Job[]): Scheduler {
  let stopping = false;
  const running = new Set<Promise<void>>();

  const runOnce = async ({ name, run }: Job): Promise<void> => {
    try {
      await run();
    } catch (fault) {
      logger.error({ err: fault, job: name }, 'job failed, will run again');
    }
  };
  const timers = jobs.map((job) => {
    let busy = false;
    return setInterval(() => {
      if (busy || stopping) return;
      busy = true;
      const run = runOnce(job).finally(() => {
        busy = false;
        running.delete(run);
      });
      running.add(run);
    }, job.everyMs);
  });
  return {
    stop: async () => {
      stopping = true;
      timers.forEach(clearInterval);
      await Promise.all(running);
    },
  };
}
