import type { EventLog, Json, RecordedEvent } from '../../application/ports.ts';
import type { HistoryEntry } from '../../application/read-models.ts';
import type { OrderId, PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { encodeEvent } from '../codecs/event-codec.ts';

/** Straight from the log, so it is never behind; undefined if the tenant has no such order. */
export async function readOrderHistory(
  log: EventLog,
  tenantId: TenantId,
  orderId: OrderId,
): Promise<HistoryEntry[] | undefined> {
  const [order = []] = await log.readStreams(tenantId, [orderId]);
  if (order[0]?.event.type !== 'OrderCreated') return undefined;
  const paymentIds = order.map(({ event }) => event).flatMap(paymentClaimed);
  const payments = paymentIds.length > 0 ? await log.readStreams(tenantId, paymentIds) : [];
  return [...order, ...payments.flat()].toSorted((a, b) => (a.position < b.position ? -1 : 1)).map(toEntry);
}

const paymentClaimed = (event: RecordedEvent['event']): PaymentId[] =>
  event.type === 'PaymentClaimed' ? [event.paymentId] : [];

function toEntry({
  eventId,
  streamId,
  version,
  position,
  recordedAt,
  metadata,
  event,
}: RecordedEvent): HistoryEntry {
  const { type, data } = encodeEvent(event);
  const { commandId, correlationId, causationId, actor } = metadata;
  // A token can charge the customer again: it is for the provider's eyes only.
  const { paymentToken: _, ...shown } = data as Record<string, Json>;
  return {
    eventId,
    type,
    streamId,
    version,
    position: String(position),
    recordedAt,
    commandId,
    correlationId,
    causationId,
    actor,
    data: shown,
  };
}
