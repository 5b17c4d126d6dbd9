import type { TenantId } from '../domain/shared/ids.ts';

export const SCOPES = ['orders:read', 'orders:write', 'payments:write', 'refunds:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whom a key speaks for. `keyPrefix` names the key without giving it away. */
export type Principal = {
  readonly tenantId: TenantId;
  readonly keyPrefix: string;
  readonly scopes: readonly Scope[];
};

export type ApiKeys = { authenticate(key: string): Promise<Principal | undefined> };
