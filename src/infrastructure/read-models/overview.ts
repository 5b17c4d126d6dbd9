import { WAITING_MAX, type Seen, type Waiting } from '../../application/read-models.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Pool } from '../postgres/pool.ts';
import { HAS_UNKNOWN_OUTCOME } from './payment-history.ts';

/** So many at most, from an index that holds nothing else (migration 0027): it takes the same time in a table of any size. */
const waiting = (from: string): string =>
  `(select count(*)::int from (select from ${from} limit ${WAITING_MAX}) w)`;

/** What waits for a person now, as far as projectors are. */
export async function readOverview(pool: Pool, tenantId: TenantId, seen: Seen): Promise<Waiting> {
  const { rows } = await pool.query<Waiting>({
    name: 'overview',
    text: `select
      ${waiting(`payment_history where tenant_id = $1 and ${HAS_UNKNOWN_OUTCOME}`)}
        as "unknownPayments",
      ${waiting(`dispute where tenant_id = $1 and status = 'open'`)} as "openDisputes",
      ${waiting('awaiting_refund where tenant_id = $1')} as "refundsAwaitingApproval",
      ${waiting('reconciliation_break where tenant_id = $1 and resolved_at is null')} as "openBreaks",
      ${waiting(`order_summary where tenant_id = $1 and status = 'Cancelling'`)} as "ordersCancelling",
      ${waiting(`payment_history where tenant_id = $1 and status = 'RequiresAction'`)} as "paymentsRequiringAction",
      case when $2::boolean then
        ${waiting(`webhook_endpoint where tenant_id = $1 and status = 'disabled' and disabled_reason <> 'requested'`)}
        end as "disabledWebhookEndpoints",
      case when $3::boolean then ${waiting(`dead_letter where tenant_id = $1 and state = 'failed'`)} end as "deadLetters"`,
    values: [tenantId, seen.webhookEndpoints, seen.deadLetters],
  });
  return rows[0]!;
}
