import { invariant } from '../shared/invariant.ts';
import type { ApplyPaymentOutcome } from '../orders/order.ts';
import type { Payment } from '../payments/payment.ts';

/**
 * The process manager between payments and orders. It looks at what is, not at the message that woke it, so messages
 * may come late, twice or out of order. `undefined`: the payment is not final yet, there is nothing to say.
 */
export function outcomeForOrder(payment: Payment, at: string): ApplyPaymentOutcome | undefined {
  if (payment.status === 'absent' || payment.status === 'Pending') return undefined;

  const { paymentId, status, attempt, errorCode = 'declined' } = payment;
  invariant(attempt, 'a final payment was attempted');
  const operationId = attempt.attemptId;
  const outcome =
    status === 'Completed' ? ({ captured: true } as const) : ({ captured: false, code: errorCode } as const);
  return { paymentId, operationId, outcome, at };
}
