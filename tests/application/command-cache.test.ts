import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  append,
  commandExecutor,
  type CommandRequest,
  type ExecuteCommand,
} from '../../src/application/execute-command.ts';
import { foldStream, noCache, type History } from '../../src/application/load-aggregates.ts';
import type { DomainEvent, RecordedEvent, StateCache } from '../../src/application/ports.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { ok } from '../../src/domain/shared/result.ts';
import { stateCache } from '../../src/infrastructure/event-log/state-cache.ts';
import { ORDER_ID, orderOf, paymentIdOf, T2, usd } from '../domain/samples.ts';
import { evidence, noEvidence } from '../support/arbitraries.ts';
import { inMemoryLog, undisturbed, type Around } from '../support/in-memory-log.ts';
import { requestFor, type Command, type Refusal } from './checkout-commands.ts';
import { contextOf, OTHER_TENANT, TENANT } from './virtual-service.ts';

/** They take two seconds; five are not enough where other tests keep the machine busy. */
const TIMEOUT_MS = 30_000;

const clock = { now: () => new Date(0), sleep: async () => {} };

/** Processes of the service on one log that holds an order of 10.00, each with the cache it is given. */
async function processesOn(caches: readonly StateCache[]) {
  const hook = { around: undisturbed };
  const log = inMemoryLog((call, effect) => hook.around(call, effect));
  await log.append({
    context: contextOf('create'),
    streams: [append(orderAggregate, ORDER_ID, 0, orderOf(usd(1_000)))],
    answer: null,
  });
  const processes = caches.map((cache) => commandExecutor(log, clock, () => 0.5, cache));
  return { log, hook, processes };
}

const twoCached = (eventsMax = 1_000) => processesOn([stateCache(eventsMax), stateCache(eventsMax)]);

type End = Awaited<ReturnType<ExecuteCommand>> | { readonly thrown: string };

const endOf = (execute: ExecuteCommand, request: CommandRequest<Refusal>): Promise<End> =>
  execute(request).catch((fault: Error) => ({ thrown: fault.message }));

const declined = { kind: 'declined', code: 'card_declined' } as const;
const initiate = (payment: number, minor = 1_000): Command => ({ kind: 'initiate', payment, minor });
const tell = (number: number, name = 'tell') =>
  requestFor({ kind: 'tell', payment: number }, contextOf(name));

/** Marks the order with how the payment stands, whatever that is: nothing but the payment's state can be wrong here. */
const mark = (name: string): CommandRequest<never> => ({
  context: contextOf(name),
  reads: [ORDER_ID, paymentIdOf(1)],
  decide: (history) => {
    const { version } = history.of(orderAggregate, ORDER_ID);
    const { status } = history.of(paymentAggregate, paymentIdOf(1)).state;
    const reason = `the payment is ${status}`;
    const event = { type: 'PaymentClaimReleased', paymentId: paymentIdOf(1), reason, at: T2 } as const;
    return ok({ appends: [append(orderAggregate, ORDER_ID, version, [event])], answer: status });
  },
});

describe('a state that another process has outdated', () => {
  it('refuses nothing: it is read again first', async () => {
    const { processes } = await twoCached();
    const [one, other] = processes;
    await one!(requestFor(initiate(1)));
    await other!(requestFor({ kind: 'record', payment: 1, outcome: declined }));
    await other!(tell(1));
    expect(await one!(requestFor(initiate(2)))).toMatchObject({ ok: true, value: { answer: 5 } });
  });

  it('does not hide that there is something to do', async () => {
    const { log, processes } = await twoCached();
    const [one, other] = processes;
    await one!(requestFor(initiate(1)));
    expect(await one!(tell(1, 'early'))).toMatchObject({
      value: { answer: { order: 2, payment: 'Pending' } },
    });
    await other!(requestFor({ kind: 'record', payment: 1, outcome: declined }));
    expect(await one!(tell(1, 'late'))).toMatchObject({ value: { answer: { order: 4, payment: 'Failed' } } });
    expect(log.typesOf(ORDER_ID)).toContain('PaymentClaimReleased');
  });

  it('decides nothing when it is only read and not appended to', async () => {
    const { log, processes } = await twoCached();
    const [one, other] = processes;
    await one!(requestFor(initiate(1)));
    expect(await one!(mark('first'))).toMatchObject({ value: { answer: 'Pending' } });
    await other!(requestFor({ kind: 'record', payment: 1, outcome: declined }));
    expect(await one!(mark('second'))).toMatchObject({ value: { answer: 'Failed' } });
    expect(log.events().at(-1)?.event).toMatchObject({ reason: 'the payment is Failed' });
  });

  it('is no fault, though it contradict what is known of another stream', async () => {
    const { log, processes } = await twoCached();
    const [one, other] = processes;
    await one!(requestFor({ kind: 'look' }));
    await other!(requestFor(initiate(1)));
    await one!(requestFor({ kind: 'record', payment: 1, outcome: declined }));
    // The payment is final here, while the order that is remembered has not even heard its claim.
    expect(await endOf(one!, tell(1))).toMatchObject({ ok: true });
    expect(log.typesOf(ORDER_ID)).toContain('PaymentClaimReleased');
  });
});

type Step = {
  readonly process: number;
  readonly command: Command;
  /** Repeats the command of an earlier step, with its body or another. */
  readonly repeats: { readonly step: number; readonly fingerprint: string } | null;
};

// Few, so that commands meet.
const payment = fc.integer({ min: 1, max: 2 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant('initiate' as const),
    payment,
    minor: fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 600 })),
  }),
  fc.record({
    kind: fc.constant('record' as const),
    payment,
    outcome: fc.oneof({ weight: 3, arbitrary: evidence }, noEvidence),
  }),
  fc.record({ kind: fc.constant('tell' as const), payment }),
  fc.constant({ kind: 'look' as const }),
);
const steps = (minLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      process: fc.integer({ min: 0, max: 1 }),
      command,
      repeats: fc.option(
        fc.record({ step: fc.nat({ max: 9 }), fingerprint: fc.constantFrom('one body', 'another') }),
        { freq: 5 },
      ),
    }),
    { minLength, maxLength: 40, size: 'max' },
  );

async function runSteps(all: readonly Step[], caches: readonly StateCache[]) {
  const { log, processes } = await processesOn(caches);
  const ends: End[] = [];
  for (const [index, { process, command: wanted, repeats }] of all.entries()) {
    const step = repeats && repeats.step < index ? repeats.step : index;
    const { fingerprint = 'one body' } = repeats ?? {};
    const context = { ...contextOf(`step ${step}`), fingerprint };
    ends.push(await endOf(processes[process]!, requestFor(wanted, context)));
  }
  return { ends, events: log.events() };
}

describe('processes that remember', () => {
  it(
    'answer, refuse and append what they would if they forgot all at once',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps(8), fc.constantFrom(3, 12, 1_000), async (all, eventsMax) => {
          const remembering = await runSteps(all, [stateCache(eventsMax), stateCache(eventsMax)]);
          const forgetting = await runSteps(all, [noCache, noCache]);
          expect(remembering).toEqual(forgetting);
        }),
        { numRuns: 150 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'end each command, however they overlap, as the log would have it at a moment of the command',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          steps(1),
          fc.array(fc.record({ process: fc.integer({ min: 0, max: 1 }), command }), {
            minLength: 2,
            maxLength: 5,
          }),
          async (scheduler, before, overlapping) => {
            const { log, hook, processes } = await twoCached();
            for (const [index, { process, command: wanted }] of before.entries())
              await endOf(processes[process]!, requestFor(wanted, contextOf(`before ${index}`)));

            hook.around = scheduled(scheduler);
            const running = overlapping.map(async ({ process, command: wanted }, index) => {
              // Payments of their own: one that is there already would be a conflict every time.
              const fresh = wanted.kind === 'initiate' ? { ...wanted, payment: 10 + index } : wanted;
              const request = requestFor(fresh, contextOf(`overlapping ${index}`));
              const from = log.events().length;
              const end = await endOf(processes[process]!, request);
              return { request, from, end, to: log.events().length };
            });
            const all = await scheduler.waitFor(Promise.all(running));
            for (const one of all) expect(explained(one, log.events())).toBe(true);
          },
        ),
        { numRuns: 150 },
      );
    },
    TIMEOUT_MS,
  );
});

/** Every call waits its turn, in whatever order the scheduler picks. */
const scheduled =
  (scheduler: fc.Scheduler): Around =>
  (call, effect) =>
    scheduler.schedule(Promise.resolve(), call).then(effect);

type Ended = {
  readonly request: CommandRequest<Refusal>;
  readonly from: number;
  readonly to: number;
  readonly end: End;
};

/** Whether the command ended as it must on what the log held at one moment while it ran, before its own events. */
function explained({ request, from, to, end }: Ended, log: readonly RecordedEvent[]): boolean {
  const isOwn = ({ metadata }: RecordedEvent) => metadata.commandId === request.context.commandId;
  const own = log.filter(isOwn).map(({ event }) => event);
  const last = own.length > 0 ? log.findIndex(isOwn) : to;
  const moments = Array.from({ length: last - from + 1 }, (_, index) => log.slice(0, from + index));
  return moments.some((held) => isDeepStrictEqual(decidedOn(request, held), { end, own }));
}

function decidedOn(request: CommandRequest<Refusal>, held: readonly RecordedEvent[]) {
  const of: History['of'] = (aggregate, id) =>
    foldStream(
      aggregate,
      held.filter(({ streamId }) => streamId === id),
    );
  try {
    const decision = request.decide({ of });
    const none: DomainEvent[] = [];
    if (!decision.ok) return { end: decision, own: none };
    const { appends, answer } = decision.value;
    return { end: ok({ answer, replayed: false }), own: appends.flatMap(({ events }) => events) };
  } catch (fault) {
    return { end: { thrown: (fault as Error).message }, own: [] };
  }
}

/** Runs a command and says what it asked of the log. */
async function callsOf(
  { hook }: Awaited<ReturnType<typeof twoCached>>,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const calls: string[] = [];
  hook.around = (call, effect) => {
    calls.push(call);
    return effect();
  };
  await work();
  hook.around = undisturbed;
  return calls;
}

const stranger = (name: string) => contextOf(name, {}, OTHER_TENANT);

describe('what a process remembers', () => {
  it('spares the reading: a second command on a stream makes one call, the append', async () => {
    const shop = await twoCached();
    const [one] = shop.processes;
    expect(await callsOf(shop, () => one!(requestFor(initiate(1, 10))))).toEqual(['loadStreams', 'append']);
    for (const number of [2, 3, 4])
      expect(await callsOf(shop, () => one!(requestFor(initiate(number, 10))))).toEqual(['append']);
  });

  it('costs one append and one reading when it was outdated', async () => {
    const shop = await twoCached();
    const [one, other] = shop.processes;
    await one!(requestFor(initiate(1, 10)));
    await other!(requestFor(initiate(2, 10)));
    const calls = await callsOf(shop, () => one!(requestFor(initiate(3, 10))));
    expect(calls).toEqual(['append', 'loadStreams', 'append']);
  });

  it('is for its tenant only', async () => {
    const { log, processes } = await twoCached();
    const [one] = processes;
    await one!(requestFor(initiate(1, 10)));
    expect(await one!(requestFor({ kind: 'look' }, stranger('look')))).toMatchObject({
      value: { answer: 0 },
    });
    const claim = await one!(requestFor(initiate(2, 10), stranger('claim')));
    expect(claim).toEqual({ ok: false, error: { code: 'order-not-found' } });
    expect(log.events().every(({ metadata }) => metadata.tenantId === TENANT)).toBe(true);
    // Nor has the stranger made the owner forget.
    expect(await one!(requestFor({ kind: 'look' }))).toMatchObject({ value: { answer: 2 } });
  });
});
