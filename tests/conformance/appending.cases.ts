import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppendOutcome, Json, Unit } from '../../src/application/ports.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
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
import { claim, expectDense, kinds, orderOf, read, siblingOf, unitOf, upTo, versionsIn } from './units.ts';

const STRANGER = '0190a000-0000-7000-8000-000000000002' as TenantId;

export function appending(logs: Logs, { shardCount }: LogStore): void {
  describe('an expected version', () => expectedVersions(logs));
  describe('a repeated command', () => repeatedCommands(logs));
  describe('a unit', () => units(logs, shardCount));
  describe('a stream of another tenant', () => tenants(logs));
}

function expectedVersions(logs: Logs): void {
  it('lets one of two creations of the same stream win', async () => {
    const orderId = ids.orderId();
    const outcomes = await Promise.all(logs().map((log) => log.append(newOrder(orderId))));
    expect(kinds(outcomes).toSorted()).toEqual(['appended', 'conflict']);
    expect(await read(logs()[0], orderId)).toHaveLength(1);
  });

  it.each([0, 1, 2, 4, 2_147_483_000])(
    'of %i is a conflict on a stream of 3, and adds nothing',
    async (n) => {
      const [log, other] = logs();
      const orderId = await orderOf(log, 3);
      expect(await other.append(claim(orderId, n))).toEqual({ kind: 'conflict' });
      expect(versionsIn(await read(log, orderId))).toEqual([1, 2, 3]);
      expect(await other.append(claim(orderId, 3))).toEqual({ kind: 'appended' });
    },
  );

  it('of more than 0 is a conflict on a stream that is not there, and does not make it', async () => {
    const [log] = logs();
    const orderId = ids.orderId();
    expect(await log.append(claim(orderId, 1))).toEqual({ kind: 'conflict' });
    expect(await log.append(newOrder(orderId))).toEqual({ kind: 'appended' });
  });
}

const storedBy = ({ context, answer }: Unit): AppendOutcome => ({
  kind: 'duplicate',
  fingerprint: context.fingerprint,
  answer,
});

function repeatedCommands(logs: Logs): void {
  it('is answered with what was stored, and appends nothing', async () => {
    const [log, other] = logs();
    const orderId = ids.orderId();
    const unit = newOrder(orderId);
    await log.append(unit);
    const again = { ...unit, context: { ...unit.context, fingerprint: 'another' }, answer: 'another' };
    expect(await log.append(again)).toEqual(storedBy(unit));
    expect(await other.append(again)).toEqual(storedBy(unit));
    expect(await read(log, orderId)).toHaveLength(1);
  });

  it('is known when two processes send it at the same moment', async () => {
    const orderId = ids.orderId();
    const unit = newOrder(orderId);
    const outcomes = await Promise.all(logs().map((log) => log.append(unit)));
    expect(outcomes).toEqual(expect.arrayContaining([{ kind: 'appended' }, storedBy(unit)]));
    expect(await read(logs()[0], orderId)).toHaveLength(1);
  });

  it('is known even when it now asks for something else, which would fit', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 1);
    const unit = claim(orderId, 1);
    await log.append(unit);
    expect(await log.append(claim(orderId, 2, unit.context))).toEqual(storedBy(unit));
    expect(await log.append(newOrder(siblingOf(orderId), unit.context))).toEqual(storedBy(unit));
    expect(await read(log, orderId)).toHaveLength(2);
    expect(await read(log, siblingOf(orderId))).toEqual([]);
  });

  it('is no repetition after a conflict: it may be decided again under its id', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 2);
    const { context } = claim(orderId, 1);
    expect(await log.append(claim(orderId, 1, context))).toEqual({ kind: 'conflict' });
    expect(await log.findCommand(orderId, context.commandId)).toBeUndefined();
    expect(await log.append(claim(orderId, 2, context))).toEqual({ kind: 'appended' });
  });

  it('is found, with fingerprint and answer, and no other command is', async () => {
    const [log, other] = logs();
    const orderId = ids.orderId();
    const unit = newOrder(orderId);
    await log.append(unit);
    const { commandId, fingerprint } = unit.context;
    expect(await other.findCommand(orderId, commandId)).toEqual({ fingerprint, answer: unit.answer });
    expect(await other.findCommand(siblingOf(orderId), commandId)).toEqual({
      fingerprint,
      answer: unit.answer,
    });
    expect(await log.findCommand(orderId, ids.commandId())).toBeUndefined();
  });

  it('gives its answer again exactly, whatever JSON it is', async () => {
    const [log] = logs();
    // What PostgreSQL refuses, the edge refuses: NUL and half a surrogate pair. JSON itself has no -0.
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\u0000'));
    const { json } = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, false, 0, '', [], {}),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        text,
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(text, tie('json'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(json, async (answer) => {
        const unit = { ...newOrder(), answer };
        await log.append(unit);
        expect(await log.append({ ...unit, answer: 'another' })).toEqual(storedBy(unit));
      }),
      { numRuns: 50 },
    );
  });
}

function units(logs: Logs, shardCount: number): void {
  it('is appended to all its streams or to none of them', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 1);
    const sibling = siblingOf(orderId);
    const both = (expected: number) =>
      unitOf([
        orderStream(sibling, 0, [orderCreated(sibling)]),
        orderStream(orderId, expected, [claimed(orderId), claimed(orderId)]),
      ]);
    expect(await log.append(both(7))).toEqual({ kind: 'conflict' });
    expect(await log.readStreams(TENANT, [orderId, sibling])).toEqual([[expect.anything()], []]);
    expect(await log.append(both(1))).toEqual({ kind: 'appended' });
    expect(await expectDense(log, [orderId, sibling])).toEqual({ events: 4, shards: 1 });
  });

  it('keeps its events together, in the order given', async () => {
    const [log, other] = logs();
    const orderId = ids.orderId();
    const sibling = siblingOf(orderId);
    const unit = unitOf([
      orderStream(sibling, 0, [orderCreated(sibling), claimed(sibling)]),
      orderStream(orderId, 0, [orderCreated(orderId), claimed(orderId)]),
    ]);
    const beside = upTo(20).map((n) => (n % 2 ? log : other).append(newOrder(siblingOf(orderId))));
    await Promise.all([...beside.slice(0, 10), log.append(unit), ...beside.slice(10)]);
    const [first, second] = await log.readStreams(TENANT, [sibling, orderId]);
    const positions = [...first!, ...second!].map(({ position }) => Number(position));
    expect(positions).toEqual(upTo(4).map((n) => positions[0]! + n - 1));
  });

  it('of a stream with nothing to append is a mistake, and the rest of it is not appended', async () => {
    const [log] = logs();
    const orderId = ids.orderId();
    const sibling = siblingOf(orderId);
    await expect(log.append(unitOf([orderStream(orderId, 0, [])]))).rejects.toThrow('nothing to append');
    const half = unitOf([orderStream(orderId, 0, [orderCreated(orderId)]), orderStream(sibling, 0, [])]);
    await expect(log.append(half)).rejects.toThrow('nothing to append');
    expect(await log.readStreams(TENANT, [orderId, sibling])).toEqual([[], []]);
    expect(await log.findCommand(orderId, half.context.commandId)).toBeUndefined();
  });

  it.each([0, 1])('that names one stream twice, the second time at version %i, is a mistake', async (n) => {
    const [log] = logs();
    const orderId = ids.orderId();
    const twice = unitOf([
      orderStream(orderId, 0, [orderCreated(orderId)]),
      orderStream(orderId, n, [claimed(orderId)]),
    ]);
    await expect(log.append(twice)).rejects.toThrow('twice');
    expect(await read(log, orderId)).toEqual([]);
  });

  // Where there is one shard there is nothing to refuse.
  if (shardCount > 1)
    it('over streams of several shards is a mistake, and nothing of it is appended', async () => {
      const [log] = logs();
      const [here, there] = [orderIdOn(0), orderIdOn(1)];
      const unit = unitOf([
        orderStream(here, 0, [orderCreated(here)]),
        orderStream(there, 0, [orderCreated(there)]),
      ]);
      await expect(log.append(unit)).rejects.toThrow('several shards');
      expect(await read(log, here)).toEqual([]);
      expect(await read(log, there)).toEqual([]);
    });

  it('reads back as it was written: event, metadata, money', async () => {
    const [log, other] = logs();
    const orderId = ids.orderId();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const context = { ...contextOf(), traceparent };
    await log.append(
      unitOf([orderStream(orderId, 0, [orderCreated(orderId, 'Tee & “Kännchen” 🫖')])], context),
    );
    const { fingerprint: _, ...metadata } = context;
    expect(await read(other, orderId)).toEqual([
      {
        shard: expect.any(Number),
        position: expect.any(BigInt),
        streamId: orderId,
        version: 1,
        eventId: expect.any(String),
        event: orderCreated(orderId, 'Tee & “Kännchen” 🫖'),
        metadata,
        recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
      },
    ]);
  });

  it('has an id for each event, its own and the same at each reading', async () => {
    const [log, other] = logs();
    const orderId = await orderOf(log, 3);
    const eventIds = (await read(log, orderId)).map(({ eventId }) => eventId);
    expect(new Set(eventIds).size).toBe(3);
    expect((await read(other, orderId)).map(({ eventId }) => eventId)).toEqual(eventIds);
  });
}

function tenants(logs: Logs): void {
  it.each([0, 1])('takes nothing, at version %i neither', async (version) => {
    const [log] = logs();
    const orderId = await orderOf(log, 1);
    const context = contextOf(ids.commandId(), STRANGER);
    expect(await log.append(claim(orderId, version, context))).toEqual({ kind: 'conflict' });
    expect(await read(log, orderId)).toHaveLength(1);
  });

  it('reads as empty and loads as absent', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 2);
    expect(await read(log, orderId, STRANGER)).toEqual([]);
    expect(await log.loadStreams(STRANGER, [{ streamId: orderId, after: 0 }])).toEqual([undefined]);
    expect(await log.loadStreams(STRANGER, [{ streamId: orderId, after: 1 }])).toEqual([undefined]);
  });

  it('is not made part of a unit by streams of one’s own', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 1);
    const own = siblingOf(orderId);
    const unit = unitOf(
      [orderStream(own, 0, [orderCreated(own)]), orderStream(orderId, 1, [claimed(orderId)])],
      contextOf(ids.commandId(), STRANGER),
    );
    expect(await log.append(unit)).toEqual({ kind: 'conflict' });
    expect(await read(log, own, STRANGER)).toEqual([]);
  });
}
