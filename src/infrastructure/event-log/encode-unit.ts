import type { DomainEvent, StreamAppend, Unit } from '../../application/ports.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import type { EventCodec, StoredEvent } from '../codecs/event-codec.ts';
import { erasePersonal, isPersonal, sealPersonal } from '../codecs/personal-data.ts';
import { nameOf, type Subject, type SubjectKey } from '../postgres/customer-keys.ts';
import { newEventId } from '../system.ts';

/** A unit's events before what is personal in them is sealed. */
export type OpenUnit = {
  readonly unit: Unit;
  readonly open: readonly (readonly OpenEvent[])[];
  /** Whose keys it takes, by name. */
  readonly subjects: ReadonlyMap<string, Subject>;
};
type OpenEvent = {
  readonly eventId: string;
  readonly stored: StoredEvent;
  /** The name of whom it says something personal about. */
  readonly subject?: string;
};

/** A unit as it is sent. However often it is, and with whatever keys, the event ids stay the same. */
export type EncodedUnit = OpenUnit & {
  readonly events: readonly (readonly EncodedEvent[])[];
  readonly answerJson: string;
  readonly bytes: number;
  /** With which its personal fields are sealed. */
  readonly keyIds: readonly string[];
};
type EncodedEvent = {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly dataJson: string;
};

export function openUnit(codec: EventCodec, shard: number, unit: Unit): OpenUnit {
  const subjects = new Map<string, Subject>();
  const open = unit.streams.map((stream) =>
    stream.events.map((event): OpenEvent => {
      const eventId = newEventId();
      const stored = codec.encode(event);
      if (!isPersonal(stored)) return { eventId, stored };
      const subject = subjectOf(unit, shard, stream, event);
      subjects.set(nameOf(subject), subject);
      return { eventId, stored, subject: nameOf(subject) };
    }),
  );
  return { unit, open, subjects };
}

/**
 * An order is sealed with its customer's key, and what follows with that of the order: by the time it is appended the
 * customer may have been erased, and have ordered again under another.
 */
function subjectOf(
  { context, streams }: Unit,
  shard: number,
  stream: StreamAppend,
  event: DomainEvent,
): Subject {
  const orderId = ('orderId' in event ? event.orderId : stream.streamId) as OrderId;
  const created = streams.find(({ streamId }) => streamId === orderId)?.events[0];
  return created?.type === 'OrderCreated'
    ? { tenantId: context.tenantId, customerId: created.customerId }
    : { shard, orderId };
}

export function encodeUnit(
  { unit, open, subjects }: OpenUnit,
  keys: ReadonlyMap<string, SubjectKey>,
): EncodedUnit {
  const answerJson = JSON.stringify(unit.answer);
  let bytes = answerJson.length;
  const keyIds = new Set<string>();

  function sealed({ stored, subject }: OpenEvent): StoredEvent {
    if (subject === undefined) return stored;
    const key = keys.get(subject);
    invariant(key !== undefined, 'what is personal is sealed');
    if (key === 'none') return stored;
    if (key === 'retired') return erasePersonal(stored);
    keyIds.add(key.keyId);
    return sealPersonal(stored, key);
  }

  const events = open.map((stream) =>
    stream.map((event): EncodedEvent => {
      const { type, schemaVersion, data } = sealed(event);
      const dataJson = JSON.stringify(data);
      bytes += dataJson.length;
      return { eventId: event.eventId, type, schemaVersion, dataJson };
    }),
  );
  return { unit, open, subjects, events, answerJson, bytes, keyIds: [...keyIds] };
}
