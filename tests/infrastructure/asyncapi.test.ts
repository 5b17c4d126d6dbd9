import { readFile } from 'node:fs/promises';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { INBOUND_COMMANDS } from '../../src/application/inbound-commands.ts';
import { CONTRACT_NAMES } from '../../src/application/integration-events.ts';
import { INBOUND_BODIES } from '../../src/api/inbound-commands.ts';
import { OWN_SUBSCRIBERS } from '../../src/infrastructure/consumers/own-consumers.ts';
import { describeMessages } from '../../src/infrastructure/rabbitmq/asyncapi.ts';
import { MESSAGE_EXAMPLES } from '../../src/infrastructure/rabbitmq/message-examples.ts';
import { encodeMessage } from '../../src/infrastructure/rabbitmq/message-codec.ts';
import { EVENTS_EXCHANGE, topologyFor } from '../../src/infrastructure/rabbitmq/topology.ts';

const TYPES = Object.keys(CONTRACT_NAMES);
const consumers = OWN_SUBSCRIBERS;
const read = () => readFile(new URL('../../asyncapi.json', import.meta.url), 'utf8');
const parsed = new Parser().parse(await read());

async function parse() {
  const { document, diagnostics } = await parsed;
  if (!document) throw new Error(JSON.stringify(diagnostics));
  return { document, diagnostics };
}

describe('asyncapi.json', () => {
  it('is what the sources say', async () => {
    const committed = JSON.parse(await read()) as { info: object };
    const wanted = JSON.parse(
      JSON.stringify(describeMessages({ version: '', consumers, commands: INBOUND_BODIES })),
    ) as object;
    expect({ ...committed, info: {} }).toEqual({ ...wanted, info: {} });
  });

  it('has nothing that the official parser objects to, or hints at but that there is a 3.1', async () => {
    const { diagnostics } = await parse();
    const rest = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
    expect(rest.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([]);
  });

  it('sends each type under its routing key, with headers, body, example and correlation id', async () => {
    const { document } = await parse();
    const sent = document.operations().filterBySend();
    expect(sent.map((operation) => operation.channels().all()[0]!.address())).toEqual(TYPES);
    for (const operation of sent) {
      const [message, ...others] = operation.messages().all();
      expect(others).toEqual([]);
      expect(message!.hasHeaders() && message!.hasPayload() && message!.hasCorrelationId()).toBe(true);
      expect(message!.examples().all()).toHaveLength(1);
      const [channel] = operation.channels().all();
      expect(channel!.bindings().get('amqp')!.value()).toMatchObject({
        is: 'routingKey',
        exchange: { name: EVENTS_EXCHANGE, type: 'topic', durable: true },
      });
    }
  });

  it('names every queue in which the service’s own consumers wait, and what they take', async () => {
    const { document } = await parse();
    const received = document
      .operations()
      .filterByReceive()
      .filter((operation) => operation.reply() === undefined);
    const queues = received.map((operation) => operation.channels().all()[0]!.address());
    const wanted = topologyFor(consumers).bindings.filter(({ exchange }) => exchange === EVENTS_EXCHANGE);
    expect(queues).toEqual([...new Set(wanted.map(({ queue }) => queue))]);
    const taken = received.flatMap((operation) => operation.messages().map((message) => message.name()));
    expect(taken).toEqual(wanted.map(({ routingKey }) => routingKey));
  });
});

it('asyncapi.json says which commands are taken, from which queue, with which body, and where the reply goes', async () => {
  const { document } = await parse();
  const asked = document
    .operations()
    .filterByReceive()
    .filter((operation) => operation.reply() !== undefined);
  expect(asked.map((operation) => operation.channels().all()[0]!.address())).toEqual([
    ...['order-payments.commands', 'order-payments.commands'],
  ]);
  const messages = asked.map((operation) => operation.messages().all()[0]!);
  expect(messages.map((message) => message.name())).toEqual([...INBOUND_COMMANDS]);
  expect(messages.map((message) => message.payload()!.json())).toMatchObject([
    { required: INBOUND_BODIES.CreateOrder.required },
    { required: INBOUND_BODIES.ProcessPayment.required },
  ]);
});

describe('what is published', () => {
  const noted = 'x-parser-schema-id'; // by the parser
  const ajv = addFormats.default(new Ajv({ strict: true, allErrors: true, keywords: [noted] }));

  it.each(MESSAGE_EXAMPLES)(
    'of $event.type is what asyncapi.json says, formats and headers too',
    async (one) => {
      const { document } = await parse();
      const message = document.components().messages().get(one.event.type)!;
      const headers = ajv.compile(message.headers()!.json());
      const payload = ajv.compile(message.payload()!.json());
      const { body, properties } = encodeMessage(one);
      expect([headers(properties.headers), headers.errors]).toEqual([true, null]);
      expect([payload(JSON.parse(body.toString())), payload.errors]).toEqual([true, null]);
    },
  );
});
