import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  orderIdOf,
  type IntegrationEvent,
  type IntegrationEventType,
} from '../../src/application/integration-events.ts';
import { toIntegrationMessage } from '../../src/application/integration-messages.ts';
import type { DomainEvent, RecordedEvent } from '../../src/application/ports.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import { MAX_AMOUNT_MINOR } from '../../src/domain/shared/money.ts';
import { CUSTOMER_ID, ORDER_ID, orderOf, T0, T1, usd } from '../domain/samples.ts';
import { EVENTS, PAYMENT_ID, SECRET } from './event-samples.ts';
import { contextOf, TENANT, virtualService } from './virtual-service.ts';

/** What leaves the service; everything else is our own business. */
const PUBLIC: Readonly<Partial<Record<DomainEvent['type'], IntegrationEventType>>> = {
  OrderCreated: 'order.created.v1',
  OrderAmended: 'order.amended.v1',
  OrderConfirmed: 'order.confirmed.v1',
  OrderPaid: 'order.paid.v1',
  OrderOverpaid: 'order.overpaid.v1',
  OrderPaymentAuthorized: 'order.payment_authorized.v1',
  OrderPaymentCaptured: 'order.payment_captured.v1',
  OrderRefundApplied: 'order.refunded.v1',
  OrderRefundReleased: 'order.refund_failed.v1',
  OrderChargedBack: 'order.charged_back.v1',
  OrderCancelled: 'order.cancelled.v1',
  OrderExpired: 'order.expired.v1',
  FulfilmentShipped: 'order.shipped.v1',
  FulfilmentDelivered: 'order.delivered.v1',
  ReturnRequested: 'order.return_requested.v1',
  ReturnReceived: 'order.returned.v1',
  OrderCompleted: 'order.completed.v1',
  PaymentProcessed: 'payment.processed.v1',
};

const CASES = Object.values(EVENTS).map((event) => [event.type, PUBLIC[event.type] ?? null, event] as const);

const { fingerprint: _, ...METADATA } = contextOf(SECRET);
const recorded = (event: DomainEvent, traceparent?: string): RecordedEvent => ({
  shard: 3,
  position: 42n,
  streamId: ORDER_ID,
  version: 7,
  eventId: 'event-42',
  event,
  metadata: { ...METADATA, correlationId: 'trace', ...(traceparent !== undefined && { traceparent }) },
  recordedAt: T1,
});

const view = (amount: number) => ({ amount, currency: 'USD' });
const LINE = {
  ...{ lineId: '1', productId: 'teapot', quantity: 2 },
  ...{ unitPrice: view(500), discount: view(0), net: view(1_000), tax: view(0) },
};

const bodyOf = (event: DomainEvent): IntegrationEvent | undefined =>
  toIntegrationMessage(recorded(event))?.event;

const print = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));

describe('every event of the domain', () => {
  it.each(CASES)('%s leaves the service as %s', (_type, publicType, event) => {
    expect(bodyOf(event)?.type ?? null).toBe(publicType);
  });

  it.each(CASES)('%s tells, as %s, nothing but ids and amounts', (_type, _publicType, event) => {
    expect(print(toIntegrationMessage(recorded(event)) ?? null)).not.toContain(SECRET);
  });

  it.each(CASES.filter(([, publicType]) => publicType !== null))(
    '%s tells, as %s, which order it is about',
    (_type, _publicType, event) => {
      expect(orderIdOf(toIntegrationMessage(recorded(event))!)).toBe(ORDER_ID);
    },
  );

  it('of a kind that nobody decided on is a fault, not silence', () => {
    const stray = { type: 'OrderTeleported', at: T1 } as unknown as DomainEvent;
    expect(() => bodyOf(stray)).toThrow(InvariantViolation);
  });
});

describe('the public contract', () => {
  it('order.created.v1 lists what was ordered and the total', () => {
    expect(bodyOf(EVENTS.OrderCreated)).toEqual({
      type: 'order.created.v1',
      data: {
        orderId: ORDER_ID,
        customerId: CUSTOMER_ID,
        currency: 'USD',
        items: [LINE],
        shipping: view(50),
        total: view(1_050),
        createdAt: T0,
      },
    });
  });

  const money = { paymentId: PAYMENT_ID, amount: view(1_050) };
  const cases: [DomainEvent['type'], Record<string, unknown>][] = [
    [
      'OrderAmended',
      {
        amendmentId: 'amendment-1',
        ...{ items: [LINE], shipping: view(50), totalBefore: view(2_000), total: view(1_050), amendedAt: T1 },
      },
    ],
    ['OrderConfirmed', { confirmedAt: T1 }],
    ['OrderPaid', { total: view(1_050), paidAt: T1 }],
    ['OrderOverpaid', { excess: view(1_050), overpaidAt: T1 }],
    ['OrderPaymentAuthorized', { ...money, authorizedAt: T1 }],
    ['OrderPaymentCaptured', { ...money, captureId: 'capture-1', capturedAt: T1 }],
    ['OrderRefundApplied', { ...money, refundId: 'refund-1', refundedAt: T1 }],
    ['OrderRefundReleased', { ...money, refundId: 'refund-1', failedAt: T1 }],
    ['OrderChargedBack', { ...money, disputeId: 'dispute-1', chargedBackAt: T1 }],
    ['OrderCancelled', { cancelledAt: T1 }],
    ['OrderExpired', { expiredAt: T1 }],
    [
      'FulfilmentShipped',
      {
        fulfilmentId: 'shipment-1',
        lines: [{ lineId: '1', quantity: 2, net: view(1_000), tax: view(0) }],
        ...{ shipping: view(50), shippedAt: T1 },
      },
    ],
    ['FulfilmentDelivered', { fulfilmentId: 'shipment-1', deliveredAt: T1 }],
    ['ReturnRequested', { returnId: 'return-1', lines: [{ lineId: '1', quantity: 2 }], requestedAt: T1 }],
    ['ReturnReceived', { returnId: 'return-1', returnedAt: T1 }],
    ['OrderCompleted', { completedAt: T1 }],
  ];

  it.each(cases)('%s is told with all that others need of it', (type, facts) => {
    expect(bodyOf(EVENTS[type])?.data).toEqual({ orderId: ORDER_ID, ...facts });
  });

  it('takes the order from the stream where the event does not name it', () => {
    const streamId = '0190a000-0000-7000-8000-00000000b6b6';
    const message = toIntegrationMessage({ ...recorded(EVENTS.FulfilmentShipped), streamId });
    expect(message).toMatchObject({ subject: streamId, event: { data: { orderId: streamId } } });
  });

  it.each([true, false])('payment.processed.v1 says whether it succeeded: %s', (isSuccessful) => {
    expect(bodyOf({ ...EVENTS.PaymentProcessed, isSuccessful })).toEqual({
      type: 'payment.processed.v1',
      data: {
        paymentId: PAYMENT_ID,
        orderId: ORDER_ID,
        amount: view(1_050),
        paymentMethod: 'card',
        isSuccessful,
        processedAt: T1,
      },
    });
  });

  it('states the largest total exactly', () => {
    const [created] = orderOf(usd(MAX_AMOUNT_MINOR));
    expect(bodyOf(created!)).toMatchObject({ data: { total: { amount: 999_999_999_999 } } });
  });
});

describe('a message', () => {
  it('bears the id and the place of the event it tells of, so it can be told from others and put in order', () => {
    const { event: _event, ...envelope } = toIntegrationMessage(recorded(EVENTS.OrderPaid))!;
    expect(envelope).toEqual({
      messageId: 'event-42',
      tenantId: TENANT,
      shard: 3,
      position: 42n,
      subject: ORDER_ID,
      sequence: 7,
      occurredAt: T1,
      correlationId: 'trace',
    });
  });

  it('carries the trace it belongs to, if there is one', () => {
    expect(toIntegrationMessage(recorded(EVENTS.OrderPaid, '00-trace'))?.traceparent).toBe('00-trace');
  });

  it('is the same at every redelivery', () => {
    for (const event of Object.values(EVENTS)) {
      expect(toIntegrationMessage(recorded(event))).toEqual(toIntegrationMessage(recorded(event)));
    }
  });
});

describe('a payment token', () => {
  const token = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/);
  const outcomes = fc.array(fc.constantFrom('usual', 'unknown', 'declined'), { maxLength: 3 });

  it('is in no message and no answer, whatever becomes of the payment', async () => {
    await fc.assert(
      fc.asyncProperty(token, outcomes, async (secret, planned) => {
        const { placeOrder, pay, gateway, deliverAll, messages } = virtualService();
        const orderId = await placeOrder(usd(1_000));
        const answers: unknown[] = [];
        for (const [index, outcome] of planned.entries()) {
          if (outcome === 'unknown') gateway.answerNext({ kind: 'unknown', reason: 'timeout' });
          if (outcome === 'declined') gateway.answerNext({ kind: 'declined', code: 'card_declined' });
          answers.push(await pay(orderId, { key: `payment ${index}`, token: secret }));
          await deliverAll();
        }
        expect(gateway.asked.every(({ paymentToken }) => paymentToken === secret)).toBe(true);
        expect(print([messages(), answers])).not.toContain(secret);
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});
