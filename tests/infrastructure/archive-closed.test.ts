import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainEvent, StreamId } from '../../src/application/ports.ts';
import { createOrder, cancelOrder, expireOrder } from '../../src/domain/orders/order-lifecycle.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { recordOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { firstAttemptId, initiatePayment, voidPayment } from '../../src/domain/payments/payment-commands.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { recordReport } from '../../src/domain/payments/provider-report.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import { AGGREGATES } from '../../src/infrastructure/aggregates.ts';
import { detachPartition } from '../../src/infrastructure/event-log/archive.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { followAll, untilCaughtUp } from '../support/filled-log.ts';
import { contextOf } from '../support/log.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { appendFailedPayment, makePartitionsTiny } from '../support/tiny-partitions.ts';

const POSITIONS = 40;
const AT = '2026-01-01T00:00:00.000Z';
const LATER = '2026-01-01T01:00:00.000Z';
const SUCCEEDED = { kind: 'succeeded', providerRef: 'ref' } as const;
const amount = money(500n, parseCurrency('EUR')!);

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await makePartitionsTiny(shop.database.pool, POSITIONS);
});
afterEach(() => shop.database.drop());

function placed(orderId: OrderId): OrderEvent[] {
  const created = createOrder({
    orderId,
    customerId: 'customer-1' as CustomerId,
    items: [{ productId: 'p-1', productName: 'Tea', quantity: 1, unitPrice: amount }],
    pricesIncludeTax: true,
    expiresAt: LATER,
    at: AT,
  });
  if (!created.ok) throw new Error(created.error.code);
  return created.value;
}

function cancelled(orderId: OrderId): OrderEvent[] {
  const events = placed(orderId);
  const command = { by: 'key:test', reason: 'changed my mind', at: LATER };
  const decided = cancelOrder(command, fold(orderAggregate, events));
  if (!decided.ok) throw new Error(decided.error.code);
  return [...events, ...decided.value];
}

function expired(orderId: OrderId): OrderEvent[] {
  const events = placed(orderId);
  return [...events, ...expireOrder(LATER, fold(orderAggregate, events))];
}

/** Money is held for it, and it was not captured. */
function authorized(paymentId: PaymentId): PaymentEvent[] {
  const begun = initiatePayment({
    ...{ paymentId, orderId: ids.orderId(), amount, paymentMethod: 'card', paymentToken: 'tok_success' },
    ...{ captureMethod: 'manual', provider: 'simulated', at: AT },
  });
  const operationId = firstAttemptId(paymentId);
  const attempt = { operationId, outcome: SUCCEEDED, evidence: 'answer', at: AT };
  return [...begun, ...recordOutcome(attempt, fold(paymentAggregate, begun))];
}

function voided(paymentId: PaymentId): PaymentEvent[] {
  const events = authorized(paymentId);
  const command = { voidId: 'void-1', reason: 'changed my mind', at: LATER };
  const requested = voidPayment(command, fold(paymentAggregate, events));
  if (!requested.ok) throw new Error(requested.error.code);
  events.push(...requested.value);
  const answer = {
    operationId: 'void-1',
    outcome: { kind: 'succeeded' },
    evidence: 'answer',
    at: LATER,
  } as const;
  return [...events, ...recordOutcome(answer, fold(paymentAggregate, events))];
}

function lapsed(paymentId: PaymentId): PaymentEvent[] {
  const events = authorized(paymentId);
  const operations = [{ operationId: firstAttemptId(paymentId), outcome: SUCCEEDED }];
  const report = { operations, disputes: [], isHeld: false };
  return [
    ...events,
    ...recordReport(report, { evidence: 'poll', at: LATER }, fold(paymentAggregate, events)),
  ];
}

async function append(streamId: StreamId, category: string, events: readonly DomainEvent[]): Promise<void> {
  const stream = { streamId, category, expectedVersion: 0, events };
  await shop.log.append({ context: contextOf(), streams: [stream], answer: null });
}

const appendOrder = async (make: (id: OrderId) => OrderEvent[]): Promise<string> => {
  const orderId = ids.orderId();
  await append(orderId, 'order', make(orderId));
  return orderId;
};
const appendPayment = async (make: (id: PaymentId) => PaymentEvent[]): Promise<string> => {
  const paymentId = ids.paymentId(ids.orderId());
  await append(paymentId, 'payment', make(paymentId));
  return paymentId;
};

/** Closed streams until the first partition is full and followed by another; what came of detaching it. */
async function fillAndDetach() {
  for (let made = 0; made <= POSITIONS; made += 4) await appendFailedPayment(shop.log, 0);
  const stop = await followAll(shop);
  await untilCaughtUp(shop.database.pool);
  await stop();
  return detachPartition({ pool: shop.database.pool, log: shop.log, aggregates: AGGREGATES }, 0);
}

describe('a partition', () => {
  it('is detached when its orders ended without money and its payments without a capture', async () => {
    await appendOrder(cancelled);
    await appendOrder(expired);
    await appendPayment(voided);
    await appendPayment(lapsed);
    expect(await fillAndDetach()).toMatchObject({ ok: true });
  });

  it.each<[string, () => Promise<string>]>([
    ['an order that may yet be paid', () => appendOrder(placed)],
    ['a payment that may yet be captured', () => appendPayment(authorized)],
    [
      'an order that was paid',
      async () => {
        await shop.sell();
        return '';
      },
    ],
  ])('stays with %s', async (_what, appendOpen) => {
    const streamId = await appendOpen();
    const refused = await fillAndDetach();
    expect(refused).toMatchObject({ ok: false, error: { reason: 'open-streams' } });
    if (streamId !== '') expect(refused).toMatchObject({ error: { count: 1, first: [{ streamId }] } });
  });
});
