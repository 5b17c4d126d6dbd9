import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  DeliveryView,
  DeliveryWithAttempts,
  EndpointView,
  EndpointWithSecret,
} from '../../src/application/webhooks/ports.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { orderBody, orderOf, pay } from '../support/api-samples.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver, verifyReceived, type Receiver } from '../support/webhook-receiver.ts';

const ENDPOINTS = '/api/webhook-endpoints';
const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const NO_ENDPOINT = { status: 404, code: 'webhook-endpoint-not-found' } as const;

let api: Api;
let client: ApiClient;
let receiver: Receiver;
beforeAll(async () => {
  api = await startApi({ webhooksAllowPrivate: true });
  client = await api.connect();
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.database.pool.query('delete from webhook_endpoint');
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const create = (body: object = {}, headers = {}, by = client): Promise<ApiAnswer> =>
  by.post(ENDPOINTS, { url: receiver.url, events: ['*'], ...body }, headers);
const created = async (body: object = {}, by = client): Promise<EndpointWithSecret> => {
  const answer = await create(body, {}, by);
  expect(answer.status).toBe(201);
  return answer.body as EndpointWithSecret;
};
const change = (endpointId: string, body: object, by = client) =>
  by.patch(`${ENDPOINTS}/${endpointId}`, body);
const remove = (endpointId: string, by = client) =>
  by.send({ method: 'DELETE', url: `${ENDPOINTS}/${endpointId}` });
const keyed = (key: string) => ({ 'idempotency-key': key });

const untilReceived = (count: number): Promise<void> =>
  eventually(() => expect(receiver.received).toHaveLength(count), 20_000);

const untilSettled = (deliveryId: string): Promise<DeliveryWithAttempts> =>
  eventually(async () => {
    const { body } = await client.get(`/api/webhook-deliveries/${deliveryId}`);
    expect(body).toMatchObject({ status: 'succeeded' });
    return body as DeliveryWithAttempts;
  });

describe('an endpoint', () => {
  it('is told of an order and its payment, signed with the secret that was shown once', async () => {
    const { secret, endpointId } = await created({
      events: ['order.created.v1', 'order.paid.v1', 'payment.processed.v1'],
    });
    const order = orderOf(await client.post('/api/orders', orderBody()));
    await pay(client, order.orderId);
    await untilReceived(3);
    const bodies = receiver.received.map(
      (one) => verifyReceived(secret, one) as { type: string; data: object },
    );
    expect(bodies.map(({ type }) => type).toSorted()).toEqual([
      'order.created.v1',
      'order.paid.v1',
      'payment.processed.v1',
    ]);
    for (const { data } of bodies) expect(data).toMatchObject({ orderId: order.orderId });
    const { text } = await client.get(`${ENDPOINTS}/${endpointId}`);
    expect(text).not.toContain('whsec');
    expect(text).not.toContain(secret.slice(6));
  });

  it('is shown, listed, changed, and gone with its deliveries when it is deleted', async () => {
    const { secret: _, ...made } = await created({ description: 'Shop', events: ['order.paid.v1'] });
    expect(made).toMatchObject({
      ...{ url: receiver.url, events: ['order.paid.v1'], description: 'Shop', status: 'enabled' },
      ...{ disabledReason: null, disabledAt: null, failures: 0, failingSince: null },
      previousSecretExpiresAt: null,
    });
    const { endpointId } = made;
    expect((await client.get(`${ENDPOINTS}/${endpointId}`)).body).toEqual(made);
    expect((await client.get(ENDPOINTS)).body).toEqual({ data: [made], nextCursor: null });
    const { updatedAt: __, ...changed } = (
      await change(endpointId, { events: ['*', '*'], description: 'Till' })
    ).body as EndpointView;
    expect({ ...changed, updatedAt: made.updatedAt }).toEqual({
      ...made,
      events: ['*'],
      description: 'Till',
    });

    await client.post(`${ENDPOINTS}/${endpointId}/ping`, '');
    await untilReceived(1);
    expect(await remove(endpointId)).toMatchObject({ status: 204, text: '' });
    expectProblem(await remove(endpointId), NO_ENDPOINT);
    expectProblem(await client.get(`${ENDPOINTS}/${endpointId}`), NO_ENDPOINT);
    expect((await client.get('/api/webhook-deliveries')).body).toEqual({ data: [], nextCursor: null });
  });

  it('is listed page by page, newest first', async () => {
    const made = [await created(), await created(), await created()].map(({ endpointId }) => endpointId);
    const first = (await client.get(`${ENDPOINTS}?limit=2`)).body as {
      data: EndpointView[];
      nextCursor: string;
    };
    const second = (await client.get(`${ENDPOINTS}?limit=2&cursor=${first.nextCursor}`)).body as typeof first;
    expect([...first.data, ...second.data].map(({ endpointId }) => endpointId)).toEqual(made.toReversed());
    expect(second.nextCursor).toBeNull();
  });

  it('gets a ping that it did not ask for by type, each once for its key', async () => {
    const { endpointId, secret } = await created({ events: ['order.paid.v1'] });
    const ping = () => client.post(`${ENDPOINTS}/${endpointId}/ping`, {}, keyed('ping-1'));
    const first = await ping();
    const again = await ping();
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
    const { deliveryId, messageId } = first.body as DeliveryView;
    expect(first.headers['location']).toBe(`/api/webhook-deliveries/${deliveryId}`);
    expect(await untilSettled(deliveryId)).toMatchObject({ attemptCount: 1, type: 'webhook.ping' });
    expect(receiver.idsReceived()).toEqual([messageId]);
    expect(verifyReceived(secret, receiver.received[0]!)).toMatchObject({
      type: 'webhook.ping',
      data: { endpointId },
    });
  });

  it('that is disabled gets nothing, and what waited for it once it is enabled', async () => {
    const { endpointId } = await created();
    await change(endpointId, { status: 'disabled' });
    expectProblem(await client.post(`${ENDPOINTS}/${endpointId}/ping`, ''), {
      status: 409,
      code: 'webhook-endpoint-disabled',
    });
    expect((await client.get(`${ENDPOINTS}/${endpointId}`)).body).toMatchObject({
      ...{ status: 'disabled', disabledReason: 'requested', disabledAt: expect.stringMatching(/Z$/) },
    });
    expect((await change(endpointId, { status: 'enabled' })).body).toMatchObject({
      ...{ status: 'enabled', disabledReason: null, disabledAt: null },
    });
    await client.post(`${ENDPOINTS}/${endpointId}/ping`, '');
    await untilReceived(1);
  });
});

const rotate = (endpointId: string, body: object | string = '', headers = {}) =>
  client.post(`${ENDPOINTS}/${endpointId}/rotate-secret`, body, headers);

describe('a secret', () => {
  it('that is rotated signs on for a day, beside the new one, and no third does', async () => {
    const { endpointId, secret: first } = await created();
    const second = (await rotate(endpointId)).body as EndpointWithSecret;
    const hours = (Date.parse(second.previousSecretExpiresAt!) - Date.parse(second.updatedAt)) / 3_600_000;
    expect(hours).toBeCloseTo(24);
    await client.post(`${ENDPOINTS}/${endpointId}/ping`, '');
    await untilReceived(1);
    for (const secret of [first, second.secret]) verifyReceived(secret, receiver.received[0]!);

    const third = (await rotate(endpointId, { expireAfterSeconds: 3_600 })).body as EndpointWithSecret;
    await client.post(`${ENDPOINTS}/${endpointId}/ping`, '');
    await untilReceived(2);
    for (const secret of [second.secret, third.secret]) verifyReceived(secret, receiver.received[1]!);
    expect(() => verifyReceived(first, receiver.received[1]!)).toThrow();
  });

  it('that is rotated at once signs no more', async () => {
    const { endpointId, secret } = await created();
    const rotated = (await rotate(endpointId, { expireAfterSeconds: 0 })).body as EndpointWithSecret;
    expect(rotated.previousSecretExpiresAt).toBeNull();
    await client.post(`${ENDPOINTS}/${endpointId}/ping`, '');
    await untilReceived(1);
    verifyReceived(rotated.secret, receiver.received[0]!);
    expect(() => verifyReceived(secret, receiver.received[0]!)).toThrow();
  });

  it('is rotated once for its key, on whatever process', async () => {
    const { endpointId } = await created();
    const second = await api.connectToSecond(client);
    const url = `${ENDPOINTS}/${endpointId}/rotate-secret`;
    const answers = await Promise.all([client, second].map((by) => by.post(url, {}, keyed('rotate-1'))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]!.text).toBe(answers[1]!.text);
    expectProblem(await client.post(url, { expireAfterSeconds: 1 }, keyed('rotate-1')), {
      status: 422,
      code: 'idempotency-key-reused',
    });
  });
});

describe('creating an endpoint', () => {
  it('is done once for its key', async () => {
    const first = await create({}, keyed('create-1'));
    const again = await create({}, keyed('create-1'));
    expect([again.text, again.headers['idempotency-replayed']]).toEqual([first.text, 'true']);
    expect(again.headers['location']).toBe(first.headers['location']);
    expectProblem(await create({ events: ['order.paid.v1'] }, keyed('create-1')), {
      status: 422,
      code: 'idempotency-key-reused',
    });
    expect((await client.get(ENDPOINTS)).body).toMatchObject({ data: [{}] });
  });

  it('is refused from the fifty-first on, also when many come at once', async () => {
    await Promise.all(Array.from({ length: 45 }, () => created()));
    const answers = await Promise.all(Array.from({ length: 10 }, () => create()));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expectProblem(answer, { status: 409, code: 'webhook-endpoint-limit' });
    await created({}, await api.connect('neighbour'));
  });

  it.each<[string, object, string[]]>([
    ['a URL that is none', { url: 'hooks' }, ['body /url']],
    ['another protocol', { url: 'ftp://example.com/' }, ['body /url']],
    ['a password in the URL', { url: 'https://me:secret@example.com/' }, ['body /url']],
    ['a type there is not', { events: ['order.eaten.v1'] }, ['body /events/0']],
    ['no type', { events: [] }, ['body /events']],
    ['a property it does not know', { secret: 'whsec_x' }, ['body /secret']],
  ])('is refused with %s', async (_, body, errors) => {
    expectProblem(await create(body), { status: 422, code: 'validation-failed', errors });
    expect((await client.get(ENDPOINTS)).body).toMatchObject({ data: [] });
  });

  it('is refused with a change of its URL that would be', async () => {
    const { endpointId, url } = await created();
    const refusal = { status: 422, code: 'validation-failed', errors: ['body /url'] } as const;
    expectProblem(await change(endpointId, { url: 'gopher://example.com/' }), refusal);
    expect((await client.get(`${ENDPOINTS}/${endpointId}`)).body).toMatchObject({ url });
  });
});

it('where private addresses are not allowed, which is the default, neither http nor an inner address is taken', async () => {
  const strict = await startApi();
  const by = await strict.connect();
  for (const url of ['http://example.com/', 'https://10.0.0.1/', 'https://[::1]/', 'https://2130706433/']) {
    const refusal = { status: 422, code: 'validation-failed', errors: ['body /url'] } as const;
    expectProblem(await by.post(ENDPOINTS, { url, events: ['*'] }), refusal);
  }
  // A name says nothing before it is connected to.
  const { body, status } = await by.post(ENDPOINTS, {
    url: `https://localhost:${receiver.port}/`,
    events: ['*'],
  });
  expect(status).toBe(201);
  const pinged = await by.post(`${ENDPOINTS}/${(body as EndpointView).endpointId}/ping`, '');
  await eventually(async () => {
    const { deliveryId } = pinged.body as DeliveryView;
    expect((await by.get(`/api/webhook-deliveries/${deliveryId}`)).body).toMatchObject({
      attempts: [{ statusCode: null, error: 'ADDRESS_NOT_PUBLIC' }],
    });
  });
  await strict.stop();
});

describe('another tenant', () => {
  it('neither sees nor changes an endpoint, and hears nothing of it', async () => {
    const stranger = await api.connect('stranger');
    const { endpointId } = await created();
    const own = await created({ url: `${receiver.url}/own` }, stranger);
    const url = `${ENDPOINTS}/${endpointId}`;
    const attempts = [
      await stranger.get(url),
      await change(endpointId, { status: 'disabled' }, stranger),
      await remove(endpointId, stranger),
      await stranger.post(`${url}/ping`, ''),
      await stranger.post(`${url}/rotate-secret`, ''),
      await stranger.get(`${ENDPOINTS}/${ABSENT}`),
    ];
    for (const answer of attempts) expectProblem(answer, NO_ENDPOINT);
    expect((await stranger.get(ENDPOINTS)).body).toMatchObject({ data: [{ endpointId: own.endpointId }] });
    await client.post('/api/orders', orderBody());
    await untilReceived(1);
    expect(receiver.received[0]!.url).toBe('/hooks');
  });
});
