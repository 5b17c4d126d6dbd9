import {
  INTEGRATION_EVENT_TYPES,
  orderIdOf,
  type IntegrationMessage,
} from '../../application/integration-events.ts';
import { ERASED } from '../../domain/shared/erased.ts';
import type { Tx } from '../postgres/pool.ts';
import { columns } from '../read-models/projection.ts';
import { newDeliveryId } from '../system.ts';
import { SHARE_BODIES } from '../webhooks/forget.ts';
import type { SqlConsumer } from './sql-consumer.ts';

type Listener = {
  readonly endpointId: string;
  readonly tenantId: string;
  readonly events: readonly string[];
};

/** Makes a delivery of each message for each endpoint of its tenant that asks for its type. */
export const webhooksConsumer: SqlConsumer = {
  name: 'webhooks',
  types: INTEGRATION_EVENT_TYPES,
  apply: async (tx, messages) => {
    const listeners = await findListeners(tx, [...new Set(messages.map(({ tenantId }) => tenantId))]);
    const rows = messages.flatMap((message) =>
      listeners
        .filter(({ tenantId, events }) => tenantId === message.tenantId && wants(events, message))
        .map(({ endpointId }) => rowOf(endpointId, message)),
    );
    if (rows.length === 0) return;
    await tx.query(SHARE_BODIES);
    await tx.query({
      name: 'webhook-deliveries-make',
      // In order of id: two processes that got the same messages lock them in the same order. One that comes after its
      // customer was erased may still name them, as when a broker had kept it.
      text: `insert into webhook_delivery (delivery_id, endpoint_id, tenant_id, message_id, type, occurred_at, data, order_id,
          traceparent)
        select u.delivery_id, u.endpoint_id, u.tenant_id, u.message_id, u.type, u.occurred_at,
          case when s.erased_version > 0 and u.data ? 'customerId'
            then jsonb_set(u.data, '{customerId}', to_jsonb($11::text)) else u.data end, u.order_id, u.traceparent
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[], $8::uuid[],
          $9::smallint[], $10::text[]) as u (delivery_id, endpoint_id, tenant_id, message_id, type, occurred_at, data,
          order_id, shard, traceparent)
        left join lateral (select * from stream k where k.shard = u.shard and k.stream_id = u.order_id limit 1) s on true
        order by u.message_id, u.endpoint_id
        on conflict (endpoint_id, message_id) do nothing`,
      values: [...columns(rows), ERASED],
    });
  },
};

const wants = (events: readonly string[], { event }: IntegrationMessage): boolean =>
  events.includes('*') || events.includes(event.type);

/**
 * The one query that a batch costs whose tenants have no endpoints. Keeps those it finds from being deleted until `tx`
 * ends.
 */
async function findListeners(tx: Tx, tenantIds: readonly string[]): Promise<readonly Listener[]> {
  const { rows } = await tx.query<Listener>({
    name: 'webhook-listeners',
    text: `select endpoint_id as "endpointId", tenant_id as "tenantId", events from webhook_endpoint
      where tenant_id = any($1::uuid[]) and status = 'enabled' order by endpoint_id for key share`,
    values: [tenantIds],
  });
  return rows;
}

const rowOf = (endpointId: string, message: IntegrationMessage): readonly unknown[] => [
  ...[newDeliveryId(), endpointId, message.tenantId, message.messageId, message.event.type],
  ...[message.occurredAt, JSON.stringify(message.event.data), orderIdOf(message), message.shard],
  message.traceparent ?? null,
];
