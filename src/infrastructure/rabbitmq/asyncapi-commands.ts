import type { TSchema } from 'typebox';
import { INBOUND_COMMANDS, type InboundCommandName } from '../../application/inbound-commands.ts';
import { COMMANDS } from './command-codec.ts';
import { queueOf } from './topology.ts';

export type CommandBodies = Readonly<Record<InboundCommandName, TSchema>>;

const BINDING = { bindingVersion: '0.3.0' };
const QUEUE = queueOf(COMMANDS.name);
const toMessage = (name: string) => ({ $ref: `#/components/messages/${name}` });

const forEach = <Value>(entryOf: (name: InboundCommandName) => [string, Value]) =>
  Object.fromEntries(INBOUND_COMMANDS.map(entryOf));

/** What other services may ask for by message, as parts of an AsyncAPI 3.0 document. */
export const describeCommands = (bodies: CommandBodies) => ({
  channels: {
    [QUEUE]: {
      address: QUEUE,
      description:
        'Commands, sent to this queue by the default exchange. A command is carried out once, however often its message ' +
        'comes: `message_id` names it',
      servers: [{ $ref: '#/servers/rabbitmq' }],
      messages: forEach((name) => [name, toMessage(name)]),
      bindings: {
        amqp: {
          is: 'queue',
          queue: { name: QUEUE, durable: true, exclusive: false, autoDelete: false, vhost: '/' },
          ...BINDING,
        },
      },
    },
    replies: {
      address: null,
      description:
        'The queue that `reply_to` of the command names. Without one, what is refused ends as a dead letter',
      messages: { reply: toMessage('reply') },
    },
  },
  operations: forEach((name) => [
    `receive.${name}`,
    {
      action: 'receive',
      summary: SUMMARIES[name],
      channel: { $ref: `#/channels/${QUEUE}` },
      messages: [{ $ref: `#/channels/${QUEUE}/messages/${name}` }],
      reply: {
        address: { location: '$message.header#/reply_to', description: 'The property `reply_to`' },
        channel: { $ref: '#/channels/replies' },
        messages: [{ $ref: '#/channels/replies/messages/reply' }],
      },
      bindings: { amqp: { ack: true, ...BINDING } },
    },
  ]),
  messages: {
    ...forEach((name) => [
      name,
      {
        name,
        title: name,
        summary: SUMMARIES[name],
        contentType: 'application/json',
        headers: HEADERS,
        payload: { $ref: `#/components/schemas/${name}` },
        bindings: { amqp: { messageType: name, ...BINDING } },
      },
    ]),
    reply: {
      name: 'reply',
      title: 'What came of a command',
      summary:
        'Property `type` is the command’s with `.done`, `.refused` or `.invalid`; `correlation_id` is that of the command, ' +
        'or its `message_id`. The body is the order or payment, or a problem (RFC 9457), as over HTTP',
      contentType: 'application/json',
      payload: { type: 'object' },
    },
  },
  schemas: bodies,
});

const SUMMARIES: Readonly<Record<InboundCommandName, string>> = {
  CreateOrder: 'Place an order, as `POST /api/orders` does',
  ProcessPayment: 'Pay an order, as `POST /api/payments` does',
};

const HEADERS = {
  type: 'object',
  required: ['cloudEvents_tenantid'],
  properties: {
    cloudEvents_tenantid: { type: 'string', format: 'uuid', description: 'Whose order it is' },
    cloudEvents_traceparent: { type: 'string', description: 'W3C trace context, if there is one' },
    'MT-MessageType': {
      type: 'string',
      description: 'Of MassTransit, in place of the property `type`: `urn:message:….:CreateOrder`',
    },
  },
};
