import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify';
import { withoutCardNumbers } from '../domain/shared/card-numbers.ts';
import { PROBLEMS, problemOf, type ProblemCode, type ProblemDetails } from './problem.ts';
import { traceOf } from './trace.ts';

export type HttpLimits = {
  readonly connectionsMax: number;
  /** From the first byte of a request, or the opening of a connection, to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** … to the end of its body. */
  readonly requestTimeoutMs: number;
  /** How long an answer may take to be taken; event streams have a rule of their own. */
  readonly answerTimeoutMs: number;
  /** How often what is over its time is looked for. */
  readonly checkEveryMs: number;
};

export const HTTP_LIMITS: HttpLimits = {
  connectionsMax: 5_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  checkEveryMs: 1_000,
};

const HEADER_MAX_BYTES = 16 * 1024;
const HEADERS_MAX = 100;
const URL_MAX_CHARS = 4_096;
const QUERY_MAX_CHARS = 2_048;
/** Longer than balancers keep connections they do not use, a minute mostly: else they would send into a closing one. */
const KEEP_ALIVE_MS = 72_000;
const LINGER_MS = 1_000;

/** How Node reads requests. It is strict about what could be read in two ways; what it lets through is refused below. */
export const listenWith =
  (
    { headersTimeoutMs, requestTimeoutMs, checkEveryMs }: HttpLimits,
    refuses: (request: IncomingMessage, response: ServerResponse) => boolean,
  ) =>
  (handler: (request: IncomingMessage, response: ServerResponse) => void): Server =>
    createServer(
      {
        maxHeaderSize: HEADER_MAX_BYTES,
        headersTimeout: headersTimeoutMs,
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: checkEveryMs,
        keepAliveTimeout: KEEP_ALIVE_MS,
        requireHostHeader: false, // its answer would have no body
      },
      (request, response) => {
        if (!refuses(request, response)) handler(request, response);
      },
    );

export function limitConnections(
  server: FastifyInstance,
  { connectionsMax, answerTimeoutMs }: HttpLimits,
  newId: () => string,
): void {
  server.server.maxConnections = connectionsMax;
  server.server.maxHeadersCount = 0; // Node would drop what is over it without a word; `faultOf` counts
  server.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('connection', 'close');
    sendRawProblem(request, response, 'expectation-failed', newId());
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    if (!request.routeOptions.config.isEventStream) {
      const tooSlow = setTimeout(() => request.raw.socket.destroy(), answerTimeoutMs).unref();
      reply.raw.once('close', () => clearTimeout(tooSlow));
    }
    done();
  });
}

/** Answers a request that Fastify does not get to see. */
export function sendRawProblem(
  { url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  code: ProblemCode,
  requestId: string,
  { retryAfterSeconds, detail }: ProblemDetails = {},
): void {
  const { traceId } = traceOf(headers.traceparent);
  const instance = withoutCardNumbers(url.split('?', 1)[0]!);
  const body = JSON.stringify(
    problemOf(code, { ...(detail !== undefined && { detail }) }, { instance, traceId }),
  );
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  response
    .writeHead(PROBLEMS[code].status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      'x-request-id': requestId,
    })
    .end(body);
}

type Fault = { readonly code: ProblemCode } & ProblemDetails;

/** What is wrong with a request as such, before anybody asks what it wants. Its connection is not used again. */
export function faultOf({ raw }: FastifyRequest): Fault | undefined {
  const { url = '', rawHeaders, headers } = raw;
  const query = url.indexOf('?');
  if (url.length > URL_MAX_CHARS)
    return { code: 'uri-too-long', detail: `A URL may have ${URL_MAX_CHARS} characters.` };
  if (query >= 0 && url.length - query - 1 > QUERY_MAX_CHARS)
    return { code: 'uri-too-long', detail: `A query may have ${QUERY_MAX_CHARS} characters.` };
  if (rawHeaders && rawHeaders.length / 2 > HEADERS_MAX)
    return { code: 'headers-too-large', detail: `A request may have ${HEADERS_MAX} headers.` };
  const hosts = rawHeaders?.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts !== undefined && (hosts > 1 || (hosts === 0 && raw.httpVersion === '1.1')))
    return { code: 'malformed-request', detail: 'A request has one Host header.' };
  const encoding = headers['transfer-encoding'];
  // Another proxy may undo a coding that we do not know, or believe one in HTTP/1.0, and see another request.
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || raw.httpVersion === '1.0'))
    return { code: 'malformed-request', detail: 'The only Transfer-Encoding is chunked, in HTTP/1.1.' };
  return undefined;
}

/** What Node's parser refuses never gets to a route; it is answered here, and the connection ends. */
export function answerParserFaults(newId: () => string) {
  const newest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  const clientErrorHandler: NonNullable<FastifyServerOptions['clientErrorHandler']> = (fault, socket) => {
    if (socket.writableEnded || socket.destroyed) return;
    const last = newest.get(socket);
    const problem = faultOfParser(fault);
    if (!problem || (last?.response.headersSent && !last.request.complete)) {
      socket.end(); // after that answer
      return;
    }
    // An answer on its way must not be mixed with this one, nor this one be taken for that of a request in work.
    if (last && (last.response.headersSent ? !last.response.writableFinished : last.request.complete)) {
      socket.destroy();
      return;
    }
    socket.end(rawAnswer(problem, newId()));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
  return {
    clientErrorHandler,
    watch: (server: FastifyInstance): void => {
      server.server.on('request', (request: IncomingMessage, response: ServerResponse) =>
        newest.set(request.socket, { request, response }),
      );
    },
  };
}

/** undefined: something behind the last request of a connection, which nobody reads. */
function faultOfParser(fault: Error): Fault | undefined {
  const { code, reason } = fault as { code?: string; reason?: string };
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers-too-large', detail: `All headers may have ${HEADER_MAX_BYTES} bytes.` };
    case 'HPE_CLOSED_CONNECTION':
      return undefined;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request-timeout' };
    default:
      return { code: 'malformed-request', ...(reason !== undefined && { detail: `${reason}.` }) };
  }
}

function rawAnswer({ code, detail }: Fault, requestId: string): string {
  const body = bodyOf(code, { instance: '/', ...(detail !== undefined && { detail }) });
  const head = [
    `HTTP/1.1 ${PROBLEMS[code].status} ${PROBLEMS[code].title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    `date: ${new Date().toUTCString()}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

const bodyOf = (code: ProblemCode, { instance, detail }: { instance: string; detail?: string }): string =>
  JSON.stringify(
    problemOf(code, detail === undefined ? {} : { detail }, {
      instance,
      traceId: traceOf(undefined).traceId,
    }),
  );
