import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { ERASED } from '../../domain/shared/erased.ts';
import type { StoredEvent } from './event-codec.ts';

/** With what the personal fields of one customer's events are sealed. */
export type CustomerKey = { readonly keyId: string; readonly secret: KeyObject };

/** A personal field as the log keeps it: base64, the authentication tag at the end of `sealed`. */
export type SealedField = { readonly keyId: string; readonly iv: string; readonly sealed: string };

type Personal = { readonly since: number; readonly fields: readonly string[] };

/** What says something about a person, and from which payload version on it is sealed. */
const PERSONAL_FIELDS: Readonly<Record<string, Personal>> = {
  OrderCreated: { since: 3, fields: ['customerId'] },
  FulfilmentShipped: { since: 2, fields: ['tracking'] },
};

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

type Payload = Record<string, unknown>;

/** Whether a key is needed to store it. What nobody is named by, and what was erased before, is stored as it is. */
export const isPersonal = ({ type, schemaVersion, data }: StoredEvent): boolean => {
  const personal = PERSONAL_FIELDS[type];
  if (personal === undefined || schemaVersion < personal.since) return false;
  return personal.fields.some((field) => isOpen((data as Payload)[field]));
};

const isOpen = (value: unknown): value is string => typeof value === 'string' && value !== ERASED;

/** The event as the log keeps it. */
export const sealPersonal = (stored: StoredEvent, key: CustomerKey): StoredEvent =>
  replacePersonal(stored, (text) => seal(text, key));

/** The same, of somebody who is being erased. */
export const erasePersonal = (stored: StoredEvent): StoredEvent => replacePersonal(stored, () => ERASED);

function replacePersonal(stored: StoredEvent, replace: (text: string) => unknown): StoredEvent {
  const data: Payload = { ...(stored.data as Payload) };
  for (const field of PERSONAL_FIELDS[stored.type]!.fields) {
    const value = data[field];
    if (isOpen(value)) data[field] = replace(value);
  }
  return { ...stored, data };
}

function seal(text: string, { keyId, secret }: CustomerKey): SealedField {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, secret, iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { keyId, iv: iv.toString('base64'), sealed: sealed.toString('base64') };
}

export type StoredPayload = { readonly type: string; readonly data: unknown };

/** The keys that its personal fields are sealed with. */
export const keyIdsOf = (stored: StoredPayload): string[] =>
  sealedFieldsOf(stored).map(([, { keyId }]) => keyId);

/** The payload with its personal fields as they were, or `erased` where the key is gone. */
export function openPersonal(stored: StoredPayload, keys: ReadonlyMap<string, KeyObject>): unknown {
  const fields = sealedFieldsOf(stored);
  if (fields.length === 0) return stored.data;
  const data: Payload = { ...(stored.data as Payload) };
  for (const [field, sealed] of fields) {
    const secret = keys.get(sealed.keyId);
    // What is damaged stays sealed, and no codec reads that: it is not erased.
    data[field] = secret ? (open(sealed, secret) ?? sealed) : ERASED;
  }
  return data;
}

function open({ iv, sealed }: SealedField, secret: KeyObject): string | undefined {
  try {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv(CIPHER, secret, Buffer.from(iv, 'base64'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}

function sealedFieldsOf({ type, data }: StoredPayload): [string, SealedField][] {
  const fields = PERSONAL_FIELDS[type]?.fields;
  if (!fields || data === null || typeof data !== 'object') return [];
  return fields.flatMap((field): [string, SealedField][] => {
    const value = (data as Payload)[field];
    return isSealed(value) ? [[field, value]] : [];
  });
}

const isSealed = (value: unknown): value is SealedField =>
  value !== null &&
  typeof value === 'object' &&
  ['keyId', 'iv', 'sealed'].every((name) => typeof (value as Payload)[name] === 'string');
