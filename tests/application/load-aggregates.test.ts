import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { append, commandExecutor } from '../../src/application/execute-command.ts';
import { aggregateLoader, loadAggregate, noCache } from '../../src/application/load-aggregates.ts';
import type { CachedState, EventLog, Snapshot, StateCache, StreamId } from '../../src/application/ports.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { claimPayment } from '../../src/domain/orders/order-payments.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { ok } from '../../src/domain/shared/result.ts';
import { claimed, ORDER_ID, orderOf, paymentFor, paymentIdOf, T1, usd } from '../domain/samples.ts';
import { inMemoryLog, type InMemoryLog } from '../support/in-memory-log.ts';
import { orderHistory } from '../support/order-histories.ts';
import { contextOf, OTHER_TENANT, TENANT } from './virtual-service.ts';

const PAYMENT_ID = paymentIdOf(1);
const SNAPSHOT_EVERY = 50;

/** Forgets nothing, and shows what it holds. */
function openCache(): StateCache & { readonly states: Map<StreamId, CachedState> } {
  const states = new Map<StreamId, CachedState>();
  return {
    states,
    get: (id) => states.get(id),
    set: (id, state) => void states.set(id, state),
    delete: (id) => void states.delete(id),
  };
}

let appended = 0;
async function appendTo(log: EventLog, version: number, events: readonly OrderEvent[]): Promise<void> {
  const outcome = await log.append({
    context: contextOf(`append ${appended++}`),
    streams: [append(orderAggregate, ORDER_ID, version, events)],
    answer: null,
  });
  expect(outcome.kind).toBe('appended');
}

async function logWith(events: readonly OrderEvent[]): Promise<InMemoryLog> {
  const log = inMemoryLog();
  await appendTo(log, 0, events);
  return log;
}

const claims = (from: number, count: number): OrderEvent[] =>
  Array.from({ length: count }, (_, index) => claimed(paymentIdOf(from + index), usd(1)));

const stateAt = (events: readonly OrderEvent[], version: number) =>
  fold(orderAggregate, events.slice(0, version));

describe('what is loaded', () => {
  it('is what all events fold to, whichever snapshot there is and whatever is remembered', async () => {
    await fc.assert(
      fc.asyncProperty(
        orderHistory(0, 160),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('nothing', 'remembered', 'kept', 'both'),
        async (events, first, second, has) => {
          const log = await logWith(events);
          const cache = openCache();
          const [remembered, kept] = [first, second].map((seed) => 1 + (seed % events.length));
          const before = { tenantId: TENANT, category: 'order', snapshotVersion: 0 };
          if (has === 'remembered' || has === 'both')
            cache.set(ORDER_ID, { ...before, version: remembered!, state: stateAt(events, remembered!) });
          if (has === 'kept' || has === 'both')
            log.offerSnapshot(ORDER_ID, 'order', { version: kept!, state: stateAt(events, kept!) });

          const whole = { state: fold(orderAggregate, events), version: events.length };
          const loader = aggregateLoader(log, cache);
          expect((await loader.load(TENANT, [ORDER_ID])).of(orderAggregate, ORDER_ID)).toEqual(whole);
          expect(loader.recall(TENANT, [ORDER_ID])?.of(orderAggregate, ORDER_ID)).toEqual(whole);
          expect(await loadAggregate(log, TENANT, orderAggregate, ORDER_ID)).toEqual(whole);
        },
      ),
      { numRuns: 75 },
    );
  }, 30_000);

  it('is absent when it is of another kind, remembered or not', async () => {
    const loader = aggregateLoader(await logWith(orderOf(usd(10))), openCache());
    const absent = { state: { status: 'absent' }, version: 0 };
    const history = await loader.load(TENANT, [ORDER_ID]);
    expect(history.of(paymentAggregate, ORDER_ID)).toEqual(absent);
    expect(history.of(orderAggregate, ORDER_ID).version).toBe(1);
    expect(loader.recall(TENANT, [ORDER_ID])?.of(paymentAggregate, ORDER_ID)).toEqual(absent);
  });

  it('is asked for from after what is remembered', async () => {
    const log = await logWith(orderOf(usd(1_000)));
    const asked = vi.spyOn(log, 'loadStreams');
    const loader = aggregateLoader(log, openCache());
    for (const version of [1, 2, 3]) {
      (await loader.load(TENANT, [ORDER_ID])).of(orderAggregate, ORDER_ID);
      await appendTo(log, version, claims(version, 1));
    }
    expect(asked.mock.calls.map(([, [request]]) => request?.after)).toEqual([0, 1, 2]);
  });
});

describe('what is remembered', () => {
  it('is what was read and what was appended to it', async () => {
    const log = await logWith(orderOf(usd(1_000)));
    const loader = aggregateLoader(log, openCache());
    const history = await loader.load(TENANT, [ORDER_ID]);
    const { version } = history.of(orderAggregate, ORDER_ID);
    const appends = append(orderAggregate, ORDER_ID, version, claims(1, 2));
    await appendTo(log, version, claims(1, 2));
    history.learn([appends]);
    const recalled = loader.recall(TENANT, [ORDER_ID])?.of(orderAggregate, ORDER_ID);
    expect(recalled).toEqual(await loadAggregate(log, TENANT, orderAggregate, ORDER_ID));
    expect(recalled?.version).toBe(3);
  });

  it('is nothing unless all that is asked for is known', async () => {
    const log = await logWith(orderOf(usd(1_000)));
    const loader = aggregateLoader(log, openCache());
    (await loader.load(TENANT, [ORDER_ID])).of(orderAggregate, ORDER_ID);
    expect(loader.recall(TENANT, [ORDER_ID])).toBeDefined();
    expect(loader.recall(TENANT, [ORDER_ID, PAYMENT_ID])).toBeUndefined();
    expect(loader.recall(TENANT, [])).toBeUndefined();
  });

  it('is gone once it was forgotten', async () => {
    const loader = aggregateLoader(await logWith(orderOf(usd(10))), openCache());
    const history = await loader.load(TENANT, [ORDER_ID]);
    history.of(orderAggregate, ORDER_ID);
    history.forget();
    expect(loader.recall(TENANT, [ORDER_ID])).toBeUndefined();
  });

  it('never goes back to an older state, though that be folded later', async () => {
    const log = await logWith(orderOf(usd(1_000)));
    const loader = aggregateLoader(log, openCache());
    const slow = await loader.load(TENANT, [ORDER_ID]);
    await appendTo(log, 1, claims(1, 1));
    (await loader.load(TENANT, [ORDER_ID])).of(orderAggregate, ORDER_ID);
    expect(slow.of(orderAggregate, ORDER_ID).version).toBe(1);
    expect(loader.recall(TENANT, [ORDER_ID])?.of(orderAggregate, ORDER_ID).version).toBe(2);
  });

  it('is for its tenant only, and so is what is read on top of it', async () => {
    const log = await logWith(orderOf(usd(10)));
    const asked = vi.spyOn(log, 'loadStreams');
    const loader = aggregateLoader(log, openCache());
    (await loader.load(TENANT, [ORDER_ID])).of(orderAggregate, ORDER_ID);
    expect(loader.recall(OTHER_TENANT, [ORDER_ID])).toBeUndefined();
    const strange = await loader.load(OTHER_TENANT, [ORDER_ID]);
    expect(asked).toHaveBeenLastCalledWith(OTHER_TENANT, [{ streamId: ORDER_ID, after: 0 }]);
    expect(strange.of(orderAggregate, ORDER_ID)).toEqual({ state: { status: 'absent' }, version: 0 });
    expect(loader.recall(TENANT, [ORDER_ID])).toBeDefined();
  });
});

/** The log, and what was offered to it. */
async function watched(events: readonly OrderEvent[]) {
  const log = await logWith(events);
  const offered: (Snapshot & { readonly streamId: StreamId })[] = [];
  const offerSnapshot: EventLog['offerSnapshot'] = (streamId, category, snapshot) => {
    offered.push({ streamId, ...snapshot });
    log.offerSnapshot(streamId, category, snapshot);
  };
  return { ...log, offerSnapshot, offered };
}
const versions = (offered: readonly Snapshot[]) => offered.map(({ version }) => version);
const load = (log: EventLog) => loadAggregate(log, TENANT, orderAggregate, ORDER_ID);

describe('snapshots', () => {
  it(`are offered every ${SNAPSHOT_EVERY} events by a process that appends and remembers`, async () => {
    const log = await watched(orderOf(usd(1_000)));
    const clock = { now: () => new Date(0), sleep: async () => {} };
    const execute = commandExecutor(log, clock, () => 0, openCache());
    for (let number = 1; number < 130; number++) {
      const done = await execute({
        context: contextOf(`claim ${number}`),
        reads: [ORDER_ID],
        decide: (history) => {
          const { state, version } = history.of(orderAggregate, ORDER_ID);
          const claim = claimPayment({ paymentId: paymentIdOf(number), amount: usd(1), at: T1 }, state);
          if (!claim.ok) return claim;
          return ok({ appends: [append(orderAggregate, ORDER_ID, version, claim.value)], answer: version });
        },
      });
      expect(done).toMatchObject({ ok: true, value: { answer: number } });
    }
    expect(versions(log.offered)).toEqual([SNAPSHOT_EVERY, 2 * SNAPSHOT_EVERY]);
    const events = log.events().map(({ event }) => event as OrderEvent);
    for (const { streamId, version, state } of log.offered)
      expect({ streamId, state }).toEqual({ streamId: ORDER_ID, state: stateAt(events, version) });
  });

  it(`are offered by a process that only reads, once there are ${SNAPSHOT_EVERY} events after the last`, async () => {
    const log = await watched([...orderOf(usd(1_000)), ...claims(1, SNAPSHOT_EVERY - 2)]);
    await load(log);
    expect(versions(log.offered)).toEqual([]);
    await appendTo(log, SNAPSHOT_EVERY - 1, claims(100, 1));
    await load(log);
    await load(log);
    expect(versions(log.offered)).toEqual([SNAPSHOT_EVERY]);
    await appendTo(log, SNAPSHOT_EVERY, claims(200, SNAPSHOT_EVERY - 1));
    await load(log);
    expect(versions(log.offered)).toEqual([SNAPSHOT_EVERY]);
    await appendTo(log, 2 * SNAPSHOT_EVERY - 1, claims(300, 1));
    await load(log);
    expect(versions(log.offered)).toEqual([SNAPSHOT_EVERY, 2 * SNAPSHOT_EVERY]);
  });

  it('are of one stream each', async () => {
    const log = await watched([...orderOf(usd(1_000)), ...claims(1, 2 * SNAPSHOT_EVERY)]);
    const begun = initiatePayment(paymentFor(PAYMENT_ID, usd(1)));
    await log.append({
      context: contextOf('payment'),
      streams: [append(paymentAggregate, PAYMENT_ID, 0, begun)],
      answer: null,
    });
    const history = await aggregateLoader(log, noCache).load(TENANT, [PAYMENT_ID, ORDER_ID]);
    history.of(paymentAggregate, PAYMENT_ID);
    history.of(orderAggregate, ORDER_ID);
    expect(log.offered.map(({ streamId }) => streamId)).toEqual([ORDER_ID]);
  });
});
