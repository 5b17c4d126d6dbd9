import type { TenantId } from '../../domain/shared/ids.ts';
import type { Pool } from '../postgres/pool.ts';

export type KeyDemands = {
  /** Whether commands of the tenant must carry an Idempotency-Key, as of the last look. */
  isDemanded(tenantId: TenantId): boolean;
  look(): Promise<void>;
};

/** Few tenants demand it, and a change may take seconds to be heard of: all are read now and then. */
export function keyDemands(pool: Pool): KeyDemands {
  let demanding = new Set<TenantId>();
  return {
    isDemanded: (tenantId) => demanding.has(tenantId),
    look: async () => {
      const { rows } = await pool.query<{ tenantId: TenantId }>({
        name: 'tenants-that-demand-keys',
        text: 'select tenant_id as "tenantId" from tenant where requires_idempotency_key',
      });
      demanding = new Set(rows.map(({ tenantId }) => tenantId));
    },
  };
}

export type Tenant = {
  readonly tenantId: TenantId;
  readonly name: string;
  readonly requiresIdempotencyKey: boolean;
};

export async function listTenants(pool: Pool, limit: number): Promise<Tenant[]> {
  const { rows } = await pool.query<Tenant>(
    `select tenant_id as "tenantId", name, requires_idempotency_key as "requiresIdempotencyKey"
     from tenant order by name limit $1`,
    [limit],
  );
  return rows;
}

/** undefined: there is no tenant of that name. */
export async function demandKeys(pool: Pool, name: string, isDemanded: boolean): Promise<Tenant | undefined> {
  const { rows } = await pool.query<Tenant>(
    `update tenant set requires_idempotency_key = $2 where name = $1
     returning tenant_id as "tenantId", name, requires_idempotency_key as "requiresIdempotencyKey"`,
    [name, isDemanded],
  );
  return rows[0];
}
