import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationMessage } from '../../src/application/integration-events.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { holding, startReceiver, type Receiver } from '../support/webhook-receiver.ts';
import {
  consume,
  deliveryRows,
  idsOf,
  letPass,
  openEndpoint,
  paidMessage,
  webhookProcess,
} from '../support/webhooks.ts';

let database: TestDatabase;
let pool: Pool;
let otherPool: Pool;
let receiver: Receiver;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ pool } = database);
  const { connectionString } = database;
  otherPool = createPool({ connectionString, max: 10, onConnectionError: () => {} });
});
afterAll(async () => {
  await otherPool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('delete from webhook_endpoint');
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const CLAIM_SECONDS = 61;

const many = (tenantId: IntegrationMessage['tenantId'], count: number): IntegrationMessage[] =>
  Array.from({ length: count }, () => paidMessage(tenantId));

describe('a message', () => {
  it('makes each delivery once, however often and in whatever order the consumer gets it', async () => {
    const { tenantId } = await openEndpoint(pool, receiver.url);
    await openEndpoint(pool, `${receiver.url}/second`);
    const messages = many(tenantId, 6);
    const batches = fc.shuffledSubarray([...messages, ...messages], { minLength: 12 });
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 12 }), async (order, size) => {
        await pool.query('delete from webhook_delivery');
        const starts = order.flatMap((_, index) => (index % size === 0 ? [index] : []));
        // A batch holds a message once, as both hosts see to.
        const parts = starts.map((start) => [...new Set(order.slice(start, start + size))]);
        await Promise.all(parts.map((part, index) => consume(index % 2 ? pool : otherPool, part)));
        const made = (await deliveryRows(pool)).map(({ messageId }) => messageId).toSorted();
        expect(made).toEqual([...idsOf(messages), ...idsOf(messages)].toSorted());
      }),
      { numRuns: 15 },
    );
  });

  it('goes to the endpoints of its tenant that ask for its type, and to no other', async () => {
    const { tenantId } = await openEndpoint(pool, `${receiver.url}/all`);
    await openEndpoint(pool, `${receiver.url}/paid`, { events: ['order.paid.v1', 'order.created.v1'] });
    await openEndpoint(pool, `${receiver.url}/created`, { events: ['order.created.v1'] });
    await openEndpoint(pool, `${receiver.url}/stranger`, { tenant: 'stranger' });
    const off = await openEndpoint(pool, `${receiver.url}/off`);
    await pool.query(
      `update webhook_endpoint set status = 'disabled', disabled_reason = 'requested', disabled_at = now()
       where endpoint_id = $1`,
      [off.endpointId],
    );
    await consume(pool, many(tenantId, 1));
    await webhookProcess(pool).work();
    expect(receiver.received.map(({ url }) => url).toSorted()).toEqual(['/hooks/all', '/hooks/paid']);
  });

  it('of a tenant without endpoints costs a batch one query', async () => {
    const { tenantId } = await openEndpoint(pool, receiver.url);
    await pool.query('delete from webhook_endpoint');
    const tx = await pool.connect();
    const texts: unknown[] = [];
    const query = tx.query.bind(tx) as (...args: unknown[]) => unknown;
    const { webhooksConsumer } = await import('../../src/infrastructure/consumers/webhooks-consumer.ts');
    Object.assign(tx, {
      query: (...args: unknown[]) => {
        texts.push(args[0]);
        return query(...args);
      },
    });
    await webhooksConsumer.apply(tx, many(tenantId, 200));
    Reflect.deleteProperty(tx, 'query');
    tx.release();
    expect(texts).toHaveLength(1);
  });
});

describe('several processes', () => {
  it('send each message once, however they meet', async () => {
    const { tenantId } = await openEndpoint(pool, receiver.url);
    await openEndpoint(pool, `${receiver.url}/second`);
    const messages = many(tenantId, 60);
    await consume(pool, messages);
    const processes = [pool, otherPool, pool].map((of) => webhookProcess(of));
    await Promise.all(processes.map(({ work }) => work()));
    await Promise.all(processes.map(({ work }) => work()));
    for (const url of ['/hooks', '/hooks/second']) {
      const there = receiver.received.filter((one) => one.url === url);
      expect(there.map(({ id }) => id).toSorted()).toEqual(idsOf(messages));
    }
    const rows = await deliveryRows(pool);
    expect(rows.every(({ status, attempts }) => status === 'succeeded' && attempts === 1)).toBe(true);
  });

  it('leave to one another what is in hand, and take it up when its process died', async () => {
    const { tenantId } = await openEndpoint(pool, receiver.url);
    await consume(pool, many(tenantId, 1));
    const dying = webhookProcess(pool, {
      queue: (queue) => ({ ...queue, settle: () => Promise.reject(new Error('killed before the note')) }),
    });
    const other = webhookProcess(otherPool);
    await dying.work();
    await other.work();
    expect(receiver.received).toHaveLength(1);
    await letPass(pool, CLAIM_SECONDS);
    await other.work();
    const [first, second, ...rest] = receiver.received;
    expect(rest).toEqual([]);
    expect(second!.id).toBe(first!.id);
    expect(second!.body).toBe(first!.body);
    expect(await deliveryRows(pool)).toMatchObject([{ status: 'succeeded', attempts: 2 }]);
  });

  it('may come late with a success, but not with a failure', async () => {
    const { tenantId } = await openEndpoint(pool, receiver.url);
    const answers = [503, 200];
    receiver.answerWith(() => ({ status: answers.shift() ?? 200 }));
    await consume(pool, many(tenantId, 1));
    const notes: (() => Promise<boolean>)[] = [];
    const stalled = webhookProcess(pool, {
      queue: (queue) => ({
        ...queue,
        settle: async (...args) => {
          notes.push(() => queue.settle(...args));
          return false;
        },
      }),
    });
    await stalled.work();
    await letPass(pool, CLAIM_SECONDS);
    await stalled.work();
    expect(notes).toHaveLength(2);
    await notes[0]!();
    expect(await deliveryRows(pool)).toMatchObject([{ status: 'pending', attempts: 2 }]);
    const [pending] = await deliveryRows(pool);
    expect(pending!.waitSeconds).toBeGreaterThan(30); // the claim of the second attempt still stands
    await notes[1]!();
    expect(await deliveryRows(pool)).toMatchObject([{ status: 'succeeded', attempts: 2 }]);
  });
});

describe('a slow endpoint', () => {
  it('holds up no other, and gets no more at once than there are places for it', async () => {
    const { hold, release } = holding();
    const slow = await startReceiver(() => ({ hold }));
    const { tenantId } = await openEndpoint(pool, slow.url);
    await consume(pool, many(tenantId, 50));
    await openEndpoint(pool, receiver.url, { tenant: 'quick' });
    const quick = await openEndpoint(pool, `${receiver.url}/2`, { tenant: 'quick' });
    await consume(pool, many(quick.tenantId, 10));
    const { loop } = webhookProcess(pool, { perEndpointMax: 3 });
    const sent = async (): Promise<number> =>
      (await deliveryRows(pool)).filter(({ status }) => status === 'succeeded').length;
    while ((await sent()) < 20) await loop.run();
    expect(slow.received.length).toBeLessThanOrEqual(3);
    release();
    await loop.drain();
    await slow.stop();
  });
});
