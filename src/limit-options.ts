import type { Logger } from 'pino';
import { ADMISSION, type AdmissionOptions } from './api/admission.ts';
import { countAttempts } from './api/attempts.ts';
import { HTTP_LIMITS, type HttpLimits } from './api/http-limits.ts';
import type { RateClass } from './application/rate-limits.ts';
import type { LimitConfig } from './config-limits.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';
import { rateWindows } from './infrastructure/postgres/rate-windows.ts';
import { sharedRateLimits } from './infrastructure/rate-limits.ts';

export type LimitOptions = {
  readonly http?: HttpLimits;
  /** Unset: whatever comes is let in. */
  readonly admission?: AdmissionOptions;
  /** Requests of a tenant, over all processes; unset: any number. */
  readonly perMinute?: Readonly<Record<RateClass, number | undefined>>;
  /** Requests without a valid key, by address; unset: any number. */
  readonly attemptsPerMinute?: number | undefined;
  /** Whose X-Forwarded-For is believed; unset: nobody's. */
  readonly trustProxy?: readonly string[];
  /** How long to go on serving once readiness fails. */
  readonly shutdownDelayMs?: number;
};

export function limitsOf(config: LimitConfig): LimitOptions {
  const { maxReadsInWork: reads, maxWritesInWork: writes, maxPaymentsInWork: payments } = config;
  return {
    http: { ...HTTP_LIMITS, connectionsMax: config.maxConnections },
    admission: { ...ADMISSION, inWorkMax: { reads, writes, payments }, waitMs: config.maxWaitMs },
    perMinute: {
      reads: unlessOff(config.rateLimitReadsPerMinute),
      writes: unlessOff(config.rateLimitWritesPerMinute),
    },
    attemptsPerMinute: unlessOff(config.rateLimitUnauthenticatedPerMinute),
    trustProxy: config.trustProxy,
    shutdownDelayMs: config.shutdownDelaySeconds * 1_000,
  };
}

const QUOTA_PATIENCE_MS = 250;

/** What the server takes of these options. */
export function openLimits(
  { http, admission, perMinute, attemptsPerMinute, trustProxy }: LimitOptions = {},
  pool: Pool,
  logger: Logger,
) {
  return {
    ...(http && { httpLimits: http }),
    ...(admission && { admission }),
    ...(trustProxy && { trustProxy }),
    ...(attemptsPerMinute !== undefined && { attempts: countAttempts(attemptsPerMinute) }),
    ...(perMinute && {
      takeFromQuota: sharedRateLimits({
        perMinute,
        askForShare: rateWindows(pool),
        now: () => performance.now(),
        patienceMs: QUOTA_PATIENCE_MS,
        onUnreachable: (fault) => logger.warn({ err: fault }, 'quotas are counted by this process alone'),
      }),
    }),
  };
}

const unlessOff = (rate: number | 'off'): number | undefined => (rate === 'off' ? undefined : rate);
