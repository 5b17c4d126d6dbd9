import type { ConsumeMessage } from 'amqplib';
import { describe, expect, it } from 'vitest';
import type { IntegrationEvent, IntegrationMessage } from '../../src/application/integration-events.ts';
import type { OrderId, PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import { faultCopy } from '../../src/infrastructure/rabbitmq/faults.ts';
import { decodeMessage, encodeMessage } from '../../src/infrastructure/rabbitmq/message-codec.ts';

const ORDER_ID = '0199b0a4-0000-7000-8000-00000000000a' as OrderId;
const PAYMENT_ID = '0199b0a4-0000-7000-8000-00000000000b' as PaymentId;
const at = '2026-01-02T03:04:05.678Z';
const total = { amount: 1_250, currency: 'EUR' };
const item = { productId: 'p-1', quantity: 1, unitPrice: total };

const EVENTS: readonly IntegrationEvent[] = [
  {
    type: 'order.created.v1',
    data: { orderId: ORDER_ID, customerId: 'c-1', currency: 'EUR', items: [item], total, createdAt: at },
  },
  { type: 'order.confirmed.v1', data: { orderId: ORDER_ID, confirmedAt: at } },
  { type: 'order.paid.v1', data: { orderId: ORDER_ID, total, paidAt: at } },
  {
    type: 'payment.processed.v1',
    data: {
      paymentId: PAYMENT_ID,
      orderId: ORDER_ID,
      amount: total,
      paymentMethod: 'card',
      isSuccessful: true,
      processedAt: at,
    },
  },
];

const messageOf = (event: IntegrationEvent): IntegrationMessage => ({
  messageId: '0199b0a4-0000-7000-8000-000000000001',
  tenantId: '0199b0a4-0000-7000-8000-000000000002' as TenantId,
  shard: 3,
  position: 9_007_199_254_740_993n,
  sequence: 7,
  correlationId: 'request-1',
  event,
});

const PAYMENT = messageOf(EVENTS[3]!);

type Changes = {
  readonly properties?: Record<string, unknown>;
  readonly headers?: Record<string, unknown>;
  readonly body?: string;
};

/** As a consumer gets it. */
function delivered(message: IntegrationMessage, changes: Changes = {}): ConsumeMessage {
  const { body, properties } = encodeMessage(message);
  const headers = { ...(properties.headers as Record<string, unknown>), ...changes.headers };
  return {
    content: changes.body === undefined ? body : Buffer.from(changes.body),
    properties: { ...properties, headers, ...changes.properties },
  } as unknown as ConsumeMessage;
}

describe('a message', () => {
  it.each(EVENTS)('of $type reads back as it was written', (event) => {
    const plain = messageOf(event);
    const traced = { ...plain, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    expect(decodeMessage(delivered(plain))).toEqual({ ok: true, value: plain });
    expect(decodeMessage(delivered(traced))).toEqual({ ok: true, value: traced });
  });

  it('is a CloudEvent in binary mode, and one that MassTransit understands', () => {
    expect(encodeMessage(PAYMENT)).toEqual({
      exchange: 'order-payments.events',
      routingKey: 'payment.processed.v1',
      body: Buffer.from(JSON.stringify(PAYMENT.event.data)),
      properties: {
        messageId: PAYMENT.messageId,
        correlationId: 'request-1',
        type: 'payment.processed.v1',
        timestamp: 1_767_323_045,
        contentType: 'application/json',
        persistent: true,
        headers: {
          cloudEvents_specversion: '1.0',
          cloudEvents_id: PAYMENT.messageId,
          cloudEvents_source: '/order-payments',
          cloudEvents_type: 'payment.processed.v1',
          cloudEvents_time: at,
          cloudEvents_subject: PAYMENT_ID,
          cloudEvents_dataschema: 'urn:order-payments:schema:payment.processed.v1',
          cloudEvents_partitionkey: ORDER_ID,
          cloudEvents_sequence: '0000000007',
          cloudEvents_tenantid: PAYMENT.tenantId,
          cloudEvents_shard: 3,
          cloudEvents_position: '9007199254740993',
          'MT-MessageType': 'urn:message:OrderPayments.Contracts:PaymentProcessed',
        },
      },
    });
  });

  it('may say more than this build knows', () => {
    const body = JSON.stringify({ ...PAYMENT.event.data, fee: { amount: 3, currency: 'EUR' } });
    expect(decodeMessage(delivered(PAYMENT, { body }))).toMatchObject({ ok: true });
  });

  const flaws: [string, Changes, RegExp][] = [
    ['without an id', { properties: { messageId: undefined } }, /messageId/],
    ['with an id that is none', { properties: { messageId: 'one' } }, /messageId/],
    ['without a correlation id', { properties: { correlationId: undefined } }, /correlationId/],
    ['without headers', { properties: { headers: undefined } }, /headers/],
    ['without a tenant', { headers: { cloudEvents_tenantid: undefined } }, /tenantid/],
    ['without a shard', { headers: { cloudEvents_shard: undefined } }, /shard/],
    ['with a shard that no log has', { headers: { cloudEvents_shard: -1 } }, /shard/],
    ['without a position', { headers: { cloudEvents_position: undefined } }, /position/],
    ['with a position before the first', { headers: { cloudEvents_position: '0' } }, /position/],
    ['with a position that is no number', { headers: { cloudEvents_position: '1e3' } }, /position/],
    ['without a sequence', { headers: { cloudEvents_sequence: undefined } }, /sequence/],
    ['of an unknown type', { properties: { type: 'order.created.v9' } }, /type/],
    ['that is no JSON', { body: '{' }, /body/],
    ['that lacks a field', { body: '{"orderId":"x"}' }, /body/],
    [
      'with another type’s body',
      { properties: { type: 'order.paid.v1' } },
      /body must have required property/,
    ],
  ];

  it.each(flaws)('%s cannot be read, and the reason says so', (_, changes, reason) => {
    expect(decodeMessage(delivered(PAYMENT, changes))).toEqual({
      ok: false,
      error: expect.stringMatching(reason),
    });
  });

  it('does not expire, impersonate or spread when it is copied to the error queue', () => {
    const raw = delivered(PAYMENT, {
      properties: { expiration: '1000', userId: 'somebody' },
      headers: { CC: ['other'], BCC: ['another'] },
    });
    const copy = faultCopy(raw, {
      consumer: 'checkout',
      queue: 'order-payments.checkout',
      fault: 'no reason',
    });
    expect(copy).toMatchObject({
      exchange: '',
      routingKey: 'order-payments.checkout_error',
      body: raw.content,
    });
    expect(copy.properties).not.toHaveProperty('expiration');
    expect(copy.properties).not.toHaveProperty('userId');
    expect(copy.properties.headers).not.toHaveProperty('CC');
    expect(copy.properties.headers).not.toHaveProperty('BCC');
    expect(copy.properties.headers).toMatchObject({
      cloudEvents_id: PAYMENT.messageId,
      'MT-Fault-ExceptionType': 'Error',
      'MT-Fault-Message': 'no reason',
    });
  });
});
