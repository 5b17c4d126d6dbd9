import fc from 'fast-check';
import { oddText } from './odd-values.ts';

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'idempotency-key': ['', ' ', 'k', 'ключ', 'x'.repeat(256), 'a b', '4242424242424242', '__proto__', 'a,b'],
  'if-match': ['*', '"0"', '"1"', '"999999999"', '"9999999999"', 'W/"1"', '1', '""', '"1", "2"', '"-1"', ''],
  'if-none-match': ['*', '"1"', 'W/"1"', '"1","2", "3"', '', 'x'.repeat(2_000), '\u00ff'],
  prefer: [
    'return=minimal',
    'return=representation',
    'wait=0',
    'wait=-1',
    'wait=NaN',
    'wait',
    'return=MINIMAL;a=b',
    '=,;',
    'x'.repeat(3_000),
  ],
  accept: [
    '*/*',
    'application/json',
    'application/problem+json',
    'text/html',
    'application/*;q=0',
    '',
    ',',
    'text/event-stream',
    'application/json;q=0.1, */*;q=0',
  ],
  traceparent: [
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-00000000000000000000000000000000-0000000000000000-00',
    'ff-',
    '',
    'x'.repeat(200),
  ],
  'last-event-id': [
    '0-0',
    '0-1',
    '0-999999999999999999',
    '99999-0',
    '0-0,0-0',
    '-1',
    '',
    'a',
    '0-1,'.repeat(400),
  ],
  'content-type': [
    'application/json; charset=utf-8',
    'text/plain',
    'application/xml',
    'multipart/form-data',
    '',
    'application/json; charset=utf-16',
    'application/merge-patch+json',
    '__proto__/x',
    'application/json/json',
  ],
  'content-encoding': ['gzip', 'identity', 'br'],
  authorization: [
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer op_live_x',
    'Bearer a.b.c',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'bearer null',
    '\u00e9',
    `Bearer ${'x'.repeat(5_000)}`,
  ],
  origin: ['https://evil.example', 'null', ''],
  'x-forwarded-for': ['127.0.0.1', 'x', '::1, 10.0.0.1'],
  'x-http-method-override': ['DELETE'],
  expect: ['100-continue'],
  range: ['bytes=0-1'],
  cookie: ['a=b; __proto__=c'],
  'x-request-id': ['../../x', 'x'.repeat(500)],
};

export type Headers = Readonly<Record<string, string>>;

export const oddHeaders: fc.Arbitrary<Headers> = fc
  .uniqueArray(
    fc
      .constantFrom(...Object.keys(HEADERS))
      .chain((name) =>
        fc
          .oneof(
            { weight: 4, arbitrary: fc.constantFrom(...HEADERS[name]!) },
            { weight: 1, arbitrary: fc.stringMatching(/^[\x20-\x7e]{0,60}$/) },
          )
          .map((value) => [name, value] as const),
      ),
    { minLength: 1, maxLength: 3, selector: ([name]) => name },
  )
  .map((entries) => Object.fromEntries(entries));

/** In a path or a query, as it is written there. */
export const oddPart: fc.Arbitrary<string> = fc.oneof(
  oddText.map((text) => encodeURIComponent(Buffer.from(text).toString())),
  fc.constantFrom(
    '%',
    '%zz',
    '%c0%af',
    '%ed%a0%80',
    '%2e%2e',
    '..',
    '.',
    '%2f',
    '%252e',
    '%00',
    ';',
    'a;b=c',
    '*',
    '%E2%80%AE',
    '+',
    'x'.repeat(101),
  ),
  fc.stringMatching(/^[%0-9a-fA-F.~;:@-]{1,40}$/),
);

export const oddUrl: fc.Arbitrary<(url: string) => string> = fc.oneof(
  fc.constantFrom<(url: string) => string>(
    (url) => `${url}/`,
    (url) => `/${url}`,
    (url) => url.toUpperCase(),
    (url) => url.replaceAll('/', '%2f'),
    (url) => url.replace('/api', '/./api/x/..'),
    (url) => url.replace('/api/', '/api//'),
    (url) => `${url}/${'a/'.repeat(300)}`,
    (url) => `${url}?${'a=1&'.repeat(600)}`,
    (url) => `${url}/${'x'.repeat(5_000)}`,
    (url) => `${url}?`,
    (url) => `${url}?limit=1&limit=2`,
    (url) => `${url}?limit[]=1&limit[a]=2`,
    (url) => `${url}?__proto__=1&constructor=2`,
    (url) => `${url}?limit=5&x=%`,
    (url) => `${url}?limit=1%00`,
    (url) => `${url};v=1`,
    (url) => `${url}#part`,
    (url) => `${url}.json`,
    () => '/',
    () => '/api',
    () => '/favicon.ico',
    () => '/.env',
    () => '/docs/static/../../package.json',
    () => '/docs/static/%2e%2e/%2e%2e/package.json',
    () => '/docs/json',
    () => '/simulated/challenges/x',
    () => '/simulated/challenges/%00',
    () => '/problems/__proto__',
  ),
  oddPart.map((part) => (url: string) => `${url}/${part}`),
  oddPart.map((part) => (url: string) => url.replace(/[^/]*$/, part)),
);
