import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedMoney } from '../support/api-books.ts';
import { COMMANDS, REFUND_APPROVAL_ABOVE } from '../support/api-commands.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { orderOf, paymentOf, usd } from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';
import { etagOf, stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi({ refundApprovalAbove: REFUND_APPROVAL_ABOVE });
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const commands = Object.entries(COMMANDS);
const keyed = (key: string) => ({ 'idempotency-key': key });
const withOther = commands.flatMap(([name, { otherBody, ...sample }]) =>
  otherBody ? [[name, { ...sample, otherBody }] as const] : [],
);

const REUSED = { status: 422, code: 'idempotency-key-reused' } as const;

/** The same answer, told to be so, and nothing was written for it. */
async function expectReplay(first: ApiAnswer, repeat: () => Promise<ApiAnswer>): Promise<void> {
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  const before = await traces(api.database.pool);
  const second = await repeat();
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect({ status: second.status, text: second.text }).toEqual({ status: first.status, text: first.text });
  for (const name of ['location', 'etag', 'retry-after'])
    expect(second.headers[name]).toBe(first.headers[name]);
  expect(await traces(api.database.pool)).toEqual(before);
}

describe('a command under a key', () => {
  it.each(commands)('is done once and answered the same: %s', async (name, { prepare, status }) => {
    const { orderId, url, body } = await prepare(steps);
    const send = () => client.post(url, body, keyed(`once-${name}`));
    const first = await send();
    expect(first.status).toBe(status);
    await expectReplay(first, send);
    const settled = await steps.atRest(orderId);
    await expectReplay(first, send);
    expect(await steps.order(orderId)).toEqual(settled);
    await agreedMoney(api.database.pool, client, orderId);
  });

  it.each(commands)('is the same with its ids in upper case: %s', async (name, { prepare }) => {
    const { url, body } = await prepare(steps);
    const first = await client.post(url, body, keyed(`case-${name}`));
    const shouted = url.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, (id) => id.toUpperCase());
    await expectReplay(first, () => client.post(shouted, body, keyed(`case-${name}`)));
  });

  it.each(withOther)('is not another one with another body: %s', async (name, { prepare, otherBody }) => {
    const { orderId, url, body } = await prepare(steps);
    const first = await client.post(url, body, keyed(`reused-${name}`));
    await steps.refused(orderId, () => client.post(url, otherBody, keyed(`reused-${name}`)), REUSED);
    await expectReplay(first, () => client.post(url, body, keyed(`reused-${name}`)));
  });

  it.each(commands)('is done once by many requests at once: %s', async (name, { prepare }) => {
    const { orderId, url, body } = await prepare(steps);
    const before = await steps.eventsOf(orderId);
    const send = () => client.post(url, body, keyed(`at-once-${name}`));
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    const done = answers.filter(({ status }) => status < 300);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status >= 300))
      expectProblem(answer, { status: 409, code: 'idempotency-key-in-use' });
    await steps.atRest(orderId);
    expect((await send()).text).toBe(done[0]!.text);
    const added = (await steps.eventsOf(orderId)).slice(before.length);
    const requests = added.filter((type) => /Created$|Requested$|Shipped$|Delivered$|Received$/.test(type));
    // What follows from a cancellation or a refund is requested once too, on the order and on the payment.
    expect(new Set(requests).size).toBe(requests.length);
    await agreedMoney(api.database.pool, client, orderId);
  });

  it('is done once: amending, although its If-Match is outdated by then', async () => {
    const order = await steps.place();
    const headers = { ...keyed('amend'), 'if-match': etagOf(order) };
    const send = (amount: number) =>
      client.patch(`/api/orders/${order.orderId}`, { shipping: usd(amount) }, headers);
    const first = await send(5);
    expect(orderOf(first).totals.grand).toEqual(usd(1005));
    await expectReplay(first, () => send(5));
    await steps.refused(order.orderId, () => send(6), REUSED);
  });

  it('belongs to its path: the same key is free for another step and for another payment', async () => {
    const one = await steps.placeHeld();
    const other = await steps.placeHeld();
    for (const { paymentId } of [one, other]) {
      const captured = await steps.onPayment(paymentId, 'capture', { amount: usd(300) }, keyed('shared'));
      expect(paymentOf(captured).capturedAmount).toEqual(usd(300));
      const back = await steps.onPayment(paymentId, 'refunds', { amount: usd(300) }, keyed('shared'));
      expect(back.status).toBe(201);
      expect(back.headers).not.toHaveProperty('idempotency-replayed');
    }
  });

  it('is free again after a refusal', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const capture = (amount: number) =>
      steps.onPayment(paymentId, 'capture', { amount: usd(amount) }, keyed('corrected'));
    const errors = ['body /amount'];
    const refusal = { status: 422, code: 'capture-exceeds-authorized', errors } as const;
    await steps.refused(order.orderId, () => capture(1001), refusal);
    expect(paymentOf(await capture(1000)).status).toBe('Completed');
  });
});

describe('asking the provider', () => {
  it('may be repeated under a key: it tells what is, and writes nothing that is known', async () => {
    const { paymentId } = await steps.placeHeld();
    const before = await traces(api.database.pool);
    const first = await steps.onPayment(paymentId, 'sync', {}, keyed('sync'));
    const second = await steps.onPayment(paymentId, 'sync', {}, keyed('sync'));
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.text).toBe(first.text);
    expect(await traces(api.database.pool)).toEqual(before);
  });
});

const STALE = { status: 412, code: 'version-mismatch' } as const;
const ifMatch = (tag: string) => ({ 'if-match': tag });

describe('a command on a version', () => {
  it.each(commands)('is refused on another one, and done on that: %s', async (_name, sample) => {
    const { orderId, url, body, etag } = await sample.prepare(steps);
    for (const stale of ['"1"', `"${Number(etag.slice(1, -1)) + 1}"`, '"0"', '"999999999"'])
      await steps.refused(orderId, () => client.post(url, body, ifMatch(stale)), STALE);
    expect((await client.post(url, body, ifMatch(etag))).status).toBe(sample.status);
  });

  it.each(commands)('is done on any when that is a star: %s', async (_name, { prepare, status }) => {
    const { url, body } = await prepare(steps);
    expect((await client.post(url, body, ifMatch('*'))).status).toBe(status);
  });

  it.each(['1', 'W/"1"', '"x"', '""', '"1", "2"', '"-1"', '"1234567890"', "'1'", '**'])(
    'is refused when the header is malformed: %s',
    async (tag) => {
      const refusal = { status: 422, code: 'validation-failed', errors: ['header /if-match'] } as const;
      const { order, paymentId } = await steps.placeHeld();
      await steps.refused(
        order.orderId,
        () => steps.onOrder(order.orderId, 'cancel', {}, ifMatch(tag)),
        refusal,
      );
      for (const what of ['capture', 'void', 'refunds'])
        await expectRefusal(api, () => steps.onPayment(paymentId, what, {}, ifMatch(tag)), refusal);
      const amend = () => client.patch(`/api/orders/${order.orderId}`, { shipping: usd(1) }, ifMatch(tag));
      await expectRefusal(api, amend, refusal);
    },
  );

  it('is what amending needs', async () => {
    const order = await steps.place();
    const url = `/api/orders/${order.orderId}`;
    const body = { shipping: usd(1) };
    const missing = { status: 428, code: 'precondition-required' } as const;
    await steps.refused(order.orderId, () => client.patch(url, body), missing);
    await steps.refused(order.orderId, () => client.patch(url, {}), missing);
    await steps.refused(order.orderId, () => client.patch(url, body, ifMatch('"1"')), STALE);
    expect((await client.patch(url, body, ifMatch(etagOf(order)))).status).toBe(200);
    expect((await client.patch(url, body, ifMatch('*'))).status).toBe(200);
  });

  it('is the order’s for a new payment', async () => {
    const order = await steps.place();
    const send = (tag: string) =>
      client.post('/api/payments', { orderId: order.orderId, paymentMethod: 'card' }, ifMatch(tag));
    await steps.refused(order.orderId, () => send('"1"'), STALE);
    expect((await send(etagOf(order))).status).toBe(201);
  });
});
