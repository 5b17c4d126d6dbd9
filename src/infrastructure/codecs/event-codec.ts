import { Ajv } from 'ajv';
import type { TSchema } from 'typebox';
import type { DomainEvent } from '../../application/ports.ts';
import { fromJson, toJson } from './money-json.ts';
import { ORDER_PAYLOADS } from './order-codec.ts';
import { PAYMENT_PAYLOADS } from './payment-codec.ts';

/** An event as the log keeps it. `data` holds everything but the type. */
export type StoredEvent = { readonly type: string; readonly schemaVersion: number; readonly data: unknown };

/** The log holds something this build cannot read: a newer build's event, or damage. Never passed over. */
class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

const ajv = new Ajv({ strict: true });
const schemas: ReadonlyMap<string, TSchema> = new Map(
  Object.entries({ ...ORDER_PAYLOADS, ...PAYMENT_PAYLOADS }),
);

const CURRENT_VERSION = 1;

export function encodeEvent({ type, ...payload }: DomainEvent): StoredEvent {
  return { type, schemaVersion: CURRENT_VERSION, data: toJson(payload) };
}

export function decodeEvent({ type, schemaVersion, data }: StoredEvent): DomainEvent {
  const schema = schemaVersion === CURRENT_VERSION ? schemas.get(type) : undefined;
  if (!schema) throw new UnreadableEvent(`no reader for ${type} v${schemaVersion}`);
  const validate = ajv.compile(schema); // compiled when first met, kept by Ajv from then on
  if (!validate(data))
    throw new UnreadableEvent(`${type} v${schemaVersion}: ${ajv.errorsText(validate.errors)}`);
  return fromJson<DomainEvent>({ type, ...(data as object) });
}
