import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { webhookEndpoints } from '../../src/infrastructure/webhooks/endpoints.ts';
import { verifyHere } from '../support/filled-log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startReceiver, type Receiver } from '../support/webhook-receiver.ts';
import {
  consume,
  deliveryRows,
  letPass,
  openEndpoint,
  paidMessage,
  webhookProcess,
  type DeliveryRow,
} from '../support/webhooks.ts';

const HOUR = 3_600;

let database: TestDatabase;
let pool: Pool;
let receiver: Receiver;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ pool } = database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await pool.query('delete from webhook_endpoint');
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const endpointOf = (tenantId: TenantId, endpointId: string) =>
  webhookEndpoints(pool, { allowPrivate: true }).find(tenantId, endpointId);

async function outagesInLog(endpointId: string) {
  const { rows } = await pool.query<{ data: Record<string, unknown>; tenantId: string }>(
    `select e.data, s.tenant_id as "tenantId" from event e join stream s using (shard, stream_id)
     where e.type = 'WebhookEndpointDisabled' and e.data ->> 'endpointId' = $1`,
    [endpointId],
  );
  return rows;
}

const waitingOf = (rows: readonly DeliveryRow[]): DeliveryRow[] =>
  rows.filter(({ status, waitSeconds }) => status === 'pending' && waitSeconds > 0);

/** Works again and again while the hours pass, as often as anything is due. */
async function live(hours: number, process = webhookProcess(pool)): Promise<void> {
  for (let left = hours * HOUR; left > 0;) {
    const waited = waitingOf(await deliveryRows(pool));
    await process.work();
    const rows = await deliveryRows(pool);
    // What is due and was not sent waits for its endpoint, not for the time, unless it has come to be due just now.
    const isNewlyDue = ({ messageId, attempts, waitSeconds }: DeliveryRow): boolean =>
      waitSeconds <= 0 &&
      waited.some((before) => before.messageId === messageId && before.attempts === attempts);
    if (rows.some(isNewlyDue)) continue;
    const waiting = waitingOf(rows);
    const next = Math.min(left, ...waiting.map(({ waitSeconds }) => waitSeconds));
    await letPass(pool, next);
    left -= next;
  }
  await process.work();
}

describe('an endpoint that is away', () => {
  it('for two days gets everything when it is back, once, and is not disabled', async () => {
    const { tenantId, endpointId } = await openEndpoint(pool, receiver.url);
    let away = true;
    receiver.answerWith(() => ({ status: away ? 503 : 204 }));
    const messages = [paidMessage(tenantId), paidMessage(tenantId)];
    await consume(pool, messages);
    await live(48);
    expect(await endpointOf(tenantId, endpointId)).toMatchObject({ status: 'enabled', failures: 22 });
    away = false;
    await live(24);
    expect(await endpointOf(tenantId, endpointId)).toMatchObject({ failures: 0, failingSince: null });
    const rows = await deliveryRows(pool);
    expect(rows.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['succeeded', 12],
      ['succeeded', 12],
    ]);
  });

  it('for good: a message is given up after three days and twelve attempts', async () => {
    const { tenantId } = await openEndpoint(pool, receiver.url);
    receiver.answerWith(() => ({ status: 500 }));
    await consume(pool, [paidMessage(tenantId)]);
    await live(100);
    expect(await deliveryRows(pool)).toMatchObject([{ status: 'failed', attempts: 12 }]);
    expect(receiver.received).toHaveLength(12);
  });

  it('for good is disabled after three days, which the log tells once', async () => {
    const { tenantId, endpointId } = await openEndpoint(pool, receiver.url);
    receiver.answerWith(() => ({ status: 500 }));
    for (let day = 0; day < 3; day++) {
      await consume(pool, [paidMessage(tenantId)]);
      await live(24);
    }
    expect(await endpointOf(tenantId, endpointId)).toMatchObject({ status: 'enabled' });
    await live(24);
    const found = await endpointOf(tenantId, endpointId);
    expect(found).toMatchObject({ status: 'disabled', disabledReason: 'sustained-failure' });
    const [{ data, tenantId: owner }, ...more] = (await outagesInLog(endpointId)) as [
      Awaited<ReturnType<typeof outagesInLog>>[0],
    ];
    expect(more).toEqual([]);
    expect(owner).toBe(tenantId);
    expect(data).toMatchObject({ endpointId, reason: 'sustained-failure', failures: found!.failures });
    expect(found!.failures).toBeGreaterThanOrEqual(10);
    const asked = receiver.received.length;
    await consume(pool, [paidMessage(tenantId)]);
    await live(24);
    expect(receiver.received).toHaveLength(asked);
    expect((await verifyHere(pool)).findings).toEqual([]);
  });

  it('with few attempts only is not disabled, however long ago the first of them failed', async () => {
    const { tenantId, endpointId } = await openEndpoint(pool, receiver.url);
    receiver.answerWith(() => ({ status: 500 }));
    await consume(pool, [paidMessage(tenantId)]);
    const process = webhookProcess(pool);
    for (let attempt = 0; attempt < 3; attempt++) {
      await process.work();
      await letPass(pool, 40 * HOUR);
    }
    expect(await endpointOf(tenantId, endpointId)).toMatchObject({ status: 'enabled', failures: 3 });
  });

  it('gets what waited for it when it is enabled again, and is told of anew when it fails anew', async () => {
    const { tenantId, endpointId } = await openEndpoint(pool, receiver.url);
    receiver.answerWith(() => ({ status: 410 }));
    await consume(pool, [paidMessage(tenantId)]);
    const process = webhookProcess(pool);
    await process.work();
    await pool.query(
      `update webhook_delivery set status = 'pending', settled_at = null, next_attempt_at = now()`,
    );
    await process.work();
    expect(receiver.received).toHaveLength(1);

    const endpoints = webhookEndpoints(pool, { allowPrivate: true });
    expect(await endpoints.change(tenantId, endpointId, { status: 'enabled' })).toMatchObject({
      value: { status: 'enabled', disabledReason: null, disabledAt: null, failures: 0 },
    });
    await process.work();
    expect(receiver.received).toHaveLength(2);
    expect(await outagesInLog(endpointId)).toHaveLength(2);
  });
});

describe('an endpoint that answers 410', () => {
  it('is disabled at once, and its message is not sent again', async () => {
    const { tenantId, endpointId } = await openEndpoint(pool, receiver.url);
    receiver.answerWith(() => ({ status: 410 }));
    await consume(pool, [paidMessage(tenantId)]);
    await live(1);
    expect(await endpointOf(tenantId, endpointId)).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
      failures: 1,
    });
    expect(await deliveryRows(pool)).toMatchObject([{ status: 'failed', attempts: 1 }]);
    expect(await outagesInLog(endpointId)).toMatchObject([{ data: { reason: 'gone', failures: 1 } }]);
  });

  it('is in the log in the end, though the process died before it could say so', async () => {
    const { tenantId, endpointId } = await openEndpoint(pool, receiver.url);
    receiver.answerWith(() => ({ status: 410 }));
    await consume(pool, [paidMessage(tenantId)]);
    const dying = webhookProcess(pool, {
      queue: (queue) => ({ ...queue, untoldOutages: () => Promise.reject(new Error('killed')) }),
    });
    await dying.work();
    expect(await outagesInLog(endpointId)).toEqual([]);
    const forgetful = webhookProcess(pool, {
      queue: (queue) => ({ ...queue, noteTold: () => Promise.reject(new Error('killed')) }),
    });
    await expect(forgetful.tellOutages()).rejects.toThrow('killed');
    const others = [webhookProcess(pool), webhookProcess(pool)];
    await Promise.all(others.map(({ tellOutages }) => tellOutages()));
    await others[0]!.tellOutages();
    expect(await outagesInLog(endpointId)).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  it.each([
    ['in seconds', '7200', 7_200],
    ['as a date', new Date(Date.now() + 7_200_000).toUTCString(), 7_200],
    ['of years', '99999999', 86_400],
    ['that says nothing', 'soon', 5],
    ['that is past', 'Thu, 01 Jan 1970 00:00:00 GMT', 5],
  ])('%s', async (_, header, seconds) => {
    const { tenantId } = await openEndpoint(pool, receiver.url);
    receiver.answerWith(() => ({ status: 429, headers: { 'retry-after': header } }));
    await consume(pool, [paidMessage(tenantId)]);
    await webhookProcess(pool).work();
    const [row] = await deliveryRows(pool);
    // A date is in whole seconds, and some seconds have passed since this file was read.
    expect(row!.waitSeconds).toBeGreaterThan(seconds * 0.95 - 2);
    expect(row!.waitSeconds).toBeLessThanOrEqual(seconds);
  });
});
