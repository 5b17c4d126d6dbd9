import type { BreakFilter, BreakPlace, FoundBreak } from '../../application/read-models.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Pool } from '../postgres/pool.ts';
import { instantText } from '../postgres/column-text.ts';

export type BreakPage = { readonly limit: number; readonly after?: BreakPlace | undefined };

/** The newest day first. Without a tenant: those of all tenants, and those of none. */
export async function listBreaks(
  pool: Pool,
  tenantId: TenantId | undefined,
  { day, provider, status }: BreakFilter,
  { limit, after }: BreakPage,
): Promise<FoundBreak[]> {
  const { rows } = await pool.query<FoundBreak>(
    `select provider, day::text, kind, subject, tenant_id as "tenantId", currency, expected::text, actual::text,
       operation_id as "operationId", payment_id as "paymentId", order_id as "orderId",
       transaction_id as "transactionId", payout_id as "payoutId",
       case when resolved_at is null then 'open' else 'resolved' end as status,
       ${instantText('found_at')} as "foundAt",
       ${instantText('resolved_at')} as "resolvedAt"
     from reconciliation_break
     where ($1::uuid is null or tenant_id = $1) and ($2::date is null or day = $2)
       and ($3::text is null or provider = $3) and ($4::text is null or ($4 = 'open') = (resolved_at is null))
       and ($5::date is null or (day, provider, kind, subject) < ($5, $6, $7, $8))
     order by day desc, provider desc, kind desc, subject desc limit $9`,
    [
      tenantId ?? null,
      day ?? null,
      provider ?? null,
      status ?? null,
      ...[after?.day ?? null, after?.provider ?? null, after?.kind ?? null, after?.subject ?? null],
      limit,
    ],
  );
  return rows;
}
