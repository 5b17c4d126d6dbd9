import { isIP } from 'node:net';
import { integer, type Variable } from './config-variables.ts';

/** `off`, or as many a minute. */
const rate = (fallback: number, description: string): Variable<number | 'off'> => {
  const { parse, accepted } = integer(1, 100_000_000, fallback, description);
  return {
    fallback,
    accepted: `${accepted}; or off`,
    description,
    parse: (raw) => (raw === 'off' ? 'off' : parse(raw)),
  };
};

const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};

const TRUST_PROXY: Variable<readonly string[]> = {
  fallback: [],
  accepted: 'addresses of proxies, or networks of them, separated by commas, such as 10.0.0.0/8',
  description: "Proxies whose X-Forwarded-For is believed; unset, a client's address is who connects",
  parse: (raw) => {
    const networks = raw.split(',').map((part) => part.trim());
    return networks.every(isNetwork) ? networks : undefined;
  },
};

export const LIMIT_VARIABLES = {
  RATE_LIMIT_READS_PER_MINUTE: rate(
    600_000,
    'Requests that look, a minute and tenant, over all processes; `off` for any number',
  ),
  RATE_LIMIT_WRITES_PER_MINUTE: rate(
    120_000,
    'Requests that change something, a minute and tenant, over all processes; `off` for any number',
  ),
  RATE_LIMIT_UNAUTHENTICATED_PER_MINUTE: rate(
    600,
    'Requests without a valid key, a minute, client address and process; `off` for any number',
  ),
  TRUST_PROXY,
  MAX_CONNECTIONS: integer(1, 1_000_000, 5_000, 'Connections of clients at once; one more is closed'),
  MAX_READS_IN_WORK: integer(1, 100_000, 64, 'Requests that look, in work at once; more wait, briefly'),
  MAX_WRITES_IN_WORK: integer(1, 100_000, 64, 'Requests that change something, in work at once'),
  MAX_PAYMENTS_IN_WORK: integer(1, 100_000, 128, 'Requests that ask a payment provider, in work at once'),
  MAX_WAIT_MS: integer(
    1,
    60_000,
    50,
    'How long the first in the queue of those may have waited for others to join; then they get 503',
  ),
  SHUTDOWN_DELAY_SECONDS: integer(
    0,
    3600,
    0,
    'How long to go on serving after SIGTERM, with readiness failing already, so that load balancers notice',
  ),
} as const satisfies Record<string, Variable<number | 'off' | readonly string[]>>;

/** Names follow the variables. */
export type LimitConfig = {
  readonly rateLimitReadsPerMinute: number | 'off';
  readonly rateLimitWritesPerMinute: number | 'off';
  readonly rateLimitUnauthenticatedPerMinute: number | 'off';
  readonly trustProxy: readonly string[];
  readonly maxConnections: number;
  readonly maxReadsInWork: number;
  readonly maxWritesInWork: number;
  readonly maxPaymentsInWork: number;
  readonly maxWaitMs: number;
  readonly shutdownDelaySeconds: number;
};

type Read = <T>(name: keyof typeof LIMIT_VARIABLES, variable: Variable<T>) => T;

export const readLimits = (read: Read): LimitConfig => ({
  rateLimitReadsPerMinute: read('RATE_LIMIT_READS_PER_MINUTE', LIMIT_VARIABLES.RATE_LIMIT_READS_PER_MINUTE),
  rateLimitWritesPerMinute: read(
    'RATE_LIMIT_WRITES_PER_MINUTE',
    LIMIT_VARIABLES.RATE_LIMIT_WRITES_PER_MINUTE,
  ),
  rateLimitUnauthenticatedPerMinute: read(
    'RATE_LIMIT_UNAUTHENTICATED_PER_MINUTE',
    LIMIT_VARIABLES.RATE_LIMIT_UNAUTHENTICATED_PER_MINUTE,
  ),
  trustProxy: read('TRUST_PROXY', TRUST_PROXY),
  maxConnections: read('MAX_CONNECTIONS', LIMIT_VARIABLES.MAX_CONNECTIONS),
  maxReadsInWork: read('MAX_READS_IN_WORK', LIMIT_VARIABLES.MAX_READS_IN_WORK),
  maxWritesInWork: read('MAX_WRITES_IN_WORK', LIMIT_VARIABLES.MAX_WRITES_IN_WORK),
  maxPaymentsInWork: read('MAX_PAYMENTS_IN_WORK', LIMIT_VARIABLES.MAX_PAYMENTS_IN_WORK),
  maxWaitMs: read('MAX_WAIT_MS', LIMIT_VARIABLES.MAX_WAIT_MS),
  shutdownDelaySeconds: read('SHUTDOWN_DELAY_SECONDS', LIMIT_VARIABLES.SHUTDOWN_DELAY_SECONDS),
});
