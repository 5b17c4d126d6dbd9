import type { TenantId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { Principal, Scope } from './access.ts';
import type { CommandContext } from './ports.ts';

export const KEY_MODES = ['live', 'test'] as const;
export type KeyMode = (typeof KEY_MODES)[number];

/** Newest first; the time to the microsecond. */
export type ApiKeyPlace = { readonly createdAt: string; readonly keyId: string };

/** All that is ever told of a key: neither itself nor its hash. */
export type ApiKeyView = ApiKeyPlace & {
  readonly prefix: string;
  readonly name: string | null;
  readonly scopes: Scope[];
  readonly createdBy: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly rotatedTo: string | null;
};

/** `secret`: null when the request is repeated, since nobody knows it any more. */
export type NewApiKey = ApiKeyView & { readonly secret: string | null };

/** Who asks, and, with an Idempotency-Key, for what: repeated, nothing is made a second time. */
export type KeyCommand = {
  readonly by: Principal;
  readonly context: Pick<CommandContext, 'commandId' | 'fingerprint'>;
  readonly keyed: boolean;
  readonly reason?: string | undefined;
};

export type KeyWanted = {
  readonly name: string;
  readonly mode: KeyMode;
  readonly scopes: readonly Scope[];
  readonly expiresInSeconds?: number | undefined;
};

export type KeyRefusal =
  | { readonly code: 'api-key-not-found' }
  | { readonly code: 'api-key-not-active' }
  | { readonly code: 'api-key-limit'; readonly max: number }
  | { readonly code: 'scope-not-held'; readonly scopes: readonly Scope[] }
  | { readonly code: 'idempotency-key-reused' };

export type MadeKey = { readonly key: NewApiKey; readonly replayed: boolean };

export type ApiKeys = {
  list(tenantId: TenantId, limit: number, after?: ApiKeyPlace): Promise<ApiKeyView[]>;
  find(tenantId: TenantId, keyId: string): Promise<ApiKeyView | undefined>;
  create(command: KeyCommand, wanted: KeyWanted): Promise<Result<MadeKey, KeyRefusal>>;
  /** A key in place of another, which is good for `overlapSeconds` more. */
  rotate(command: KeyCommand, keyId: string, overlapSeconds: number): Promise<Result<MadeKey, KeyRefusal>>;
  /**
   * As whom the holder of a key acts and has acted: one that took another's place is the same person's. Of a token only
   * its own actor.
   */
  actorsOf(by: Pick<Principal, 'tenantId' | 'actor'>): Promise<readonly string[]>;
  /** The same again if it is revoked already. */
  revoke(by: Principal, keyId: string, reason: string | undefined): Promise<Result<ApiKeyView, KeyRefusal>>;
};

/** What nobody may hand on without having it. */
export const scopesBeyond = (by: Principal, scopes: readonly Scope[]): Scope[] =>
  scopes.filter((scope) => !by.scopes.includes(scope));
