import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanOrder } from '../../src/infrastructure/erasure/clean-order.ts';
import { inTransaction, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { forgetWebhooks } from '../../src/infrastructure/webhooks/forget.ts';
import type { CustomerId, OrderId } from '../../src/domain/shared/ids.ts';
import { webhooksConsumer } from '../../src/infrastructure/consumers/webhooks-consumer.ts';
import { openTestLog, orderCreated, contextOf, orderStream } from '../support/log.ts';
import { eventually } from '../support/eventually.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { consume, createdMessage, letPass, openEndpoint, paidMessage } from '../support/webhooks.ts';

const DAY = 86_400;
const URL = 'http://127.0.0.1:1/';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ pool } = database);
});
afterAll(() => database.drop());
beforeEach(() => pool.query('delete from webhook_endpoint'));

const statuses = async (): Promise<string[]> => {
  const { rows } = await pool.query<{ status: string }>(
    'select status from webhook_delivery order by status',
  );
  return rows.map(({ status }) => status);
};

describe('after a month', () => {
  it('settled deliveries are forgotten, and those that wait for an endpoint that is disabled', async () => {
    const { tenantId, endpointId } = await openEndpoint(pool, URL);
    const messages = ['pending', 'succeeded', 'failed'].map(() => paidMessage(tenantId));
    await consume(pool, messages);
    for (const [index, status] of ['succeeded', 'failed'].entries())
      await pool.query('update webhook_delivery set status = $2, settled_at = now() where message_id = $1', [
        ...[messages[index]!.messageId, status],
      ]);
    await pool.query(
      `insert into webhook_attempt (delivery_id, number, at, duration_ms) select delivery_id, 1, now(), 1 from webhook_delivery`,
    );
    await letPass(pool, 29 * DAY);
    await forgetWebhooks(pool);
    expect(await statuses()).toEqual(['failed', 'pending', 'succeeded']);
    await letPass(pool, 2 * DAY);
    await forgetWebhooks(pool);
    expect(await statuses()).toEqual(['pending']);
    await pool.query(
      `update webhook_endpoint set status = 'disabled', disabled_reason = 'requested', disabled_at = now()
       where endpoint_id = $1`,
      [endpointId],
    );
    await forgetWebhooks(pool);
    expect(await statuses()).toEqual([]);
  });

  it('one that was sent again a day ago stays', async () => {
    const { tenantId } = await openEndpoint(pool, URL);
    await consume(pool, [paidMessage(tenantId)]);
    await letPass(pool, 31 * DAY);
    await pool.query(
      `update webhook_delivery set status = 'succeeded', settled_at = now() - interval '1 day'`,
    );
    await forgetWebhooks(pool);
    expect(await statuses()).toEqual(['succeeded']);
  });

  it('a secret that has expired is gone, the one in use is not', async () => {
    await openEndpoint(pool, URL);
    await pool.query(
      `update webhook_endpoint set previous_secret = secret, previous_expires_at = now() + interval '1 day'`,
    );
    const kept = async () => {
      const { rows } = await pool.query<{ kept: boolean }>(
        'select previous_secret is not null as kept from webhook_endpoint where secret is not null',
      );
      return rows;
    };
    await forgetWebhooks(pool);
    expect(await kept()).toEqual([{ kept: true }]);
    await letPass(pool, DAY);
    await forgetWebhooks(pool);
    expect(await kept()).toEqual([{ kept: false }]);
  });
});

const customersTold = async (orderId: OrderId): Promise<(string | null)[]> => {
  const { rows } = await pool.query<{ customer: string | null }>(
    `select data ->> 'customerId' as customer from webhook_delivery where order_id = $1`,
    [orderId],
  );
  return rows.map(({ customer }) => customer);
};

describe('an order that is erased', () => {
  const ERASURE = {
    ...{ erasureId: ids.commandId(), customerId: 'ada' as CustomerId, requestedBy: 'key:x', seconds: 1 },
  };

  async function place() {
    const { tenantId } = await openEndpoint(pool, URL);
    const orderId = ids.orderId();
    const { log } = openTestLog(pool);
    await log.append({
      context: contextOf(ids.commandId(), tenantId),
      streams: [orderStream(orderId, 0, [orderCreated(orderId)])],
      answer: null,
    });
    const message = createdMessage(tenantId, orderId, 'ada');
    const clean = () =>
      cleanOrder(pool, { ...ERASURE, tenantId }, { shard: 0, orderId, archived: false, keyId: null });
    return { message, clean, orderId };
  }

  it('is erased from its deliveries and from what receivers answered', async () => {
    const { message, clean, orderId } = await place();
    await consume(pool, [message]);
    await pool.query(
      `insert into webhook_attempt (delivery_id, number, at, duration_ms, response)
       select delivery_id, 1, now(), 1, 'thanks, ada' from webhook_delivery`,
    );
    expect(await customersTold(orderId)).toEqual(['ada']);
    await clean();
    expect(await customersTold(orderId)).toEqual(['erased']);
    const { rows } = await pool.query('select response from webhook_attempt');
    expect(rows).toEqual([{ response: null }]);
  });

  it('is not told of by a message that comes later', async () => {
    const { message, clean, orderId } = await place();
    await clean();
    await consume(pool, [message]);
    expect(await customersTold(orderId)).toEqual(['erased']);
  });

  it('is not told of by a message that comes at the same time, whoever commits first', async () => {
    const { message, clean, orderId } = await place();
    let erasing: Promise<void> | undefined;
    let isErased = false;
    await inTransaction(pool, async (tx) => {
      await webhooksConsumer.apply(tx, [message]);
      erasing = clean().then(() => {
        isErased = true;
      });
      // Until it waits for us, or has not waited.
      await eventually(async () => {
        const { rows } = await pool.query(
          `select from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
        );
        expect(rows.length > 0 || isErased).toBe(true);
      });
    });
    await erasing;
    expect(await customersTold(orderId)).toEqual(['erased']);
  });
});
