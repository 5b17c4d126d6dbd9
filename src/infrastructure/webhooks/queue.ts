import type { ClaimedDelivery, UntoldOutage, WebhookQueue } from '../../application/webhooks/ports.ts';
import { SUSTAINED_FAILURES, SUSTAINED_SECONDS, type Verdict } from '../../domain/webhooks/delivery.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { INSTANT } from './views.ts';

const CLAIM_SECONDS = 60; // four times as long as an attempt may take
const UNTOLD_MAX = 100;

type ClaimedRow = Omit<ClaimedDelivery, 'secrets' | 'traceparent'> & {
  readonly traceparent: string | null;
  readonly secret: Buffer;
  readonly previous: Buffer | null;
};

/** Deliveries by the clock of the database, so that processes with other clocks agree on what is due. */
export const webhookQueue = (pool: Pool): WebhookQueue => ({
  claimDue: async ({ limit, perEndpoint, inHand }) => {
    const { rows } = await pool.query<ClaimedRow>({
      name: 'webhook-deliveries-claim',
      text: CLAIM,
      values: [limit, perEndpoint, [...inHand.keys()], [...inHand.values()], CLAIM_SECONDS],
    });
    return rows.map(({ secret, previous, traceparent, ...row }) => ({
      ...row,
      ...(traceparent !== null && { traceparent }),
      secrets: previous === null ? [secret] : [secret, previous],
    }));
  },

  settle: (delivery, attempt, verdict) =>
    inTransaction(pool, async (tx) => {
      // The endpoint first, as whoever deletes it locks them: two that wait for each other would cost a repetition.
      const disabled = await noteOnEndpoint(tx, delivery, verdict);
      await noteOnDelivery(tx, delivery, verdict);
      await tx.query({
        name: 'webhook-attempt-note',
        text: `insert into webhook_attempt (delivery_id, number, at, duration_ms, status_code, error, response)
          select delivery_id, $2, $3, $4, $5, $6, $7 from webhook_delivery where delivery_id = $1
          on conflict do nothing`,
        values: [
          ...[delivery.deliveryId, delivery.number, attempt.at, attempt.durationMs],
          ...[attempt.statusCode ?? null, attempt.error ?? null, attempt.response ?? null],
        ],
      });
      return disabled;
    }),

  untoldOutages: async () => {
    const { rows } = await pool.query<UntoldOutage>({
      name: 'webhook-outages-untold',
      text: `select endpoint_id as "endpointId", tenant_id as "tenantId", activation, disabled_reason as reason,
          failures, to_char(coalesce(failing_since, disabled_at) at time zone 'UTC', ${INSTANT}) as "failingSince",
          to_char(disabled_at at time zone 'UTC', ${INSTANT}) as at
        from webhook_endpoint where not told limit $1`,
      values: [UNTOLD_MAX],
    });
    return rows;
  },

  noteTold: async ({ endpointId, activation }) => {
    await pool.query('update webhook_endpoint set told = true where endpoint_id = $1 and activation = $2', [
      endpointId,
      activation,
    ]);
  },
});

// Endpoint by endpoint, each as many as it has room for: a slow one with thousands due takes no other's place.
const CLAIM = `
  with due as (
    select d.delivery_id
    from webhook_endpoint e
    left join unnest($3::uuid[], $4::int[]) as hand (endpoint_id, taken) on hand.endpoint_id = e.endpoint_id
    cross join lateral (
      select delivery_id, next_attempt_at from webhook_delivery
      where endpoint_id = e.endpoint_id and status = 'pending' and next_attempt_at <= now()
      order by next_attempt_at limit greatest($2 - coalesce(hand.taken, 0), 0) for update skip locked) d
    where e.status = 'enabled'
    order by d.next_attempt_at limit $1)
  update webhook_delivery d
  set attempts = d.attempts + 1, claimed_until = now() + make_interval(secs => $5),
    next_attempt_at = now() + make_interval(secs => $5)
  from due join webhook_delivery w using (delivery_id) join webhook_endpoint e on e.endpoint_id = w.endpoint_id
  where d.delivery_id = due.delivery_id
  returning d.delivery_id as "deliveryId", d.endpoint_id as "endpointId", d.message_id as "messageId", d.type,
    d.occurred_at as "occurredAt", d.data, d.attempts as number, d.retries, d.traceparent, e.url, e.secret,
    case when e.previous_expires_at > now() then e.previous_secret end as previous`;

/** Of what was so before the attempt. */
const REASON = `case when $2 then 'gone'
  when failures + 1 >= $3 and failing_since <= now() - make_interval(secs => $4) then 'sustained-failure' end`;

/** One that was answered is no longer failing; one that failed for long enough, or is gone, is disabled. */
async function noteOnEndpoint(tx: Tx, { endpointId }: ClaimedDelivery, verdict: Verdict): Promise<boolean> {
  if (verdict.kind === 'succeeded') {
    await tx.query({
      name: 'webhook-endpoint-answers',
      text: `update webhook_endpoint set failures = 0, failing_since = null
        where endpoint_id = $1 and status = 'enabled' and failures > 0`,
      values: [endpointId],
    });
    return false;
  }
  const { rows } = await tx.query<{ disabled: boolean }>({
    name: 'webhook-endpoint-fails',
    // One statement that locks once: who selects for update first and updates then waits for whoever came between.
    text: `update webhook_endpoint
      set failures = failures + 1, failing_since = coalesce(failing_since, now()), disabled_reason = ${REASON},
        status = case when ${REASON} is null then 'enabled' else 'disabled' end, told = ${REASON} is null,
        disabled_at = case when ${REASON} is null then null else now() end,
        updated_at = case when ${REASON} is null then updated_at else now() end
      where endpoint_id = $1 and status = 'enabled'
      returning status = 'disabled' as disabled`,
    values: [endpointId, verdict.kind === 'failed' && verdict.isGone, SUSTAINED_FAILURES, SUSTAINED_SECONDS],
  });
  return rows[0]?.disabled === true;
}

/** A process whose claim ran out may still say that it was delivered, but not when to try again. */
async function noteOnDelivery(
  tx: Tx,
  { deliveryId, number }: ClaimedDelivery,
  verdict: Verdict,
): Promise<void> {
  switch (verdict.kind) {
    case 'succeeded':
      await tx.query({
        name: 'webhook-delivery-succeeded',
        text: `update webhook_delivery set status = 'succeeded', settled_at = now(), claimed_until = '-infinity'
          where delivery_id = $1`,
        values: [deliveryId],
      });
      return;
    case 'retry':
      await tx.query({
        name: 'webhook-delivery-retry',
        text: `update webhook_delivery set retries = retries + 1, claimed_until = '-infinity',
            next_attempt_at = now() + make_interval(secs => $3)
          where delivery_id = $1 and attempts = $2 and status = 'pending'`,
        values: [deliveryId, number, verdict.afterSeconds],
      });
      return;
    case 'failed':
      await tx.query({
        name: 'webhook-delivery-failed',
        text: `update webhook_delivery set status = 'failed', settled_at = now(), claimed_until = '-infinity'
          where delivery_id = $1 and attempts = $2 and status = 'pending'`,
        values: [deliveryId, number],
      });
  }
}
