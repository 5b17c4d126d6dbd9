import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent } from '../../src/infrastructure/codecs/event-codec.ts';
import { ORDER_PAYLOADS } from '../../src/infrastructure/codecs/order-codec.ts';
import { PAYMENT_PAYLOADS } from '../../src/infrastructure/codecs/payment-codec.ts';
import golden from './golden-payloads.json' with { type: 'json' };

describe('stored events', () => {
  it('have a golden payload for every type', () => {
    const types = Object.keys({ ...ORDER_PAYLOADS, ...PAYMENT_PAYLOADS });
    expect(golden.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
  });

  it.each(golden)('$type v$schemaVersion reads and writes as it always did', (stored) => {
    expect(encodeEvent(decodeEvent(stored))).toEqual(stored);
  });

  it.each(golden)('$type does not read when a field is missing', ({ data, ...stored }) => {
    for (const name of Object.keys(data)) {
      const { [name]: _, ...rest } = data as Record<string, unknown>;
      expect(() => decodeEvent({ ...stored, data: rest })).toThrow(/required/);
    }
  });

  it.each([
    ['an unknown type', { type: 'OrderTeleported', schemaVersion: 1, data: {} }],
    ['a version of a newer build', { type: 'OrderConfirmed', schemaVersion: 2, data: {} }],
    ['a type that is a property of every object', { type: 'constructor', schemaVersion: 1, data: {} }],
  ])('%s is a fault, never passed over', (_, stored) => {
    expect(() => decodeEvent(stored)).toThrow(expect.objectContaining({ name: 'UnreadableEvent' }));
  });

  it('with a currency this build does not know is a fault', () => {
    const paid = golden.find(({ type }) => type === 'OrderPaid')!;
    const data = { ...paid.data, total: { amount: 1, currency: 'ZZZ' } };
    expect(() => decodeEvent({ ...paid, data })).toThrow('known currency');
  });
});
