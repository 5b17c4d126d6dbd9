import { expect } from 'vitest';
import type {
  AppendOutcome,
  CommandContext,
  EventLog,
  RecordedEvent,
  StreamAppend,
  StreamId,
  Unit,
} from '../../src/application/ports.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { claimed, contextOf, orderCreated, orderStream, TENANT } from '../support/log.ts';

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

export const kinds = (outcomes: readonly AppendOutcome[]): string[] => outcomes.map(({ kind }) => kind);

/** One unit over these streams. */
export const unitOf = (
  streams: readonly [StreamAppend, ...StreamAppend[]],
  context: CommandContext = contextOf(),
): Unit => ({ context, streams, answer: null });

/** One more event on a stream that has `version` of them. */
export const claim = (orderId: OrderId, version: number, context = contextOf()): Unit =>
  unitOf([orderStream(orderId, version, [claimed(orderId)])], context);

/** A stream of `count` events, each appended on its own. */
export async function orderOf(log: EventLog, count: number, orderId = ids.orderId()): Promise<OrderId> {
  await log.append(unitOf([orderStream(orderId, 0, [orderCreated(orderId)])]));
  for (let version = 1; version < count; version++) await log.append(claim(orderId, version));
  return orderId;
}

/** To the log a stream is a stream: another id on the order's shard, to append an order's events to. */
export const siblingOf = (orderId: OrderId): OrderId => ids.paymentId(orderId) as string as OrderId;

export async function read(
  log: EventLog,
  streamId: StreamId,
  tenantId = TENANT,
): Promise<readonly RecordedEvent[]> {
  const [stream] = await log.readStreams(tenantId, [streamId]);
  return stream!;
}

export const versionsIn = (stream: readonly RecordedEvent[]): number[] =>
  stream.map(({ version }) => version);

/** These streams are all that was appended meanwhile: each shard counts their events without a gap. */
export async function expectDense(log: EventLog, streamIds: readonly StreamId[]) {
  return expectDenseIn(await Promise.all(streamIds.map((id) => read(log, id))));
}

export function expectDenseIn(streams: readonly (readonly RecordedEvent[])[]) {
  for (const stream of streams) {
    expect(versionsIn(stream)).toEqual(upTo(stream.length));
    expect(stream).toEqual(stream.toSorted((a, b) => (a.position < b.position ? -1 : 1)));
  }
  const events = streams.flat();
  const shards = new Set(events.map(({ shard }) => shard));
  for (const shard of shards) {
    const positions = events.filter((event) => event.shard === shard).map(({ position }) => Number(position));
    const first = Math.min(...positions);
    expect(positions.toSorted((a, b) => a - b)).toEqual(positions.map((_, index) => first + index));
  }
  return { events: events.length, shards: shards.size };
}
