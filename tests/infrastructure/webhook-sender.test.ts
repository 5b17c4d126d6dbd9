import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../src/application/webhooks/ports.ts';
import { webhookSender } from '../../src/infrastructure/webhooks/send.ts';
import { startReceiver, verifyReceived, type Receiver } from '../support/webhook-receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const NEW = Buffer.alloc(32, 1);
const OLD = Buffer.alloc(32, 2);
const written = (secret: Buffer): string => `whsec_${secret.toString('base64')}`;

const delivery = (over: Partial<ClaimedDelivery> = {}): ClaimedDelivery => ({
  ...{ deliveryId: 'd', endpointId: 'e', messageId: '0199b0a4-0000-7000-8000-000000000001' },
  ...{ type: 'order.paid.v1', occurredAt: '2026-01-01T00:00:00.000Z', data: { name: 'Zoë', amount: 1 } },
  ...{ url: receiver.url, secrets: [NEW], number: 1, retries: 0 },
  ...over,
});

const send = (over: Partial<ClaimedDelivery> = {}, timeoutMs = 5_000) =>
  webhookSender({ allowPrivate: true, version: '1.2.3', timeoutMs })(delivery(over));

describe('a message', () => {
  it('is what Standard Webhooks says: signed, with an id, a time and a body that names its type', async () => {
    const attempt = await send();
    expect(attempt).toMatchObject({ statusCode: 200, response: '' });
    const [arrived] = receiver.received;
    expect(arrived!.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'OrderPayments-Webhooks/1.2.3',
      'webhook-id': '0199b0a4-0000-7000-8000-000000000001',
      'webhook-timestamp': String(Math.floor(attempt.at.getTime() / 1_000)),
      'webhook-signature': expect.stringMatching(/^v1,\S+$/),
      'content-length': String(Buffer.byteLength(arrived!.body)),
    });
    expect(verifyReceived(written(NEW), arrived!)).toEqual({
      type: 'order.paid.v1',
      timestamp: '2026-01-01T00:00:00.000Z',
      data: { name: 'Zoë', amount: 1 },
    });
    expect(() => verifyReceived(written(OLD), arrived!)).toThrow('No matching signature');
    expect(() => verifyReceived(written(NEW), { ...arrived!, body: `${arrived!.body} ` })).toThrow();
  });

  it('with two live secrets satisfies a receiver that knows the old one, and one that knows the new', async () => {
    await send({ secrets: [NEW, OLD] });
    const [arrived] = receiver.received;
    expect(arrived!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [NEW, OLD]) expect(verifyReceived(written(secret), arrived!)).toBeDefined();
    expect(() => new Webhook(Buffer.alloc(32, 3)).verify(arrived!.body, {})).toThrow();
  });

  it('goes to the path and query of the URL', async () => {
    await send({ url: `${receiver.url}/a%20b?c=d&e` });
    expect(receiver.received[0]!.url).toBe('/hooks/a%20b?c=d&e');
  });
});

describe('of an answer', () => {
  it('only the beginning is kept, without what cannot be stored', async () => {
    receiver.answerWith(() => ({ status: 500, body: `\0a${'é'.repeat(5_000)}` }));
    const { statusCode, response } = await send();
    expect(statusCode).toBe(500);
    expect(response).toMatch(/^aé+.?$/u);
    expect(response!.length).toBeLessThan(1_024);
  });

  it('not more is read than is kept, though it has no end', async () => {
    receiver.answerWith(() => ({ body: Buffer.alloc(1_000_000, 'x'), endless: true }));
    expect(await send()).toMatchObject({ statusCode: 200, response: 'x'.repeat(1_024) });
  });

  it('the status counts, though the rest does not come in time', async () => {
    receiver.answerWith(() => ({ status: 202, body: 'begun', endless: true }));
    expect(await send({}, 300)).toMatchObject({ statusCode: 202, response: 'begun' });
  });
});

describe('without an answer', () => {
  it('it has an end', async () => {
    receiver.answerWith(() => ({ hold: new Promise(() => {}) }));
    const attempt = await send({}, 300);
    expect(attempt).toMatchObject({ statusCode: undefined, error: 'no answer within 0.3 s' });
  });

  it('it has an end though bytes keep coming', async () => {
    const server = createServer((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 200 OK\r\nx-slow: '.slice(0, 1)), 20);
      socket.on('error', () => {}).on('close', () => clearInterval(timer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const attempt = await send({ url: `http://127.0.0.1:${port}/` }, 300);
    expect(attempt.statusCode).toBeUndefined();
    server.close();
  });

  it('it says why by a code, and nothing of our network', async () => {
    const { url } = receiver;
    await receiver.stop();
    expect(await send({ url })).toMatchObject({ statusCode: undefined, error: 'ECONNREFUSED' });
    expect(await send({ url: url.replace('http:', 'https:') })).toMatchObject({ error: 'ECONNREFUSED' });
    receiver = await startReceiver();
  });

  it('it is none that a server gives which does not speak TLS', async () => {
    const attempt = await send({ url: receiver.url.replace('http:', 'https:') });
    expect(attempt).toMatchObject({ statusCode: undefined, error: expect.stringMatching(/^[A-Z_]+$/) });
  });
});
