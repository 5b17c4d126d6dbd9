import { EventEmitter, once } from 'node:events';
import type { Options } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { LogUnavailable } from '../../src/application/ports.ts';
import type { CommandConsumer } from '../../src/application/consumers.ts';
import type { SqlConsumer } from '../../src/infrastructure/consumers/sql-consumer.ts';
import { encodeMessage } from '../../src/infrastructure/rabbitmq/message-codec.ts';
import {
  errorQueueOf,
  EVENTS_EXCHANGE,
  queueOf,
  UNROUTED_QUEUE,
} from '../../src/infrastructure/rabbitmq/topology.ts';
import { eventually } from '../support/eventually.ts';
import { shopOnRabbitmq, TIMEOUT_MS, WITHIN_MS } from '../support/shop-on-rabbitmq.ts';
import { onLog, SETTLING } from '../support/shop.ts';

const ORDERS_QUEUE = queueOf('order-created');
const SETTLING_QUEUE = queueOf(SETTLING);

describe('messages by way of RabbitMQ', { timeout: TIMEOUT_MS }, () => {
  const { shop, start, undoLater, inBroker, waitingIn, takeFrom, expectEmpty, expectEffects } =
    shopOnRabbitmq();

  const send = (type: string, body: string, options: Options.Publish = {}): Promise<boolean> =>
    inBroker(async (channel) => channel.publish(EVENTS_EXCHANGE, type, Buffer.from(body), options));

  const deleteQueue = (queue: string): Promise<unknown> => inBroker((channel) => channel.deleteQueue(queue));

  it('carries events from the log to every consumer, and what they do comes back into the log', async () => {
    await start();
    await shop().sellMany(200);
    await expectEffects(200);
    await expectEmpty(SETTLING_QUEUE);
  });

  it('lets a message that is delivered twice take effect once', async () => {
    const { publisher } = await start();
    await shop().sellMany(20);
    await expectEffects(20);

    const again = (await shop().messages()).map(encodeMessage);
    await publisher.publish(again, AbortSignal.timeout(WITHIN_MS));
    await shop().sell();
    await expectEffects(21);
    await expectEmpty(ORDERS_QUEUE);
    await expectEffects(21);
  });

  it('keeps an event that no queue asks for', async () => {
    await start();
    await shop().sell();
    const types: string[] = [];
    while (types.length < 3) types.push((await takeFrom(UNROUTED_QUEUE)).properties.type as string);
    expect(types.toSorted()).toEqual(['order.confirmed.v1', 'order.paid.v1', 'order.payment_captured.v1']);
  });

  it('moves what it cannot decode to the error queue with the reason, and goes on with the rest', async () => {
    await start();
    await send('order.created.v1', '{}', {
      messageId: 'not-a-uuid',
      appId: 'x',
    });
    await shop().sell();
    await expectEffects(1);

    const { properties, content } = await takeFrom(errorQueueOf(ORDERS_QUEUE));
    expect(content.toString()).toBe('{}');
    expect(properties).toMatchObject({ messageId: 'not-a-uuid', appId: 'x', deliveryMode: 2 });
    expect(properties.headers).toMatchObject({
      'MT-Reason': 'fault',
      'MT-Fault-ExceptionType': 'UndecodableMessage',
      'MT-Fault-Message': expect.stringContaining("required property 'correlationId'"),
      'MT-Fault-ConsumerType': 'order-created',
      'MT-Fault-InputAddress': ORDERS_QUEUE,
    });
    await expectEmpty(ORDERS_QUEUE);
  });

  it('moves what is too large for more headers to the error queue all the same', async () => {
    await start();
    const headers = { bulk: 'x'.repeat(65_000) };
    await send('order.created.v1', '{}', { headers });
    const { properties } = await takeFrom(errorQueueOf(ORDERS_QUEUE));
    expect(properties.headers?.['x-first-death-reason']).toBe('rejected');
  });

  it('moves a message that fails an SQL consumer to the error queue, and its neighbours go on', async () => {
    const [orderCreated, paymentProcessed] = shop().consumers.sql as [SqlConsumer, SqlConsumer];
    let failures = 0;
    const picky: SqlConsumer = {
      ...orderCreated,
      apply: async (tx, messages) => {
        await orderCreated.apply(tx, messages);
        if (!messages.some(({ event }) => 'customerId' in event.data && event.data.customerId === 'poison'))
          return;
        failures++;
        throw new TypeError('cannot stomach this');
      },
    };
    await Promise.all([shop().sellMany(5), shop().sell('poison'), shop().sellMany(5)]);
    await start({ consumers: { ...shop().consumers, sql: [picky, paymentProcessed] } });

    const { properties } = await takeFrom(errorQueueOf(ORDERS_QUEUE));
    expect(properties.type).toBe('order.created.v1');
    expect(properties.headers).toMatchObject({
      'MT-Fault-ExceptionType': 'TypeError',
      'MT-Fault-Message': 'cannot stomach this',
      'MT-Fault-StackTrace': expect.stringContaining('TypeError: cannot stomach this'),
      'MT-Fault-Timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(failures).toBeGreaterThanOrEqual(3);
    await eventually(
      async () => expect(await shop().effects()).toMatchObject({ orders: 10, payments: 11 }),
      WITHIN_MS,
    );
    await expectEmpty(ORDERS_QUEUE);
  });

  it('declares an error queue that was deleted again, and loses nothing that belongs there', async () => {
    await start();
    await deleteQueue(errorQueueOf(ORDERS_QUEUE));
    await send('order.created.v1', '{}');
    await expectEmpty(ORDERS_QUEUE);
    const { content } = await takeFrom(errorQueueOf(ORDERS_QUEUE));
    expect(content.toString()).toBe('{}');
  });

  it('gives a message three attempts with a command consumer, and then moves it to the error queue', async () => {
    const handled: string[] = [];
    const [settling] = shop().consumers.command;
    const picky: CommandConsumer = {
      ...settling!,
      handle: async (message) => {
        handled.push(message.messageId);
        throw new Error('never');
      },
    };
    await start({ consumers: { ...shop().consumers, command: [picky] } });
    await shop().sell();
    const { properties } = await takeFrom(errorQueueOf(SETTLING_QUEUE));
    expect(handled).toEqual(Array.from({ length: 3 }, () => properties.messageId as string));
    await expectEmpty(SETTLING_QUEUE);
  });

  it('keeps messages while the database is away, however long that takes', async () => {
    let outages = 5;
    const [settling] = shop().consumers.command;
    const unlucky: CommandConsumer = {
      ...settling!,
      handle: async (message) => {
        if (outages-- > 0) throw new LogUnavailable('PostgreSQL cannot be reached');
        await settling!.handle(message);
      },
    };
    await start({ consumers: { ...shop().consumers, command: [unlucky] } });
    await shop().sell();
    await expectEffects(1);
    await expectEmpty(SETTLING_QUEUE);
    await expectEmpty(errorQueueOf(SETTLING_QUEUE));
  });

  it('acknowledges what it has in hand before it closes', async () => {
    const [settling] = shop().consumers.command;
    let taken = 0;
    const gate = new EventEmitter();
    const opened = once(gate, 'opened');
    const slow: CommandConsumer = {
      ...settling!,
      handle: async (message) => {
        taken++;
        await opened;
        await settling!.handle(message);
      },
    };
    const { consumers } = await start({ consumers: { ...shop().consumers, command: [slow] } });
    await shop().sell();
    await eventually(() => expect(taken).toBe(1), WITHIN_MS);
    const stopped = consumers.stop();
    gate.emit('opened');
    await stopped;
    expect((await shop().effects()).confirmed).toBe(1);
    expect(await waitingIn(SETTLING_QUEUE)).toBe(0);
  });

  it('finishes what it has in hand when it is stopped, and the next start goes on from there', async () => {
    for (let round = 1; round <= 3; round++) {
      const { stop } = await start();
      await shop().sellMany(150);
      await stop();
    }
    await start();
    await expectEffects(450);
  });

  it('declares a queue that was deleted again, and goes on', async () => {
    await start();
    await shop().sell();
    await expectEffects(1);
    await deleteQueue(ORDERS_QUEUE);
    await eventually(async () => {
      const { consumerCount } = await inBroker((channel) => channel.checkQueue(ORDERS_QUEUE));
      expect(consumerCount).toBe(1);
    }, WITHIN_MS);
    await shop().sell();
    await expectEffects(2);
  });

  it('begins with the consumer that is furthest behind on the log when it is switched on', async () => {
    const [ahead] = shop().consumers.sql;
    const stop = onLog(shop(), { sql: [ahead!], command: [] });
    await shop().sellMany(40);
    await eventually(async () => expect((await shop().effects()).orders).toBe(40), WITHIN_MS);
    await stop();
    await start();
    await expectEffects(40);
    await expectEmpty(ORDERS_QUEUE);
    await shop().sell();
    await expectEffects(41);
  });

  it('handles nothing twice and misses nothing when consumers move from the log to the broker and back', async () => {
    const stopFirst = onLog(shop());
    await shop().sellMany(40);
    await eventually(async () => expect((await shop().effects()).orders).toBeGreaterThan(0), WITHIN_MS);
    await stopFirst();

    const broker = await start();
    await shop().sellMany(40);
    await eventually(async () => expect((await shop().effects()).orders).toBeGreaterThan(40), WITHIN_MS);
    await broker.consumers.stop();
    await shop().sellMany(40); // goes to the queues, where nobody takes it before the log has been read
    await eventually(async () => expect(await waitingIn(ORDERS_QUEUE)).toBeGreaterThan(0), WITHIN_MS);
    await broker.stop();

    const stopSecond = onLog(shop());
    await shop().sellMany(40);
    await expectEffects(160);
    await stopSecond();

    await start();
    await shop().sellMany(40);
    await expectEffects(200);
    await expectEmpty(ORDERS_QUEUE);
    await expectEmpty(SETTLING_QUEUE);
    await expectEffects(200);
  });

  it('handles nothing twice while one process is on the log and the next already on the broker', async () => {
    const stop = onLog(shop());
    undoLater(stop);
    await start();
    for (let round = 1; round <= 20; round++) await shop().sellMany(20);
    await expectEffects(400);
    await expectEmpty(ORDERS_QUEUE);
    await expectEmpty(SETTLING_QUEUE);
    await expectEffects(400);
  });
});
