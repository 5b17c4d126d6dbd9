import type { DomainEvent, EventLog, Json, RecordedEvent } from '../../application/ports.ts';
import type { HistoryEntry } from '../../application/read-models.ts';
import type { OrderId, PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { encodeEvent } from '../codecs/event-codec.ts';

/** Straight from the log, so it is never behind; undefined if the tenant has no such order. */
export async function readOrderHistory(
  log: EventLog,
  tenantId: TenantId,
  orderId: OrderId,
): Promise<HistoryEntry[] | undefined> {
  let paymentIds: readonly PaymentId[] = [];
  for (;;) {
    // The order again with its payments, in one query: of two moments, the later part could tell of what the earlier
    // does not show yet, and an effect would stand there without its cause.
    const [order = [], ...payments] = await log.readStreams(tenantId, [orderId, ...paymentIds]);
    if (order[0]?.event.type !== 'OrderCreated') return undefined;
    const claimed = order.map(({ event }) => event).flatMap(paymentClaimed);
    if (claimed.length === paymentIds.length) return toHistory([...order, ...payments.flat()]);
    paymentIds = claimed;
  }
}

const paymentClaimed = (event: DomainEvent): PaymentId[] =>
  event.type === 'PaymentClaimed' ? [event.paymentId] : [];

function toHistory(events: readonly RecordedEvent[]): HistoryEntry[] {
  const eventIds = new Set(events.map(({ eventId }) => eventId));
  return events
    .toSorted((a, b) => (a.position < b.position ? -1 : 1))
    .map((recorded) => toHistoryEntry(recorded, eventIds));
}

/** `eventIds`: of the events among which its cause is looked for, all of the same order. */
function toHistoryEntry(
  { shard, eventId, streamId, version, position, recordedAt, metadata, event }: RecordedEvent,
  eventIds: ReadonlySet<string>,
): HistoryEntry {
  const { commandId, correlationId, causationId, actor } = metadata;
  return {
    id: `${shard}-${position}`,
    eventId,
    type: event.type,
    streamId,
    version,
    position: String(position),
    recordedAt,
    commandId,
    correlationId,
    causationId,
    // A cause may also be a request, whose id is no event's and need not be this command's own, or a payment that a
    // clock found waiting.
    causedBy: eventIds.has(causationId) ? causationId : null,
    actor,
    data: shownData(event),
  };
}

/** An event's data as people may see it. A token can charge the customer again: it is for the provider's eyes only. */
export function shownData(event: DomainEvent): Json {
  const { paymentToken: _, ...shown } = encodeEvent(event).data as Record<string, Json>;
  return shown;
}
