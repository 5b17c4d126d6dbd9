import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { superviseConnection } from '../../src/infrastructure/rabbitmq/connection.ts';
import { EVENTS_EXCHANGE } from '../../src/infrastructure/rabbitmq/topology.ts';
import { startAmqpProxy } from '../support/amqp-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { silent } from '../support/log.ts';
import { shopOnRabbitmq, TIMEOUT_MS, WITHIN_MS } from '../support/shop-on-rabbitmq.ts';
import { onBroker } from '../support/shop.ts';

// RabbitMQ 3.10 puts the name of a new quorum queue on disk up to half a second late: a queue that is killed younger
// than that has lost its past, confirmed messages and all, and never elects a leader again.
const outliveQueueBirth = (): Promise<void> => sleep(2_000);

describe('an outage of RabbitMQ', { timeout: TIMEOUT_MS }, () => {
  const { rabbitmq, shop, start, undoLater, inBroker, expectEffects } = shopOnRabbitmq();

  it('at the start holds up nothing but the messages, which all arrive once it is over', async () => {
    await rabbitmq().kill9();
    const { publisher, consumers, stop } = await onBroker(shop(), { url: rabbitmq().url });
    undoLater(stop);
    await shop().sellMany(50);
    expect(publisher.status()).toBe('connecting');
    expect(consumers.status().map(({ status }) => status)).toEqual([
      'connecting',
      'connecting',
      'connecting',
    ]);
    await rabbitmq().start();
    await expectEffects(50);
  });

  it('by kill -9 amid a stream of orders loses nothing, and every effect happens once', async () => {
    await start();
    await shop().sell();
    await expectEffects(1);
    await outliveQueueBirth();
    const sales = (async () => {
      for (let round = 1; round <= 60; round++) await shop().sellMany(10);
    })();
    await eventually(async () => expect((await shop().effects()).orders).toBeGreaterThan(50), WITHIN_MS);
    await rabbitmq().kill9();
    await sales;
    expect((await shop().effects()).orders).toBeLessThan(601);
    await rabbitmq().start();
    await expectEffects(601);
  });

  it('in which a queue refuses messages keeps the relay where it is until the queue takes them', async () => {
    const { relay } = await start();
    await shop().sellMany(5);
    await expectEffects(5);
    await inBroker(async (channel) => {
      const full = { maxLength: 1, arguments: { 'x-overflow': 'reject-publish' } };
      await channel.assertQueue('full', full);
      await channel.bindQueue('full', EVENTS_EXCHANGE, '#');
    });
    await shop().sellMany(20);
    await eventually(() => expect(relay.status()[0]!.failures).toBeGreaterThan(1), WITHIN_MS);
    const { rows } = await shop().database.pool.query<{ behind: boolean }>(
      `select s.position < h.head - 100 as behind from subscription s join log_head h using (shard) where name = 'relay'`,
    );
    expect(rows).toEqual([{ behind: true }]);

    await inBroker((channel) => channel.deleteQueue('full'));
    await expectEffects(25);
    await eventually(() => expect(relay.status()[0]!.failures).toBe(0), WITHIN_MS);
  });

  it('in which the network swallows what is sent makes the relay send it again, and it takes effect once', async () => {
    const proxy = await startAmqpProxy(rabbitmq().url);
    undoLater(proxy.stop);
    const { relay } = await start({ url: proxy.url, confirmTimeoutMs: 500 });
    await shop().sellMany(5);
    await expectEffects(5);
    proxy.swallowAnswers(true);
    await shop().sellMany(20);
    await eventually(() => expect(relay.status()[0]!.failures).toBeGreaterThan(0), WITHIN_MS);
    proxy.swallowAnswers(false);
    await expectEffects(25);
  });

  it('that is a shortage of memory makes the relay wait, not fail', async () => {
    const { publisher, relay } = await start({ confirmTimeoutMs: 300 });
    await shop().sellMany(5);
    await expectEffects(5);
    await rabbitmq().ctl('set_vm_memory_high_watermark', 'absolute', '1MB');
    await shop().sellMany(20);
    await eventually(() => expect(publisher.status()).toBe('blocked'), WITHIN_MS);
    await shop().sellMany(20);
    expect(relay.status()).toMatchObject([{ failures: 0 }]);
    await rabbitmq().ctl('set_vm_memory_high_watermark', '0.4');
    await expectEffects(45);
    expect(publisher.status()).toBe('connected');
  });

  it('does not keep anything from stopping', async () => {
    const { stop } = await onBroker(shop(), { url: rabbitmq().url });
    await shop().sellMany(5);
    await expectEffects(5);
    await outliveQueueBirth();
    await rabbitmq().kill9();
    await shop().sellMany(5);
    await stop();
    await rabbitmq().start();
    await start();
    await expectEffects(10);
  });

  it('is logged, and so is a wrong password, without the password', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const url = rabbitmq().url.replace('guest:guest@', 'guest:s3cret@');
    const connection = superviseConnection({ url, name: 'test', logger, onConnected: async () => {} });
    await eventually(() => expect(lines.join('')).toContain('ACCESS_REFUSED'), WITHIN_MS);
    await connection.stop();
    expect(lines.join('')).toContain('127.0.0.1');
    expect(lines.join('')).not.toContain('s3cret');
    expect(() =>
      superviseConnection({
        url: 'amqp://a:s3cret@:x',
        name: 'test',
        logger: silent,
        onConnected: async () => {},
      }),
    ).toThrow(/^AMQP_URL is not a URL$/);
  });
});
