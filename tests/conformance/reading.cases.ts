import { describe, expect, it } from 'vitest';
import { orderIdOn, TENANT } from '../support/log.ts';
import type { Logs, LogStore } from './log-store.ts';
import { orderOf, read, siblingOf, upTo, versionsIn } from './units.ts';

export function reading(logs: Logs, { shardCount }: LogStore): void {
  describe('reading streams', () => wholeStreams(logs, shardCount));
  describe('reading a stream as it was', () => timeTravel(logs));
}

function wholeStreams(logs: Logs, shardCount: number): void {
  it('gives them in the order asked for, the oldest event first, an absent one as empty', async () => {
    const [log] = logs();
    const first = await orderOf(log, 3);
    const second = await orderOf(log, 2, siblingOf(first));
    const absent = siblingOf(first);
    const streams = await log.readStreams(TENANT, [second, absent, first, second]);
    expect(streams.map(versionsIn)).toEqual([[1, 2], [], [1, 2, 3], [1, 2]]);
    expect(streams.map((stream) => stream[0]?.streamId)).toEqual([second, undefined, first, second]);
  });

  it('gives nothing when nothing is asked for', async () => {
    expect(await logs()[0].readStreams(TENANT, [])).toEqual([]);
  });

  // Where there is one shard there is nothing to refuse.
  if (shardCount > 1)
    it('is a mistake when they are of several shards', async () => {
      const [log] = logs();
      await expect(log.readStreams(TENANT, [orderIdOn(0), orderIdOn(1)])).rejects.toThrow('several shards');
    });
}

const inParis = (at: number): string => new Date(at + 7_200_000).toISOString().replace('Z', '+02:00');

function timeTravel(logs: Logs): void {
  it.each(upTo(6))('up to version %i shows just the events until then', async (version) => {
    const [log] = logs();
    const orderId = await orderOf(log, 4);
    const [stream] = await log.readStreams(TENANT, [orderId], { version });
    expect(versionsIn(stream!)).toEqual(upTo(Math.min(version, 4)));
  });

  it('up to version 0 shows nothing', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 1);
    expect(await log.readStreams(TENANT, [orderId], { version: 0 })).toEqual([[]]);
  });

  it('up to the instant at which an event was recorded shows it and all before it', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 4);
    const whole = await read(log, orderId);
    for (const { recordedAt: at } of whole) {
      const [stream] = await log.readStreams(TENANT, [orderId], { at });
      expect(stream).toEqual(whole.filter(({ recordedAt }) => recordedAt <= at));
    }
  });

  it('up to an instant before its first event shows nothing, after its last all, in any time zone', async () => {
    const [log] = logs();
    const orderId = await orderOf(log, 2);
    const whole = await read(log, orderId);
    const before = inParis(Date.parse(whole[0]!.recordedAt) - 1);
    expect(await log.readStreams(TENANT, [orderId], { at: before })).toEqual([[]]);
    const after = inParis(Date.parse(whole[1]!.recordedAt) + 1);
    expect(await log.readStreams(TENANT, [orderId], { at: after })).toEqual([whole]);
  });

  it('up to a position shows of each stream what was appended by then', async () => {
    const [log] = logs();
    const first = await orderOf(log, 3);
    const second = await orderOf(log, 2, siblingOf(first));
    const whole = [await read(log, first), await read(log, second)];
    for (const { position } of whole.flat()) {
      const streams = await log.readStreams(TENANT, [first, second], { position });
      expect(streams).toEqual(whole.map((events) => events.filter((event) => event.position <= position)));
    }
    expect(await log.readStreams(TENANT, [first], { position: whole[0]![0]!.position - 1n })).toEqual([[]]);
  });

  it('obeys the earlier of a version and an instant, for each stream', async () => {
    const [log] = logs();
    const first = await orderOf(log, 3);
    const second = await orderOf(log, 1, siblingOf(first));
    const at = (await read(log, second))[0]!.recordedAt;
    const streams = await log.readStreams(TENANT, [first, second], { version: 2, at });
    expect(streams.map(versionsIn)).toEqual([[1, 2], [1]]);
    const early = await log.readStreams(TENANT, [first, second], { version: 2, at: '2000-01-01T00:00:00Z' });
    expect(early).toEqual([[], []]);
  });
}
