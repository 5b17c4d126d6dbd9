import fc from 'fast-check';
import { oddValue } from './odd-values.ts';

const oddName = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'amount',
    'orderId',
    'tenantId',
    'status',
    'version',
    '',
    '/',
    '~1',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

type Change = {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add' | 'repeat';
  readonly value: unknown;
  readonly name: string;
};

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(30),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat'),
  value: oddValue,
  name: oddName,
});

const REPEATED = 501;

/** The value with one of its parts, counted from the outside in, changed. */
function changed(whole: unknown, { at, how, value, name }: Change): unknown {
  const count = partsOf(whole);
  let seen = 0;
  const visit = (part: unknown): unknown => {
    const isHere = seen++ === at % count;
    if (isHere && how === 'replace') return value;
    if (typeof part !== 'object' || part === null) return isHere ? value : part;
    if (isHere && how === 'repeat' && Array.isArray(part))
      return Array.from({ length: REPEATED }, () => part[0] as unknown);
    const entries = Object.entries(part).map(([key, inner]) => [key, visit(inner)] as const);
    const kept = isHere && how === 'remove' ? entries.slice(1) : entries;
    if (Array.isArray(part)) return kept.map(([, inner]) => inner);
    return Object.fromEntries(isHere && how === 'add' ? [...kept, [name, value]] : kept);
  };
  return visit(whole);
}

const partsOf = (whole: unknown): number =>
  typeof whole === 'object' && whole !== null
    ? Object.values(whole).reduce<number>((sum, part) => sum + partsOf(part), 1)
    : 1;

/** A body that is JSON, and not what it should be. */
export const wrongBody = (right: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc
    .tuple(right, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([whole, changes]) => JSON.stringify(changes.reduce(changed, whole)) ?? 'null');

const NUMBER_TEXTS = [
  'NaN',
  '-0',
  '1e5',
  '1.0',
  '01',
  '+1',
  '0x10',
  '1e400',
  '-1E-400',
  '9'.repeat(400),
  '1_000',
  'Infinity',
];

/** What can be done to a text or its bytes, of which JSON.stringify knows nothing. */
const damage: fc.Arbitrary<(text: string) => string | Buffer> = fc.oneof(
  fc.constantFrom(...NUMBER_TEXTS).map((number) => (text: string) => text.replace(/-?\d+(?=[,}\]])/, number)),
  fc.tuple(fc.nat(400), fc.nat(4), fc.string({ unit: 'binary', maxLength: 4 })).map(
    ([at, cut, insert]) =>
      (text: string) =>
        text.slice(0, at % text.length) + insert + text.slice((at % text.length) + cut),
  ),
  fc.tuple(fc.nat(400), fc.nat(255)).map(([at, byte]) => (text: string) => {
    const bytes = Buffer.from(text);
    bytes[at % bytes.length] = byte;
    return bytes;
  }),
  fc.constantFrom<(text: string) => string | Buffer>(
    () => '',
    () => ' \n\t ',
    () => '['.repeat(5_000),
    () => '{"a":'.repeat(40),
    () => '"' + '\\u0000'.repeat(1_000) + '"',
    () => Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
    () => Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80]),
    (text) => `\uFEFF${text}`,
    (text) => `${text}${text}`,
    (text) => text.slice(0, -1),
    (text) => `${text.slice(0, -1)},"__proto__":{"a":1}}`,
    (text) => text.replace(/^\{("\w+":)/, '{$1null,$1'), // the same name twice
    (text) => `{"customerId":1,"customerId":"c","orderId":[],${text.slice(1)}`,
    (text) => text + ' '.repeat(300_000),
    (text) => Buffer.from(text, 'utf16le'),
    (text) => JSON.stringify(text),
    (text) => `[${text}]`,
  ),
);

/** A body that may be no JSON at all. */
export const brokenBody = (right: fc.Arbitrary<unknown>): fc.Arbitrary<string | Buffer> =>
  fc.tuple(right, damage).map(([whole, damaged]) => damaged(JSON.stringify(whole)));
