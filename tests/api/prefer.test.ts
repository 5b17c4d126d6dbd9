import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preferencesOf } from '../../src/api/prefer.ts';
import { eventually } from '../support/eventually.ts';
import { line, pay, paymentOf, usd } from '../support/api-samples.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { etagOf, stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const MINIMAL = { prefer: 'return=minimal' };
const order = { customerId: 'customer-1', items: [line()] };

describe('a command that prefers return=minimal', () => {
  it('is answered by headers alone, which say where to look', async () => {
    const placed = await client.post('/api/orders', order, MINIMAL);
    expect([placed.status, placed.text, placed.headers['preference-applied']]).toEqual([
      201,
      '',
      'return=minimal',
    ]);
    const seen = await client.get(String(placed.headers['location']));
    expect([seen.status, seen.headers['etag']]).toEqual([200, placed.headers['etag']]);

    const { orderId } = seen.body as { orderId: string };
    const paid = await pay(client, orderId, {}, MINIMAL);
    expect([paid.status, paid.text]).toEqual([201, '']);
    expect((await client.get(String(paid.headers['location']))).body).toMatchObject({ isSuccessful: true });
  });

  it('gets 204 where it would have got 200, and does what it does', async () => {
    const seen = await steps.place();
    const headers = { ...MINIMAL, 'if-match': etagOf(seen) };
    const amended = await client.patch(`/api/orders/${seen.orderId}`, { shipping: usd(500) }, headers);
    expect([amended.status, amended.text, amended.headers['etag']]).toEqual([
      204,
      '',
      `"${seen.version + 1}"`,
    ]);
    expect(await steps.order(seen.orderId)).toMatchObject({ totals: { shipping: usd(500) } });
  });

  it('is told a secret all the same: nobody could ever see it again', async () => {
    const made = await client.post('/api/api-keys', { name: 'till', role: 'viewer' }, MINIMAL);
    const { keyId } = made.body as { keyId: string };
    const rotated = await client.post(`/api/api-keys/${keyId}/rotate`, { overlapSeconds: 0 }, MINIMAL);
    const hook = await client.post(
      '/api/webhook-endpoints',
      { url: 'https://a.example/', events: ['*'] },
      MINIMAL,
    );
    const { endpointId } = hook.body as { endpointId: string };
    const renewed = await client.post(`/api/webhook-endpoints/${endpointId}/rotate-secret`, {}, MINIMAL);
    for (const answer of [made, rotated, hook, renewed]) {
      expect(answer.body).toMatchObject({ secret: expect.stringMatching(/^(op_live|whsec)_/) });
      expect(answer.headers).not.toHaveProperty('preference-applied');
    }
  });

  it('is told in full when it is refused', async () => {
    const { orderId } = await steps.place();
    const refused = await pay(client, orderId, { amount: usd(999_999) }, MINIMAL);
    expectProblem(refused, { status: 422, code: 'payment-exceeds-due', errors: ['body /amount'] });
    expect(refused.headers).not.toHaveProperty('preference-applied');
  });

  it('gets the same again when it is repeated, with a body if it now prefers one', async () => {
    const headers = { 'idempotency-key': 'once' };
    const placed = await client.post('/api/orders', order, { ...headers, ...MINIMAL });
    const again = await client.post('/api/orders', order, { ...headers, prefer: 'return=representation' });
    expect([again.status, again.headers['location']]).toEqual([201, placed.headers['location']]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toMatchObject({ status: 'Created' });
  });
});

/** The payment of an order, once somebody has begun one. */
const begunOn = (orderId: string): Promise<{ paymentId: string }> =>
  eventually(async () => {
    const { body } = await client.get(`/api/payments?orderId=${orderId}`);
    const [payment] = (body as { data: { paymentId: string }[] }).data;
    expect(payment).toBeDefined();
    return payment!;
  });

describe('a payment that prefers to wait', () => {
  it('is answered when its outcome is known', async () => {
    const { orderId } = await steps.place();
    const waiting = pay(client, orderId, { paymentToken: 'tok_async_success' }, { prefer: 'wait=20' });
    const begun = await begunOn(orderId);
    await steps.syncUntil(begun.paymentId, ({ status }) => status === 'Completed');
    const answer = await waiting;
    expect([answer.status, paymentOf(answer).isSuccessful]).toEqual([201, true]);
    expect(answer.headers['preference-applied']).toBe('wait=20');
    expect(answer.headers).not.toHaveProperty('retry-after');
  });

  it('is answered as it stands when the time is over', async () => {
    const { orderId } = await steps.place();
    const answer = await pay(client, orderId, { paymentToken: 'tok_async_success' }, { prefer: 'wait=0.2' });
    expect([answer.status, answer.headers['preference-applied']]).toEqual([202, 'wait=0.2']);
    expect(answer.headers['retry-after']).toBe('5');
  });

  it('is answered as it stands when nobody can look what became of it: it was taken', async () => {
    const { orderId } = await steps.place();
    const waiting = pay(client, orderId, { paymentToken: 'tok_async_success' }, { prefer: 'wait=1' });
    await begunOn(orderId);
    await api.database.pool.query('alter view payment_history rename to payment_history_away');
    const answer = await waiting;
    await api.database.pool.query('alter view payment_history_away rename to payment_history');
    expect([answer.status, answer.headers['preference-applied']]).toEqual([202, 'wait=1']);
  });

  it('does not wait for a customer who has to act, nor for what is done', async () => {
    for (const paymentToken of ['tok_3ds_challenge', 'tok_success']) {
      const { orderId } = await steps.place();
      const answer = await pay(client, orderId, { paymentToken }, { prefer: 'wait=20' });
      expect(answer.headers).not.toHaveProperty('preference-applied');
    }
  });
});

it.each<[string | string[] | undefined, Record<string, string>]>([
  [undefined, {}],
  ['return=minimal', { return: 'minimal' }],
  ['Return = "Minimal" ; foo=bar , WAIT=5', { return: 'minimal', wait: '5' }],
  ['return=minimal, return=representation', { return: 'minimal' }],
  [['respond-async', 'wait=10'], { 'respond-async': '', wait: '10' }],
  [',,=,;x, wait=', { wait: '' }],
  ['a=b=c, wait="5, return=mini mal, respond-async', { wait: '5', 'respond-async': '' }],
])('%j is read as RFC 7240 has it', (prefer, expected) => {
  const headers = prefer === undefined ? {} : { prefer };
  expect(Object.fromEntries(preferencesOf({ headers }))).toEqual(expected);
});

it('a header of nothing but spaces is read once through, not in every way it could be split', () => {
  const headers = { prefer: `return=${' '.repeat(100_000)}!, wait=1` };
  expect([...preferencesOf({ headers })]).toEqual([['wait', '1']]);
});
