import fc from 'fast-check';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { applyPayment, claimPayment } from '../../src/domain/orders/order-payments.ts';
import type { OrderPayment, PlacedOrder } from '../../src/domain/orders/order.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { capturedFacts, declinedFacts, orderOf, paymentIdOf, T1, T2, usd } from '../domain/samples.ts';

/** What may happen next; `captured` and `declined` end the oldest open payment, or begin one if there is none. */
const happening = fc.constantFrom('claimed' as const, 'captured' as const, 'declined' as const);

/** All that ever happened to an order that is never paid in full, at least so many events. */
export const orderHistory = (minLength: number, maxLength: number): fc.Arbitrary<OrderEvent[]> =>
  fc
    .array(happening, { minLength, maxLength, size: 'max' })
    .map((happenings) => historyOf(happenings).slice(0, maxLength));

function historyOf(happenings: readonly ('claimed' | 'captured' | 'declined')[]): OrderEvent[] {
  const events = orderOf(usd(1_000_000));
  let order = fold(orderAggregate, events) as PlacedOrder;
  for (const happens of happenings) {
    const open = order.payments.find(({ status }) => status === 'Pending');
    const next = open && happens !== 'claimed' ? end(order, open, happens) : claim(order);
    events.push(...next);
    order = next.reduce(orderAggregate.evolve, order) as PlacedOrder;
  }
  return events;
}

function end(
  order: PlacedOrder,
  { paymentId, claim: amount }: OrderPayment,
  how: 'captured' | 'declined',
): OrderEvent[] {
  const facts = how === 'captured' ? capturedFacts(paymentId, amount) : declinedFacts(paymentId);
  return applyPayment(facts, T2, order);
}

function claim(order: PlacedOrder): OrderEvent[] {
  const paymentId = paymentIdOf(order.payments.length + 1);
  const decided = claimPayment({ paymentId, amount: usd(1), at: T1 }, order);
  if (!decided.ok) throw new Error(decided.error.code);
  return decided.value;
}
