import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { GetMessage } from 'amqplib';
import { HTTP, type CloudEvent } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { orderIdOf, type IntegrationMessage } from '../../src/application/integration-events.ts';
import { envelopeExchangeOf } from '../../src/infrastructure/rabbitmq/mass-transit.ts';
import { EVENTS_EXCHANGE } from '../../src/infrastructure/rabbitmq/topology.ts';
import { eventually } from '../support/eventually.ts';
import { shopOnRabbitmq, TIMEOUT_MS, WITHIN_MS } from '../support/shop-on-rabbitmq.ts';
import { TRACEPARENT } from '../support/shop.ts';

const AMQP_CONSUME = '/usr/bin/amqp-consume';
const NOT_INSTALLED = 'amqp-tools is not installed: apt-get install amqp-tools';
const QUEUE = 'of another service';
const CREATED = 'order.created.v1';
const CREATED_EXCHANGE = envelopeExchangeOf(CREATED);
// As MassTransit declares it: whoever comes second with anything else is refused.
const AS_MASS_TRANSIT = { durable: true, autoDelete: false, internal: false, arguments: {} };

const ofType = (messages: readonly IntegrationMessage[], type: string) =>
  messages.filter(({ event }) => event.type === type);

type Bound = { readonly queue?: string; readonly maxLength?: number };

describe('what other services read', { timeout: TIMEOUT_MS }, () => {
  const { rabbitmq, shop, start, undoLater, inBroker, waitingIn, expectEffects } = shopOnRabbitmq();

  /** A queue of another team, which may refuse what does not fit. */
  async function bind(exchange: string, pattern: string, { queue = QUEUE, maxLength }: Bound = {}) {
    undoLater(() => inBroker((channel) => channel.deleteQueue(queue)));
    const limited = { 'x-max-length': maxLength, 'x-overflow': 'reject-publish' };
    await inBroker(async (channel) => {
      await channel.assertQueue(queue, { durable: true, arguments: maxLength === undefined ? {} : limited });
      await channel.bindQueue(queue, exchange, pattern);
    });
  }

  async function bindEnvelopes(bound?: Bound): Promise<void> {
    await inBroker((channel) => channel.assertExchange(CREATED_EXCHANGE, 'fanout', AS_MASS_TRANSIT));
    await bind(CREATED_EXCHANGE, '', bound);
  }

  async function takeAll(): Promise<GetMessage[]> {
    const taken: GetMessage[] = [];
    await inBroker(async (channel) => {
      for (;;) {
        const message = await channel.get(QUEUE, { noAck: true });
        if (!message) return;
        taken.push(message);
      }
    });
    return taken;
  }

  const untilWaiting = (count: number): Promise<void> =>
    eventually(async () => expect(await waitingIn(QUEUE)).toBe(count), WITHIN_MS);

  it('are CloudEvents to the official SDK, with all their attributes', async () => {
    await start();
    await bind(EVENTS_EXCHANGE, '#');
    await shop().sellMany(5);
    await expectEffects(5);
    const written = await shop().messages();
    await untilWaiting(written.length);

    const read = new Map((await takeAll()).map((message) => [message.properties.messageId, message]));
    for (const one of written) {
      const cloudEvent = cloudEventIn(read.get(one.messageId)!);
      expect(cloudEvent.validate()).toBe(true);
      expect(cloudEvent).toMatchObject({
        specversion: '1.0',
        id: one.messageId,
        type: one.event.type,
        source: '/order-payments',
        subject: one.event.type === 'payment.processed.v1' ? one.event.data.paymentId : orderIdOf(one),
        dataschema: `urn:order-payments:schema:${one.event.type}`,
        time: one.occurredAt,
        datacontenttype: 'application/json',
        partitionkey: orderIdOf(one),
        sequence: String(one.sequence).padStart(10, '0'),
        correlationid: one.correlationId,
        tenantid: shop().tenantId,
        data: one.event.data,
      });
      const isOfSale = ofType([one], CREATED).length + ofType([one], 'payment.processed.v1').length > 0;
      if (isOfSale) expect(cloudEvent['traceparent']).toBe(TRACEPARENT);
    }
  });

  it('comes through Debian’s amqp-tools as it was written', async (context) => {
    if (!existsSync(AMQP_CONSUME) && process.env['REQUIRE_RABBITMQ'] !== '1') context.skip(NOT_INSTALLED);
    await start();
    const { stdout } = await Promise.all([
      promisify(execFile)(AMQP_CONSUME, [
        ...['--url', rabbitmq().url, '--exchange', EVENTS_EXCHANGE, '--routing-key', CREATED],
        ...['--count', '1', 'cat'],
      ]),
      sellOnceBound(),
    ]).then(([consumed]) => consumed);
    const [created] = ofType(await shop().messages(), CREATED);
    expect(JSON.parse(stdout)).toEqual(created!.event.data);
  });

  /** Its queue is its own and has no name to ask for. */
  async function sellOnceBound(): Promise<void> {
    await eventually(async () => {
      const bindings = await rabbitmq().ctl(
        '-q',
        'list_bindings',
        'source_name',
        'destination_name',
        'routing_key',
      );
      const ofCreated = bindings
        .split('\n')
        .filter((line) => line.startsWith(`${EVENTS_EXCHANGE}\t`) && line.endsWith(CREATED));
      expect(ofCreated).toHaveLength(2);
    }, WITHIN_MS);
    await shop().sell();
  }

  it('is one envelope for each event in a queue bound as MassTransit binds it', async () => {
    await bindEnvelopes();
    await start({ enveloped: [CREATED] });
    await shop().sellMany(50);
    await expectEffects(50);
    await untilWaiting(50);

    const created = ofType(await shop().messages(), CREATED);
    const envelopes = (await takeAll()).map(({ properties, content }) => {
      expect(properties).toMatchObject({ contentType: 'application/vnd.masstransit+json', deliveryMode: 2 });
      return JSON.parse(content.toString()) as { messageId: string; message: object };
    });
    expect(new Map(envelopes.map(({ messageId, message }) => [messageId, message]))).toEqual(
      new Map(created.map(({ messageId, event }) => [messageId, event.data])),
    );
    expect(envelopes).toHaveLength(50);
  });

  it('may be declared first by the service, then by MassTransit', async () => {
    await start({ enveloped: [CREATED] });
    await bindEnvelopes();
    await shop().sell();
    await untilWaiting(1);
  });

  it('goes out plain all the same while nobody has bound a queue for the envelopes', async () => {
    await start({ enveloped: [CREATED] });
    await shop().sellMany(20);
    await expectEffects(20);
  });

  it('counts as published only when its envelope is confirmed, too', async () => {
    const full = 'full';
    await bindEnvelopes({ queue: full, maxLength: 1 });
    await start({ enveloped: [CREATED] });
    await shop().sellMany(20);
    await expectEffects(20); // the plain ones arrive, again and again
    await eventually(async () => expect(await waitingIn(full)).toBe(1), WITHIN_MS);
    const created = ofType(await shop().messages(), CREATED);
    const { rows } = await shop().database.pool.query<{ position: bigint }>(
      "select position from subscription where name = 'relay'",
    );
    expect(created.filter(({ position }) => position <= rows[0]!.position).length).toBeLessThanOrEqual(1);

    await bindEnvelopes();
    await inBroker((channel) => channel.deleteQueue(full));
    const ids = new Set<string>();
    await eventually(async () => {
      for (const { properties } of await takeAll()) ids.add(properties.messageId as string);
      // One was confirmed by the queue that took no second.
      expect(ids.size).toBeGreaterThanOrEqual(created.length - 1);
    }, WITHIN_MS);
    await expectEffects(20);
  });
});

/** The SDK has no AMQP binding; its HTTP one reads the same attributes behind another prefix. */
function cloudEventIn({ properties, content }: GetMessage): CloudEvent & Record<string, unknown> {
  const attributes = Object.entries(properties.headers ?? {}).flatMap(([name, value]) =>
    name.startsWith('cloudEvents_') ? [[name.replace('cloudEvents_', 'ce-'), String(value)]] : [],
  );
  const headers = { ...Object.fromEntries(attributes), 'content-type': properties.contentType as string };
  const read = HTTP.toEvent({ headers, body: content.toString() });
  if (Array.isArray(read)) throw new Error('one message is one event');
  return read as CloudEvent & Record<string, unknown>;
}
