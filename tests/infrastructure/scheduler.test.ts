import { EventEmitter, once } from 'node:events';
import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startScheduler, type Scheduler } from '../../src/infrastructure/scheduler.ts';
import { silent } from '../support/log.ts';

const EVERY_MS = 1_000;

/** A job whose runs end when they are told to. */
function slowJob() {
  const gate = new EventEmitter();
  const seen = { started: 0, running: 0, most: 0 };
  const run = async (): Promise<void> => {
    seen.started++;
    seen.most = Math.max(seen.most, ++seen.running);
    await once(gate, 'end');
    seen.running--;
  };
  const end = async (): Promise<void> => {
    gate.emit('end');
    await settled();
  };
  return { job: { name: 'slow', everyMs: EVERY_MS, run }, seen, end };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await tick();
}

let scheduler: Scheduler | undefined;
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe('a job', () => {
  it('that is wanted while it runs runs once more, however often it is wanted, and never twice at once', async () => {
    const { job, seen, end } = slowJob();
    scheduler = startScheduler(silent, [job]);
    for (let time = 0; time < 5; time++) scheduler.runNow('slow');
    expect(seen).toMatchObject({ started: 1, running: 1 });
    await end();
    expect(seen).toMatchObject({ started: 2, running: 1, most: 1 });
    await end();
    expect(seen).toMatchObject({ started: 2, running: 0 });
  });

  it('that is wanted while it does not run runs at once', async () => {
    const { job, seen, end } = slowJob();
    scheduler = startScheduler(silent, [job]);
    scheduler.runNow('slow');
    await end();
    scheduler.runNow('slow');
    expect(seen.started).toBe(2);
  });

  it('whose time comes while it runs waits for its next time', async () => {
    const { job, seen, end } = slowJob();
    scheduler = startScheduler(silent, [job]);
    vi.advanceTimersByTime(EVERY_MS * 3);
    expect(seen).toMatchObject({ started: 1, most: 1 });
    await end();
    expect(seen.started).toBe(1);
    vi.advanceTimersByTime(EVERY_MS);
    expect(seen.started).toBe(2);
  });

  it('that fails runs again at its time', async () => {
    let runs = 0;
    const run = async (): Promise<void> => {
      runs++;
      throw new Error('not today');
    };
    scheduler = startScheduler(silent, []);
    scheduler.add({ name: 'failing', everyMs: EVERY_MS, run });
    for (let time = 1; time <= 3; time++) {
      vi.advanceTimersByTime(EVERY_MS);
      await settled();
      expect(runs).toBe(time);
    }
  });

  it('that is not there cannot be wanted', () => {
    scheduler = startScheduler(silent, []);
    expect(() => scheduler!.runNow('none')).toThrow('there is no job none');
  });
});

describe('a scheduler that is stopped', () => {
  it('waits for what runs, and starts nothing more', async () => {
    const { job, seen, end } = slowJob();
    scheduler = startScheduler(silent, [job]);
    scheduler.runNow('slow');
    scheduler.runNow('slow');
    let hasStopped = false;
    const stopping = scheduler.stop().then(() => (hasStopped = true));
    await settled();
    expect(hasStopped).toBe(false);
    await end();
    await stopping;
    scheduler.runNow('slow');
    vi.advanceTimersByTime(EVERY_MS * 3);
    expect(seen).toMatchObject({ started: 1, running: 0 });
  });

  it('takes no further job', async () => {
    const { job, seen } = slowJob();
    scheduler = startScheduler(silent, []);
    await scheduler.stop();
    scheduler.add(job);
    vi.advanceTimersByTime(EVERY_MS * 3);
    expect(seen.started).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
