import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import {
  SCOPES,
  SCOPES_OF_ROLE,
  type Authenticate,
  type Principal,
  type Refused,
  type Scope,
} from '../../application/access.ts';
import type { Clock } from '../../application/ports.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { err, ok } from '../../domain/shared/result.ts';
import type { Pool } from '../postgres/pool.ts';
import { IssuerUnreachable } from './issuer-keys.ts';

// Asymmetric ones only, by name: with a symmetric one the issuer's public key would be a secret that all know.
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** However late a token says it expires. */
const AGE_MAX_SECONDS = 24 * 3_600;
const ACTOR_MAX = 100;
const TENANTS_KNOWN_MAX = 10_000;
const TENANT_KNOWN_FOR_MS = 60_000;
const GOOD_KNOWN_MAX = 10_000;
const GOOD_FOR_MS = 60_000; // the issuer's keys are trusted for longer without asking

export type TokenRules = {
  readonly issuer: string;
  readonly audience: string;
  readonly clockToleranceSeconds: number;
};

type TokenOptions = {
  readonly rules: TokenRules;
  readonly keys: JWTVerifyGetKey;
  readonly findTenant: (claim: string) => Promise<TenantId | undefined>;
  readonly clock: Pick<Clock, 'now'>;
};

/** Whom a token of the issuer speaks for. Its header names a key by `kid`; where keys are is for us to know. */
export function tokenAuthenticator({ rules, keys, findTenant, clock }: TokenOptions): Authenticate {
  const whoIn = async (payload: JWTPayload | undefined): Promise<Refused['who']> => {
    const { sub, tenant } = payload ?? {};
    if (typeof sub !== 'string' || sub === '' || typeof tenant !== 'string') return undefined;
    if (tenant.includes('\0')) return undefined; // PostgreSQL refuses to look for it
    const tenantId = await findTenant(tenant);
    return tenantId && { tenantId, actor: actorOf(sub) };
  };

  const verify = (credential: string) =>
    jwtVerify(credential, keys, {
      algorithms: ALGORITHMS,
      issuer: rules.issuer,
      audience: rules.audience,
      requiredClaims: ['exp'],
      maxTokenAge: AGE_MAX_SECONDS,
      clockTolerance: rules.clockToleranceSeconds,
      currentDate: clock.now(),
    }).then(
      ({ payload }) => ({ payload, reason: undefined }),
      (fault: unknown) => ({ payload: signedPayloadOf(fault), reason: reasonOf(fault) }),
    );

  // A signature takes 0.1 ms of a processor, and an event stream asks for each of its events.
  const good = new LRUCache<string, { readonly principal: Principal; readonly until: number }>({
    max: GOOD_KNOWN_MAX,
  });

  return async (credential) => {
    const name = createHash('sha256').update(credential).digest('base64');
    const now = clock.now().getTime();
    const kept = good.get(name);
    if (kept && now < kept.until) return ok(kept.principal);
    const { payload, reason } = await verify(credential);
    const who = await whoIn(payload);
    if (!payload || !who || reason) return err({ reason: reason ?? 'invalid-token', ...(who && { who }) });
    const principal = { ...who, scopes: scopesIn(payload) };
    good.set(name, { principal, until: Math.min(now + GOOD_FOR_MS, endOf(payload)) });
    return ok(principal);
  };
}

/** Both claims are there once a token was verified. */
const endOf = ({ exp = 0, iat = 0 }: JWTPayload): number => Math.min(exp, iat + AGE_MAX_SECONDS) * 1_000;

/** Claims are looked at only when the signature is right: the issuer did sign that for them. */
const signedPayloadOf = (fault: unknown): JWTPayload | undefined =>
  fault instanceof errors.JWTExpired || fault instanceof errors.JWTClaimValidationFailed
    ? fault.payload
    : undefined;

/** Whatever else it is, down to a key that cannot be imported: the token does not prove who sent it. */
function reasonOf(fault: unknown): Refused['reason'] {
  if (fault instanceof IssuerUnreachable) return 'issuer-unreachable';
  return fault instanceof errors.JWTExpired ? 'expired-token' : 'invalid-token';
}

/** `scope` as OAuth writes it, and what the roles in `roles` stand for; what is not ours is passed over. */
function scopesIn({ scope, roles }: JWTPayload): Scope[] {
  const named = typeof scope === 'string' ? scope.split(' ') : [];
  const held: readonly unknown[] = Array.isArray(roles) ? roles : [];
  const ofRoles = Object.entries(SCOPES_OF_ROLE).flatMap(([role, scopes]) =>
    held.includes(role) ? scopes : [],
  );
  return SCOPES.filter((one) => named.includes(one) || ofRoles.some((other) => other === one));
}

/** Fit for a log line and of bounded length; two subjects never become one. */
function actorOf(subject: string): string {
  const plain = subject.replaceAll(/[^\w.:@|+/-]/g, '_').slice(0, ACTOR_MAX);
  if (plain === subject) return `jwt:${plain}`;
  return `jwt:${plain.slice(0, 60)}~${createHash('sha256').update(subject).digest('hex').slice(0, 16)}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By id or by name; what has the form of an id is never a name. Asks for each once a minute. */
export function tenantFinder(pool: Pool): TokenOptions['findTenant'] {
  const known = new Map<string, { readonly tenantId: TenantId; readonly until: number }>();
  return async (claim) => {
    const kept = known.get(claim);
    if (kept && kept.until > performance.now()) return kept.tenantId;
    const column = UUID.test(claim) ? 'tenant_id' : 'name';
    const { rows } = await pool.query<{ tenantId: TenantId }>({
      name: `tenant-by-${column}`,
      text: `select tenant_id as "tenantId" from tenant where ${column} = $1`,
      values: [claim],
    });
    const [row] = rows;
    if (!row) return undefined;
    if (known.size >= TENANTS_KNOWN_MAX) known.clear();
    known.set(claim, { tenantId: row.tenantId, until: performance.now() + TENANT_KNOWN_FOR_MS });
    return row.tenantId;
  };
}
