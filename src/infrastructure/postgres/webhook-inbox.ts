import type { ReceivedWebhook, TenantOf, WebhookInbox } from '../../application/provider-ports.ts';
import type { PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { shardOf } from '../system.ts';
import type { Pool } from './pool.ts';

const BATCH_MAX = 20;
const CLAIM_SECONDS = 60; // longer than a provider is waited for
const RETRY_SECONDS_MAX = 3_600;
const KEPT_DAYS = 30; // providers repeat a message for days, and people ask about it for weeks

type Row = {
  readonly provider: string;
  readonly event_id: string;
  readonly type: string;
  readonly payment_id: PaymentId | null;
  readonly provider_ref: string | null;
};

export const webhookInbox = (pool: Pool): WebhookInbox => ({
  keep: async ({ provider, eventId, type, paymentId, providerRef }) => {
    const { rowCount } = await pool.query({
      name: 'webhook-keep',
      text: `insert into provider_webhook (provider, event_id, type, payment_id, provider_ref)
        values ($1, $2, $3, $4, $5) on conflict do nothing`,
      values: [provider, eventId, type, paymentId ?? null, providerRef ?? null],
    });
    return rowCount === 1;
  },
  claimDue: async () => {
    const { rows } = await pool.query<Row>({
      name: 'webhooks-claim',
      text: `update provider_webhook w
        set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
        from (select provider, event_id from provider_webhook where outcome is null and next_attempt_at <= now()
          order by next_attempt_at limit $1 for update skip locked) due
        where w.provider = due.provider and w.event_id = due.event_id
        returning w.provider, w.event_id, w.type, w.payment_id, w.provider_ref`,
      values: [BATCH_MAX, CLAIM_SECONDS],
    });
    return rows.map(toWebhook);
  },
  settle: async ({ provider, eventId }, outcome) => {
    await pool.query({
      name: 'webhook-settle',
      text: `update provider_webhook set outcome = $3, problem = null where provider = $1 and event_id = $2`,
      values: [provider, eventId, outcome],
    });
  },
  putOff: async ({ provider, eventId }, problem) => {
    await pool.query({
      name: 'webhook-put-off',
      text: `update provider_webhook
        set problem = $3, next_attempt_at = now() + make_interval(secs => least(power(2, least(attempts, 20)), $4))
        where provider = $1 and event_id = $2`,
      values: [provider, eventId, problem, RETRY_SECONDS_MAX],
    });
  },
});

function toWebhook({ provider, event_id, type, payment_id, provider_ref }: Row): ReceivedWebhook {
  return {
    provider,
    eventId: event_id,
    type,
    ...(payment_id === null ? {} : { paymentId: payment_id }),
    ...(provider_ref === null ? {} : { providerRef: provider_ref }),
  };
}

/** Those that were looked into long ago; what could not be matched stays. */
export async function forgetSettledWebhooks(pool: Pool): Promise<void> {
  await pool.query(
    `delete from provider_webhook where outcome is not null and received_at < now() - make_interval(days => $1)`,
    [KEPT_DAYS],
  );
}

export const tenantOf =
  (pool: Pool, shardCount: number): TenantOf =>
  async (paymentId) => {
    const { rows } = await pool.query<{ tenant_id: TenantId }>({
      name: 'tenant-of-payment',
      text: `select tenant_id from stream where shard = $1 and stream_id = $2 and category = 'payment'`,
      values: [shardOf(paymentId, shardCount), paymentId],
    });
    return rows[0]?.tenant_id;
  };
