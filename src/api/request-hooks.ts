import { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { faultOf } from './http-limits.ts';
import { decodeUtf8, parseIntegerJson, refuseDeepJson } from './json-body.ts';
import type { OpenSpan, Tracing } from '../application/telemetry.ts';
import type { ServerOptions } from './api.ts';
import { cardNumbersIn } from '../domain/shared/card-numbers.ts';
import { sendProblem, type FieldError } from './problem.ts';
import { traceFrom, traceOf } from './trace.ts';
import { urlForLogs } from './url-for-logs.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** With tracing only. */
    span: OpenSpan | undefined;
  }
}

type Observers = Pick<ServerOptions, 'tracing' | 'onAnswered'>;

/** What happens to every request, of whatever route: its trace, its log line, its JSON. */
export function handleRequests(server: FastifyInstance, { tracing, onAnswered }: Observers): void {
  server.decorateRequest('trace');
  server.decorateRequest('span');
  server.decorateRequest('principal');
  server.decorateRequest('session');
  server.addHook('onRequest', (request, reply, done) => {
    request.trace = traceOf(request.headers.traceparent);
    if (tracing) beginSpan(tracing, request);
    void reply.header('x-request-id', request.id);
    request.log = request.log.child({ traceId: request.trace.traceId });
    // Before the body is read: nobody is there to read it for.
    const fault = faultOf(request);
    if (fault) void sendProblem(request, reply.header('connection', 'close'), fault.code, fault);
    else if (request.is404) void sendProblem(request, reply, 'not-found');
    else if (isAcceptable(request)) done();
    else void sendProblem(request, reply, 'not-acceptable');
  });
  // Only now, for the body is read in nobody's context.
  if (tracing)
    server.addHook('preHandler', ({ span }, _reply, done) => {
      if (span) tracing.within(span, done);
      else done();
    });
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const answered = { method, route: routeOf(request), status: reply.statusCode };
    onAnswered({ ...answered, seconds: reply.elapsedTime / 1_000 });
    endSpan(request, reply);
    const url = urlForLogs(request);
    // What this process asks itself, such as for its demo data, came over no connection and is nobody's request.
    const level = request.raw.socket instanceof Socket ? 'info' : 'debug';
    request.log[level](
      { method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
      'answered',
    );
    done();
  });
  server.removeContentTypeParser(['application/json', 'text/plain']);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0 && request.routeOptions.config.bodyIsOptional) {
      done(null, {});
      return;
    }
    try {
      refuseDeepJson(body as Buffer);
      done(null, parseIntegerJson(decodeUtf8(body as Buffer)));
    } catch (fault) {
      done(Object.assign(fault as Error, { statusCode: 400 }));
    }
  });
}

/** The template, never what was sent; undefined: there is none at this path. */
const routeOf = ({ is404, routeOptions }: FastifyRequest): string | undefined =>
  is404 ? undefined : routeOptions.url;

function beginSpan(tracing: Tracing, request: FastifyRequest): void {
  const { method, trace } = request;
  const route = routeOf(request);
  const span = tracing.begin(route === undefined ? method : `${method} ${route}`, {
    kind: 'server',
    parent: trace.parent,
    attributes: { 'http.request.method': method, ...(route !== undefined && { 'http.route': route }) },
  });
  request.span = span;
  request.trace = traceFrom(span.traceparent);
}

function endSpan({ span }: FastifyRequest, { statusCode }: FastifyReply): void {
  span?.set({ 'http.response.status_code': statusCode });
  if (statusCode >= 500) span?.failed(String(statusCode));
  span?.end();
}

const JSON_RANGE = /^\s*(\*\/\*|application\/(\*|json|problem\+json))\s*(;|$)/i;
const EVENT_STREAM_RANGE = /^\s*(\*\/\*|text\/(\*|event-stream))\s*(;|$)/i;

function isAcceptable({ url, headers, routeOptions }: FastifyRequest): boolean {
  if (!url.startsWith('/api/')) return true;
  const range = routeOptions.config.isEventStream ? EVENT_STREAM_RANGE : JSON_RANGE;
  return (headers.accept ?? '*/*').split(',').some((part) => range.test(part));
}

const CARD_ERRORS_MAX = 10;

function cardNumbersOf(request: FastifyRequest): FieldError[] {
  const parts = [
    ['body', request.body],
    ['query', request.query],
    ['path', request.params],
    ['header', { 'idempotency-key': request.headers['idempotency-key'] }],
  ] as const;
  return parts
    .flatMap(([where, part]) => cardNumbersIn(part).map((pointer) => ({ in: where, pointer })))
    .slice(0, CARD_ERRORS_MAX)
    .map((place) => ({ ...place, message: 'must not hold a card number' }));
}

/** On routes that need a key, before their schemas are looked at. */
export async function beforeValidation(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { bodyIsOptional, needsIfMatch } = request.routeOptions.config;
  if (bodyIsOptional) request.body ??= {};
  const cards = cardNumbersOf(request);
  if (cards.length > 0) {
    const detail =
      'Card numbers are never taken here: send the token that your payment provider gives for one.';
    return sendProblem(request, reply, 'validation-failed', { detail, errors: cards });
  }
  if (!needsIfMatch || request.headers['if-match'] !== undefined) return undefined;
  const detail = 'Send the ETag of the version you have read in the header If-Match.';
  return sendProblem(request, reply, 'precondition-required', { detail });
}
