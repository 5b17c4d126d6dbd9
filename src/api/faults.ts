import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { LogOverloaded, LogUnavailable, StreamArchived, UnreadableEvent } from '../application/ports.ts';
import { sendProblem, type FieldError, type ProblemCode } from './problem.ts';
import { traceOf } from './trace.ts';

// All that a person could mend at once. 256 KiB of nonsense had 350,000 errors, which made an answer of 25 MB.
const ERRORS_MAX = 100;

const ARCHIVED_RETRY_SECONDS = 3_600; // a person must act first

/** Everything thrown ends here: what the client did wrong in words, what we did wrong in the log only. */
export function handleFaults(server: FastifyInstance): void {
  // Fastify's own would write all errors into one sentence that nobody reads.
  server.setSchemaErrorFormatter(() => new Error('the request does not fit its schema'));
  server.setErrorHandler((fault: FastifyError, request, reply) => {
    if (fault.validation) {
      const { length } = fault.validation;
      const errors = fault.validation
        .slice(0, ERRORS_MAX)
        .map((error) => toFieldError(error, fault.validationContext));
      const listed = length > ERRORS_MAX ? `; the first ${ERRORS_MAX} are listed` : '';
      const detail = length === 1 ? '1 thing is wrong.' : `${length} things are wrong${listed}.`;
      return sendProblem(request, reply, 'validation-failed', { detail, errors });
    }
    const code = clientFault(fault);
    if (code) return sendProblem(request, reply, code);
    return ourFault(fault, request, reply);
  });
  server.setNotFoundHandler((request, reply) => sendProblem(request, reply, 'not-found'));
}

/** For URLs that Fastify refuses before it has a route, so before any hook has seen the request. */
export function answerBadUrl(fault: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  request.trace = traceOf(request.headers.traceparent);
  void reply.header('x-request-id', request.id);
  sendProblem(request, reply, clientFault(fault) ?? 'internal-error');
}

function clientFault(fault: FastifyError): ProblemCode | undefined {
  if (fault.code === 'FST_ERR_BAD_URL') return 'malformed-url';
  switch (fault.statusCode) {
    case 400:
      return 'malformed-json';
    case 404:
      return 'not-found';
    case 408:
      return 'request-timeout';
    case 413:
      return 'body-too-large';
    case 414:
      return 'uri-too-long';
    case 415:
      return 'unsupported-media-type';
    default:
      return undefined;
  }
}

function ourFault(fault: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (fault instanceof LogOverloaded) {
    return sendProblem(request, reply, 'overloaded', {
      detail: 'Nothing was changed.',
      retryAfterSeconds: 1,
    });
  }
  if (fault instanceof StreamArchived) {
    // It is not gone, nor is the request wrong: it will do as soon as an operator brings back what it is about.
    const detail =
      'This was closed and moved to the archive, where it is neither read nor changed; whoever runs the service can ' +
      'bring it back. Nothing was changed.';
    return sendProblem(request, reply, 'archived', { detail, retryAfterSeconds: ARCHIVED_RETRY_SECONDS });
  }
  request.log.error({ err: fault }, 'request failed');
  if (fault instanceof LogUnavailable) {
    const detail =
      'Whether the change was made is not known; repeat the request with the same Idempotency-Key.';
    return sendProblem(request, reply, 'unavailable', { detail, retryAfterSeconds: 2 });
  }
  if (fault instanceof UnreadableEvent) {
    // While versions are exchanged, the next try may reach a newer process, or this one be newer by then.
    const detail =
      'A newer version of the service wrote to this and this one cannot read it. The request can be repeated; one ' +
      'that changes something, with the same Idempotency-Key.';
    return sendProblem(request, reply, 'unavailable', { detail, retryAfterSeconds: 5 });
  }
  if (isConnectionFault(fault)) return sendProblem(request, reply, 'unavailable', { retryAfterSeconds: 2 });
  return sendProblem(request, reply, 'internal-error', { detail: 'Quote the traceId when you report it.' });
}

// The adapters' faults as Node and PostgreSQL name them; this layer does not know which adapter it was.
const isConnectionFault = (fault: Error): boolean =>
  /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|08|57P0|53300)/.test('code' in fault ? String(fault.code) : '') ||
  /Connection terminated|timeout exceeded when trying to connect/.test(fault.message);

function toFieldError(
  { instancePath, keyword, params, message }: FastifySchemaValidationError,
  context = 'body',
): FieldError {
  const where = { in: PARTS[context] ?? 'body' } as const;
  const child = (name: unknown) =>
    `${instancePath}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  switch (keyword) {
    case 'required':
      return { ...where, pointer: child(params['missingProperty']), message: 'is required' };
    case 'additionalProperties':
      return { ...where, pointer: child(params['additionalProperty']), message: 'is not a known property' };
    case 'enum':
      return {
        ...where,
        pointer: instancePath,
        message: `must be one of ${String(params['allowedValues'])}`,
      };
    case 'format':
      return {
        ...where,
        pointer: instancePath,
        message: FORMATS[String(params['format'])] ?? 'has the wrong format',
      };
    default:
      return { ...where, pointer: instancePath, message: message ?? 'is not valid' };
  }
}

const PARTS: Readonly<Record<string, FieldError['in']>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be a UUID',
  'date-time': 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z',
  currency: 'must be an ISO 4217 currency code such as USD',
};
