import { createHash, randomBytes } from 'node:crypto';
import type { Principal, Refused, Scope } from '../../application/access.ts';
import type { KeyMode } from '../../application/api-keys.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { newTenantId } from '../system.ts';
import type { Pool } from './pool.ts';

/** The tenant of that name, created if there is none. */
export async function ensureTenant(pool: Pool, name: string): Promise<TenantId> {
  const { rows } = await pool.query<{ tenant_id: TenantId }>(
    `insert into tenant (tenant_id, name) values ($1, $2)
     on conflict (name) do update set name = excluded.name returning tenant_id`,
    [newTenantId(), name],
  );
  return rows[0]!.tenant_id;
}

export async function findTenant(pool: Pool, name: string): Promise<TenantId | undefined> {
  const { rows } = await pool.query<{ tenant_id: TenantId }>('select tenant_id from tenant where name = $1', [
    name,
  ]);
  return rows[0]?.tenant_id;
}

const SECRET_BYTES = 24;
const PREFIX_CHARS = 'op_test_'.length + 6;

export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A new key, 192 random bits, with what is kept of it. */
export function newKey(mode: KeyMode): { secret: string; keyHash: Buffer; prefix: string } {
  const secret = `op_${mode}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { secret, keyHash: hashOf(secret), prefix: secret.slice(0, PREFIX_CHARS) };
}

/** For whoever stands at the database. It is returned this once and only its hash is kept. */
export async function createApiKey(
  pool: Pool,
  tenantId: TenantId,
  mode: KeyMode,
  scopes: readonly Scope[],
): Promise<string> {
  const { secret, keyHash, prefix } = newKey(mode);
  await pool.query('insert into api_key (key_hash, prefix, tenant_id, scopes) values ($1, $2, $3, $4)', [
    keyHash,
    prefix,
    tenantId,
    scopes,
  ]);
  return secret;
}

/** For whoever stands at the database. Processes that know the key hear of it. */
export async function setScopes(pool: Pool, keyHash: Buffer, scopes: readonly Scope[]): Promise<void> {
  await pool.query('update api_key set scopes = $2 where key_hash = $1 and scopes <> $2', [keyHash, scopes]);
}

/** What a key is at this moment, and for how long at most; null: it does not expire. */
export type FoundKey = {
  readonly outcome: Result<Principal & { readonly keyId: string }, Refused>;
  readonly leftMs: number | null;
};

type Row = {
  readonly keyId: string;
  readonly tenantId: TenantId;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly isRevoked: boolean;
  readonly leftMs: number | null;
};

/** undefined: there never was such a key. What is left is counted by PostgreSQL: its clock is one for all processes. */
export async function findApiKey(pool: Pool, keyHash: Buffer): Promise<FoundKey | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'find-api-key',
    text: `select key_id as "keyId", tenant_id as "tenantId", prefix, scopes, revoked_at is not null as "isRevoked",
        (extract(epoch from expires_at - now()) * 1000)::float8 as "leftMs"
      from api_key where key_hash = $1`,
    values: [keyHash],
  });
  const [row] = rows;
  if (!row) return undefined;
  const { keyId, tenantId, prefix, scopes, isRevoked, leftMs } = row;
  const actor = `key:${prefix}`;
  const hasExpired = leftMs !== null && leftMs <= 0;
  if (isRevoked || hasExpired) {
    const reason = isRevoked ? 'revoked-key' : 'expired-key';
    return { outcome: err({ reason, who: { tenantId, actor } }), leftMs: null };
  }
  return { outcome: ok({ tenantId, actor, scopes, keyId }), leftMs };
}

/** A key as whoever stands at the database names it. */
export type NamedKey = {
  readonly keyHash: Buffer;
  readonly keyId: string;
  readonly prefix: string;
  readonly tenantId: TenantId;
  /** Neither revoked nor expired. */
  readonly isGood: boolean;
};

/** By id or prefix, which several may have; or by hash. */
export async function findKeysNamed(
  pool: Pool,
  { name, keyHash }: { readonly name?: string; readonly keyHash?: Buffer },
): Promise<NamedKey[]> {
  const { rows } = await pool.query<NamedKey>(
    `select key_hash as "keyHash", key_id as "keyId", prefix, tenant_id as "tenantId",
       revoked_at is null and (expires_at is null or expires_at > now()) as "isGood"
     from api_key where prefix = $1 or key_id::text = lower($1) or key_hash = $2`,
    [name ?? null, keyHash ?? null],
  );
  return rows;
}
