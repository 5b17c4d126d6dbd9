import fc from 'fast-check';
import { PROBLEMS } from '../../src/api/problem.ts';
import { SIMULATED_TOKENS } from '../../src/infrastructure/gateways/simulated-behaviour.ts';
import type { Schema } from './operations.ts';
import type { World } from './world.ts';

/** Ids that nothing has. */
export const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

/** With these the provider is not reached, which is a documented 503: here none may be answered at all. */
const UNREACHED = ['tok_http_500', 'tok_http_429', 'tok_timeout_never_sent', 'tok_no_answer'];
const TOKENS = SIMULATED_TOKENS.filter((token) => !UNREACHED.includes(token));

/** Nasty, and good all the same: what may be sent must be kept and given back as it is. */
const TEXTS = [
  'Tea',
  'Té à la menthe',
  '🫖',
  '\u202Eright to left\u202C',
  'x\u200By',
  "'); drop table event; --",
  '{{7*7}} ${7*7} <%= 7*7 %>',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '__proto__',
  'null',
  '%00%0a',
  String.raw`\u0000`,
  '$1 :name ? %s',
];

const choice = fc.nat(999);
const often = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>, weight = 9): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other });

const printable = (maxLength: number): fc.Arbitrary<string> =>
  often(
    fc.constantFrom(...TEXTS.filter(({ length }) => length <= maxLength)),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(maxLength, 50) })
      .filter((text) => text.length <= maxLength && /^[^\p{Cc}\p{Cs}]+$/u.test(text)),
    4,
  );

const currency = often(fc.constant('USD'), fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), 60);
const money = fc.record({
  amount: often(fc.nat(9_000), fc.constantFrom(0, 1, 999_999_999_999), 12),
  currency,
});
const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });

type Named = (world: World) => fc.Arbitrary<unknown>;

/** What a schema alone does not say: which values lead somewhere. By the names of properties and parameters. */
const NAMED: Readonly<Record<string, Named>> = {
  customerId: (world) =>
    fc
      .tuple(fc.boolean(), choice)
      .map(([known, n]) => (known ? world.one('customerId', n) : undefined) ?? `customer-${n}`),
  productId: () => fc.constantFrom('teapot', 'cup', 'a.b:c-d_e'),
  lineId: () => often(fc.constantFrom('1', '2'), fc.constant('3')),
  groupId: (world) => choice.map((n) => world.one('groupId', n) ?? 'abcdefghijklmnop'),
  cursor: (world) => choice.map((n) => world.cursor(n) ?? 'e30.e30'),
  consumer: () => fc.constantFrom('shipping', 'checkout'),
  quantity: () => often(fc.integer({ min: 1, max: 3 }), fc.constantFrom(1_000_000, 999)),
  unitPrice: () => money,
  shipping: () => money,
  discount: () => fc.record({ amount: fc.nat(1), currency }),
  currency: () => currency,
  // Long enough for nothing to end by itself while the fuzzer looks whether a refusal changed anything.
  expiresInSeconds: () => fc.integer({ min: 3_600, max: 86_400 }),
  paymentToken: () => often(fc.constant('tok_success'), fc.constantFrom(...TOKENS), 2),
  url: () => fc.nat(9).map((n) => `https://shop${n}.example/hooks`),
  // Of what seldom happens: each message to each endpoint is a delivery that fails, and is tried again.
  events: () => fc.constantFrom(['order.overpaid.v1'], ['order.returned.v1', 'order.charged_back.v1']),
  types: () => fc.constantFrom('order.created.v1', 'order.created.v1,order.paid.v1'),
  provider: () => fc.constant('simulated'),
  code: () => fc.constantFrom(...Object.keys(PROBLEMS)),
  limit: () => often(fc.integer({ min: 1, max: 5 }), fc.constant(100)),
  atVersion: () => fc.integer({ min: 1, max: 4 }),
  atPosition: () => fc.integer({ min: 1, max: 200 }).map(String),
  id: () => fc.integer({ min: 1, max: 200 }).map((position) => `0-${position}`),
  account: () => often(fc.constantFrom('psp_clearing:simulated', 'order_funds', 'bank'), printable(40)),
  overlapSeconds: () => fc.constantFrom(0, 60, 604_800),
};

/** Values that fit a schema, about what there is in the world. */
export function valid(schema: Schema, name: string, world: World): fc.Arbitrary<unknown> {
  const named = NAMED[name];
  if (named) return named(world);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return validObject(schema, world);
    case 'array':
      return fc.array(valid(schema.items!, name === 'ids' ? 'letterId' : name, world), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) });
    case 'boolean':
      return fc.boolean();
    default:
      return validText(schema, name, world);
  }
}

function validText({ format, pattern, maxLength = 100 }: Schema, name: string, world: World) {
  if (format === 'uuid') return choice.map((n) => world.one(name, n) ?? ABSENT);
  if (format === 'date-time') return time.map((at) => at.toISOString());
  if (format === 'date') return time.map((at) => at.toISOString().slice(0, 10));
  if (pattern === undefined || pattern.includes('\\p{')) return printable(maxLength);
  return fc.stringMatching(new RegExp(pattern), { maxLength });
}

/** What must be there, and of the rest a part. */
function validObject(schema: Schema, world: World): fc.Arbitrary<object> {
  const { properties = {}, required = [], minProperties = 0 } = schema;
  const fields = Object.entries(properties).map(([name, inner]) => {
    const value = valid(inner, name, world);
    return [name, required.includes(name) ? value : often(fc.constant(undefined), value, 2)] as const;
  });
  const isEnough = (found: object): boolean =>
    Object.values(found).filter((value) => value !== undefined).length >= minProperties;
  return fc.record(Object.fromEntries(fields)).filter(isEnough);
}
