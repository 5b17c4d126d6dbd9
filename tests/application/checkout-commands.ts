import { append, type CommandRequest } from '../../src/application/execute-command.ts';
import type { History } from '../../src/application/load-aggregates.ts';
import { factsForOrder } from '../../src/domain/checkout/checkout.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { applyPayment, claimPayment } from '../../src/domain/orders/order-payments.ts';
import { recordOutcome, type OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { firstAttemptId, initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { err, ok } from '../../src/domain/shared/result.ts';
import { ORDER_ID, paymentFor, paymentIdOf, T2, usd } from '../domain/samples.ts';
import { contextOf } from './virtual-service.ts';

/** What the service does to an order and its payments, each command with the least that it needs. */
export type Command =
  | { readonly kind: 'initiate'; readonly payment: number; readonly minor: number }
  | { readonly kind: 'record'; readonly payment: number; readonly outcome: OperationOutcome }
  | { readonly kind: 'tell'; readonly payment: number }
  | { readonly kind: 'look' };

export type Refusal = { readonly code: string };

function decideOn(command: Command, history: History): ReturnType<CommandRequest<Refusal>['decide']> {
  const order = history.of(orderAggregate, ORDER_ID);
  if (command.kind === 'look') return ok({ appends: [], answer: order.version });
  const paymentId = paymentIdOf(command.payment);
  if (command.kind === 'initiate') {
    const claim = claimPayment({ paymentId, amount: usd(command.minor), at: T2 }, order.state);
    if (!claim.ok) return claim;
    const begun = initiatePayment(paymentFor(paymentId, usd(command.minor)));
    return ok({
      appends: [
        append(paymentAggregate, paymentId, 0, begun),
        append(orderAggregate, ORDER_ID, order.version, claim.value),
      ],
      answer: order.version + 1,
    });
  }
  const payment = history.of(paymentAggregate, paymentId);
  if (payment.state.status === 'absent') return err({ code: 'payment-not-found' });
  const events = applyPayment(factsForOrder(payment.state), T2, order.state);
  return ok({
    appends: [append(orderAggregate, ORDER_ID, order.version, events)],
    answer: { order: order.version + events.length, payment: payment.state.status },
  });
}

export function requestFor(
  command: Command,
  context = contextOf(JSON.stringify(command)),
): CommandRequest<Refusal> {
  if (command.kind !== 'record') {
    const reads = command.kind === 'tell' ? [ORDER_ID, paymentIdOf(command.payment)] : [ORDER_ID];
    return { context, reads, decide: (history) => decideOn(command, history) };
  }
  const paymentId = paymentIdOf(command.payment);
  return {
    context,
    reads: [paymentId],
    decide: (history) => {
      const { state, version } = history.of(paymentAggregate, paymentId);
      if (state.status === 'absent') return err({ code: 'payment-not-found' });
      const operationId = firstAttemptId(paymentId);
      const { outcome } = command;
      const events = recordOutcome({ operationId, outcome, evidence: 'answer', at: T2 }, state);
      const appends = [append(paymentAggregate, paymentId, version, events)];
      return ok({ appends, answer: { version: version + events.length } });
    },
  };
}
