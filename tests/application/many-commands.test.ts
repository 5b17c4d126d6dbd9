import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecuteCommand } from '../../src/application/execute-command.ts';
import { ORDER_ID } from '../domain/samples.ts';
import type { Around, InMemoryLog } from '../support/in-memory-log.ts';
import { contextOf } from './virtual-service.ts';
import { claim, openShop, REPEATED } from './claims.ts';

/** Every call waits its turn, in whatever order the scheduler picks. */
const scheduled =
  (scheduler: fc.Scheduler): Around =>
  (call, effect) =>
    scheduler.schedule(Promise.resolve(), call).then(effect);

/** Starts commands side by side on a shop of their own. */
async function run(
  scheduler: fc.Scheduler,
  commands: (execute: ExecuteCommand) => Promise<unknown>[],
): Promise<InMemoryLog> {
  const { log, execute, hook } = await openShop();
  hook.around = scheduled(scheduler);
  await scheduler.waitFor(Promise.all(commands(execute)));
  return log;
}

describe('many commands at once', () => {
  it('all happen, each once, whoever is faster', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 6 }), async (scheduler, count) => {
        const log = await run(scheduler, (execute) =>
          Array.from({ length: count }, async (_, index) => {
            expect(await execute(claim(index + 1, 1))).toMatchObject({ ok: true });
          }),
        );
        expect(log.typesOf(ORDER_ID)).toEqual([
          'OrderCreated',
          ...Array<string>(count).fill('PaymentClaimed'),
        ]);
      }),
    );
  }, 30_000);

  it('that ask for more than there is get no more than there is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 2, maxLength: 6 }),
        async (scheduler, asked) => {
          const granted: number[] = [];
          await run(scheduler, (execute) =>
            asked.map(async (minor, index) => {
              const done = await execute(claim(index + 1, minor));
              if (done.ok) granted.push(minor);
            }),
          );
          expect(granted.length).toBeGreaterThan(0);
          expect(granted.reduce((sum, minor) => sum + minor, 0)).toBeLessThanOrEqual(1_000);
        },
      ),
    );
  }, 30_000);

  it('that are the same one happen once, with one answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(...REPEATED), async (scheduler, [, request]) => {
        const context = contextOf('once');
        const answers: unknown[] = [];
        const log = await run(scheduler, (execute) =>
          [1, 2, 3].map(async () => {
            const done = await execute(request(context));
            answers.push(done.ok ? done.value.answer : done.error);
          }),
        );
        expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated', 'PaymentClaimed']);
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      }),
    );
  }, 30_000);
});
