import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliOn, jsonOf } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { orderBody } from '../support/api-samples.ts';
import { expectRefusal, startApi, type Api, type ApiClient } from '../support/api-service.ts';

const REFUSAL = { status: 400, code: 'idempotency-key-required' } as const;

let api: Api;
let strict: ApiClient;
let other: ApiClient;
beforeAll(async () => {
  api = await startApi();
  strict = await api.connect('strict');
  other = await api.connect('other');
});
afterAll(() => api.stop());

describe('a tenant that demands keys', () => {
  it('has commands without one refused, before they do anything', async () => {
    const run = cliOn({ connectionString: api.database.connectionString });
    const set = await run('tenants', 'set', 'strict', '--require-idempotency-key', 'on', '--json');
    expect(jsonOf(set)).toMatchObject({ name: 'strict', requiresIdempotencyKey: true });
    await eventually(async () => expect((await strict.post('/api/orders', {})).status).toBe(400));
    await expectRefusal(api, () => strict.post('/api/orders', orderBody()), REFUSAL);
    const placed = await strict.post('/api/orders', orderBody(), { 'idempotency-key': 'one' });
    expect(placed.status).toBe(201);
    const { orderId } = placed.body as { orderId: string };
    for (const [url, body] of [
      ['/api/payments', { orderId, paymentMethod: 'card' }],
      [`/api/orders/${orderId}/cancel`, {}],
    ] as const)
      await expectRefusal(api, () => strict.post(url, body), REFUSAL);
    await expectRefusal(api, () => strict.patch(`/api/orders/${orderId}`, {}, { 'if-match': '*' }), REFUSAL);
  });

  it('reads as before, and others are asked for nothing', async () => {
    expect((await strict.get('/api/orders')).status).toBe(200);
    expect((await other.post('/api/orders', orderBody())).status).toBe(201);
  });

  it('may change its mind', async () => {
    const run = cliOn({ connectionString: api.database.connectionString });
    expect((await run('tenants', 'set', 'strict', '--require-idempotency-key', 'off')).exitCode).toBe(0);
    await eventually(async () => expect((await strict.post('/api/orders', orderBody())).status).toBe(201));
    const { rows } = await api.database.pool.query(
      `select action, details from operator_action where action = 'tenant.set' order by action_id`,
    );
    expect(rows.map(({ details }) => details)).toEqual([
      { name: 'strict', requiresIdempotencyKey: true },
      { name: 'strict', requiresIdempotencyKey: false },
    ]);
  });
});

it('tenants are listed with what they demand, and one that is not there is no tenant', async () => {
  const run = cliOn({ connectionString: api.database.connectionString });
  const { tenants } = jsonOf(await run('tenants', 'list', '--json')) as { tenants: { name: string }[] };
  expect(tenants.map(({ name }) => name)).toEqual(['other', 'strict']);
  const nobody = await run('tenants', 'set', 'nobody', '--require-idempotency-key', 'on');
  expect([nobody.exitCode, nobody.stderr]).toEqual([
    1,
    'order-payments: there is no tenant nobody: tenants list shows them\n',
  ]);
});
