import type { CommandRefusal } from '../application/execute-command.ts';
import type { OrderRejection } from '../domain/orders/order-rejection.ts';
import type { PaymentRejection } from '../domain/payments/payment-commands.ts';
import { assertNever } from '../domain/shared/invariant.ts';
import { formatMoney } from '../domain/shared/money.ts';
import type { ProblemDetails } from './problem.ts';

export type Rejection = OrderRejection | PaymentRejection | CommandRefusal;

/** A refusal in words: what is wrong and what to do. */
export function describe(rejection: Rejection): ProblemDetails {
  switch (rejection.code) {
    case 'order-not-found':
      return { detail: 'No order of yours has this id.' };
    case 'payment-not-found':
      return { detail: 'No payment of yours has this id.' };
    case 'order-not-payable':
      return { detail: `The order is ${rejection.status}; nothing is due.` };
    case 'fulfilment-not-found':
      return { detail: 'The order has no fulfilment with this id.' };
    case 'return-not-found':
      return { detail: 'The order has no return with this id.' };
    case 'order-not-amendable':
      return { detail: `The order cannot be amended: ${rejection.why}.` };
    case 'order-not-cancellable':
      return { detail: `The order cannot be cancelled: ${rejection.why}.` };
    case 'order-not-fulfillable':
      return {
        detail: `The order is ${rejection.status}; it must be Confirmed: paid, or authorized in full.`,
      };
    case 'order-not-returnable':
      return { detail: 'Nothing of the order was shipped.' };
    case 'stock-unavailable':
      return { detail: 'What was ordered is not in stock; the order is being cancelled.' };
    case 'fulfilment-not-in-state':
      return { detail: `It is ${rejection.status}; it must be ${rejection.needed}.` };
    case 'payment-not-capturable':
      return { detail: `The payment is ${rejection.status}; only what is authorized can be captured.` };
    case 'payment-not-voidable':
      return { detail: `The payment is ${rejection.status}; what was captured is given back by a refund.` };
    case 'payment-not-refundable':
      return { detail: NOT_REFUNDABLE[rejection.why] };
    case 'refund-not-found':
      return { detail: 'The payment has no refund with this id.' };
    case 'refund-not-awaiting-approval':
      return { detail: NOT_AWAITING[rejection.why] };
    case 'refund-approval-own':
      return {
        detail: 'The key that asked for the refund cannot approve of it. Use the key of somebody else.',
      };
    case 'payment-in-flight':
      return {
        detail: `The provider has not said yet what became of the ${rejection.operation}; wait for that.`,
        retryAfterSeconds: 5,
      };
    case 'payment-token-required':
      return inBody(
        'paymentToken',
        `must be given: a token that ${rejection.provider} made for the customer`,
      );
    case 'payment-unsupported':
      return {
        detail: `No payment provider here takes ${rejection.currency} by ${rejection.paymentMethod} with ${rejection.captureMethod} capture.`,
      };
    case 'capture-exceeds-authorized':
      return inBody(
        'amount',
        `must be at most ${formatMoney(rejection.capturable)}, which is left to capture`,
      );
    case 'refund-exceeds-refundable':
      return inBody(
        rejection.field,
        `must be at most ${formatMoney(rejection.refundable)}, which is left to refund`,
      );
    case 'line-unknown':
      return inBody(rejection.field, `must be a line of the order, which ${rejection.lineId} is not`);
    case 'quantity-exceeds-available':
      return inBody(rejection.field, `must be at most ${rejection.available}, which is what is left`);
    case 'version-mismatch':
      return { detail: `Its version is ${rejection.current}. Read it again, then decide again.` };
    case 'payment-already-claimed':
      return {
        detail: `Another payment is under way for the ${formatMoney(rejection.due)} due; wait for its outcome.`,
        retryAfterSeconds: 1,
      };
    case 'payment-exceeds-due':
      return inBody('amount', `must be at most ${formatMoney(rejection.due)}, which is what is due`);
    case 'currency-mismatch':
      return inBody(
        rejection.field,
        `must be in ${rejection.expected} like the rest of the order, not ${rejection.actual}`,
      );
    case 'amount-invalid':
      return inBody(rejection.field, rejection.reason);
    case 'concurrent-change':
      return {
        detail: 'Repeat the request, with the same Idempotency-Key if it had one.',
        retryAfterSeconds: 1,
      };
    case 'idempotency-key-reused':
      return { detail: 'Send a new Idempotency-Key with a new body; repeat a request with the same body.' };
    default:
      return assertNever(rejection);
  }
}

const NOT_REFUNDABLE = {
  'nothing-captured': 'Nothing was captured. An authorization is voided, not refunded.',
  'all-refunded': 'All that was captured is given back already, or on its way.',
  disputed: 'The customer’s bank decides about it: refunds wait for the end of the dispute.',
  'less-left': 'Less is left than it would give back. Reject it, and ask for what is left.',
  'order-amended':
    'The order was made cheaper since, and that went back. Reject it, and ask for what is left.',
  'lines-refunded': 'Its lines went back otherwise, or were amended. Reject it, and ask for what is left.',
} as const;

const NOT_AWAITING = {
  approved: 'It was approved before.',
  rejected: 'It was rejected before. Ask for a new refund.',
  lapsed: 'Nobody decided on it in time. Ask for a new refund.',
  'not-needed': 'It needed no approval.',
} as const;

const inBody = (field: string, message: string): ProblemDetails => ({
  detail: `${field} ${message}.`,
  errors: [{ in: 'body', pointer: `/${field}`, message }],
});
