import type {
  AttemptView,
  DeliveryView,
  WebhookCommand,
  WebhookDeliveries,
} from '../../application/webhooks/ports.ts';
import { err, ok } from '../../domain/shared/result.ts';
import type { Pool } from '../postgres/pool.ts';
import { once } from './requests.ts';
import { ATTEMPT_VIEW, DELIVERY_VIEW } from './views.ts';

const ATTEMPTS_SHOWN_MAX = 100;

export const webhookDeliveries = (pool: Pool): WebhookDeliveries => ({
  list: async (tenantId, { endpointId, status, messageId }, limit, after) => {
    const { rows } = await pool.query<DeliveryView>(
      `select ${DELIVERY_VIEW} from webhook_delivery
       where tenant_id = $1 and ($2::uuid is null or endpoint_id = $2) and ($3::text is null or status = $3)
         and ($4::uuid is null or message_id = $4) and ($5::uuid is null or delivery_id < $5)
       order by delivery_id desc limit $6`,
      [tenantId, endpointId ?? null, status ?? null, messageId ?? null, after ?? null, limit],
    );
    return rows;
  },

  find: async (tenantId, deliveryId) => {
    const { rows } = await pool.query<DeliveryView>(
      `select ${DELIVERY_VIEW} from webhook_delivery where tenant_id = $1 and delivery_id = $2`,
      [tenantId, deliveryId],
    );
    if (!rows[0]) return undefined;
    const attempts = await pool.query<AttemptView>(
      `select ${ATTEMPT_VIEW} from webhook_attempt where delivery_id = $1 order by number desc limit $2`,
      [deliveryId, ATTEMPTS_SHOWN_MAX],
    );
    return { ...rows[0], attempts: attempts.rows };
  },

  redeliver: (command: WebhookCommand, deliveryId) =>
    once<DeliveryView>(pool, command, async (tx) => {
      // The endpoint first, as whoever deletes it locks them: who waits for it must hold none of its deliveries.
      const { rows } = await tx.query<{ status: string }>(
        `select status from webhook_endpoint where endpoint_id =
           (select endpoint_id from webhook_delivery where tenant_id = $1 and delivery_id = $2) for key share`,
        [command.context.tenantId, deliveryId],
      );
      if (!rows[0]) return err({ code: 'webhook-delivery-not-found' });
      if (rows[0].status === 'disabled') return err({ code: 'webhook-endpoint-disabled' });
      // One that is being sent at this moment stays with whoever sends it.
      const begun = await tx.query<DeliveryView>(
        `update webhook_delivery set status = 'pending', settled_at = null, retries = 0,
           next_attempt_at = greatest(claimed_until, now())
         where delivery_id = $1 returning ${DELIVERY_VIEW}`,
        [deliveryId],
      );
      return begun.rows[0] ? ok(begun.rows[0]) : err({ code: 'webhook-delivery-not-found' });
    }),
});
