import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/infrastructure/telemetry.ts';
import type { RunningTracing } from '../../src/infrastructure/telemetry/tracing.ts';
import { line, orderBody } from '../support/api-samples.ts';
import { traces as settled } from '../support/api-service.ts';
import { DUMP, fieldsOf, type Document, type Field, type Valid } from '../support/canaries.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { startTestService, type Client, type TestService } from '../support/service.ts';

/**
 * Where what was sent is kept, and why. Nothing of it is ever in a log line, a trace or a metric; what is not here is
 * nowhere at all once its request is answered.
 */
const KEPT: Readonly<Record<string, string>> = {
  'createOrder body /customerId':
    'whose order it is; sealed in events, erased from the rest with the customer',
  'createOrder body /items/0/productId': 'what was ordered',
  'createOrder body /items/0/productName': 'what was ordered, in words',
  'amendOrder body /items/0/productId': 'what is ordered now',
  'amendOrder body /items/0/productName': 'what is ordered now, in words',
  'amendOrder body /reason': 'why it was amended; for people',
  'cancelOrder body /reason': 'why it was cancelled; for people',
  'shipFulfilment body /tracking': 'where a parcel is; sealed in events, erased with the customer',
  'requestReturn body /reason': 'why something comes back; for people',
  'createFulfilment body /reason': 'why somebody sends it; for people',
  'syncPayment body /reason': 'why somebody asked the provider; in the audit',
  'voidPayment body /reason': 'why it was let go; for people',
  'refundPayment body /reason': 'why it was given back; for people',
  'createPayment body /paymentToken':
    'what the provider is asked with, again after a crash; no card can be read from it',
  'createWebhookEndpoint body /description': 'what the tenant calls its endpoint',
  'changeWebhookEndpoint body /description': 'what the tenant calls its endpoint',
};

/** What is told to whom sent it, and why. */
const ECHOED: Readonly<Record<string, string>> = {
  'amendOrder body /items/0/lineId': 'which line the order does not have',
  'createFulfilment body /items/0/lineId': 'which line the order does not have',
  'previewRefund body /items/0/lineId': 'which line the order does not have',
  'refundPayment body /items/0/lineId': 'which line the order does not have',
  'requestReturn body /items/0/lineId': 'which line the order does not have',
};

/** Need no key and read no query. */
const OPEN = new Set([
  'live',
  'ready',
  'listProblems',
  'getProblem',
  'getApiDescription',
  'getMessagesDescription',
]);

const CARDS = [
  '4242424242424242',
  '4242 4242 4242 4242',
  '4242-4242-4242-4242',
  '４２４２４２４２４２４２４２４２',
];
const AT_ONCE = 16;

const isBody = (field: Field): boolean => field.in === 'body';
const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);
const nameOf = (field: Field): string => `${field.operationId} ${field.in} ${field.name}`;

const logLines: string[] = [];
let receiver: OtlpReceiver;
let tracing: RunningTracing;
let api: TestService;
let client: Client;
let fields: readonly Field[];
let valid: Valid;
/** What each place was sent, and what was answered. */
const sent = new Map<
  string,
  { readonly canary: string; readonly status: number; readonly problem: string }
>();
const secrets: string[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  tracing = await receiver.startTracing();
  const destination = { write: (text: string) => void logLines.push(text) };
  const logger = createLogger({ level: 'trace', readable: false, destination });
  api = await startTestService({ logger, tracing: tracing.tracing });
  client = await api.client();
  secrets.push(client.key);
  fields = fieldsOf((await api.service.server.inject('/openapi.json')).json<Document>());
  valid = await validIds();
  // Bodies first, while what they ask for can still be done.
  for (const group of [fields.filter(isBody), fields.filter((field) => !isBody(field))])
    await inTurns(group, async (field) => {
      const canary = `canary${String(fields.indexOf(field)).padStart(4, '0')}x`;
      sent.set(nameOf(field), { canary, ...(await send(field, canary)) });
    });
  await settled(api.database.pool);
}, 120_000);

afterAll(async () => {
  await api.stop();
  await tracing.stop();
  await receiver.stop();
});

const post = async (url: string, body: object) => (await client.post(url, body, { 'if-match': '*' })).body;

/** Those for which every operation can do something. */
async function validIds(): Promise<Valid> {
  const orderOf = async (): Promise<string> =>
    (await post('/api/orders', orderBody({ items: [line({ quantity: 50 })] }))).orderId as string;
  const payment = { paymentMethod: 'card', captureMethod: 'automatic' };
  const [open, cancelled, payable, shipped] = [
    await orderOf(),
    await orderOf(),
    await orderOf(),
    await orderOf(),
  ];
  const paid = await post('/api/payments', { ...payment, orderId: shipped });
  const held = await post('/api/payments', { ...payment, orderId: await orderOf(), captureMethod: 'manual' });
  const parcel = { items: [{ lineId: '1', quantity: 10 }] };
  await eventually(async () =>
    expect((await client.get(`/api/orders/${shipped}`)).body.paymentStatus).toBe('Paid'),
  );
  const newParcel = async (): Promise<string> =>
    (await post(`/api/orders/${shipped}/fulfilments`, parcel)).fulfilments.at(-1).fulfilmentId as string;
  const first = await newParcel();
  await post(`/api/orders/${shipped}/fulfilments/${first}/ship`, {});
  await post(`/api/orders/${shipped}/fulfilments/${first}/deliver`, {});
  const second = await newParcel();
  const endpoint = await post('/api/webhook-endpoints', { url: 'https://example.com/hooks', events: ['*'] });
  secrets.push((endpoint.secret as string).replace('whsec_', ''));
  const ids: Readonly<Record<string, string>> = {
    ...{
      orderId: shipped,
      fulfilmentId: second,
      paymentId: paid.paymentId,
      endpointId: endpoint.endpointId,
      lineId: '1',
    },
    ...{ url: 'https://example.com/hooks', provider: 'simulated', code: 'forbidden' },
    ...{ 'amendOrder orderId': open, 'cancelOrder orderId': cancelled, 'createPayment orderId': payable },
    ...{ 'voidPayment paymentId': held.paymentId, 'deleteWebhookEndpoint endpointId': shipped },
  };
  return (operationId, name) => ids[`${operationId} ${name}`] ?? ids[name];
}

async function send(field: Field, text: string): Promise<{ status: number; problem: string }> {
  const request = field.request(text, valid);
  const answer = await api.service.server.inject({
    ...request,
    headers: { authorization: `Bearer ${client.key}`, ...request.headers },
  });
  const isProblem = answer.headers['content-type'] === 'application/problem+json';
  // Its `instance` is the path as it was sent: that much is told to who sent it.
  const problem = isProblem ? JSON.stringify({ ...answer.json<object>(), instance: '' }) : '';
  return { status: answer.statusCode, problem };
}

async function inTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE)
    await Promise.all(items.slice(from, from + AT_ONCE).map((item, index) => work(item, from + index)));
}

const dump = async (): Promise<string> =>
  (await api.database.pool.query<{ dump: string }>(DUMP)).rows[0]!.dump;

/** In any writing in which it might lie in a column of bytes. */
const isIn = (text: string, canary: string): boolean =>
  [
    canary,
    Buffer.from(canary).toString('hex'),
    Buffer.from(canary).toString('base64').replace(/.=*$/, ''),
  ].some((written) => text.includes(written));

const leakedInto = (text: string): string[] =>
  [...sent].filter(([, { canary }]) => isIn(text, canary)).map(([name]) => name);

describe('what is sent, wherever it is sent', () => {
  it('goes everywhere: to every operation, and far enough to be kept where it is kept', () => {
    expect(new Set(fields.map(({ operationId }) => operationId)).size).toBeGreaterThan(45);
    expect(sent.size).toBeGreaterThan(250);
    const accepted = Object.keys(KEPT).map((name) => [name, sent.get(name)?.status]);
    expect(accepted.filter(([, status]) => Number(status) >= 400)).toEqual([]);
  });

  it('is in no log line of any level', () => {
    expect(logLines.filter((text) => text.includes('"answered"')).length).toBeGreaterThan(250);
    expect(leakedInto(logLines.join(''))).toEqual([]);
  });

  it('is in no trace', async () => {
    await eventually(() => expect(receiver.spans().length).toBeGreaterThan(300));
    expect(leakedInto(receiver.bodies.join(''))).toEqual([]);
  });

  it('is in no metric', async () => {
    expect(leakedInto((await api.service.metrics()).text)).toEqual([]);
  });

  it('is repeated by no problem, but as the path it was sent to and as the name it was given', () => {
    const repeated = [...sent].filter(([, { canary, problem }]) => problem.includes(canary));
    expect(repeated.map(([name]) => name).toSorted()).toEqual(Object.keys(ECHOED).toSorted());
  });

  it('is in the database only where it is meant to be, as the list above says', async () => {
    await eventually(async () =>
      expect(leakedInto(await dump()).toSorted()).toEqual(Object.keys(KEPT).toSorted()),
    );
  });
});

describe('a secret', () => {
  it('of ours is in no log line, trace, metric or table', async () => {
    const invalid = `op_live_${'canarykey'.repeat(4)}`;
    const headers = { authorization: `Bearer ${invalid}` };
    expect((await api.service.server.inject({ url: '/api/orders', headers })).statusCode).toBe(401);
    const everything = [
      ...logLines,
      ...receiver.bodies,
      (await api.service.metrics()).text,
      await dump(),
    ].join('');
    for (const secret of [...secrets, invalid]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(everything).not.toContain(secret);
    }
  });
});

describe('a card number', () => {
  it('is refused wherever it is sent and however it is written, and is nowhere afterwards', async () => {
    const taken: string[] = [];
    for (const card of CARDS) {
      await inTurns(fields, async (field) => {
        if (field.in === 'header' && !isAscii(card)) return; // no header can hold it
        const { status, problem } = await send(field, card);
        // Of headers, and of requests that anybody may make, only what is read is looked at.
        const isRead =
          (field.in !== 'header' || field.name === 'idempotency-key') &&
          !(OPEN.has(field.operationId) && field.name === 'whatever');
        if (isRead && status < 400) taken.push(`${nameOf(field)}: ${card}`);
        if (problem.includes(card)) taken.push(`${nameOf(field)} repeats ${card}`);
      });
    }
    expect(taken).toEqual([]);
    await settled(api.database.pool);
    const everything = [
      ...logLines,
      ...receiver.bodies,
      (await api.service.metrics()).text,
      await dump(),
    ].join('');
    for (const card of CARDS) expect(isIn(everything, card)).toBe(false);
  });
});
