import type { RouteOptions } from 'fastify';
import type { ProblemCode } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What only this route refuses; what follows from its schema and its settings is added by itself. */
    problems?: readonly ProblemCode[];
    /** The body is taken byte for byte, as others sign it: what it is. */
    signedBody?: string;
  }
}

/** Of routes that read streams of the log. */
export const READS = ['archived'] as const;
/** Of routes that append to it. */
export const CHANGES = [...READS, 'concurrent-change', 'overloaded'] as const;
export const CHANGES_ORDER = [...CHANGES, 'order-not-found'] as const;
export const CHANGES_PAYMENT = [...CHANGES, 'payment-not-found'] as const;

type Described = Pick<RouteOptions, 'url' | 'method' | 'config' | 'schema'>;

/** Every problem that a route can answer with: its own, and those of whatever all like it do. */
export function problemsOf({ url, method, config = {}, schema = {} }: Described): ProblemCode[] {
  const { scope, needsNoScope, needsIfMatch, problems = [] } = config;
  const needsKey = scope !== undefined || needsNoScope === true;
  const { params, querystring } = schema;
  const headers = headerNamesOf(schema.headers);
  const takesBody = method !== 'GET';
  const codes: (ProblemCode | false)[] = [
    ...(['internal-error', 'malformed-request', 'uri-too-long', 'headers-too-large'] as const),
    ...(needsKey ? (['unauthenticated', 'unavailable', 'rate-limited', 'too-many-attempts'] as const) : []),
    scope !== undefined && 'forbidden',
    needsKey && takesBody && 'csrf-token-invalid',
    url.startsWith('/api/') && 'not-acceptable',
    url.startsWith('/api/') && !config.isEventStream && 'overloaded',
    ...(params || url.includes(':') ? (['malformed-url'] as const) : []),
    ...(takesBody ? (['request-timeout', 'body-too-large'] as const) : []),
    ...(takesBody && needsKey
      ? (['malformed-json', 'json-too-deep', 'unsupported-media-type'] as const)
      : []),
    // With a key, everything is looked through for card numbers.
    (needsKey || Boolean(params ?? querystring ?? schema.headers)) && 'validation-failed',
    ...(headers.includes('idempotency-key')
      ? (['idempotency-key-required', 'idempotency-key-in-use', 'idempotency-key-reused'] as const)
      : []),
    headers.includes('if-match') && 'version-mismatch',
    Boolean(needsIfMatch) && 'precondition-required',
    ...problems,
  ];
  return [...new Set(codes.filter((code) => code !== false))];
}

export const headerNamesOf = (headers: unknown): string[] =>
  Object.keys((headers as { properties?: object } | undefined)?.properties ?? {});
