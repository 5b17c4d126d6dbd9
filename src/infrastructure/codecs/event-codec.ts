import { Ajv } from 'ajv';
import type { TSchema } from 'typebox';
import { UnreadableEvent, type DomainEvent } from '../../application/ports.ts';
import { invariant, InvariantViolation } from '../../domain/shared/invariant.ts';
import { fromJson, toJson } from './money-json.ts';
import { ORDER_PAYLOADS } from './order-codec.ts';
import { PAYMENT_PAYLOADS } from './payment-codec.ts';
import { PAYOUT_PAYLOADS } from './payout-codec.ts';
import type { PayloadVersions, Upcaster } from './payload-versions.ts';
import { WEBHOOK_OUTAGE_PAYLOADS } from './webhook-outage-codec.ts';

export { UnreadableEvent };

/** An event as the log keeps it. `data` holds everything but the type. */
export type StoredEvent = { readonly type: string; readonly schemaVersion: number; readonly data: unknown };

export type EventCodec = {
  /** Writes the current version. */
  readonly encode: (event: DomainEvent) => StoredEvent;
  /** Reads every version there ever was; throws `UnreadableEvent`, which never quotes the payload. */
  readonly decode: (stored: StoredEvent) => DomainEvent;
};

/** What is wrong with a payload, in words of its schema alone; undefined if nothing is. */
type Check = (payload: unknown) => string | undefined;

const ajv = new Ajv({ strict: true });

export function createEventCodec(definitions: Readonly<Record<string, PayloadVersions>>): EventCodec {
  const types = new Map(
    Object.entries(definitions).map(([type, { schemas, upcasters }]) => [
      type,
      { current: schemas.length, checks: schemas.map(checkOf), upcasters },
    ]),
  );
  return {
    encode: ({ type, ...payload }) => {
      const schemaVersion = types.get(type)?.current;
      invariant(schemaVersion, `${type} has a definition`);
      return { type, schemaVersion, data: toJson(payload) };
    },
    decode: ({ type, schemaVersion, data }) => {
      const known = types.get(type);
      const check = known?.checks[schemaVersion - 1];
      if (!known || !check) throw unreadable(type, schemaVersion, 'this build knows no such event');
      const problem = check(data);
      if (problem) throw unreadable(type, schemaVersion, problem);
      if (schemaVersion === known.current) return toEvent(type, schemaVersion, data);

      const payload = upcast(type, schemaVersion, data, known.upcasters);
      // What an upcaster returns is checked by its types and, since data may surprise it, once at the end of the chain:
      // two checks for an old event, one for a current one.
      const misfit = known.checks[known.current - 1]!(payload);
      if (misfit) throw unreadable(type, schemaVersion, `upcast to v${known.current}: ${misfit}`);
      return toEvent(type, schemaVersion, payload);
    },
  };
}

/** This build's. */
export const eventCodec: EventCodec = createEventCodec({
  ...ORDER_PAYLOADS,
  ...PAYMENT_PAYLOADS,
  ...PAYOUT_PAYLOADS,
  ...WEBHOOK_OUTAGE_PAYLOADS,
});

export const { encode: encodeEvent, decode: decodeEvent } = eventCodec;

/** Compiled when first asked: that takes milliseconds, and most old versions are never met. */
function checkOf(schema: TSchema): Check {
  let validate: ReturnType<typeof ajv.compile> | undefined;
  return (payload) => {
    validate ??= ajv.compile(schema);
    if (validate(payload)) return undefined;
    // The path within the schema, not within the payload, whose keys may be a customer's own words.
    const { schemaPath, message } = validate.errors![0]!;
    return `${schemaPath} ${message}`;
  };
}

function upcast(type: string, version: number, data: unknown, upcasters: readonly Upcaster[]): unknown {
  let payload = data;
  for (let from = version; from <= upcasters.length; from++) {
    try {
      payload = upcasters[from - 1]!(payload);
    } catch (fault) {
      // Its name only: a message such as "Cannot convert abc to a BigInt" quotes the payload.
      const name = fault instanceof Error ? fault.name : typeof fault;
      throw unreadable(type, version, `the upcaster from v${from} threw a ${name}`);
    }
  }
  return payload;
}

function toEvent(type: string, version: number, payload: unknown): DomainEvent {
  try {
    return fromJson<DomainEvent>({ type, ...(payload as object) });
  } catch (fault) {
    if (fault instanceof InvariantViolation) throw unreadable(type, version, fault.message);
    throw fault;
  }
}

const unreadable = (type: string, version: number, problem: string): UnreadableEvent =>
  new UnreadableEvent(`${type} v${version}: ${problem}`);
