import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  append,
  commandExecutor,
  type CommandRequest,
  type ExecuteCommand,
} from '../../src/application/execute-command.ts';
import type { History } from '../../src/application/load-aggregates.ts';
import { createOrderRequest } from '../../src/application/orders/create-order.ts';
import type { CommandContext, StreamId } from '../../src/application/ports.ts';
import { claimPayment, orderAggregate, type OrderRejection } from '../../src/domain/orders/order.ts';
import { initiatePayment, paymentAggregate } from '../../src/domain/payments/payment.ts';
import { ok } from '../../src/domain/shared/result.ts';
import { claimed, ORDER_ID, orderFor, orderOf, paymentFor, paymentIdOf, T1, usd } from '../domain/samples.ts';
import { inMemoryLog, undisturbed, type Around, type InMemoryLog } from '../support/in-memory-log.ts';
import { contextOf, OTHER_TENANT, TENANT } from './virtual-service.ts';

const TOTAL = usd(1_000);
const ATTEMPTS = 8;

/** A log that holds one order, the door to it, and what stands between them once the order is there. */
async function openShop() {
  const pauses: number[] = [];
  const clock = { now: () => new Date(0), sleep: async (ms: number) => void pauses.push(ms) };
  const hook = { around: undisturbed };
  const log = inMemoryLog((call, effect) => hook.around(call, effect));
  const execute = commandExecutor(log, clock, () => 0.5);
  await execute(createOrderRequest(contextOf('create'), orderFor(TOTAL)));
  return { log, execute, pauses, hook };
}

/** Claims part of the order for one payment; answers which, and on what version the order is then. */
const claim = (number: number, minor: number, context = contextOf(`claim ${number}`)) =>
  ({
    context,
    reads: [ORDER_ID],
    decide: vi.fn((history: History) => {
      const order = history.of(orderAggregate, ORDER_ID);
      const command = { paymentId: paymentIdOf(number), amount: usd(minor), at: T1 };
      const events = claimPayment(command, order.state);
      if (!events.ok) return events;
      return ok({
        appends: [append(orderAggregate, ORDER_ID, order.version, events.value)],
        answer: { claimed: number, version: order.version + events.value.length },
      });
    }),
  }) satisfies CommandRequest<OrderRejection>;

/** Answers what is read, and appends nothing. */
const look = (reads: readonly StreamId[], context: CommandContext): CommandRequest<never> => ({
  context,
  reads,
  decide: (history) => {
    const { state, version } = history.of(orderAggregate, ORDER_ID);
    return ok({ appends: [], answer: { status: state.status, version } });
  },
});

async function appendAnother(log: InMemoryLog, number: number, minor: number): Promise<void> {
  const version = log.typesOf(ORDER_ID).length;
  await log.append({
    context: contextOf(`another ${number}`),
    streams: [append(orderAggregate, ORDER_ID, version, [claimed(paymentIdOf(number), usd(minor))])],
    answer: null,
  });
}

/** Another command gets in between reading and appending, so many times. */
function overtake({ log, hook }: Awaited<ReturnType<typeof openShop>>, times: number): void {
  let done = 0;
  const overtaking: Around = async (call, effect) => {
    if (call !== 'append' || done === times) return effect();
    done++;
    hook.around = undisturbed;
    await appendAnother(log, 100 + done, 1);
    hook.around = overtaking;
    return effect();
  };
  hook.around = overtaking;
}

const accepted = (answer: unknown, replayed = false) => ({ ok: true, value: { answer, replayed } });
const refused = (code: string) => ({ ok: false, error: { code } });

describe('a command', () => {
  it('appends what it decides and answers', async () => {
    const { log, execute } = await openShop();
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }));
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated', 'PaymentClaimed']);
  });

  it('says who asked for what on every event it appends', async () => {
    const { log, execute } = await openShop();
    const context = { ...contextOf('claim 1'), traceparent: '00-trace' };
    await execute(claim(1, 400, context));
    const { fingerprint: _, ...metadata } = context;
    expect(log.events().at(-1)?.metadata).toEqual(metadata);
  });

  it('appends nothing when it is refused', async () => {
    const { log, execute } = await openShop();
    expect(await execute(claim(1, 1_001))).toMatchObject(refused('payment-exceeds-due'));
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated']);
  });

  it('appends nothing when it decides nothing', async () => {
    const { log, execute } = await openShop();
    const answer = { status: 'Created', version: 1 };
    expect(await execute(look([ORDER_ID], contextOf('look')))).toEqual(accepted(answer));
    expect(log.events()).toHaveLength(1);
  });

  it('leaves alone a stream for which it decides nothing', async () => {
    const { log, execute } = await openShop();
    const paymentId = paymentIdOf(1);
    const done = await execute({
      context: contextOf('both'),
      reads: [ORDER_ID],
      decide: () =>
        ok({
          appends: [
            append(orderAggregate, ORDER_ID, 1, []),
            append(paymentAggregate, paymentId, 0, initiatePayment(paymentFor(paymentId, TOTAL))),
          ],
          answer: null,
        }),
    });
    expect(done).toEqual(accepted(null));
    expect(log.typesOf(paymentId)).toEqual(['PaymentInitiated', 'AttemptStarted']);
  });

  it('may not decide on a stream that it did not read', async () => {
    const { execute } = await openShop();
    await expect(execute(look([paymentIdOf(1)], contextOf('blind')))).rejects.toThrow('was not read');
  });

  it('reads nothing first when it only creates', async () => {
    const { execute, hook } = await openShop();
    const calls: string[] = [];
    hook.around = (call, effect) => {
      calls.push(call);
      return effect();
    };
    const orderId = paymentIdOf(7) as unknown as typeof ORDER_ID;
    const done = await execute(createOrderRequest(contextOf('new'), { ...orderFor(TOTAL), orderId }));
    expect(done).toMatchObject({ ok: true, value: { answer: { orderId, version: 1 } } });
    expect(calls).toEqual(['append']);
  });
});

describe('when another command was faster', () => {
  it.each([1, 3, ATTEMPTS - 1])('decides again on fresh state, up to %d times', async (times) => {
    const shop = await openShop();
    overtake(shop, times);
    const request = claim(1, 400);
    expect(await shop.execute(request)).toEqual(accepted({ claimed: 1, version: 2 + times }));
    expect(request.decide).toHaveBeenCalledTimes(times + 1);
  });

  it('is refused if the fresh state refuses it', async () => {
    const shop = await openShop();
    overtake(shop, 1);
    expect(await shop.execute(claim(1, 1_000))).toEqual({
      ok: false,
      error: { code: 'payment-exceeds-due', due: usd(999) },
    });
  });

  it('gives up after eight attempts, with nothing changed', async () => {
    const { log, execute } = await openShop();
    const request = claim(1, 400);
    log.conflictNext(ATTEMPTS);
    expect(await execute(request)).toEqual(refused('concurrent-change'));
    expect(request.decide).toHaveBeenCalledTimes(ATTEMPTS);
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated']);
  });

  it('may be repeated under the same id after it gave up', async () => {
    const { log, execute } = await openShop();
    log.conflictNext(ATTEMPTS);
    await execute(claim(1, 400));
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }));
  });

  it('waits longer every time, so that those in step come apart', async () => {
    const { log, execute, pauses } = await openShop();
    log.conflictNext(ATTEMPTS - 1);
    await execute(claim(1, 400));
    expect(pauses).toHaveLength(ATTEMPTS - 1);
    expect(pauses.every((pause, index) => pause > (pauses[index - 1] ?? 0))).toBe(true);
  });
});

/** A command that decides anew every time: what is due, and something to append only while nothing is claimed. */
const claimOnce = (context: CommandContext): CommandRequest<OrderRejection> => ({
  context,
  reads: [ORDER_ID],
  decide: (history) => {
    const { state, version } = history.of(orderAggregate, ORDER_ID);
    const isOpen = state.status !== 'absent' && state.payments.length === 0;
    const events = isOpen ? [claimed(paymentIdOf(1), usd(400))] : [];
    return ok({
      appends: [append(orderAggregate, ORDER_ID, version, events)],
      answer: { version: version + events.length },
    });
  },
});

let nextNumber = 200;
const claimAnew = (context: CommandContext): CommandRequest<OrderRejection> =>
  claim(nextNumber++, 10, context);

/** Three ways in which a repeated command may find the state that it, or others since, have made. */
const REPEATED: readonly [string, (context: CommandContext) => CommandRequest<OrderRejection>][] = [
  ['would be refused now', (context) => claim(1, 1_000, context)],
  ['would decide something else now', (context) => claimAnew(context)],
  ['would decide nothing now', (context) => claimOnce(context)],
];

describe('a command that is repeated', () => {
  it.each(REPEATED)('gives the stored answer and appends nothing, when it %s', async (_when, request) => {
    const { log, execute } = await openShop();
    const context = contextOf('once');
    const first = await execute(request(context));
    if (!first.ok) throw new Error(first.error.code);
    const before = log.events();
    expect(await execute(request(context))).toEqual(accepted(first.value.answer, true));
    expect(log.events()).toEqual(before);
  });

  it('gives the stored answer even when others have moved on since', async () => {
    const { log, execute } = await openShop();
    const context = contextOf('once');
    const first = await execute(claimOnce(context));
    await appendAnother(log, 2, 100);
    if (!first.ok) throw new Error(first.error.code);
    expect(await execute(claimOnce(context))).toEqual(accepted(first.value.answer, true));
  });

  it.each(REPEATED)('with another body is a key used twice, when it %s', async (_when, request) => {
    const { log, execute } = await openShop();
    const context = contextOf('once');
    await execute(request(context));
    const before = log.events();
    const reused = await execute(request({ ...context, fingerprint: 'another body' }));
    expect(reused).toEqual(refused('idempotency-key-reused'));
    expect(log.events()).toEqual(before);
  });

  it('is tried anew when it was refused: a refusal is not stored', async () => {
    const { log, execute } = await openShop();
    await appendAnother(log, 2, 1_000);
    expect(await execute(claim(1, 400))).toMatchObject(refused('payment-already-claimed'));
    const version = log.typesOf(ORDER_ID).length;
    const released = {
      type: 'OrderPaymentFailed',
      paymentId: paymentIdOf(2),
      operationId: 'op',
      amount: TOTAL,
      code: 'card_declined',
      at: T1,
    } as const;
    await log.append({
      context: contextOf('release'),
      streams: [append(orderAggregate, ORDER_ID, version, [released])],
      answer: null,
    });
    expect(await execute(claim(1, 400))).toMatchObject({ ok: true, value: { replayed: false } });
  });

  it('because the log failed after it had appended, gives the answer of then', async () => {
    const { log, execute, hook } = await openShop();
    hook.around = async (call, effect) => {
      const done = await effect();
      if (call === 'append') throw new Error('connection reset');
      return done;
    };
    await expect(execute(claim(1, 400))).rejects.toThrow('connection reset');
    hook.around = undisturbed;
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }, true));
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated', 'PaymentClaimed']);
  });

  it('because the log failed before it appended, appends now', async () => {
    const { execute, hook } = await openShop();
    hook.around = (call, effect) => {
      if (call === 'append') throw new Error('connection refused');
      return effect();
    };
    await expect(execute(claim(1, 400))).rejects.toThrow('connection refused');
    hook.around = undisturbed;
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }));
  });
});

describe('several streams in one unit', () => {
  it('are all appended to or none', async () => {
    const { log, execute } = await openShop();
    const paymentId = paymentIdOf(1);
    const begun = initiatePayment(paymentFor(paymentId, TOTAL));
    const done = await execute({
      context: contextOf('both'),
      reads: [],
      decide: () =>
        ok({
          appends: [
            append(paymentAggregate, paymentId, 0, begun),
            append(orderAggregate, ORDER_ID, 0, orderOf(TOTAL)), // exists, so it is at 1
          ],
          answer: null,
        }),
    });
    expect(done).toEqual(refused('concurrent-change'));
    expect(log.typesOf(paymentId)).toEqual([]);
  });
});

describe("another tenant's stream", () => {
  it('reads as absent', async () => {
    const { execute } = await openShop();
    const context = contextOf('look', {}, OTHER_TENANT);
    expect(await execute(look([ORDER_ID], context))).toEqual(accepted({ status: 'absent', version: 0 }));
    expect(await execute(claim(1, 400, context))).toEqual(refused('order-not-found'));
  });

  it('is not appended to, though its id is free in the eyes of this one', async () => {
    const { log, execute } = await openShop();
    const context = contextOf('create', {}, OTHER_TENANT);
    expect(await execute(createOrderRequest(context, orderFor(TOTAL)))).toEqual(refused('concurrent-change'));
    expect(log.events().map(({ metadata }) => metadata.tenantId)).toEqual([TENANT]);
  });
});

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
  });

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
  });

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
  });
});

describe('creating an order', () => {
  it('answers with the order, and again with the same when it is repeated later', async () => {
    const { log, execute } = await openShop();
    const later = { ...orderFor(TOTAL), at: '2027-01-01T00:00:00.000Z' };
    const again = await execute(createOrderRequest(contextOf('create'), later));
    expect(again).toMatchObject({
      ok: true,
      value: { replayed: true, answer: { orderId: ORDER_ID, status: 'Created', paymentStatus: 'Unpaid' } },
    });
    expect(log.events()).toHaveLength(1);
  });

  it('passes on why it cannot be priced, and appends nothing', async () => {
    const { log, execute } = await openShop();
    const command = { ...orderFor(TOTAL), shipping: usd(10n ** 12n) };
    expect(await execute(createOrderRequest(contextOf('dear'), command))).toMatchObject(
      refused('amount-invalid'),
    );
    expect(log.events()).toHaveLength(1);
  });

  it('of nothing answers with an order that is paid', async () => {
    const { execute } = await openShop();
    const orderId = paymentIdOf(8) as unknown as typeof ORDER_ID;
    const command = { ...orderFor(usd(0)), orderId };
    expect(await execute(createOrderRequest(contextOf('free'), command))).toMatchObject({
      ok: true,
      value: { answer: { status: 'Confirmed', paymentStatus: 'Paid', version: 3 } },
    });
  });
});
