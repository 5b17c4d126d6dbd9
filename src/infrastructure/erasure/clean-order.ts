import { ERASED } from '../../domain/shared/erased.ts';
import { inTransaction, type Pool } from '../postgres/pool.ts';
import { listGenerations, tableOf } from '../read-models/generations.ts';
import { eraseFromDeliveries } from '../webhooks/forget.ts';
import type { Erasure, ListedOrder } from './erasures.ts';

/**
 * Takes the person out of all that is derived from an order's stream and not made anew of its events. Repeating it
 * changes nothing. Snapshots of earlier versions that are still to be written are refused by the mark on the stream.
 */
export async function cleanOrder(
  pool: Pool,
  { erasureId }: Erasure,
  { shard, orderId, archived }: ListedOrder,
): Promise<void> {
  const tables = archived ? await listTables(pool) : [];
  await inTransaction(pool, async (tx) => {
    await eraseFromDeliveries(tx, orderId);
    // The last event of an archived order is not that it was erased: no state of it so far may stay.
    await tx.query(
      'update stream set erased_version = version + archived::int where shard = $1 and stream_id = $2',
      [shard, orderId],
    );
    await tx.query(
      `delete from snapshot n using stream s where s.shard = $1 and s.stream_id = $2
         and n.shard = s.shard and n.stream_id = s.stream_id and n.version < s.erased_version`,
      [shard, orderId],
    );
    await tx.query('select erase_answers($1::smallint, $2)', [shard, orderId]);
    for (const copies of COPIES)
      await tx.query(copies, [shard, orderId, JSON.stringify({ customerId: ERASED })]);
    // No event can be appended to it, so its row becomes what a rebuild makes of it once the key is gone.
    for (const table of tables)
      await tx.query(
        `update ${table} set customer_id = $3, state = erased_order(state) where shard = $1 and order_id = $2`,
        [shard, orderId, ERASED],
      );
    await tx.query(
      'update erasure_order set cleaned = true where erasure_id = $1 and shard = $2 and order_id = $3',
      [erasureId, shard, orderId],
    );
  });
}

// Copies of messages that wait for another try. Only those that could be read are known to be JSON.
const WITHOUT_CUSTOMER = `set body = convert_to((convert_from(body, 'UTF8')::jsonb || $3::jsonb)::text, 'UTF8')
  where message_id in (select event_id::text from event where shard = $1 and stream_id = $2)`;
const COPIES = [
  `update dead_letter ${WITHOUT_CUSTOMER} and type = 'order.created.v1' and tenant_id is not null and body is not null`,
  `update scheduled_message ${WITHOUT_CUSTOMER} and properties ->> 'type' = 'order.created.v1' and replay = 0`,
];

const listTables = async (pool: Pool): Promise<string[]> =>
  (await listGenerations(pool))
    .filter(({ name }) => name === 'order-summary')
    .map(({ name, generation }) => tableOf(name, generation));
