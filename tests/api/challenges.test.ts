import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paymentOf, placeOrder, pay } from '../support/api-samples.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

/** A payment that waits for its customer, and the page it sends them to. */
async function challenged() {
  const { orderId } = await placeOrder(client);
  const { paymentId, status, nextAction } = paymentOf(
    await pay(client, orderId, { paymentToken: 'tok_3ds_challenge' }),
  );
  expect(status).toBe('RequiresAction');
  const { pathname } = new URL(nextAction!.url);
  const sync = async () => paymentOf(await client.post(`/api/payments/${paymentId}/sync`, {})).status;
  return { orderId, pathname, sync };
}

const load = (url: string) => api.service.server.inject({ url, headers: { accept: 'text/html' } });
const press = (url: string) => api.service.server.inject({ method: 'POST', url });

describe('the page of the simulated bank', () => {
  it('asks for what is to be paid, and runs no script', async () => {
    const { pathname, sync } = await challenged();
    const { statusCode, headers, body } = await load(pathname);
    expect({ statusCode, type: headers['content-type'] }).toEqual({
      statusCode: 200,
      type: 'text/html; charset=utf-8',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain('10.00 USD');
    expect(body).toContain(`action="${pathname}/approve"`);
    expect(await sync()).toBe('RequiresAction');
  });

  it.each([
    ['approve', 'Completed', 'Confirmed'],
    ['decline', 'Failed', 'Created'],
  ])('ends the payment by %s, once', async (answer, status, orderStatus) => {
    const { orderId, pathname, sync } = await challenged();
    const { statusCode, headers } = await press(`${pathname}/${answer}`);
    expect({ statusCode, location: headers['location'] }).toEqual({ statusCode: 303, location: pathname });
    expect(await sync()).toBe(status);
    for (const other of ['approve', 'decline']) await press(`${pathname}/${other}`);
    expect(await sync()).toBe(status);
    expect((await load(pathname)).body).not.toContain('<form');
    expect((await steps.atRest(orderId)).status).toBe(orderStatus);
  });

  it('is not there for what nobody asked about', async () => {
    const none = { status: 404, code: 'not-found' } as const;
    expectProblem(await client.get('/simulated/challenges/sim_nothing'), none);
    expectProblem(await client.post('/simulated/challenges/sim_nothing/approve', {}), none);
  });

  it('is not there for a name that PostgreSQL cannot be asked for', async () => {
    const none = { status: 404, code: 'not-found' } as const;
    for (const name of ['%00', 'sim_%00', '%ef%bf%bd'])
      expectProblem(await client.get(`/simulated/challenges/${name}`), none);
    expectProblem(await client.post('/simulated/challenges/%00/decline', {}), none);
  });
});
