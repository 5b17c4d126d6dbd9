import { ERASED } from '../../domain/shared/erased.ts';
import type { Pool, Tx } from '../postgres/pool.ts';

const KEPT_DAYS = 30;
const ANSWERS_KEPT_HOURS = 48; // a key may be repeated for a day at least
const BATCH_MAX = 5_000;

/**
 * Forgets deliveries of a month ago: settled ones, and those that waited as long for an endpoint that is disabled. With
 * them go answers to repeated requests and secrets that have expired.
 */
export async function forgetWebhooks(pool: Pool): Promise<void> {
  await pool.query(
    `delete from webhook_delivery where delivery_id in (
       select d.delivery_id from webhook_delivery d join webhook_endpoint e using (endpoint_id)
       where d.created_at < now() - make_interval(days => $1)
         and coalesce(d.settled_at < now() - make_interval(days => $1), e.status = 'disabled')
       order by d.created_at limit $2)`,
    [KEPT_DAYS, BATCH_MAX],
  );
  await pool.query('delete from webhook_request where created_at < now() - make_interval(hours => $1)', [
    ANSWERS_KEPT_HOURS,
  ]);
  await pool.query(
    `update webhook_endpoint set previous_secret = null, previous_expires_at = null
     where previous_expires_at <= now()`,
  );
}

const BODIES_LOCK = `hashtextextended('bodies of webhooks', 0)`;

/** Until the transaction ends, no erasure looks for what it writes. */
export const SHARE_BODIES = `select pg_advisory_xact_lock_shared(${BODIES_LOCK})`;

/**
 * Takes the customer out of what was, or is still to be, delivered about an order, and out of what receivers answered.
 * Waits for those who are writing such; until `tx` ends, which says on the stream that the order is erased, none begins.
 */
export async function eraseFromDeliveries(tx: Tx, orderId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${BODIES_LOCK})`);
  await tx.query(
    `update webhook_attempt set response = null
     where delivery_id in (select delivery_id from webhook_delivery where order_id = $1)`,
    [orderId],
  );
  await tx.query(
    `update webhook_delivery set data = jsonb_set(data, '{customerId}', to_jsonb($2::text))
     where order_id = $1 and data ? 'customerId'`,
    [orderId, ERASED],
  );
}
