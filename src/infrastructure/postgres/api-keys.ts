import { createHash, randomBytes } from 'node:crypto';
import type { ApiKeys, Principal, Scope } from '../../application/access.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
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

/** A new key: 192 random bits. It is returned this once and only its hash is kept. */
export async function createApiKey(
  pool: Pool,
  tenantId: TenantId,
  mode: 'live' | 'test',
  scopes: readonly Scope[],
): Promise<string> {
  const key = `op_${mode}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  await pool.query('insert into api_key (key_hash, prefix, tenant_id, scopes) values ($1, $2, $3, $4)', [
    hash(key),
    key.slice(0, PREFIX_CHARS),
    tenantId,
    scopes,
  ]);
  return key;
}

const KNOWN_FOR_MS = 1_000; // a revoked key is refused at the latest this much later
const KNOWN_MAX = 10_000;

/** Looks keys up by hash, and remembers what it found for a second. */
export function apiKeys(pool: Pool): ApiKeys {
  const known = new Map<string, { principal: Principal; until: number }>();
  return {
    authenticate: async (key) => {
      const keyHash = hash(key);
      const name = keyHash.toString('base64');
      const cached = known.get(name);
      if (cached && cached.until > performance.now()) return cached.principal;
      const principal = await findPrincipal(pool, keyHash);
      known.delete(name);
      if (!principal) return undefined;
      if (known.size >= KNOWN_MAX) known.clear();
      known.set(name, { principal, until: performance.now() + KNOWN_FOR_MS });
      return principal;
    },
  };
}

async function findPrincipal(pool: Pool, keyHash: Buffer): Promise<Principal | undefined> {
  const { rows } = await pool.query<Principal>({
    name: 'find-principal',
    text: `select tenant_id as "tenantId", prefix as "keyPrefix", scopes from api_key
      where key_hash = $1 and revoked_at is null`,
    values: [keyHash],
  });
  return rows[0];
}

const hash = (key: string): Buffer => createHash('sha256').update(key).digest();
