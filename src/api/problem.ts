import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandRefusal } from '../application/execute-command.ts';
import { withoutCardNumbers } from './card-numbers.ts';
import type { OrderRejection } from '../domain/orders/order-rejection.ts';
import type { PaymentRejection } from '../domain/payments/payment-commands.ts';

/** Every problem this API can answer: its status and its title. Exhaustive for the domain's rejections, by type. */
export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-url': { status: 400, title: 'The path is not a valid URL' },
  unauthenticated: { status: 401, title: 'A valid API key is required' },
  forbidden: { status: 403, title: 'The API key lacks a scope' },
  'not-found': { status: 404, title: 'There is nothing at this path' },
  'order-not-found': { status: 404, title: 'There is no such order' },
  'payment-not-found': { status: 404, title: 'There is no such payment' },
  'fulfilment-not-found': { status: 404, title: 'The order has no such fulfilment' },
  'return-not-found': { status: 404, title: 'The order has no such return' },
  'refund-not-found': { status: 404, title: 'The payment has no such refund' },
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
  'return-not-in-state': { status: 409, title: 'The return is past that' },
  'payment-not-capturable': { status: 409, title: 'Nothing of the payment can be captured' },
  'payment-not-voidable': { status: 409, title: 'The payment can no longer be voided' },
  'payment-not-refundable': { status: 409, title: 'Nothing of the payment can be refunded' },
  'payment-in-flight': { status: 409, title: 'The provider has not answered an earlier request yet' },
  'payment-already-claimed': { status: 409, title: 'Another payment is under way for what is due' },
  'version-mismatch': { status: 412, title: 'It was changed in the meantime' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The path is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'validation-failed': { status: 422, title: 'The request does not fit its schema' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used with another body' },
  'amount-invalid': { status: 422, title: 'An amount is not possible' },
  'currency-mismatch': { status: 422, title: 'Currencies are mixed' },
  'payment-exceeds-due': { status: 422, title: 'The payment is more than is due' },
  'capture-exceeds-authorized': { status: 422, title: 'The capture is more than is authorized' },
  'refund-exceeds-refundable': { status: 422, title: 'The refund is more than can be given back' },
  'line-unknown': { status: 422, title: 'The order has no such line' },
  'quantity-exceeds-available': { status: 422, title: 'The quantity is more than is left' },
  'precondition-required': { status: 428, title: 'The request must say which version it changes' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  archived: { status: 503, title: 'It is in the archive at the moment' },
  overloaded: { status: 503, title: 'Too many requests are waiting' },
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
};

/** Answers with RFC 9457 problem details: `type` ends in the stable code and leads to its description. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  { detail, errors, retryAfterSeconds }: ProblemDetails = {},
): FastifyReply {
  const { status, title } = PROBLEMS[code];
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
  // Serialized here: the schemas of the routes describe their answers, and a problem must get out in any case.
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((payload) => JSON.stringify(payload))
    .send({
      type: `/problems/${code}`,
      title,
      status,
      ...(detail === undefined ? {} : { detail }),
      instance: withoutCardNumbers(request.url.split('?')[0]!),
      code,
      traceId: request.trace.traceId,
      ...(errors === undefined ? {} : { errors }),
    });
}
