import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { createOrder } from '../../src/domain/orders/order-lifecycle.ts';
import { claimPayment } from '../../src/domain/orders/order-payments.ts';
import { recordOutcome, type OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { firstAttemptId, initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import type { StreamAppend } from '../../src/application/ports.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import type { CustomerId, OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import type { Money } from '../../src/domain/shared/money.ts';

export type AttemptedPayment = {
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly paymentToken: string;
  /** What the provider said of it, as if it had been asked. */
  readonly outcome: OperationOutcome;
  readonly at: string;
};

/** All that a payment's stream holds once its first attempt has an outcome. */
export function paymentStream(attempted: AttemptedPayment): StreamAppend {
  const { orderId, paymentId, amount, paymentToken, outcome, at } = attempted;
  const method = { paymentMethod: 'card', captureMethod: 'automatic', provider: 'simulated' } as const;
  const begun = initiatePayment({ paymentId, orderId, amount, paymentToken, ...method, at });
  const operationId = firstAttemptId(paymentId);
  const ended = recordOutcome(
    { operationId, outcome, evidence: 'answer', at },
    fold(paymentAggregate, begun),
  );
  return { streamId: paymentId, category: 'payment', expectedVersion: 0, events: [...begun, ...ended] };
}

export type Purchase = AttemptedPayment & { readonly customerId: string; readonly productName: string };

/** An order of one thing and a payment of all of it; the order has not heard what became of it. */
export function purchase({ customerId, productName, ...payment }: Purchase): [StreamAppend, StreamAppend] {
  const { orderId, paymentId, amount, at } = payment;
  const created = createOrder({
    orderId,
    customerId: customerId as CustomerId,
    items: [{ productId: 'p-1', productName, quantity: 1, unitPrice: amount }],
    pricesIncludeTax: true,
    expiresAt: null,
    at,
  });
  if (!created.ok) throw new Error(created.error.code);
  const claimed = claimPayment({ paymentId, at }, fold(orderAggregate, created.value));
  if (!claimed.ok) throw new Error(claimed.error.code);
  const events = [...created.value, ...claimed.value];
  return [{ streamId: orderId, category: 'order', expectedVersion: 0, events }, paymentStream(payment)];
}
