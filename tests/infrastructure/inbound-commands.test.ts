import { randomUUID } from 'node:crypto';
import type { Options } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueOf } from '../../src/infrastructure/rabbitmq/topology.ts';
import { eventually } from '../support/eventually.ts';
import { rabbitmqForTests, withChannel } from '../support/rabbitmq.ts';
import { startTestService, type Client, type TestService } from '../support/service.ts';

const WITHIN_MS = 20_000;
const ORDER = {
  customerId: 'customer-1',
  items: [
    { productId: 'teapot', productName: 'Teapot', quantity: 2, unitPrice: { amount: 500, currency: 'USD' } },
  ],
};

const rabbitmq = rabbitmqForTests();

const untilTaken = (): Promise<void> =>
  eventually(async () => {
    const { consumerCount } = await withChannel(rabbitmq().url, (channel) =>
      channel.checkQueue(queueOf('commands')),
    );
    expect(consumerCount).toBe(1);
  }, WITHIN_MS);

describe('commands of other services', { timeout: 60_000 }, () => {
  let service: TestService;
  let client: Client;
  beforeAll(async () => {
    service = await startTestService({ amqpUrl: rabbitmq().url });
    client = await service.client();
    await untilTaken();
  }, 60_000);
  afterAll(() => service?.stop());

  type Sent = { readonly type?: string; readonly body: unknown } & Options.Publish;

  /** Each copy of each message, to the queue of commands. */
  const send = (messages: readonly Sent[]): Promise<void> =>
    withChannel(rabbitmq().url, async (channel) => {
      for (const { body, headers, ...properties } of messages)
        channel.sendToQueue(
          queueOf('commands'),
          Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
          { ...properties, headers: { cloudEvents_tenantid: client.tenantId, ...(headers as object) } },
        );
    });

  /** Sends one command and hears of it. */
  const ask = (sent: Sent): Promise<{ readonly type: string; readonly body: Record<string, unknown> }> =>
    withChannel(rabbitmq().url, async (channel) => {
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await send([{ messageId: randomUUID(), ...sent, replyTo: queue }]);
      return eventually(async () => {
        const raw = await channel.get(queue, { noAck: true });
        if (!raw) throw new Error('no reply yet');
        expect(raw.properties.correlationId).toBe(
          sent.correlationId ?? raw.properties.headers?.['inReplyTo'],
        );
        return { type: String(raw.properties.type), body: JSON.parse(raw.content.toString()) };
      }, WITHIN_MS);
    });

  async function orderCount(): Promise<number> {
    const { rows } = await service.database.pool.query<{ n: number }>(
      `select count(*)::int as n from stream where category = 'order'`,
    );
    return rows[0]!.n;
  }

  const deadLetter = (messageId: string) =>
    eventually(async () => {
      const { rows } = await service.database.pool.query<{ consumer: string; tenantId: string; why: string }>(
        `select consumer, tenant_id as "tenantId", fault_message as why from dead_letter where message_id = $1`,
        [messageId],
      );
      if (!rows[0]) throw new Error('no dead letter yet');
      return rows[0];
    }, WITHIN_MS);

  it('are carried out as over HTTP, and answered where their sender listens', async () => {
    const created = await ask({ type: 'CreateOrder', body: ORDER, correlationId: 'request-7' });
    expect(created).toMatchObject({
      type: 'CreateOrder.done',
      body: { totals: { grand: { amount: 1_000 } } },
    });
    const { orderId } = created.body;
    expect((await client.get(`/api/orders/${String(orderId)}`)).body).toMatchObject({
      customerId: 'customer-1',
    });

    const paid = await ask({ type: 'ProcessPayment', body: { orderId, paymentMethod: 'card' } });
    expect(paid).toMatchObject({ type: 'ProcessPayment.done', body: { orderId, status: 'Completed' } });
    const again = await ask({ type: 'ProcessPayment', body: { orderId, paymentMethod: 'card' } });
    expect(again).toMatchObject({ type: 'ProcessPayment.refused', body: { code: 'order-not-payable' } });
  });

  it('are named by MassTransit in a header', async () => {
    const headers = { 'MT-MessageType': 'urn:message:OrderPayments.Contracts:CreateOrder' };
    expect(await ask({ body: ORDER, headers })).toMatchObject({ type: 'CreateOrder.done' });
  });

  it('that come twice and in any order are carried out once, and answered the same', async () => {
    const before = await orderCount();
    const messages = Array.from({ length: 8 }, () => ({
      type: 'CreateOrder',
      messageId: randomUUID(),
      body: ORDER,
    }));
    await send([...messages, ...messages.toReversed()]);
    const replies = await Promise.all(
      messages.slice(0, 3).flatMap((message) => [ask(message), ask(message)]),
    );
    const ids = replies.map(({ body }) => body['orderId']);
    expect(ids.filter((_, index) => index % 2 === 0)).toEqual(ids.filter((_, index) => index % 2 === 1));
    await eventually(async () => expect(await orderCount()).toBe(before + 8), WITHIN_MS);
    await ask({ type: 'CreateOrder', body: ORDER }); // all before it were taken by now
    expect(await orderCount()).toBe(before + 9);
  });

  it('that are refused while nobody listens end as dead letters with the reason', async () => {
    const messageId = randomUUID();
    const body = { orderId: randomUUID(), paymentMethod: 'card' };
    await send([{ type: 'ProcessPayment', messageId, body }]);
    expect(await deadLetter(messageId)).toEqual({
      ...{ consumer: 'commands', tenantId: client.tenantId },
      why: expect.stringContaining('order-not-found'),
    });
  });

  it.each<[string, Partial<Sent>, RegExp]>([
    [
      'do not fit the schema',
      { body: { ...ORDER, items: [{ ...ORDER.items[0], quantity: 0 }] } },
      /\/items\/0\/quantity/,
    ],
    ['are no JSON', { body: '{' }, /malformed-json/],
    [
      'hold a card number',
      { body: { ...ORDER, customerId: '4242424242424242' } },
      /\/customerId must not hold/,
    ],
    ['are of no tenant', { headers: { cloudEvents_tenantid: randomUUID() } }, /tenant-unknown/],
    ['say no tenant', { headers: { cloudEvents_tenantid: 'acme' } }, /cloudEvents_tenantid/],
    ['ask for what is not taken here', { type: 'DeleteEverything' }, /properties\/type/],
  ])('that %s end as dead letters with the reason, at once, and change nothing', async (_, wrong, why) => {
    const before = await orderCount();
    const messageId = randomUUID();
    await send([{ type: 'CreateOrder', messageId, body: ORDER, ...wrong }]);
    const letter = await deadLetter(messageId);
    expect(letter.why).toMatch(why);
    expect(letter.why).not.toContain('4242');
    expect(await orderCount()).toBe(before);
  });

  it('that are invalid are answered too, where their sender listens', async () => {
    const answer = await ask({ type: 'CreateOrder', body: { ...ORDER, items: [] } });
    expect(answer).toMatchObject({
      type: 'CreateOrder.invalid',
      body: { code: 'validation-failed', errors: [{ pointer: '/items' }] },
    });
  });

  it('whose sender has gone before the reply hold up nothing', async () => {
    await send([{ type: 'CreateOrder', messageId: randomUUID(), body: ORDER, replyTo: 'nobody.is.here' }]);
    expect(await ask({ type: 'CreateOrder', body: ORDER })).toMatchObject({ type: 'CreateOrder.done' });
  });
});
