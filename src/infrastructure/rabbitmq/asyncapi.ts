import { CONTRACT_NAMES, type IntegrationEventType } from '../../application/integration-events.ts';
import { INTEGRATION_DATA } from '../codecs/integration-schemas.ts';
import { describeCommands, type CommandBodies } from './asyncapi-commands.ts';
import { CLOUD_EVENTS_SOURCE, dataSchemaOf, encodeMessage, messageUrnOf } from './message-codec.ts';
import { MESSAGE_EXAMPLES } from './message-examples.ts';
import { EVENTS_EXCHANGE, queueOf, UNROUTED_QUEUE, type Subscriber } from './topology.ts';

export type DescribedService = {
  readonly version: string;
  readonly consumers: readonly Subscriber[];
  readonly commands: CommandBodies;
};

const BINDING = { bindingVersion: '0.3.0' };
const EXCHANGE = { name: EVENTS_EXCHANGE, type: 'topic', durable: true, autoDelete: false, vhost: '/' };
const SERVERS = [{ $ref: '#/servers/rabbitmq' }];

const WHEN: Readonly<Record<IntegrationEventType, string>> = {
  'order.created.v1': 'An order was placed',
  'order.amended.v1': 'Its lines or shipping were changed: they are as told here from now on',
  'order.confirmed.v1': 'It is paid, or promised by banks to be: it may be sent',
  'order.paid.v1': 'All that is due was captured',
  'order.overpaid.v1': 'More was captured than is due; it goes back by refunds of its own',
  'order.payment_authorized.v1': 'A bank holds money for a later capture',
  'order.payment_captured.v1': 'Money was taken; a payment may be captured in parts',
  'order.refunded.v1': 'Money went back to the customer',
  'order.refund_failed.v1': 'A refund failed, perhaps after it was told as done: nothing went back',
  'order.charged_back.v1': 'The customer’s bank took money back for good',
  'order.cancelled.v1': 'It was cancelled, and no money of it is left here',
  'order.expired.v1': 'It was not paid in time, and no money of it is left here',
  'order.shipped.v1': 'A shipment left: its lines are sold',
  'order.delivered.v1': 'A shipment arrived',
  'order.return_requested.v1': 'Goods are announced to come back',
  'order.returned.v1': 'The goods of a return are back; their price goes back by a refund of its own',
  'order.completed.v1': 'All is paid and delivered',
  'payment.processed.v1': 'A payment was decided: money was taken, or none will be',
};

const TYPES = Object.keys(WHEN) as IntegrationEventType[];
function forEach<Item, Value>(items: readonly Item[], entryOf: (item: Item) => [string, Value]) {
  return Object.fromEntries<Value>(items.map(entryOf));
}

const toMessage = (type: string) => ({ $ref: `#/components/messages/${type}` });

/** The messages as an AsyncAPI 3.0 document, from the schemas and the topology that are used to publish them. */
export function describeMessages({ version, consumers, commands }: DescribedService) {
  const inbound = describeCommands(commands);
  return {
    asyncapi: '3.0.0',
    id: 'urn:order-payments',
    info: {
      title: 'Order Payments',
      version,
      description:
        'What happens to orders and payments, told to other services: at least once, in the order of each shard, each ' +
        'message under the id of its event. Amounts are integers of minor units.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      rabbitmq: {
        host: 'localhost:5672',
        protocol: 'amqp',
        protocolVersion: '0.9.1',
        description: 'The broker at AMQP_URL',
      },
    },
    channels: {
      ...forEach(TYPES, (type) => [type, routingKeyChannel(type)]),
      ...forEach(consumers, (consumer) => [queueOf(consumer.name), consumerChannel(consumer)]),
      [UNROUTED_QUEUE]: queueChannel(
        UNROUTED_QUEUE,
        'What no queue has asked for, the newest 100,000',
        TYPES,
      ),
      ...inbound.channels,
    },
    operations: {
      ...forEach(TYPES, (type) => [`publish.${type}`, publishing(type)]),
      ...forEach(consumers, (consumer) => [`consume.${consumer.name}`, consuming(consumer)]),
      ...inbound.operations,
    },
    components: {
      messages: { ...forEach(TYPES, (type) => [type, messageOf(type)]), ...inbound.messages },
      schemas: { ...INTEGRATION_DATA, ...inbound.schemas, Headers: HEADERS },
      correlationIds: {
        trace: {
          description: 'The same in all that one request led to; also the property `correlation_id`',
          location: '$message.header#/cloudEvents_correlationid',
        },
      },
    },
  };
}

const routingKeyChannel = (type: IntegrationEventType) => ({
  address: type,
  description: `Messages of ${EVENTS_EXCHANGE} with this routing key`,
  servers: SERVERS,
  messages: { [type]: toMessage(type) },
  bindings: { amqp: { is: 'routingKey', exchange: EXCHANGE, ...BINDING } },
});

const consumerChannel = ({ name, types }: Subscriber) =>
  queueChannel(queueOf(name), `Queue of the service’s own consumer ${name}`, types);

const queueChannel = (name: string, description: string, types: readonly IntegrationEventType[]) => ({
  address: name,
  description,
  servers: SERVERS,
  messages: forEach(types, (type) => [type, toMessage(type)]),
  bindings: {
    amqp: {
      is: 'queue',
      queue: { name, durable: true, exclusive: false, autoDelete: false, vhost: '/' },
      ...BINDING,
    },
  },
});

const publishing = (type: IntegrationEventType) => ({
  action: 'send',
  summary: WHEN[type],
  channel: { $ref: `#/channels/${type}` },
  messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
  bindings: { amqp: { deliveryMode: 2, mandatory: true, timestamp: true, ...BINDING } },
});

const consuming = ({ name, types }: Subscriber) => ({
  action: 'receive',
  summary: `Handled by ${name}, each once`,
  channel: { $ref: `#/channels/${queueOf(name)}` },
  messages: types.map((type) => ({ $ref: `#/channels/${queueOf(name)}/messages/${type}` })),
  bindings: { amqp: { ack: true, ...BINDING } },
});

function messageOf(type: IntegrationEventType) {
  return {
    name: type,
    title: CONTRACT_NAMES[type],
    summary: WHEN[type],
    contentType: 'application/json',
    correlationId: { $ref: '#/components/correlationIds/trace' },
    headers: {
      allOf: [
        { $ref: '#/components/schemas/Headers' },
        {
          type: 'object',
          properties: {
            cloudEvents_type: { const: type },
            cloudEvents_dataschema: { const: dataSchemaOf(type) },
            'MT-MessageType': { const: messageUrnOf(type) },
          },
        },
      ],
    },
    payload: { $ref: `#/components/schemas/${type}` },
    bindings: { amqp: { messageType: type, ...BINDING } },
    examples: MESSAGE_EXAMPLES.filter(({ event }) => event.type === type).map((example) => ({
      headers: encodeMessage(example).properties.headers as unknown,
      payload: example.event.data,
    })),
  };
}

const text = (description: string, rest: object = {}) => ({ type: 'string', description, ...rest });

const HEADERS = {
  type: 'object',
  properties: {
    cloudEvents_specversion: { type: 'string', const: '1.0' },
    cloudEvents_id: text('Id of the event, the same at every delivery; also the property `message_id`', {
      format: 'uuid',
    }),
    cloudEvents_source: { type: 'string', const: CLOUD_EVENTS_SOURCE },
    cloudEvents_type: text('Type and version; also the routing key and the property `type`'),
    cloudEvents_time: text('When it happened', { format: 'date-time' }),
    cloudEvents_subject: text('The order, or the payment, that it happened to', { format: 'uuid' }),
    cloudEvents_dataschema: text('Names the schema of the body'),
    cloudEvents_partitionkey: text('The order: what is about one order belongs in one partition', {
      format: 'uuid',
    }),
    cloudEvents_sequence: text('Version of the subject after the event: later sorts higher, as text', {
      pattern: '^[0-9]{10}$',
    }),
    cloudEvents_correlationid: text('The same in all that one request led to'),
    cloudEvents_tenantid: text('Whose order it is', { format: 'uuid' }),
    cloudEvents_shard: { type: 'integer', description: 'Shard of the log' },
    cloudEvents_position: text('Place in the shard', { pattern: '^[1-9][0-9]*$' }),
    cloudEvents_traceparent: text('W3C trace context, if there is one'),
    'MT-MessageType': text('Names the class to MassTransit'),
  },
  required: [
    ...['specversion', 'id', 'source', 'type', 'time', 'subject', 'dataschema', 'partitionkey', 'sequence']
      .concat('correlationid', 'tenantid', 'shard', 'position')
      .map((name) => `cloudEvents_${name}`),
    'MT-MessageType',
  ],
};
