import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandRefusal } from '../application/execute-command.ts';
import { withoutCardNumbers } from '../domain/shared/card-numbers.ts';
import type { OrderRejection } from '../domain/orders/order-rejection.ts';
import type { PaymentRejection } from '../domain/payments/payment-commands.ts';

/** Every problem this API can answer: its status and its title. Exhaustive for the domain's rejections, by type. */
export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'json-too-deep': { status: 400, title: 'The body is nested too deep' },
  'malformed-request': { status: 400, title: 'This is not valid HTTP' },
  'idempotency-key-required': { status: 400, title: 'The request must carry an Idempotency-Key' },
  'malformed-url': { status: 400, title: 'The path is not a valid URL' },
  'webhook-signature-invalid': { status: 400, title: 'The signature of the webhook is not right' },
  'webhook-unreadable': { status: 400, title: 'The webhook cannot be read' },
  unauthenticated: { status: 401, title: 'A valid API key or token is required' },
  forbidden: { status: 403, title: 'The API key or token lacks a scope' },
  'csrf-token-invalid': { status: 403, title: 'The request must carry the token of its session' },
  'cross-site-request': { status: 403, title: 'Pages of other sites sign nobody in' },
  'refund-approval-own': { status: 403, title: 'Nobody approves of a refund that they asked for' },
  'scope-not-held': { status: 403, title: 'Nobody can hand on a scope that they do not have' },
  'not-found': { status: 404, title: 'There is nothing at this path' },
  'order-not-found': { status: 404, title: 'There is no such order' },
  'payment-not-found': { status: 404, title: 'There is no such payment' },
  'fulfilment-not-found': { status: 404, title: 'The order has no such fulfilment' },
  'return-not-found': { status: 404, title: 'The order has no such return' },
  'dispute-not-found': { status: 404, title: 'There is no such dispute' },
  'event-not-found': { status: 404, title: 'There is no such event' },
  'break-not-found': { status: 404, title: 'There is no such break' },
  'ledger-account-not-found': { status: 404, title: 'The books have no such account' },
  'dead-letter-not-found': { status: 404, title: 'There is no such dead letter' },
  'subscription-not-found': { status: 404, title: 'There is no such subscription' },
  'projection-not-found': { status: 404, title: 'There is no such projection' },
  'api-key-not-found': { status: 404, title: 'There is no such API key' },
  'refund-not-found': { status: 404, title: 'The payment has no such refund' },
  'webhook-endpoint-not-found': { status: 404, title: 'There is no such webhook endpoint' },
  'webhook-delivery-not-found': { status: 404, title: 'There is no such webhook delivery' },
  'version-not-found': { status: 404, title: 'It has no such version yet' },
  'method-not-allowed': { status: 405, title: 'This path does not know the method' },
  'not-acceptable': { status: 406, title: 'Only JSON can be had here' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'concurrent-change': { status: 409, title: 'Others kept changing the same thing' },
  'idempotency-key-in-use': { status: 409, title: 'A request with this Idempotency-Key is still in flight' },
  'order-not-payable': { status: 409, title: 'The order takes no payment' },
  'order-not-amendable': { status: 409, title: 'The order can no longer be amended' },
  'order-not-cancellable': { status: 409, title: 'The order can no longer be cancelled' },
  'order-not-fulfillable': { status: 409, title: 'The order cannot be fulfilled' },
  'order-not-returnable': { status: 409, title: 'Nothing of the order can be returned' },
  'stock-unavailable': { status: 409, title: 'What was ordered is not in stock' },
  'fulfilment-not-in-state': { status: 409, title: 'The fulfilment is past that' },
  'payment-not-capturable': { status: 409, title: 'Nothing of the payment can be captured' },
  'payment-not-voidable': { status: 409, title: 'The payment can no longer be voided' },
  'payment-not-refundable': { status: 409, title: 'Nothing of the payment can be refunded' },
  'refund-not-awaiting-approval': { status: 409, title: 'The refund does not wait for approval' },
  'payment-in-flight': { status: 409, title: 'The provider has not answered an earlier request yet' },
  'dispute-not-open': { status: 409, title: 'The dispute cannot be answered any more' },
  'payment-already-claimed': { status: 409, title: 'Another payment is under way for what is due' },
  'api-key-not-active': { status: 409, title: 'The API key is good no longer' },
  'api-key-limit': { status: 409, title: 'There are too many API keys' },
  'projection-newer': { status: 409, title: 'A newer version of the service makes this read model' },
  'webhook-endpoint-disabled': { status: 409, title: 'The webhook endpoint is disabled' },
  'webhook-endpoint-limit': { status: 409, title: 'There are too many webhook endpoints' },
  'version-mismatch': { status: 412, title: 'It was changed in the meantime' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'expectation-failed': { status: 417, title: 'Only 100-continue can be expected' },
  'validation-failed': { status: 422, title: 'The request does not fit its schema' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used with another body' },
  'amount-invalid': { status: 422, title: 'An amount is not possible' },
  'currency-mismatch': { status: 422, title: 'Currencies are mixed' },
  'payment-exceeds-due': { status: 422, title: 'The payment is more than is due' },
  'payment-token-required': { status: 422, title: 'The payment provider needs a token' },
  'payment-unsupported': { status: 422, title: 'No payment provider here takes such a payment' },
  'capture-exceeds-authorized': { status: 422, title: 'The capture is more than is authorized' },
  'refund-exceeds-refundable': { status: 422, title: 'The refund is more than can be given back' },
  'line-unknown': { status: 422, title: 'The order has no such line' },
  'quantity-exceeds-available': { status: 422, title: 'The quantity is more than is left' },
  'precondition-required': { status: 428, title: 'The request must say which version it changes' },
  'rate-limited': { status: 429, title: 'The quota of requests is used up' },
  'too-many-attempts': { status: 429, title: 'Too many requests without a valid key' },
  'too-many-streams': { status: 429, title: 'Too many event streams are open' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  archived: { status: 503, title: 'It is in the archive at the moment' },
  overloaded: { status: 503, title: 'Too many requests are waiting' },
  'provider-unavailable': { status: 503, title: 'The payment provider does not answer at the moment' },
  unavailable: { status: 503, title: 'The service cannot be reached at the moment' },
} as const satisfies Record<
  OrderRejection['code'] | PaymentRejection['code'] | CommandRefusal['code'],
  { status: number; title: string }
> &
  Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One thing wrong with the request. `pointer` is a JSON pointer into the part that `in` names. */
export type FieldError = {
  readonly in: 'body' | 'query' | 'path' | 'header';
  readonly pointer: string;
  readonly message: string;
};

export type ProblemDetails = {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** Names of the quotas that are used up. */
  readonly violatedPolicies?: readonly string[];
};

/** Problem types that are not ours: this one is of draft-ietf-httpapi-ratelimit-headers-10. */
const TYPES: Partial<Record<ProblemCode, string>> = {
  'rate-limited': 'https://iana.org/assignments/http-problem-types#quota-exceeded',
};

/** Answers with RFC 9457 problem details: `type` ends in the stable code and leads to its description. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  { retryAfterSeconds, ...details }: ProblemDetails = {},
): FastifyReply {
  const { status } = PROBLEMS[code];
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
  // Serialized here: the schemas of the routes describe their answers, and a problem must get out in any case.
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((payload) => JSON.stringify(payload))
    .send(
      problemOf(code, details, {
        instance: withoutCardNumbers(request.url.split('?')[0]!),
        traceId: request.trace.traceId,
      }),
    );
}

export function problemOf(
  code: ProblemCode,
  { detail, errors, violatedPolicies }: ProblemDetails,
  { instance, traceId }: { readonly instance: string; readonly traceId: string },
) {
  const { status, title } = PROBLEMS[code];
  return {
    type: TYPES[code] ?? `/problems/${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    instance,
    code,
    traceId,
    ...(errors === undefined ? {} : { errors }),
    ...(violatedPolicies === undefined ? {} : { 'violated-policies': violatedPolicies }),
  };
}
