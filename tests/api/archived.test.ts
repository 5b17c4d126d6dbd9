import { afterAll, beforeAll, expect, it } from 'vitest';
import { pay, placeOrder } from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';

let api: Api;
let client: ApiClient;
let orderId: string;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  ({ orderId } = await placeOrder(client));
  await traces(api.database.pool); // the read model knows it by now, as it does what is that old
  await archive(true);
});
afterAll(() => api.stop());

/** As if its events were in a partition that is detached. */
async function archive(archived: boolean): Promise<void> {
  const { rowCount } = await api.database.pool.query('update stream set archived = $2 where stream_id = $1', [
    orderId,
    archived,
  ]);
  expect(rowCount).toBe(1);
}

const ARCHIVED = { status: 503, code: 'archived' } as const;

it('an archived order is still seen, but not how it came to be nor as it was', async () => {
  expect((await client.get(`/api/orders/${orderId}`)).status).toBe(200);
  for (const url of [`/api/orders/${orderId}/events`, `/api/orders/${orderId}?atVersion=1`]) {
    const answer = await client.get(url);
    expectProblem(answer, ARCHIVED);
    expect(answer.headers['retry-after']).toBe('3600');
    expect(problemOf(answer).detail).toMatch(/moved to the archive, .* can bring it back/);
  }
});

it('an archived order takes no payment, until it is brought back', async () => {
  await expectRefusal(api, () => pay(client, orderId), ARCHIVED);
  await archive(false);
  expect((await pay(client, orderId)).status).toBe(201);
});
