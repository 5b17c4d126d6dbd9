import type { AuditEntry, ReadAudit } from '../../application/access.ts';
import { instantText } from '../postgres/column-text.ts';
import type { Pool } from '../postgres/pool.ts';

/** Both lists by their own index, merged: what operators did and who was denied what. */
export const auditReader =
  (pool: Pool): ReadAudit =>
  async (tenantId, limit, after) => {
    const { rows } = await pool.query<AuditEntry>({
      name: 'audit',
      text: `with entry as (
          (select 'action' as kind, action_id as id, at, actor, action as what, reason, 1 as count, details
           from operator_action where tenant_id = $1 and ($3::timestamptz is null or at <= $3)
             and ($3::timestamptz is null or (at, 'action', action_id) < ($3, $4::text, $5::bigint))
           order by at desc, action_id desc limit $2)
          union all
          (select 'denial', denial_id, at, actor, route, reason, count,
             jsonb_build_object('lastAt', ${instantText('last_at')})
           from access_denial where tenant_id = $1 and ($3::timestamptz is null or at <= $3)
             and ($3::timestamptz is null or (at, 'denial', denial_id) < ($3, $4::text, $5::bigint))
           order by at desc, denial_id desc limit $2))
        select ${instantText('at')} as at, kind, id::text, actor, what, reason, count, details from entry
        order by entry.at desc, kind desc, entry.id desc limit $2`,
      values: [tenantId, limit, after?.at ?? null, after?.kind ?? null, after?.id ?? null],
    });
    return rows;
  };
