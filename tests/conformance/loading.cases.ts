import { describe, expect, it } from 'vitest';
import type { EventLog, LoadedStream, Snapshot, StreamId } from '../../src/application/ports.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { Order } from '../../src/domain/orders/order.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { eventually } from '../support/eventually.ts';
import { orderIdOn, TENANT } from '../support/log.ts';
import type { Logs, LogStore } from './log-store.ts';
import { claim, orderOf, read, siblingOf, upTo, versionsIn } from './units.ts';

async function load(log: EventLog, streamId: StreamId, after = 0): Promise<LoadedStream> {
  const [loaded] = await log.loadStreams(TENANT, [{ streamId, after }]);
  if (!loaded) throw new Error(`${streamId} is absent`);
  return loaded;
}

async function stateAt(log: EventLog, orderId: StreamId, version: number): Promise<Order> {
  const events = (await read(log, orderId)).slice(0, version);
  return fold(
    orderAggregate,
    events.map(({ event }) => event as OrderEvent),
  );
}

async function offer(log: EventLog, orderId: StreamId, version: number): Promise<Snapshot> {
  const snapshot = { version, state: await stateAt(log, orderId, version) };
  log.offerSnapshot(orderId, orderAggregate.category, snapshot);
  return snapshot;
}

const kept = (log: EventLog, orderId: StreamId, version: number): Promise<LoadedStream> =>
  eventually(async () => {
    const loaded = await load(log, orderId);
    expect(loaded.snapshot?.version).toBe(version);
    return loaded;
  });

export function loading(logs: Logs, { shardCount }: LogStore): void {
  describe('loading streams', () => withoutSnapshots(logs, shardCount));
  describe('a snapshot', () => snapshots(logs));
}

function withoutSnapshots(logs: Logs, shardCount: number): void {
  it('gives each from after the version asked for, with its category, and an absent one as undefined', async () => {
    const [log] = logs();
    const first = await orderOf(log, 3);
    const second = await orderOf(log, 2, siblingOf(first));
    const loaded = await log.loadStreams(TENANT, [
      { streamId: second, after: 0 },
      { streamId: siblingOf(first), after: 0 },
      { streamId: first, after: 2 },
    ]);
    expect(loaded).toEqual([
      { category: 'order', events: await read(log, second) },
      undefined,
      { category: 'order', events: (await read(log, first)).slice(2) },
    ]);
  });

  it.each([3, 4])('gives no event to one who has version %i of 3', async (after) => {
    const [log] = logs();
    const orderId = await orderOf(log, 3);
    expect(await load(log, orderId, after)).toEqual({ category: 'order', events: [] });
  });

  it('gives nothing when nothing is asked for', async () => {
    expect(await logs()[0].loadStreams(TENANT, [])).toEqual([]);
  });

  // Where there is one shard there is nothing to refuse.
  if (shardCount > 1)
    it('is a mistake when they are of several shards', async () => {
      const requests = [0, 1].map((shard) => ({ streamId: orderIdOn(shard), after: 0 }));
      await expect(logs()[0].loadStreams(TENANT, requests)).rejects.toThrow('several shards');
    });
}

function snapshots(logs: Logs): void {
  it('comes in place of the events it was folded from, on every process, with the same state', async () => {
    const [log, other] = logs();
    const orderId = await orderOf(log, 5);
    const snapshot = await offer(log, orderId, 3);
    const loaded = await kept(other, orderId, 3);
    expect(loaded).toEqual({ category: 'order', snapshot, events: (await read(log, orderId)).slice(3) });
  });

  it('of the newest event comes alone', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 2);
    const snapshot = await offer(log, orderId, 2);
    expect(await kept(log, orderId, 2)).toEqual({ category: 'order', snapshot, events: [] });
  });

  it.each([3, 4])('of version 3 is not given to one who has version %i', async (after) => {
    const [log] = logs();
    const orderId = await orderOf(log, 5);
    await offer(log, orderId, 3);
    await kept(log, orderId, 3);
    const loaded = await load(log, orderId, after);
    expect(loaded).toEqual({ category: 'order', events: (await read(log, orderId)).slice(after) });
  });

  it('gives way to a newer one and not to an older one', async () => {
    const [log, other] = logs();
    const orderId = await orderOf(log, 5);
    await offer(log, orderId, 2);
    await kept(log, orderId, 2);
    await offer(other, orderId, 4);
    await kept(log, orderId, 4);
    await offer(log, orderId, 3);
    // Snapshots of a shard are written one after another: when the later one is there, so was the older one's turn.
    const later = await orderOf(log, 1, siblingOf(orderId));
    await offer(log, later, 1);
    await kept(log, later, 1);
    await kept(log, orderId, 4);
  });

  it('changes nothing about reading and appending', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 3);
    const before = await read(log, orderId);
    await offer(log, orderId, 3);
    await kept(log, orderId, 3);
    expect(await read(log, orderId)).toEqual(before);
    expect(await log.append(claim(orderId, 2))).toEqual({ kind: 'conflict' });
    expect(await log.append(claim(orderId, 3))).toEqual({ kind: 'appended' });
    expect(versionsIn((await load(log, orderId)).events)).toEqual([4]);
  });

  it('that was or was not kept yet loads as the same order', async () => {
    const [log, other] = logs();
    const orderId = await orderOf(log, 1, ids.orderId());
    for (const version of upTo(12)) {
      await log.append(claim(orderId, version));
      await offer(version % 2 ? log : other, orderId, version);
      const { snapshot, events } = await load(log, orderId);
      const from = snapshot?.version ?? 0;
      expect(versionsIn(events)).toEqual(upTo(version + 1).slice(from));
      if (snapshot) expect(snapshot.state).toEqual(await stateAt(log, orderId, from));
    }
  });
}
