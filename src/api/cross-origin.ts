import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const PREFLIGHT_KEPT_SECONDS = 600;

/**
 * Pages of these origins may call from a browser. Without any, no header says so and browsers keep all pages out. Keys
 * travel in a header that a page must set itself, so nobody's cookies are lent to anybody: credentials stay off.
 */
export async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const settings = {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'],
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: ANSWER_HEADERS,
    maxAge: PREFLIGHT_KEPT_SECONDS,
  };
  await server.register(cors, {
    // An OPTIONS that is no preflight asks what the path knows: that is answered where it is for everybody.
    delegator: (request: FastifyRequest, done: (fault: Error | null, options: object) => void) =>
      done(null, { ...settings, preflight: 'access-control-request-method' in request.headers }),
  });
}

const REQUEST_HEADERS = [
  ...[
    'authorization',
    'content-type',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'last-event-id',
    'prefer',
  ],
  ...['traceparent', 'tracestate'],
];

const ANSWER_HEADERS = [
  ...['deprecation', 'etag', 'idempotency-replayed', 'link', 'location', 'preference-applied', 'ratelimit'],
  ...['ratelimit-policy', 'retry-after', 'sunset', 'x-request-id'],
];
