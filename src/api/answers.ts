const text = (description: string, example: string, required = false) => ({
  description,
  ...(required && { required }),
  schema: { type: 'string' as const, examples: [example] },
});

/** Every header that answers carry; the document refers to these. */
export const HEADERS = {
  'X-Request-Id': text(
    'Names this answer in our logs; quote it when you report a problem',
    '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
    true,
  ),
  'Cache-Control': text(
    'May be kept by one client, which asks each time; `no-store`: by nobody, as what was is',
    'private, no-cache',
  ),
  ETag: text('The version, as If-Match and If-None-Match take it', '"3"', true),
  Location: text('Where to look at what was made', '/api/orders/019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', true),
  Link: text('Where the next page is; absent on the last', '</api/orders?limit=20&cursor=…>; rel="next"'),
  'Preference-Applied': text('What of the preferences was gone by', 'return=minimal'),
  'Idempotency-Replayed': text('`true`: this is the answer to an earlier request with the same key', 'true'),
  'RateLimit-Policy': text(
    'The quota that the request counts against, and its window',
    '"writes";q=6000;w=60',
  ),
  RateLimit: text('What is left of it, and in how many seconds there is more', '"writes";r=5999;t=60'),
  'Retry-After': {
    description: 'After how many seconds to look or ask again',
    schema: { type: 'integer' as const, format: 'int32', minimum: 1, examples: [5] },
  },
  'WWW-Authenticate': text('How to authenticate', 'Bearer', true),
  'Set-Cookie': text(
    'The session, for browsers to keep; or, once it is over, to forget',
    '__Host-order-payments=…; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200',
    true,
  ),
  'X-Accel-Buffering': text('Keeps proxies from holding events back', 'no', true),
  'Content-Security-Policy': text('Of the page: it loads nothing', "default-src 'none'"),
  Vary: text('It depends on this header of the request', 'Accept', true),
} as const;

type HeaderName = keyof typeof HEADERS;

/** A success as the document shows it: what it means, and the headers that come with it. */
export const success = <Schema extends object>(
  schema: Schema,
  description: string,
  ...headers: readonly HeaderName[]
) => ({ ...schema, description, headers: Object.fromEntries(headers.map((name) => [name, {}])) });
