import fc from 'fast-check';

const LONG = 'x'.repeat(100_000);

/** Where texts are read, split, escaped, put into statements, pages, paths and formats. */
const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u0007\u001b[31m',
  '\ud800',
  'a\udfffb',
  '\uFEFF',
  '\uFFFF',
  '\u202Egnp.exe',
  'Z\u0310\u0325\u0341a\u034f\u0334lgo',
  'NaN',
  'Infinity',
  '-0',
  '1e3',
  '0x10',
  '٣',
  'true',
  'null',
  'undefined',
  '[object Object]',
  '__proto__',
  'constructor',
  "' or '1'='1",
  '1; select pg_sleep(10); --',
  '\\',
  '"',
  '$$;$$',
  '{{constructor.constructor("return process")()}}',
  '${jndi:ldap://localhost/a}',
  '<img src=x onerror=alert(1)>',
  '../../../../etc/passwd',
  '..\\..\\windows',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data',
  '%',
  '%00',
  '%zz',
  '%2e%2e%2f',
  '\r\nset-cookie: a=b',
  '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
  '019AA1B2-7C3D-7E4F-8A5B-6C7D8E9F0A1B',
  '{019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b}',
  '00000000-0000-0000-0000-000000000000',
  '2026-02-30T00:00:00Z',
  '2026-01-01T00:00:00+15:59',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '-271821-04-20T00:00:00Z',
  'usd',
  'XXX',
];

const NUMBERS = [
  ...[
    0,
    -0,
    1,
    -1,
    1.5,
    0.1,
    -1e-7,
    5e-324,
    1e21,
    1e308,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
  ],
  ...[-(2 ** 53), 999_999_999_999, 1_000_000_000_000, 1_000_000, 1_000_001],
];

const nested = (depth: number): unknown =>
  depth === 0 ? null : depth % 2 ? [nested(depth - 1)] : { a: nested(depth - 1) };

export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);

export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: oddText },
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { amount: 1 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      nested(20),
      nested(31),
      nested(40),
      LONG,
      Array.from({ length: 501 }, () => ({})),
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`name${n}`, n])),
    ),
  },
);
