import { viewOrder, type OrderView } from '../../src/application/orders/order-view.ts';
import { viewPayment, type PaymentView } from '../../src/application/payments/payment-view.ts';
import type { RecordedEvent } from '../../src/application/ports.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';

/** An order as it was after these events, its first ones. */
export const orderAfter = (events: readonly RecordedEvent[]): OrderView => {
  const state = fold(
    orderAggregate,
    events.map(({ event }) => event as OrderEvent),
  );
  if (state.status === 'absent') throw new Error('no events');
  return viewOrder(state, events.length);
};

export const paymentAfter = (events: readonly RecordedEvent[]): PaymentView => {
  const state = fold(
    paymentAggregate,
    events.map(({ event }) => event as PaymentEvent),
  );
  if (state.status === 'absent') throw new Error('no events');
  return viewPayment(state, events.length);
};

/** Of an instant with six digits, in UTC. */
export const toMicros = (instant: string): bigint =>
  BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1_000n + BigInt(instant.slice(20, 26));

/** With the digits below a microsecond that are given, in another time zone. */
export function toInstant(micros: bigint, below = ''): string {
  const fraction = String(micros % 1_000_000n).padStart(6, '0');
  const local = new Date(Number(micros / 1_000n) + 5.5 * 3_600_000).toISOString();
  return `${local.slice(0, 19)}.${fraction}${below}+05:30`;
}
