import type { CommandRefusal } from '../application/execute-command.ts';
import type { OrderRejection } from '../domain/orders/order.ts';
import type { PaymentRejection } from '../domain/payments/payment.ts';
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

const inBody = (field: string, message: string): ProblemDetails => ({
  detail: `${field} ${message}.`,
  errors: [{ in: 'body', pointer: `/${field}`, message }],
});
