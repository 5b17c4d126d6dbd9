import { inspect } from 'node:util';
import fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { UnreadableEvent } from '../../src/application/ports.ts';
import {
  createEventCodec,
  eventCodec,
  type EventCodec,
  type StoredEvent,
} from '../../src/infrastructure/codecs/event-codec.ts';
import { ORDER_PAYLOADS } from '../../src/infrastructure/codecs/order-codec.ts';
import { MoneyPayload, Text } from '../../src/infrastructure/codecs/payload-schemas.ts';
import { version1, type PayloadVersions } from '../../src/infrastructure/codecs/payload-versions.ts';
import { PAYMENT_PAYLOADS } from '../../src/infrastructure/codecs/payment-codec.ts';
import { payloadFor } from '../support/payload-arbitrary.ts';
import { PAYOUT_PAYLOADS } from '../../src/infrastructure/codecs/payout-codec.ts';
import { WEBHOOK_OUTAGE_PAYLOADS } from '../../src/infrastructure/codecs/webhook-outage-codec.ts';
import goldenPayloads from './golden-payloads.json' with { type: 'json' };

/** A payload as it was once written and, if its version is no longer current, what the upcasters make of it. */
type Golden = StoredEvent & { readonly data: object; readonly upcast?: object };

/** A type with a history: its price became money, then it was told how many. */
const REPRICED = version1({ sku: Text, cents: Type.Integer() })
  .next({ sku: Text, price: MoneyPayload }, ({ cents, ...kept }) => ({
    ...kept,
    price: { amount: cents, currency: 'USD' },
  }))
  .next({ sku: Text, price: MoneyPayload, count: Type.Integer() }, (v2) => ({ ...v2, count: 1 }));

const usd = { amount: 5, currency: 'USD' };
const REPRICED_GOLDEN: readonly Golden[] = [
  {
    type: 'Repriced',
    schemaVersion: 1,
    data: { sku: 'a', cents: 5 },
    upcast: { sku: 'a', price: usd, count: 1 },
  },
  {
    type: 'Repriced',
    schemaVersion: 2,
    data: { sku: 'b', price: usd },
    upcast: { sku: 'b', price: usd, count: 1 },
  },
  { type: 'Repriced', schemaVersion: 3, data: { sku: 'c', price: usd, count: 7 } },
];

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

function faultOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (fault) {
    return fault;
  }
}

type Known = { what: string; payloads: Readonly<Record<string, PayloadVersions>>; golden: readonly Golden[] };

const KNOWN: readonly Known[] = [
  {
    what: 'stored events',
    payloads: { ...ORDER_PAYLOADS, ...PAYMENT_PAYLOADS, ...PAYOUT_PAYLOADS, ...WEBHOOK_OUTAGE_PAYLOADS },
    golden: goldenPayloads,
  },
  { what: 'stored events with a history', payloads: { Repriced: REPRICED }, golden: REPRICED_GOLDEN },
];

describe.each(KNOWN)('$what', ({ payloads, golden }) => {
  const codec = createEventCodec(payloads);
  const currentVersion = (type: string): number => payloads[type]!.schemas.length;

  it('have a golden payload of every version of every type, and of no other', () => {
    const known = Object.entries(payloads).flatMap(([type, { schemas }]) =>
      schemas.map((_, index) => `${type} v${index + 1}`),
    );
    expect(golden.map(({ type, schemaVersion }) => `${type} v${schemaVersion}`).toSorted()).toEqual(
      known.toSorted(),
    );
  });

  it.each(golden)('$type v$schemaVersion reads and writes as it always did', ({ upcast, ...stored }) => {
    const { type, schemaVersion, data } = frozen(stored);
    const isCurrent = schemaVersion === currentVersion(type);
    expect(upcast === undefined).toBe(isCurrent);
    const current = { type, schemaVersion: currentVersion(type), data: upcast ?? data };
    expect(codec.encode(codec.decode(stored))).toEqual(current);
    expect(codec.decode(current)).toEqual(codec.decode(stored));
  });

  it.each(golden)('$type v$schemaVersion does not read when a field is missing', ({ data, ...stored }) => {
    const schema = payloads[stored.type]!.schemas[stored.schemaVersion - 1] as { required?: string[] };
    for (const name of schema.required ?? []) {
      const { [name]: _, ...rest } = data as Record<string, unknown>;
      expect(() => codec.decode({ ...stored, data: rest })).toThrow(/required/);
    }
  });

  it.each(Object.entries(payloads))(
    'of the current version are written as they were read: %s',
    (type, versions) => {
      fc.assert(
        fc.property(payloadFor(versions.current), (data) => {
          const stored = { type, schemaVersion: currentVersion(type), data };
          expect(codec.encode(codec.decode(stored))).toEqual(stored);
        }),
      );
    },
  );
});

it('an amount of money is money again, however deep it lies', () => {
  const created = goldenPayloads.find(({ type }) => type === 'OrderCreated')!;
  expect(eventCodec.decode(created)).toMatchObject({
    items: [{ unitPrice: { amountMinor: 1_000n, currency: 'USD' }, tax: { amountMinor: 380n } }],
    totals: { grand: { amountMinor: 2_780n, currency: 'USD' } },
  });
});

it('an event without a definition is not written', () => {
  const event = eventCodec.decode(goldenPayloads[0]!);
  expect(() => createEventCodec({ Repriced: REPRICED }).encode(event)).toThrow(
    'OrderCreated has a definition',
  );
});

describe('an event that this build cannot read', () => {
  const paid = goldenPayloads.find(({ type }) => type === 'OrderPaid')!;

  it.each([
    ['an unknown type', 'OrderTeleported v1', { ...paid, type: 'OrderTeleported' }],
    ['a type that is a property of every object', 'constructor v1', { ...paid, type: 'constructor' }],
    ['a version of a newer build', 'OrderPaid v2', { ...paid, schemaVersion: 2 }],
    ['version 0', 'OrderPaid v0', { ...paid, schemaVersion: 0 }],
    ['a payload that is none', 'OrderPaid v1', { ...paid, data: null }],
    [
      'a currency this build does not know',
      'OrderPaid v1',
      { ...paid, data: { ...paid.data, total: { amount: 1, currency: 'ZZZ' } } },
    ],
  ])('is a fault that names type and version: %s', (_, name, stored) => {
    const decode = () => eventCodec.decode(stored);
    expect(decode).toThrow(UnreadableEvent);
    expect(decode).toThrow(`${name}: `);
  });

  it('is not quoted, be it by a key, by a value or by an upcaster that chokes on it', () => {
    const free = Type.Record(Type.String(), Type.Integer());
    const codec = createEventCodec({
      Labelled: version1({ labels: free }),
      Choked: version1({ amount: Text }).next({ amount: Type.Integer() }, ({ amount }) => ({
        amount: Number(BigInt(amount)),
      })),
    });
    const secret = 'Erika Mustermann';
    for (const [type, data] of [
      ['Labelled', { labels: { [secret]: 'x' } }],
      ['Labelled', { labels: { x: secret } }],
      ['Labelled', { labels: {}, [secret]: 1 }],
      ['Choked', { amount: secret }],
    ] as const) {
      const fault = faultOf(() => codec.decode({ type, schemaVersion: 1, data }));
      expect(fault).toBeInstanceOf(UnreadableEvent);
      expect(inspect(fault)).not.toContain(secret);
    }
  });
});

const chained = (version: number) => ({
  version: Type.Literal(version),
  applied: Type.Array(Type.Integer()),
});

/** A type each of whose versions tells its number and the upcasters that were applied, in order. */
function chainOf(length: number): EventCodec {
  let versions = version1(chained(1));
  for (let from = 1; from < length; from++) {
    versions = versions.next(chained(from + 1), ({ applied }) => ({
      version: from + 1,
      applied: [...applied, from],
    }));
  }
  return createEventCodec({ Chained: versions });
}

describe('upcasters', () => {
  it('are applied once each and in order, from the version that was written on', () => {
    const lengthAndVersion = fc
      .integer({ min: 1, max: 6 })
      .chain((length) => fc.tuple(fc.constant(length), fc.integer({ min: 1, max: length })));
    fc.assert(
      fc.property(lengthAndVersion, ([length, version]) => {
        const stored = { type: 'Chained', schemaVersion: version, data: { version, applied: [] } };
        const applied = Array.from({ length: length - version }, (_, index) => version + index);
        expect(chainOf(length).decode(stored)).toEqual({ type: 'Chained', version: length, applied });
      }),
      { numRuns: 50 },
    );
  });

  it.each([-1, 0, 4, 1.5, Number.NaN])('know no version %d of a type with three', (schemaVersion) => {
    const stored = { type: 'Chained', schemaVersion, data: { version: schemaVersion, applied: [] } };
    expect(() => chainOf(3).decode(stored)).toThrow(UnreadableEvent);
  });

  it('are not asked about a payload that does not fit the version it says it is', () => {
    const stored = { type: 'Repriced', schemaVersion: 1, data: { sku: 'a', cents: 5.5 } };
    expect(() => createEventCodec({ Repriced: REPRICED }).decode(stored)).toThrow(
      /^Repriced v1: .*cents.* integer$/,
    );
  });

  it('that make something else than the current version give an event that cannot be read', () => {
    const codec = createEventCodec({
      Kept: version1({ a: Text }).next({ b: Text }, ({ a, ...kept }) => ({ ...kept, a, b: a })),
    });
    const decode = () => codec.decode({ type: 'Kept', schemaVersion: 1, data: { a: 'x' } });
    expect(decode).toThrow(UnreadableEvent);
    expect(decode).toThrow(/^Kept v1: upcast to v2: .*additional/);
  });
});
