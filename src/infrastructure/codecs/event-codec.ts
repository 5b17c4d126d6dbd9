import { Ajv, type ValidateFunction } from 'ajv';
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
const validators: ReadonlyMap<string, ValidateFunction> = new Map(
  Object.entries({ ...ORDER_PAYLOADS, ...PAYMENT_PAYLOADS }).map(([type, schema]) => [
    type,
    ajv.compile(schema),
  ]),
);

const CURRENT_VERSION = 1;

export function encodeEvent({ type, ...payload }: DomainEvent): StoredEvent {
  return { type, schemaVersion: CURRENT_VERSION, data: toJson(payload) };
}

export function decodeEvent({ type, schemaVersion, data }: StoredEvent): DomainEvent {
  const validate = schemaVersion === CURRENT_VERSION ? validators.get(type) : undefined;
  if (!validate) throw new UnreadableEvent(`no reader for ${type} v${schemaVersion}`);
  if (!validate(data))
    throw new UnreadableEvent(`${type} v${schemaVersion}: ${ajv.errorsText(validate.errors)}`);
  return fromJson<DomainEvent>({ type, ...(data as object) });
}
