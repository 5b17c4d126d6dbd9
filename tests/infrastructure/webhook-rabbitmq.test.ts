import { describe, expect, it } from 'vitest';
import { webhooksConsumer } from '../../src/infrastructure/consumers/webhooks-consumer.ts';
import { encodeMessage } from '../../src/infrastructure/rabbitmq/message-codec.ts';
import { queueOf } from '../../src/infrastructure/rabbitmq/topology.ts';
import { eventually } from '../support/eventually.ts';
import { shopOnRabbitmq, TIMEOUT_MS, WITHIN_MS } from '../support/shop-on-rabbitmq.ts';
import { onLog, type Shop } from '../support/shop.ts';
import { deliveryRows, idsOf, openEndpoint } from '../support/webhooks.ts';

/** That the order was created, and that its payment was processed. */
const MESSAGES_EACH = 2;
const CONSUMERS = { sql: [webhooksConsumer], command: [] };

async function openShopEndpoint({ database: { pool }, tenantId }: Shop): Promise<void> {
  await pool.query('insert into tenant (tenant_id, name) values ($1, $2)', [tenantId, 'shop']);
  await openEndpoint(pool, 'http://127.0.0.1:1/', { tenant: 'shop' });
}

describe('the consumer of webhooks', { timeout: TIMEOUT_MS }, () => {
  const { shop, start, undoLater, inBroker } = shopOnRabbitmq();

  const untilDelivered = (count: number): Promise<void> =>
    eventually(async () => expect(await deliveryRows(shop().database.pool)).toHaveLength(count), WITHIN_MS);

  it('makes each delivery once on the log, then by the broker, also of what is published twice', async () => {
    await openShopEndpoint(shop());
    const stopLog = onLog(shop(), CONSUMERS);
    undoLater(stopLog);
    await shop().sellMany(5);
    await untilDelivered(5 * MESSAGES_EACH);
    await stopLog();

    undoLater(() => inBroker((channel) => channel.deleteQueue(queueOf(webhooksConsumer.name))));
    const { publisher } = await start({ consumers: CONSUMERS });
    await shop().sellMany(5);
    await untilDelivered(10 * MESSAGES_EACH);
    const messages = await shop().messages();
    await publisher.publish(messages.map(encodeMessage), AbortSignal.timeout(WITHIN_MS));
    await shop().sell();
    await untilDelivered(11 * MESSAGES_EACH);
    const made = (await deliveryRows(shop().database.pool)).map(({ messageId }) => messageId);
    expect(made.toSorted()).toEqual(idsOf(await shop().messages()));
  });
});
