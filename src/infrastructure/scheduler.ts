import type { Logger } from 'pino';

export type Job = { readonly name: string; readonly everyMs: number; readonly run: () => Promise<void> };

export type Scheduler = {
  add(job: Job): void;
  /** At once, or as soon as the run that is under way has ended. */
  runNow(name: string): void;
  stop(): Promise<void>;
};

type Running = { readonly job: Job; readonly timer: NodeJS.Timeout; run?: Promise<void>; again: boolean };

/** Runs each job again and again, never two runs of one job at once; a failure is logged and the next run is due as ever. */
export function startScheduler(logger: Logger, jobs: readonly Job[]): Scheduler {
  let stopping = false;
  const byName = new Map<string, Running>();

  function begin(running: Running): void {
    if (running.run || stopping) return;
    running.again = false;
    running.run = runOnce(running.job).finally(() => {
      delete running.run;
      if (running.again) begin(running);
    });
  }

  async function runOnce({ name, run }: Job): Promise<void> {
    try {
      await run();
    } catch (fault) {
      logger.error({ err: fault, job: name }, 'job failed, will run again');
    }
  }

  const add = (job: Job): void => {
    if (stopping) return; // its timer would keep the process alive
    const timer = setInterval(() => begin(running), job.everyMs);
    const running: Running = { job, timer, again: false };
    byName.set(job.name, running);
  };
  jobs.forEach(add);
  return {
    add,
    runNow: (name) => {
      const running = byName.get(name);
      if (!running) throw new Error(`there is no job ${name}`);
      running.again = running.run !== undefined;
      begin(running);
    },
    stop: async () => {
      stopping = true;
      for (const { timer } of byName.values()) clearInterval(timer);
      await Promise.all([...byName.values()].map(async ({ run }) => run));
    },
  };
}
