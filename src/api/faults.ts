import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LogOverloaded, LogUnavailable, StreamArchived, UnreadableEvent } from '../application/ports.ts';
import { TooDeep } from './json-body.ts';
import { sendProblem, type ProblemCode } from './problem.ts';
import { traceOf } from './trace.ts';
import { invalid } from './validation.ts';

// All that a person could mend at once. 256 KiB of nonsense had 350,000 errors, which made an answer of 25 MB.

const ARCHIVED_RETRY_SECONDS = 3_600; // a person must act first

/** Everything thrown ends here: what the client did wrong in words, what we did wrong in the log only. */
export function handleFaults(server: FastifyInstance): void {
  // Fastify's own would write all errors into one sentence that nobody reads.
  server.setSchemaErrorFormatter(() => new Error('the request does not fit its schema'));
  server.setErrorHandler((fault: FastifyError, request, reply) => {
    if (fault.validation)
      return sendProblem(
        request,
        reply,
        'validation-failed',
        invalid(fault.validation, fault.validationContext),
      );
    if (fault instanceof TooDeep)
      return sendProblem(request, reply, 'json-too-deep', { detail: fault.message });
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
    case 403: // a path that leads out of the folder of the documentation
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
