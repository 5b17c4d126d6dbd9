import { randomBytes } from 'node:crypto';
import type {
  DeliveryView,
  EndpointChange,
  EndpointView,
  EndpointWithSecret,
  WebhookEndpoints,
} from '../../application/webhooks/ports.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { err, ok } from '../../domain/shared/result.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { newDeliveryId, newEndpointId } from '../system.ts';
import { refusalOfUrl, type AddressPolicy } from './address-guard.ts';
import { once } from './requests.ts';
import { DELIVERY_VIEW, ENDPOINT_VIEW } from './views.ts';

const ENDPOINTS_MAX = 50; // a tenant's: each message is copied for each of them
const SECRET_BYTES = 32;

/** As Standard Webhooks writes it; shown once. */
const written = (secret: Buffer): string => `whsec_${secret.toString('base64')}`;

const PING_TYPE = 'webhook.ping';

const NOT_FOUND = err({ code: 'webhook-endpoint-not-found' } as const);

export const webhookEndpoints = (pool: Pool, policy: AddressPolicy): WebhookEndpoints => ({
  create: async (command, { url, events, description }) => {
    const reason = refusalOfUrl(url, policy);
    if (reason !== undefined) return err({ code: 'webhook-url-refused', reason });
    const { tenantId } = command.context;
    return once(pool, command, async (tx) => {
      if (!(await hasRoom(tx, tenantId))) return err({ code: 'webhook-endpoint-limit', max: ENDPOINTS_MAX });
      const secret = randomBytes(SECRET_BYTES);
      const { rows } = await tx.query<EndpointView>(
        `insert into webhook_endpoint (endpoint_id, tenant_id, url, events, description, secret)
         values ($1, $2, $3, $4, $5, $6) returning ${ENDPOINT_VIEW}`,
        [newEndpointId(), tenantId, new URL(url).href, [...new Set(events)], description ?? null, secret],
      );
      return ok({ ...rows[0]!, secret: written(secret) });
    });
  },

  list: async (tenantId, limit, after) => {
    const { rows } = await pool.query<EndpointView>(
      `select ${ENDPOINT_VIEW} from webhook_endpoint where tenant_id = $1 and ($2::uuid is null or endpoint_id < $2)
       order by endpoint_id desc limit $3`,
      [tenantId, after ?? null, limit],
    );
    return rows;
  },

  find: async (tenantId, endpointId) => {
    const { rows } = await pool.query<EndpointView>(
      `select ${ENDPOINT_VIEW} from webhook_endpoint where tenant_id = $1 and endpoint_id = $2`,
      [tenantId, endpointId],
    );
    return rows[0];
  },

  change: async (tenantId, endpointId, change) => {
    const reason = change.url === undefined ? undefined : refusalOfUrl(change.url, policy);
    if (reason !== undefined) return err({ code: 'webhook-url-refused', reason });
    const changed = await changeEndpoint(pool, tenantId, endpointId, change);
    return changed ? ok(changed) : NOT_FOUND;
  },

  remove: async (tenantId, endpointId) => {
    const { rowCount } = await pool.query(
      'delete from webhook_endpoint where tenant_id = $1 and endpoint_id = $2',
      [tenantId, endpointId],
    );
    return rowCount === 1;
  },

  rotateSecret: (command, endpointId, expireAfterSeconds) =>
    once<EndpointWithSecret>(pool, command, async (tx) => {
      const secret = randomBytes(SECRET_BYTES);
      const { rows } = await tx.query<EndpointView>(
        `update webhook_endpoint set secret = $3, previous_secret = secret,
           previous_expires_at = now() + make_interval(secs => $4), updated_at = now()
         where tenant_id = $1 and endpoint_id = $2 returning ${ENDPOINT_VIEW}`,
        [command.context.tenantId, endpointId, secret, expireAfterSeconds],
      );
      return rows[0] ? ok({ ...rows[0], secret: written(secret) }) : NOT_FOUND;
    }),

  ping: (command, endpointId) =>
    once<DeliveryView>(pool, command, async (tx) => {
      const { commandId, tenantId } = command.context;
      const { rows } = await tx.query<Pick<EndpointView, 'status'>>(
        'select status from webhook_endpoint where tenant_id = $1 and endpoint_id = $2 for key share',
        [tenantId, endpointId],
      );
      if (!rows[0]) return NOT_FOUND;
      if (rows[0].status === 'disabled') return err({ code: 'webhook-endpoint-disabled' });
      const made = await tx.query<DeliveryView>(
        `insert into webhook_delivery (delivery_id, endpoint_id, tenant_id, message_id, type, occurred_at, data)
         values ($1, $2, $3, $4, $5, $6, $7) returning ${DELIVERY_VIEW}`,
        [
          ...[newDeliveryId(), endpointId, tenantId, commandId, PING_TYPE, new Date().toISOString()],
          JSON.stringify({ endpointId }),
        ],
      );
      return ok(made.rows[0]!);
    }),
});

/** Locks the tenant's row until `tx` ends: two requests at once must not both take the last place. */
async function hasRoom(tx: Tx, tenantId: TenantId): Promise<boolean> {
  await tx.query('select from tenant where tenant_id = $1 for no key update', [tenantId]);
  const { rows } = await tx.query<{ count: number }>(
    'select count(*)::int as count from webhook_endpoint where tenant_id = $1',
    [tenantId],
  );
  return rows[0]!.count < ENDPOINTS_MAX;
}

/** Enabled again it begins anew, whatever failed before; what waited for it goes out. */
async function changeEndpoint(
  pool: Pool,
  tenantId: TenantId,
  endpointId: string,
  { url, events, description, status }: EndpointChange,
): Promise<EndpointView | undefined> {
  const { rows } = await pool.query<EndpointView>(
    `update webhook_endpoint set url = coalesce($3, url), events = coalesce($4, events),
       description = coalesce($5, description), status = coalesce($6::text, status),
       activation = activation + (coalesce($6::text = 'enabled', false) and status = 'disabled')::int,
       failures = case when $6::text = 'enabled' and status = 'disabled' then 0 else failures end,
       failing_since = case when $6::text = 'enabled' and status = 'disabled' then null else failing_since end,
       disabled_reason = case coalesce($6::text, status) when 'disabled' then coalesce(disabled_reason, 'requested') end,
       disabled_at = case coalesce($6::text, status) when 'disabled' then coalesce(disabled_at, now()) end,
       updated_at = now()
     where tenant_id = $1 and endpoint_id = $2 returning ${ENDPOINT_VIEW}`,
    [
      ...[tenantId, endpointId, url === undefined ? null : new URL(url).href],
      ...[events ? [...new Set(events)] : null, description ?? null, status ?? null],
    ],
  );
  return rows[0];
}
