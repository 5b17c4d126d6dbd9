import type { Principal, Scope } from '../../application/access.ts';
import {
  scopesBeyond,
  type ApiKeys,
  type ApiKeyView,
  type KeyCommand,
  type KeyMode,
  type KeyRefusal,
  type MadeKey,
  type NewApiKey,
} from '../../application/api-keys.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { noteAction } from '../operator-actions.ts';
import { newKey } from '../postgres/api-keys.ts';
import { instantText } from '../postgres/column-text.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { newApiKeyId } from '../system.ts';

const ACTIVE_MAX = 500; // a tenant's

const VIEW = `key_id as "keyId", prefix, name, scopes, created_by as "createdBy",
  ${instantText('created_at')} as "createdAt", ${instantText('last_used_at')} as "lastUsedAt",
  ${instantText('expires_at')} as "expiresAt", ${instantText('revoked_at')} as "revokedAt", rotated_to as "rotatedTo"`;

const NOT_FOUND = err({ code: 'api-key-not-found' } as const);

/** The keys of a tenant, as those who may manage them do it. `onChange` is called when one is good no longer. */
export const apiKeys = (pool: Pool, onChange: () => void): ApiKeys => ({
  list: async (tenantId, limit, after) => {
    const { rows } = await pool.query<ApiKeyView>({
      name: 'api-keys',
      text: `select ${VIEW} from api_key
        where tenant_id = $1 and ($2::timestamptz is null or (created_at, key_id) < ($2, $3::uuid))
        order by created_at desc, key_id desc limit $4`,
      values: [tenantId, after?.createdAt ?? null, after?.keyId ?? null, limit],
    });
    return rows;
  },

  find: async (tenantId, keyId) => {
    const { rows } = await pool.query<ApiKeyView>({
      name: 'api-key',
      text: `select ${VIEW} from api_key where tenant_id = $1 and key_id = $2`,
      values: [tenantId, keyId],
    });
    return rows[0];
  },

  create: (command, { name, mode, scopes, expiresInSeconds }) =>
    make(pool, command, async (tx) => {
      const beyond = scopesBeyond(command.by, scopes);
      if (beyond.length > 0) return err({ code: 'scope-not-held', scopes: beyond });
      const expiresAt = expiresInSeconds === undefined ? null : await instantIn(tx, expiresInSeconds);
      const made = await insertKey(tx, command, { name, mode, scopes: [...new Set(scopes)], expiresAt });
      if (made.ok)
        await note(tx, command.by, 'api-keys.create', command.reason, { keyId: made.value.keyId, scopes });
      return made;
    }),

  rotate: async (command, keyId, overlapSeconds) => {
    const done = await make(pool, command, (tx) => replace(tx, command, keyId, overlapSeconds));
    onChange();
    return done;
  },

  actorsOf: async ({ tenantId, actor }) => {
    const { rows } = await pool.query<{ actor: string }>({
      name: 'actors-of-key',
      text: `with recursive kin as (
          select key_id, rotated_to, prefix from api_key where tenant_id = $1 and 'key:' || prefix = $2
          union
          select k.key_id, k.rotated_to, k.prefix
          from api_key k join kin on k.rotated_to = kin.key_id or k.key_id = kin.rotated_to
          where k.tenant_id = $1)
        select 'key:' || prefix as actor from kin`,
      values: [tenantId, actor],
    });
    return [actor, ...rows.map((row) => row.actor)];
  },

  revoke: async (by, keyId, reason) => {
    const revoked = await inTransaction(pool, (tx) => revokeKey(tx, by, keyId, reason));
    onChange();
    return revoked;
  },
});

/** Makes a key once for each Idempotency-Key; asked again it is shown without its secret, which nobody knows. */
const make = (
  pool: Pool,
  { keyed, context: { commandId, fingerprint }, by }: KeyCommand,
  work: (tx: Tx) => Promise<Result<NewApiKey, KeyRefusal>>,
): Promise<Result<MadeKey, KeyRefusal>> =>
  inTransaction(pool, async (tx) => {
    // Of two requests at once one must not take the last place, nor make what the other makes.
    await tx.query('select from tenant where tenant_id = $1 for no key update', [by.tenantId]);
    if (keyed) {
      const { rows } = await tx.query<ApiKeyView & { fingerprint: string }>(
        `select ${VIEW}, fingerprint from api_key where command_id = $1 and tenant_id = $2`,
        [commandId, by.tenantId],
      );
      const [kept] = rows;
      if (kept && kept.fingerprint !== fingerprint) return err({ code: 'idempotency-key-reused' });
      if (kept) return ok({ key: { ...kept, secret: null }, replayed: true });
    }
    const made = await work(tx);
    return made.ok ? ok({ key: made.value, replayed: false }) : made;
  });

async function insertKey(
  tx: Tx,
  { by, context, keyed }: KeyCommand,
  wanted: {
    readonly name: string | null;
    readonly mode: KeyMode;
    readonly scopes: readonly Scope[];
    readonly expiresAt: Date | null;
  },
): Promise<Result<NewApiKey, KeyRefusal>> {
  const { rows: active } = await tx.query<{ count: number }>(
    `select count(*)::int as count from api_key
     where tenant_id = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [by.tenantId],
  );
  if (active[0]!.count >= ACTIVE_MAX) return err({ code: 'api-key-limit', max: ACTIVE_MAX });
  const { secret, keyHash, prefix } = newKey(wanted.mode);
  const { rows } = await tx.query<ApiKeyView>(
    `insert into api_key
       (key_id, key_hash, prefix, tenant_id, scopes, name, created_by, expires_at, command_id, fingerprint)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${VIEW}`,
    [
      ...[
        newApiKeyId(),
        keyHash,
        prefix,
        by.tenantId,
        wanted.scopes,
        wanted.name,
        by.actor,
        wanted.expiresAt,
      ],
      ...(keyed ? [context.commandId, context.fingerprint] : [null, null]),
    ],
  );
  return ok({ ...rows[0]!, secret });
}

type Replaced = {
  readonly prefix: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly isActive: boolean;
};

/** Whoever rotates a key learns the new one, so it must not be able to do more than they can. */
async function replace(
  tx: Tx,
  command: KeyCommand,
  keyId: string,
  overlapSeconds: number,
): Promise<Result<NewApiKey, KeyRefusal>> {
  const { by } = command;
  const { rows } = await tx.query<Replaced>(
    `select prefix, name, scopes, expires_at as "expiresAt", revoked_at is null and rotated_to is null
       and (expires_at is null or expires_at > now()) as "isActive"
     from api_key where tenant_id = $1 and key_id = $2 for no key update`,
    [by.tenantId, keyId],
  );
  const [old] = rows;
  if (!old) return NOT_FOUND;
  if (!old.isActive) return err({ code: 'api-key-not-active' });
  const beyond = scopesBeyond(by, old.scopes);
  if (beyond.length > 0) return err({ code: 'scope-not-held', scopes: beyond });
  const made = await insertKey(tx, command, {
    ...old,
    mode: old.prefix.startsWith('op_live_') ? 'live' : 'test',
  });
  if (!made.ok) return made;
  await tx.query(
    `update api_key set rotated_to = $2, expires_at = least(expires_at, now() + make_interval(secs => $3)),
       revoked_at = case when $3 = 0 then now() end
     where key_id = $1`,
    [keyId, made.value.keyId, overlapSeconds],
  );
  const details = { keyId, newKeyId: made.value.keyId, overlapSeconds };
  await note(tx, by, 'api-keys.rotate', command.reason, details);
  return made;
}

async function revokeKey(
  tx: Tx,
  by: Pick<Principal, 'tenantId' | 'actor'>,
  keyId: string,
  reason: string | undefined,
): Promise<Result<ApiKeyView, KeyRefusal>> {
  const { rows: open } = await tx.query<ApiKeyView>(
    `update api_key set revoked_at = now() where tenant_id = $1 and key_id = $2 and revoked_at is null
     returning ${VIEW}`,
    [by.tenantId, keyId],
  );
  if (open[0]) {
    await note(tx, by, 'api-keys.revoke', reason, { keyId });
    return ok(open[0]);
  }
  const { rows } = await tx.query<ApiKeyView>(
    `select ${VIEW} from api_key where tenant_id = $1 and key_id = $2`,
    [by.tenantId, keyId],
  );
  return rows[0] ? ok(rows[0]) : NOT_FOUND;
}

async function instantIn(tx: Tx, seconds: number): Promise<Date> {
  const { rows } = await tx.query<{ at: Date }>('select now() + make_interval(secs => $1) as at', [seconds]);
  return rows[0]!.at;
}

const note = (
  tx: Tx,
  { actor, tenantId }: { readonly actor: string; readonly tenantId: TenantId },
  action: string,
  reason: string | undefined,
  details: object,
): Promise<void> => noteAction(tx, { actor, action, tenantId, reason, details });
