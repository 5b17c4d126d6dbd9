import type { ListScheduled, ScheduledWork } from '../application/scheduled-work.ts';
import { instantText } from './postgres/column-text.ts';
import type { Pool } from './postgres/pool.ts';

const none = (...columns: readonly string[]): string =>
  columns.map((column) => `null::text as ${column}`).join(', ');
const claim = (until: string): string => `case when ${until} > now() then ${until} end as claimed_until`;

/** Of a stream that was put off for good nothing more happens by itself, until it changes. */
const timersOf = (kind: 'order' | 'payment', table: string, columns: string): string => `
  select '${kind}' as kind, ${kind}_id::text as id, t.due_at, ${columns}, ${none('consumer', 'message_id', 'endpoint_id', 'delivery_id')},
    null::int as attempts, ${claim('c.until')}
  from ${table} t
  left join timer_claim c on c.shard = t.shard and c.stream_id = t.${kind}_id and c.version = t.version
  where t.tenant_id = $1::uuid and t.due_at is not null and c.until is distinct from 'infinity'`;

const MESSAGES = `
  select 'message', consumer || '/' || message_id, due_at, ${none('order_id', 'payment_id')}, consumer, message_id,
    ${none('endpoint_id', 'delivery_id')}, attempts, ${claim('claimed_until')}
  from scheduled_message where properties #>> '{headers,cloudEvents_tenantid}' = $1::uuid::text
  union all
  select 'message', p.name || '/' || p.event_id, p.next_retry_at, ${none('order_id', 'payment_id')}, p.name,
    p.event_id::text, ${none('endpoint_id', 'delivery_id')}, p.attempts, null
  from parked p join stream s on s.shard = p.shard and s.stream_id = p.stream_id
  where s.tenant_id = $1::uuid and p.next_retry_at is not null and p.status <> 'discarded'`;

const DELIVERIES = `
  select 'webhook-delivery', d.delivery_id::text, d.next_attempt_at, d.order_id::text, ${none('payment_id', 'consumer')},
    d.message_id::text, d.endpoint_id::text, d.delivery_id::text, d.attempts, ${claim('d.claimed_until')}
  from webhook_delivery d join webhook_endpoint e using (endpoint_id)
  where d.tenant_id = $1::uuid and d.status = 'pending' and e.status = 'enabled'`;

/** What timers, consumers and webhooks have before them, of one tenant: from where each of them looks for it. */
export const scheduledWork =
  (pool: Pool): ListScheduled =>
  async (tenantId, limit, after) => {
    const { rows } = await pool.query<ScheduledWork>({
      name: 'scheduled-work',
      text: `with work as (
          ${timersOf('order', 'order_summary', 'order_id::text, null::text as payment_id')}
          union all ${timersOf('payment', 'payment_history', 'order_id::text, payment_id::text')}
          union all ${MESSAGES}
          union all ${DELIVERIES})
        select kind, id, ${instantText('due_at')} as "dueAt", order_id as "orderId", payment_id as "paymentId", consumer,
          message_id as "messageId", endpoint_id as "endpointId", delivery_id as "deliveryId", attempts,
          ${instantText('claimed_until')} as "claimedUntil"
        from work where $2::timestamptz is null or (due_at, kind, id) > ($2, $3::text, $4::text)
        order by due_at, kind, id limit $5`,
      values: [tenantId, after?.dueAt ?? null, after?.kind ?? null, after?.id ?? null, limit],
    });
    return rows;
  };
