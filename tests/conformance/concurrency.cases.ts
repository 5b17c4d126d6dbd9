import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamAppend } from '../../src/application/ports.ts';
import type { CommandId, OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { ids } from '../../src/infrastructure/system.ts';
import {
  claimed,
  contextOf,
  newOrder,
  orderCreated,
  orderIdOn,
  orderStream,
  TENANT,
} from '../support/log.ts';
import type { Logs, LogStore } from './log-store.ts';
import { agrees, ask, asText, emptyModel, explanations, type Call, type Model } from './log-model.ts';
import { claim, expectDense, expectDenseIn, kinds, read, siblingOf, unitOf, upTo } from './units.ts';

const TENANTS = [TENANT, '0190a000-0000-7000-8000-000000000002' as TenantId] as const;
const FAMILIES = 3;
const RUNS_TIMEOUT_MS = 120_000;

export function concurrency(logs: Logs, store: LogStore): void {
  describe('many writers', () => manyWriters(logs, store));
  describe('any sequence of calls', () => anySequence(logs, store));
}

function manyWriters(logs: Logs, { shardCount, open }: LogStore): void {
  it('find every shard of an empty log at its beginning', async () => {
    const empty = await open();
    const [log] = empty.logs;
    const orderIds = [0, 0, 1].map(orderIdOn);
    await Promise.all(orderIds.map((orderId) => log.append(newOrder(orderId))));
    const streams = await Promise.all(orderIds.map((orderId) => read(log, orderId)));
    const positions = streams.flat().map(({ position }) => Number(position));
    expect(positions.toSorted((a, b) => a - b)).toEqual(shardCount > 1 ? [1, 1, 2] : [1, 2, 3]);
    await empty.close();
  });

  it('on two processes, with conflicts among them, leave dense positions and lose nothing', async () => {
    const hot = ids.orderId();
    await logs()[0].append(newOrder(hot));
    const created: OrderId[] = [];
    const appends = upTo(300).map((n) => {
      const log = logs()[n % 2]!;
      if (n % 3 === 0) return log.append(claim(hot, 1));
      const orderId = ids.orderId();
      created.push(orderId);
      return log.append(unitOf([orderStream(orderId, 0, [orderCreated(orderId), claimed(orderId)])]));
    });
    const outcomes = kinds(await Promise.all(appends));
    expect(outcomes.filter((kind) => kind === 'appended')).toHaveLength(200 + 1); // one of those who wanted version 1
    expect(outcomes.filter((kind) => kind === 'conflict')).toHaveLength(99);
    const { events } = await expectDense(logs()[0], [hot, ...created]);
    expect(events).toBe(2 + 200 * 2);
  });

  it('on every shard number positions for each alone', async () => {
    const shards = Math.min(shardCount, 4);
    const orderIds = upTo(shards * 10).map((n) => orderIdOn(n % shards));
    await Promise.all(orderIds.map((orderId, n) => logs()[n % 2]!.append(newOrder(orderId))));
    expect(await expectDense(logs()[0], orderIds)).toEqual({ events: shards * 10, shards });
  });

  it('of one stream who take turns after each conflict all get in', async () => {
    const hot = ids.orderId();
    await logs()[0].append(newOrder(hot));
    const writers = upTo(12).map(async (n) => {
      const log = logs()[n % 2]!;
      const context = contextOf();
      for (;;) {
        const [stream] = await log.readStreams(TENANT, [hot]);
        const outcome = await log.append(claim(hot, stream!.length, context));
        if (outcome.kind !== 'conflict') return outcome.kind;
      }
    });
    expect(await Promise.all(writers)).toEqual(upTo(12).map(() => 'appended'));
    expect(await expectDense(logs()[0], [hot])).toEqual({ events: 13, shards: 1 });
  });
}

/** A call to be made on what there is by then; numbers choose among the ids of the run. */
type Plan = {
  readonly process: number;
  readonly kind: Call['kind'];
  readonly family: number;
  readonly members: readonly number[];
  readonly tenant: number;
  readonly command: number;
  /** How far from the version the stream has when the call is made. */
  readonly off: readonly number[];
  readonly counts: readonly number[];
};

const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));

const plan: fc.Arbitrary<Plan> = fc.record({
  process: fc.nat({ max: 1 }),
  kind: mostly<Call['kind']>('append', 'read', 'load', 'find'),
  family: fc.nat({ max: FAMILIES - 1 }),
  members: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
  tenant: mostly(0, 1),
  command: fc.nat({ max: 5 }),
  off: fc.tuple(...[0, 1, 2].map(() => mostly(0, -1, 1, 2))),
  counts: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 3 }))),
});

/** Plans of one step are carried out at the same time. */
const steps = (together: number) =>
  fc.array(fc.array(plan, { minLength: 1, maxLength: together }), { minLength: 1, maxLength: 8 });

/** Three orders, each on a shard of its own where there are enough, with streams and commands of their own. */
const newFamilies = () =>
  Array.from({ length: FAMILIES }, (_, shard) => {
    const orderId = orderIdOn(shard);
    return {
      streamIds: [orderId, siblingOf(orderId), siblingOf(orderId)],
      commandIds: Array.from({ length: 6 }, (): CommandId => ids.commandId()),
    };
  });

type Families = ReturnType<typeof newFamilies>;

let lastAmount = 0;

function callOf(families: Families, model: Model, planned: Plan): Call {
  const { streamIds, commandIds } = families[planned.family]!;
  const tenantId = TENANTS[planned.tenant]!;
  const commandId = commandIds[planned.command]!;
  const chosen = planned.members.map((member) => streamIds[member]!);
  const versionOf = (streamId: OrderId, index: number): number =>
    Math.max(0, (model.streams.get(streamId)?.amounts.length ?? 0) + planned.off[index]!);
  switch (planned.kind) {
    case 'read':
      return { kind: 'read', tenantId, streamIds: chosen };
    case 'load':
      return { kind: 'load', tenantId, streamId: chosen[0]!, after: versionOf(chosen[0]!, 0) };
    case 'find':
      return { kind: 'find', streamId: chosen[0]!, commandId };
    case 'append': {
      const streams = chosen.map((streamId, index) => {
        const events = upTo(planned.counts[index]!).map(() => claimed(streamId, ++lastAmount));
        return orderStream(streamId, versionOf(streamId, index), events);
      }) as [StreamAppend, ...StreamAppend[]];
      const context = { ...contextOf(commandId, tenantId), fingerprint: `print ${++lastAmount}` };
      return { kind: 'append', unit: { context, streams, answer: { of: lastAmount } } };
    }
  }
}

const readAll = (families: Families): Call[] =>
  families.flatMap(({ streamIds }) =>
    TENANTS.map((tenantId): Call => ({ kind: 'read', tenantId, streamIds })),
  );

function anySequence(logs: Logs, { runs }: LogStore): void {
  async function carryOut(families: Families, plans: readonly (readonly Plan[])[]): Promise<void> {
    let model = emptyModel;
    for (const together of plans) {
      const calls = together.map((planned) => callOf(families, model, planned));
      const answers = await Promise.all(
        calls.map(async (call, n) => ({ call, answer: await ask(logs()[together[n]!.process]!, call) })),
      );
      const after = await Promise.all(
        readAll(families).map(async (call) => ({ call, answer: await ask(logs()[0], call) })),
      );
      const explanation = explanations(model, answers).find((found) => agrees(found, after));
      if (!explanation) throw new Error(`no order of these calls explains their answers: ${asText(answers)}`);
      model = explanation;
    }
  }

  async function check(together: number): Promise<void> {
    const streamIds: OrderId[] = [];
    await fc.assert(
      fc.asyncProperty(steps(together), async (plans) => {
        const families = newFamilies();
        streamIds.push(...families.flatMap((family) => family.streamIds));
        await carryOut(families, plans);
      }),
      { numRuns: runs },
    );
    const ofTenants = TENANTS.map((tenantId) => streamIds.map((id) => read(logs()[0], id, tenantId)));
    expectDenseIn(await Promise.all(ofTenants.flat()));
  }

  it('one after another is answered as a simple model answers', () => check(1), RUNS_TIMEOUT_MS);

  it(
    'some at the same time, on two processes, is answered as the model answers in some order',
    () => check(5),
    RUNS_TIMEOUT_MS,
  );
}
