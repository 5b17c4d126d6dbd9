import type { Logger } from 'pino';
import type { Authenticate, Denial, ReadAudit } from './application/access.ts';
import type { ApiKeys } from './application/api-keys.ts';
import type { Sessions } from './application/sessions.ts';
import { apiKeys } from './infrastructure/access/api-keys.ts';
import { auditReader } from './infrastructure/access/audit.ts';
import { denials } from './infrastructure/access/denials.ts';
import { issuerKeys, loadKeySet } from './infrastructure/access/issuer-keys.ts';
import { keyCache } from './infrastructure/access/key-cache.ts';
import { hearKeyChanges } from './infrastructure/access/key-changes.ts';
import { keyDemands } from './infrastructure/access/key-demands.ts';
import { keyUses } from './infrastructure/access/key-uses.ts';
import { consoleSessions, forgetSessions } from './infrastructure/access/sessions.ts';
import { tenantFinder, tokenAuthenticator, type TokenRules } from './infrastructure/access/tokens.ts';
import { findApiKey } from './infrastructure/postgres/api-keys.ts';
import type { TenantId } from './domain/shared/ids.ts';
import { err } from './domain/shared/result.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';
import type { Job } from './infrastructure/scheduler.ts';
import { systemClock } from './infrastructure/system.ts';

export type TokenOptions = TokenRules & { readonly jwksUrl: string };

type AccessOptions = {
  readonly pool: Pool;
  /** Of one connection, which hears of keys that change. */
  readonly hearing: Pool;
  readonly logger: Logger;
  /** Unset: only keys. */
  readonly tokens?: TokenOptions | undefined;
};

export type Access = {
  readonly authenticate: Authenticate;
  readonly sessions: Sessions;
  readonly apiKeys: ApiKeys;
  readonly noteDenial: (denial: Denial) => void;
  readonly readAudit: ReadAudit;
  readonly isKeyDemanded: (tenantId: TenantId) => boolean;
  readonly jobs: readonly Job[];
  forget(): Promise<void>;
  /** When the last request was answered. */
  stop(): Promise<void>;
};

const USES_EVERY_MS = 60_000;
const DEMANDS_EVERY_MS = 1_000;
const DENIALS_EVERY_MS = 5_000;

/** Who may come in, and the books about it. */
export async function composeAccess({ pool, hearing, logger, tokens }: AccessOptions): Promise<Access> {
  const uses = keyUses(pool);
  const demands = keyDemands(pool);
  await demands.look();
  const denied = denials(pool, systemClock.now);
  const cache = keyCache({
    find: (keyHash) => findApiKey(pool, keyHash),
    isCurrent: () => changes.isCurrent(),
    onUse: uses.note,
  });
  const changes = hearKeyChanges(hearing, logger, cache.forget);
  const byToken =
    tokens &&
    tokenAuthenticator({
      rules: tokens,
      keys: issuerKeys({
        load: () => loadKeySet(tokens.jwksUrl),
        onFailure: (fault) =>
          logger.warn({ err: fault }, 'the keys of the issuer of tokens cannot be loaded'),
      }),
      findTenant: tenantFinder(pool),
      clock: systemClock,
    });
  return {
    authenticate: async (credential) => {
      if (credential.startsWith('op_')) return cache.authenticate(credential);
      return byToken ? byToken(credential) : err({ reason: 'invalid-token' });
    },
    sessions: consoleSessions(pool, cache.ofHash),
    apiKeys: apiKeys(pool, () => cache.forget()),
    noteDenial: denied.note,
    readAudit: auditReader(pool),
    isKeyDemanded: demands.isDemanded,
    jobs: [
      { name: 'key-uses', everyMs: USES_EVERY_MS, run: uses.write },
      { name: 'key-demands', everyMs: DEMANDS_EVERY_MS, run: demands.look },
      { name: 'denials', everyMs: DENIALS_EVERY_MS, run: denied.write },
    ],
    forget: async () => {
      await denied.forget();
      await forgetSessions(pool);
    },
    stop: async () => {
      await changes.stop();
      await Promise.allSettled([uses.write(), denied.write()]);
    },
  };
}
