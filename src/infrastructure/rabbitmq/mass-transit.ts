import {
  CONTRACT_NAMES,
  type IntegrationEventType,
  type IntegrationMessage,
} from '../../application/integration-events.ts';
import {
  cloudEventHeaders,
  encodeMessage,
  messageUrnOf,
  propertiesOf,
  type OutgoingMessage,
} from './message-codec.ts';
import { EVENTS_EXCHANGE } from './topology.ts';

const ENVELOPE_CONTENT_TYPE = 'application/vnd.masstransit+json';

/** Where MassTransit looks for messages of the type: it binds this exchange to the queues of its consumers. */
export const envelopeExchangeOf = (type: IntegrationEventType): string =>
  `OrderPayments.Contracts:${CONTRACT_NAMES[type]}`;

export type EncodeMessage = (message: IntegrationMessage) => readonly OutgoingMessage[];

/** Every message as it is, and once more as an envelope where its type is among `types`. */
export function withEnvelopes(types: readonly IntegrationEventType[], brokerUrl: string): EncodeMessage {
  const broker = brokerAddress(brokerUrl);
  const enveloped = new Set(types);
  return (message) => {
    const plain = encodeMessage(message);
    return enveloped.has(message.event.type) ? [plain, encodeEnvelope(message, broker)] : [plain];
  };
}

/** The same message comes out the same however often it is sent: all it says of its sender is fixed. */
function encodeEnvelope(message: IntegrationMessage, broker: string): OutgoingMessage {
  const { messageId, correlationId, occurredAt, traceparent, event } = message;
  const exchange = envelopeExchangeOf(event.type);
  const conversation = guidOf(correlationId);
  const envelope = {
    messageId,
    ...(conversation && { correlationId: conversation, conversationId: conversation }),
    sourceAddress: `${broker}/${EVENTS_EXCHANGE}`,
    destinationAddress: `${broker}/${exchange}`,
    messageType: [messageUrnOf(event.type)],
    message: event.data,
    sentTime: occurredAt,
    headers: {
      ...cloudEventHeaders(message),
      ...(traceparent === undefined ? {} : { 'MT-Activity-Id': traceparent }),
    },
    host: { machineName: 'order-payments', processName: 'order-payments', assembly: 'order-payments' },
  };
  return {
    exchange,
    routingKey: '',
    body: Buffer.from(JSON.stringify(envelope)),
    properties: {
      ...propertiesOf(message),
      contentType: ENVELOPE_CONTENT_TYPE,
      // MassTransit declares the exchange too, without arguments, so it can have no alternate: until the first queue is
      // bound to it what is sent there goes nowhere, which is no failure.
      mandatory: false,
    },
  };
}

const GUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

/** A trace id is one without its dashes. MassTransit refuses a whole message over an id that is none: then it has none. */
const guidOf = (id: string): string | undefined => GUID.exec(id)?.slice(1).join('-');

/** How MassTransit names the broker: nothing in it of who logs in there. */
function brokerAddress(url: string): string {
  const { host, pathname } = new URL(url);
  return `rabbitmq://${host}${pathname.replace(/\/$/, '')}`;
}
