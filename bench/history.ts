import { viewOrder } from '../src/application/orders/order-view.ts';
import { viewPayment } from '../src/application/payments/payment-view.ts';
import type { DomainEvent } from '../src/application/ports.ts';
import { factsForOrder } from '../src/domain/checkout/checkout.ts';
import { orderAggregate } from '../src/domain/orders/order-evolution.ts';
import { reserveStock } from '../src/domain/orders/order-lifecycle.ts';
import { applyPayment, claimPayment } from '../src/domain/orders/order-payments.ts';
import type { Order } from '../src/domain/orders/order.ts';
import { recordOutcome, type OperationOutcome } from '../src/domain/payments/operation-outcome.ts';
import { firstAttemptId, initiatePayment } from '../src/domain/payments/payment-commands.ts';
import { paymentAggregate } from '../src/domain/payments/payment-evolution.ts';
import { fold } from '../src/domain/shared/aggregate.ts';
import type { CustomerId, OrderId, PaymentId } from '../src/domain/shared/ids.ts';
import { invariant } from '../src/domain/shared/invariant.ts';
import { money } from '../src/domain/shared/money.ts';
import { encodeEvent } from '../src/infrastructure/codecs/event-codec.ts';
import { createdOrder } from './shop.ts';

/** What stands for ids and the time in the templates. */
export const PLACE = {
  order: '00000000-0000-7000-8000-00000000aaaa',
  payment: '00000000-0000-7000-8000-00000000bbbb',
  customer: 'customer-of-the-order',
  at: '2026-01-01T00:00:00.000Z',
} as const;

export type EventTemplate = {
  readonly variant: number;
  /** Which command of the order appended it: 0, 1, 2, … */
  readonly unit: number;
  /** Its place among the events of that command. */
  readonly ordinal: number;
  readonly stream: 'order' | 'payment';
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  /** The command's answer, with the last of its events. */
  readonly answer: string | null;
};

type Course = 'unpaid' | 'paid' | 'half' | 'declined' | 'pending';

/** Of ten orders seven are paid; one is never, one by half, one was declined, and one in twenty is still pending. */
const COURSES: readonly Course[] = [
  ...(['paid', 'paid', 'unpaid', 'paid', 'paid', 'declined', 'paid', 'paid', 'half', 'paid'] as const),
  ...(['paid', 'paid', 'unpaid', 'paid', 'pending', 'declined', 'paid', 'paid', 'half', 'paid'] as const),
];

export const VARIANTS = COURSES.length;

/** What the domain makes of twenty orders, to be copied with other ids and times. */
export const templates: readonly EventTemplate[] = COURSES.flatMap(courseOf);

function courseOf(course: Course, variant: number): EventTemplate[] {
  const { at } = PLACE;
  const orderId = PLACE.order as OrderId;
  const paymentId = PLACE.payment as PaymentId;
  const { event, order: placed } = createdOrder(orderId, PLACE.customer as CustomerId, at, variant + 1);
  const orderEvents: DomainEvent[] = [];
  const paymentEvents: DomainEvent[] = [];
  const written: EventTemplate[] = [];

  function write(
    unit: number,
    answer: unknown,
    events: { order?: readonly DomainEvent[]; payment?: readonly DomainEvent[] },
  ) {
    const streams = [
      { stream: 'payment', before: paymentEvents, added: events.payment ?? [] },
      { stream: 'order', before: orderEvents, added: events.order ?? [] },
    ] as const;
    const rows = streams.flatMap(({ stream, before, added }) =>
      added.map((one) => {
        before.push(one);
        const { type, schemaVersion, data } = encodeEvent(one);
        return { stream, version: before.length, type, schemaVersion, data: JSON.stringify(data) };
      }),
    );
    const last = rows.length - 1;
    written.push(
      ...rows.map((row, ordinal) => ({
        ...row,
        variant,
        unit,
        ordinal,
        answer: ordinal === last ? JSON.stringify(answer) : null,
      })),
    );
  }

  write(0, viewOrder(placed, 1), { order: [event] });
  const reserved = reserveStock(at, placed);
  const order = reserved.reduce<Order>(orderAggregate.evolve, placed);
  write(1, null, { order: reserved });
  if (course === 'unpaid') return written;

  const half = money(placed.totals.grand.amountMinor / 2n, placed.currency);
  const claimed = claimPayment({ paymentId, at, ...(course === 'half' && { amount: half }) }, order);
  invariant(claimed.ok, 'the sample payment is claimed');
  const { amount } = claimed.value[0];
  const initiated = initiatePayment({
    paymentId,
    orderId,
    amount,
    paymentMethod: 'card',
    paymentToken: 'tok_success',
    captureMethod: 'automatic',
    provider: 'simulated',
    at,
  });
  const pending = fold(paymentAggregate, initiated);
  invariant(pending.status !== 'absent', 'an initiated payment exists');
  write(2, viewPayment(pending, initiated.length), { payment: initiated, order: claimed.value });
  if (course === 'pending') return written;

  const outcome: OperationOutcome =
    course === 'declined'
      ? { kind: 'declined', code: 'insufficient_funds' }
      : { kind: 'succeeded', providerRef: 'sim_0f1e2d3c4b5a69788796a5b4c3d2e1f0' };
  const attempt = { operationId: firstAttemptId(paymentId), evidence: 'answer' };
  const recorded = recordOutcome({ ...attempt, outcome, at }, pending);
  const processed = recorded.reduce(paymentAggregate.evolve, pending);
  invariant(processed.status !== 'absent', 'a processed payment exists');
  write(3, viewPayment(processed, initiated.length + recorded.length), { payment: recorded });

  const claimedOrder = claimed.value.reduce<Order>(orderAggregate.evolve, order);
  write(4, null, { order: applyPayment(factsForOrder(processed), at, claimedOrder) });
  return written;
}
