import type { TenantId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';

/** What can be done with what is a tenant's own. */
export const TENANT_SCOPES = [
  'orders:read',
  'orders:write',
  'payments:write',
  'refunds:write',
  'refunds:approve',
  'ops',
  'admin',
] as const;
/** `service` acts on the service as a whole, whatever tenant; it is in no role. */
export const SCOPES = [...TENANT_SCOPES, 'service'] as const;
export type Scope = (typeof SCOPES)[number];

/** Named sets of scopes, for keys and in tokens. */
export const SCOPES_OF_ROLE = {
  viewer: ['orders:read'],
  operator: ['orders:read', 'orders:write', 'payments:write', 'refunds:write', 'refunds:approve', 'ops'],
  admin: TENANT_SCOPES,
} as const satisfies Record<string, readonly Scope[]>;
export type Role = keyof typeof SCOPES_OF_ROLE;
export const ROLES = Object.keys(SCOPES_OF_ROLE) as readonly Role[];

/** Whom a key or a token speaks for. `actor` names it without giving it away: `key:op_live_Ab3dEf`, `jwt:<subject>`. */
export type Principal = {
  readonly tenantId: TenantId;
  readonly actor: string;
  readonly scopes: readonly Scope[];
};

export type Refused = {
  readonly reason:
    | 'no-credential'
    | 'unknown-key'
    | 'revoked-key'
    | 'expired-key'
    | 'unknown-session'
    | 'invalid-token'
    | 'expired-token'
    | 'issuer-unreachable';
  /** Only if it is certain who that was: a key that was theirs, a token that the issuer did sign. */
  readonly who?: Pick<Principal, 'tenantId' | 'actor'>;
};

/** Whoever shows this key or token. Throws when that cannot be looked up. */
export type Authenticate = (credential: string) => Promise<Result<Principal, Refused>>;

/** Somebody known was refused something. */
export type Denial = {
  readonly tenantId: TenantId;
  readonly actor: string;
  /** Method and path as routes are written, so that there are few of them. */
  readonly route: string;
  readonly reason: string;
};

/** What an operator did or somebody was denied, of one tenant; newest first. Times are UTC, to the microsecond. */
export type AuditPlace = { readonly at: string; readonly kind: 'action' | 'denial'; readonly id: string };
export type AuditEntry = AuditPlace & {
  readonly actor: string;
  readonly what: string;
  readonly reason: string | null;
  /** How often in that minute; 1 for what was done. */
  readonly count: number;
  readonly details: object;
};
export type ReadAudit = (tenantId: TenantId, limit: number, after?: AuditPlace) => Promise<AuditEntry[]>;
