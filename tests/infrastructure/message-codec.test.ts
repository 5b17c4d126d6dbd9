import type { ConsumeMessage } from 'amqplib';
import { describe, expect, it } from 'vitest';
import {
  CONTRACT_NAMES,
  isIntegrationEventType,
  type IntegrationMessage,
} from '../../src/application/integration-events.ts';
import { faultCopy } from '../../src/infrastructure/rabbitmq/faults.ts';
import { withEnvelopes } from '../../src/infrastructure/rabbitmq/mass-transit.ts';
import { MESSAGE_EXAMPLES } from '../../src/infrastructure/rabbitmq/message-examples.ts';
import { decodeMessage, encodeMessage } from '../../src/infrastructure/rabbitmq/message-codec.ts';
import goldenMessages from './golden-messages.json' with { type: 'json' };

const PAYMENT = MESSAGE_EXAMPLES.find(({ event }) => event.type === 'payment.processed.v1')!;

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

const TYPES = Object.keys(CONTRACT_NAMES).filter(isIntegrationEventType);
const encode = withEnvelopes(TYPES, 'amqp://orders:secret@broker.example:5672/shop');

/** All that goes over the wire, the body as text: a golden message is held to it byte for byte. */
const wireOf = (message: IntegrationMessage) =>
  encode(message).map(({ body, ...rest }) => ({ ...rest, body: body.toString('utf8') }));

const envelopeOf = (message: IntegrationMessage) =>
  JSON.parse(encode(message)[1]!.body.toString()) as Record<string, unknown>;

describe('the golden messages', () => {
  it('are of every type, plain and as an envelope of MassTransit', () => {
    const wanted = TYPES.flatMap((type) => [
      `order-payments.events ${type}`,
      `OrderPayments.Contracts:${CONTRACT_NAMES[type]} `,
    ]);
    const kept = goldenMessages.map(({ exchange, routingKey }) => `${exchange} ${routingKey}`);
    expect(kept.toSorted()).toEqual(wanted.toSorted());
  });

  it.each(MESSAGE_EXAMPLES)('$event.type leaves as it always did, byte for byte', (message) => {
    const kept = goldenMessages.filter(({ properties }) => properties.messageId === message.messageId);
    expect(JSON.stringify(wireOf(message))).toBe(JSON.stringify(kept));
  });
});

describe('an envelope', () => {
  it('is made of the types that were asked for and of no others', () => {
    const some = withEnvelopes(['payment.processed.v1'], 'amqp://broker.example');
    expect(MESSAGE_EXAMPLES.filter((message) => some(message).length === 2)).toEqual([PAYMENT]);
    expect(MESSAGE_EXAMPLES.flatMap(withEnvelopes([], 'amqp://broker.example'))).toEqual(
      MESSAGE_EXAMPLES.map(encodeMessage),
    );
  });

  it.each([
    ['4bf92f3577b34da6a3ce929d0e0e4736', '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'],
    ['4bf92f35-77b3-4da6-a3ce-929d0e0e4736', '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'],
    ['request-1', undefined],
  ])(
    'with the correlation id %s has the GUID %s: MassTransit refuses any other text',
    (correlationId, guid) => {
      const envelope = envelopeOf({ ...PAYMENT, correlationId });
      expect([envelope['correlationId'], envelope['conversationId']]).toEqual([guid, guid]);
    },
  );

  it('passes the trace on, and names the broker without who logs in there', () => {
    const envelope = envelopeOf(PAYMENT);
    expect(envelope).toMatchObject({
      destinationAddress: 'rabbitmq://broker.example:5672/shop/OrderPayments.Contracts:PaymentProcessed',
      headers: { 'MT-Activity-Id': PAYMENT.traceparent },
    });
    expect(JSON.stringify(envelope)).not.toContain('secret');
  });
});

describe('a message', () => {
  it.each(MESSAGE_EXAMPLES)('of $event.type reads back as it was written', (traced) => {
    const { traceparent: _, ...plain } = traced;
    expect(decodeMessage(delivered(plain))).toEqual({ ok: true, value: plain });
    expect(decodeMessage(delivered(traced))).toEqual({ ok: true, value: traced });
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
    ['without a time', { headers: { cloudEvents_time: undefined } }, /time/],
    ['without a subject', { headers: { cloudEvents_subject: undefined } }, /subject/],
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
      travel: { redelivery: 4, replay: 0, attempts: 7 },
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
      'order-payments-attempts': 7,
    });
  });
});
