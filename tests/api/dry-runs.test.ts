import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../support/api-contract.ts';
import { orderOf, paymentOf, usd } from '../support/api-samples.ts';
import { expectProblem, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { fulfilmentIdOf, returnIdOf, stepsOf, type Headers, type Steps } from '../support/api-steps.ts';
import { cliOn } from '../support/cli.ts';
import { openShop, type Shop } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;
let shop: Shop;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect('acme');
  steps = stepsOf(api, client);
  shop = await openShop(api, await api.service.server.listen({ port: 0, host: '127.0.0.1' }), 'acme');
});
afterAll(() => api.stop());

/** Answered, with nothing written and no provider asked. */
async function tried(url: string, body: object = {}, headers: Headers = {}): Promise<ApiAnswer> {
  const before = await traces(api.database.pool);
  const answer = await client.post(`${url}?dryRun=true`, body, headers);
  expect(await traces(api.database.pool)).toEqual(before);
  return answer;
}

const fulfilled = (answer: ApiAnswer) => {
  const { status, fulfilmentStatus, fulfilments, version } = orderOf(answer);
  // A dry run has an id of its own for what it would make.
  return {
    status,
    fulfilmentStatus,
    version,
    made: fulfilments.map(({ status: of, items }) => [of, items]),
  };
};

const returned = (answer: ApiAnswer) =>
  orderOf(answer).returns.map(({ status, items, reason }) => ({ status, items, reason }));

const facts = ({ body: problem }: ApiAnswer) => ({ ...(problem as object), traceId: '', instance: '' });

describe('a dry run', () => {
  it('of each step of an order shows the order that the step then makes', async () => {
    const { order } = await steps.placePaid();
    const url = `/api/orders/${order.orderId}`;
    const step = async (
      path: string,
      body: object,
      pick: (answer: ApiAnswer) => object,
    ): Promise<ApiAnswer> => {
      const seen = await tried(`${url}/${path}`, body);
      expect(seen.status).toBe(200);
      // With its ETag the command does what was seen.
      const ifMatch = { 'if-match': String(seen.headers['etag']) };
      const done = await client.post(`${url}/${path}`, body, ifMatch);
      expect([200, 201]).toContain(done.status);
      expect(pick(seen)).toEqual(pick(done));
      await steps.atRest(order.orderId);
      return done;
    };
    const created = await step('fulfilments', { items: [{ lineId: '1', quantity: 2 }] }, fulfilled);
    const own = `fulfilments/${fulfilmentIdOf(orderOf(created))}`;
    await step(`${own}/ship`, { tracking: 'x' }, fulfilled);
    await step(`${own}/deliver`, {}, fulfilled);
    const asked = await step('returns', { items: [{ lineId: '1', quantity: 1 }] }, returned);
    await step(`returns/${returnIdOf(orderOf(asked))}/receive`, {}, returned);
  });

  it('of a cancellation shows that money is still about', async () => {
    const { order } = await steps.placePaid();
    const seen = await shop.client.cancelOrder({ orderId: order.orderId, dryRun: true });
    expect(seen).toMatchObject({ status: 'Cancelling', paidAmount: order.paidAmount });
    expect(await steps.atRest(order.orderId)).toEqual(order);
  });

  it('of a capture or a void shows what is asked of the provider, which hears nothing', async () => {
    const { paymentId } = await steps.placeHeld();
    const url = `/api/payments/${paymentId}`;
    const capture = paymentOf(await tried(`${url}/capture`, { amount: usd(400) }));
    expect(capture).toMatchObject({ status: 'Authorized', inFlight: ['capture'] });
    expect(capture.captures).toMatchObject([{ amount: usd(400), status: 'Pending' }]);
    expect(paymentOf(await tried(`${url}/void`))).toMatchObject({ inFlight: ['void'] });
    expect(await steps.payment(paymentId)).toMatchObject({
      status: 'Authorized',
      inFlight: [],
      captures: [],
    });
  });

  it('is refused with the problem of the command itself', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const refusals = [
      [`/api/payments/${paymentId}/capture`, { amount: usd(1_001) }, 422, 'capture-exceeds-authorized'],
      [`/api/orders/${order.orderId}/returns`, {}, 409, 'order-not-returnable'],
      [
        `/api/orders/${order.orderId}/fulfilments`,
        { items: [{ lineId: '9', quantity: 1 }] },
        422,
        'line-unknown',
      ],
    ] as const;
    for (const [url, body, status, code] of refusals) {
      const seen = await tried(url, body);
      const real = await client.post(url, body);
      expect(facts(seen)).toEqual(facts(real));
      expect(seen.body).toMatchObject({ status, code });
    }
    const stranger = await api.connect('stranger');
    expectProblem(await stranger.post(`/api/payments/${paymentId}/void?dryRun=true`, {}), {
      ...{ status: 404, code: 'payment-not-found' },
    });
  });

  it('with the key of a command that was carried out is another command, and makes nothing', async () => {
    const key = { 'idempotency-key': 'once' };
    const { order } = await steps.placePaid();
    const url = `/api/orders/${order.orderId}/fulfilments`;
    const body = { items: [{ lineId: '1', quantity: 1 }] };
    expect((await client.post(url, body, key)).status).toBe(201);
    await steps.atRest(order.orderId);
    const { fulfilments } = orderOf(await tried(url, body, key));
    expect(fulfilments).toHaveLength(2);
    expect(new Set(fulfilments.map(({ fulfilmentId }) => fulfilmentId)).size).toBe(2);

    const { paymentId } = await steps.placeHeld();
    const capture = `/api/payments/${paymentId}/capture`;
    expect((await client.post(capture, { amount: usd(100) }, key)).status).toBe(200);
    const { captures } = paymentOf(await tried(capture, { amount: usd(200) }, key));
    expect(captures.map(({ amount }) => amount)).toEqual([usd(100), usd(200)]);
  });

  it('needs no key where the tenant demands one of commands', async () => {
    const strict = await api.connect('strict');
    const placed = await stepsOf(api, strict).place();
    const run = cliOn({ connectionString: api.database.connectionString });
    await run('tenants', 'set', 'strict', '--require-idempotency-key', 'on');
    const url = `/api/orders/${placed.orderId}/cancel`;
    await eventually(async () => expect((await strict.post('/api/orders', {})).status).toBe(400));
    for (const query of ['', '?dryRun=false'])
      expectProblem(await strict.post(`${url}${query}`, {}), {
        status: 400,
        code: 'idempotency-key-required',
      });
    expect((await strict.post(`${url}?dryRun=true`, {})).status).toBe(200);
    expect((await strict.get(`/api/orders/${placed.orderId}`)).body).toMatchObject({ status: 'Created' });
  });
});
