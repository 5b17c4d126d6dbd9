import { isIP, isIPv4 } from 'node:net';
import type { IntegrationEventType } from './application/integration-events.ts';
import { CORS_ORIGINS } from './config-http.ts';
import {
  accessContradictions,
  JWT_AUDIENCE,
  JWT_CLOCK_TOLERANCE_SECONDS,
  JWT_ISSUER,
  JWT_JWKS_URL,
} from './config-access.ts';
import { MASSTRANSIT_ENVELOPES } from './config-messages.ts';
import { LIMIT_VARIABLES, readLimits, type LimitConfig } from './config-limits.ts';
import { readTelemetry, TELEMETRY_VARIABLES, type TelemetryConfig } from './config-telemetry.ts';
import { REFUND_APPROVAL_ABOVE } from './config-refunds.ts';
import { integer, oneOf, secret, url, type Variable } from './config-variables.ts';
import { parseProviders, PAYMENT_PROVIDERS, PAYMENT_ROUTES, type Route } from './config-providers.ts';
import type { Money } from './domain/shared/money.ts';
import { err, ok, type Result } from './domain/shared/result.ts';

const ENVIRONMENTS = ['development', 'production', 'test'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Names follow the variables: DATABASE_URL is `databaseUrl`. */
export type Config = TelemetryConfig & {
  readonly nodeEnv: (typeof ENVIRONMENTS)[number];
  readonly host: string;
  readonly port: number;
  /** A port asked for by name must be the one we get; the default may give way when it is taken. */
  readonly portIsExplicit: boolean;
  readonly databaseUrl: string | undefined;
  readonly databaseOwnerUrl: string | undefined;
  readonly databaseReaderRole: string | undefined;
  readonly dataDir: string | undefined;
  /** Unset: as many as the database has, one if it is new. */
  readonly logShards: number | undefined;
  readonly poolMax: number;
  readonly amqpUrl: string | undefined;
  readonly massTransitEnvelopes: readonly IntegrationEventType[];
  readonly paymentProviders: readonly string[];
  /** None: every payment is offered to all providers in their order. */
  readonly paymentRoutes: readonly Route[];
  /** One a currency; none: no refund needs a second person. */
  readonly refundApprovalAbove: readonly Money[];
  readonly stripeSecretKey: string | undefined;
  readonly stripeWebhookSecret: string | undefined;
  readonly stripeApiUrl: string | undefined;
  readonly stripeReturnUrl: string | undefined;
  readonly stripeMulticapture: 'off' | 'on';
  readonly publicUrl: string | undefined;
  readonly webhooksAllowPrivate: 'off' | 'on';
  readonly corsOrigins: readonly string[];
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: string | undefined;
  readonly jwtJwksUrl: string | undefined;
  readonly jwtClockToleranceSeconds: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly shutdownTimeoutSeconds: number;
  readonly limits: LimitConfig;
};

/** `given` is safe to print: of a URL only the scheme is shown, since a password may stand anywhere in the rest. */
export type ConfigProblem = { readonly name: string; readonly given: string; readonly accepted: string };

const HOST: Variable<string> = {
  fallback: '127.0.0.1',
  accepted: 'an IP address or a host name',
  description: 'Address the HTTP server listens on; a loopback one while DATABASE_URL is unset',
  parse: (raw) => (isIP(raw) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(raw) ? raw : undefined),
};

const DATABASE_READER_ROLE: Variable<string | undefined> = {
  fallback: undefined,
  accepted: 'the name of a role of PostgreSQL: letters, digits and _',
  description:
    'Role that may look at the log and what is derived from it, but not at keys and secrets; needs DATABASE_OWNER_URL',
  parse: (raw) => (/^[a-z_][a-z0-9_]{0,62}$/.test(raw) ? raw : undefined),
};

const DATA_DIR: Variable<string | undefined> = {
  fallback: undefined,
  accepted: 'a directory, created when missing',
  description: 'Where the embedded PostgreSQL keeps its data; only without DATABASE_URL',
  parse: (raw) => raw,
};

const VARIABLES = {
  NODE_ENV: oneOf(ENVIRONMENTS, 'development', 'What this process is for; production requires DATABASE_URL'),
  HOST,
  PORT: integer(0, 65_535, 3000, 'Port of the HTTP server; 0 takes any free one'),
  DATABASE_URL: url(['postgres', 'postgresql'], 'PostgreSQL to use; unset, an embedded server is started'),
  DATABASE_OWNER_URL: url(
    ['postgres', 'postgresql'],
    "Role that owns the schema and runs the migrations; DATABASE_URL's role then gets only what the service needs, " +
      'which excludes changing events',
  ),
  DATABASE_READER_ROLE,
  DATA_DIR,
  LOG_SHARDS: integer(
    1,
    64,
    undefined,
    'Shards of the log, 1 unless set; settled by the first start on a database',
  ),
  POOL_MAX: integer(
    1,
    1000,
    10,
    'PostgreSQL connections for reads and consumers; appends use two more per shard, revocations one',
  ),
  AMQP_URL: url(['amqp', 'amqps'], 'RabbitMQ to publish to; unset, consumers run inside this process'),
  MASSTRANSIT_ENVELOPES,
  PAYMENT_PROVIDERS,
  PAYMENT_ROUTES,
  REFUND_APPROVAL_ABOVE,
  STRIPE_SECRET_KEY: secret(
    /^[rs]k_(test|live)_\S+$/,
    'a secret or restricted key of Stripe: sk_test_…',
    'For the provider `stripe`',
  ),
  STRIPE_WEBHOOK_SECRET: secret(
    /^whsec_\S+$/,
    'the signing secret of a webhook endpoint of Stripe: whsec_…',
    'For the provider `stripe`',
  ),
  STRIPE_API_URL: url(['https', 'http'], 'Where the provider `stripe` is, for stand-ins; unset, at Stripe'),
  STRIPE_RETURN_URL: url(
    ['https', 'http'],
    'Where banks send customers of `stripe` back to; unset, a card that needs them to act is declined',
  ),
  STRIPE_MULTICAPTURE: oneOf(
    ['off', 'on'] as const,
    'off',
    'Whether your contract with Stripe has several captures',
  ),
  PUBLIC_URL: url(
    ['https', 'http'],
    'Where customers reach this service; unset, at the address it listens on',
  ),
  WEBHOOKS_ALLOW_PRIVATE: oneOf(
    ['off', 'on'] as const,
    'off',
    'Whether tenants may have webhooks posted over http and into private networks; for development and tests',
  ),
  CORS_ORIGINS,
  JWT_ISSUER,
  JWT_AUDIENCE,
  JWT_JWKS_URL,
  JWT_CLOCK_TOLERANCE_SECONDS,
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info', 'Least severe log level that is written'),
  SHUTDOWN_TIMEOUT_SECONDS: integer(1, 3600, 20, 'How long work in flight may take to finish after SIGTERM'),
  ...LIMIT_VARIABLES,
  ...TELEMETRY_VARIABLES,
} as const satisfies Record<string, Variable<string | number | readonly unknown[] | undefined>>;

type Name = keyof typeof VARIABLES;
type Problems = readonly ConfigProblem[];

/** What the README's table of settings is checked against. */
export const CONFIG_VARIABLES = Object.entries<Variable<string | number | readonly unknown[] | undefined>>(
  VARIABLES,
).map(([name, { fallback, description }]) => ({
  name,
  default: String(fallback ?? '') || undefined,
  description,
}));

/** Reports every bad variable at once. An empty variable counts as unset: Compose passes `${VAR:-}` on as ''. */
export function parseConfig(env: NodeJS.ProcessEnv): Result<Config, Problems> {
  const problems: ConfigProblem[] = [];
  const given = (name: Name): string | undefined => (env[name] === '' ? undefined : env[name]);
  const read = <T>(name: Name, { parse, fallback, accepted, mask }: Variable<T>): T => {
    const raw = given(name);
    if (raw === undefined) return fallback;
    const value = parse(raw);
    if (value === undefined) problems.push({ name, given: mask?.(raw) ?? JSON.stringify(raw), accepted });
    return value ?? fallback;
  };
  const config: Config = {
    nodeEnv: read('NODE_ENV', VARIABLES.NODE_ENV),
    host: read('HOST', VARIABLES.HOST),
    port: read('PORT', VARIABLES.PORT),
    portIsExplicit: given('PORT') !== undefined,
    databaseUrl: read('DATABASE_URL', VARIABLES.DATABASE_URL),
    databaseOwnerUrl: read('DATABASE_OWNER_URL', VARIABLES.DATABASE_OWNER_URL),
    databaseReaderRole: read('DATABASE_READER_ROLE', VARIABLES.DATABASE_READER_ROLE),
    dataDir: read('DATA_DIR', VARIABLES.DATA_DIR),
    logShards: read('LOG_SHARDS', VARIABLES.LOG_SHARDS),
    poolMax: read('POOL_MAX', VARIABLES.POOL_MAX),
    amqpUrl: read('AMQP_URL', VARIABLES.AMQP_URL),
    massTransitEnvelopes: read('MASSTRANSIT_ENVELOPES', VARIABLES.MASSTRANSIT_ENVELOPES),
    paymentProviders: read('PAYMENT_PROVIDERS', VARIABLES.PAYMENT_PROVIDERS),
    paymentRoutes: read('PAYMENT_ROUTES', VARIABLES.PAYMENT_ROUTES),
    refundApprovalAbove: read('REFUND_APPROVAL_ABOVE', VARIABLES.REFUND_APPROVAL_ABOVE),
    stripeSecretKey: read('STRIPE_SECRET_KEY', VARIABLES.STRIPE_SECRET_KEY),
    stripeWebhookSecret: read('STRIPE_WEBHOOK_SECRET', VARIABLES.STRIPE_WEBHOOK_SECRET),
    stripeApiUrl: read('STRIPE_API_URL', VARIABLES.STRIPE_API_URL),
    stripeReturnUrl: read('STRIPE_RETURN_URL', VARIABLES.STRIPE_RETURN_URL),
    stripeMulticapture: read('STRIPE_MULTICAPTURE', VARIABLES.STRIPE_MULTICAPTURE),
    publicUrl: read('PUBLIC_URL', VARIABLES.PUBLIC_URL),
    webhooksAllowPrivate: read('WEBHOOKS_ALLOW_PRIVATE', VARIABLES.WEBHOOKS_ALLOW_PRIVATE),
    corsOrigins: read('CORS_ORIGINS', VARIABLES.CORS_ORIGINS),
    jwtIssuer: read('JWT_ISSUER', VARIABLES.JWT_ISSUER),
    jwtAudience: read('JWT_AUDIENCE', VARIABLES.JWT_AUDIENCE),
    jwtJwksUrl: read('JWT_JWKS_URL', VARIABLES.JWT_JWKS_URL),
    jwtClockToleranceSeconds: read('JWT_CLOCK_TOLERANCE_SECONDS', VARIABLES.JWT_CLOCK_TOLERANCE_SECONDS),
    logLevel: read('LOG_LEVEL', VARIABLES.LOG_LEVEL),
    shutdownTimeoutSeconds: read('SHUTDOWN_TIMEOUT_SECONDS', VARIABLES.SHUTDOWN_TIMEOUT_SECONDS),
    limits: readLimits(read),
    ...readTelemetry(read),
  };
  problems.push(...contradictions(config, given('DATABASE_URL') !== undefined));
  if (config.massTransitEnvelopes.length > 0 && given('AMQP_URL') === undefined) {
    const accepted = 'nothing while AMQP_URL is unset: there is no broker to publish to';
    problems.push({
      name: 'MASSTRANSIT_ENVELOPES',
      given: JSON.stringify(given('MASSTRANSIT_ENVELOPES')),
      accepted,
    });
  }
  if (config.databaseReaderRole !== undefined && given('DATABASE_OWNER_URL') === undefined) {
    const accepted = 'nothing while DATABASE_OWNER_URL is unset: only the owner can give rights';
    problems.push({
      name: 'DATABASE_READER_ROLE',
      given: JSON.stringify(config.databaseReaderRole),
      accepted,
    });
  }
  if (config.nodeEnv === 'production' && config.webhooksAllowPrivate === 'on') {
    const accepted = 'off in production: a tenant could reach whatever this process reaches';
    problems.push({ name: 'WEBHOOKS_ALLOW_PRIVATE', given: '"on", with NODE_ENV=production', accepted });
  }
  problems.push(...providerContradictions(config, given), ...accessContradictions(config, given));
  return problems.length === 0 ? ok(config) : err(problems);
}

/** Goes by whether a DATABASE_URL was given, so that a malformed one is not also reported as missing. */
function contradictions(
  { nodeEnv, host, dataDir, databaseOwnerUrl }: Config,
  databaseGiven: boolean,
): ConfigProblem[] {
  if (databaseGiven) {
    // Whoever sets both believes the data to lie in DATA_DIR and would back up an empty directory.
    const accepted = 'nothing while DATABASE_URL is set: the embedded PostgreSQL is not started';
    return dataDir === undefined ? [] : [{ name: 'DATA_DIR', given: JSON.stringify(dataDir), accepted }];
  }
  const problems: ConfigProblem[] = [];
  if (databaseOwnerUrl !== undefined) {
    const accepted = 'nothing while DATABASE_URL is unset: the embedded PostgreSQL has an owner of its own';
    problems.push({ name: 'DATABASE_OWNER_URL', given: 'a URL (hidden)', accepted });
  }
  if (nodeEnv === 'production') {
    const accepted = `${VARIABLES.DATABASE_URL.accepted}: the embedded PostgreSQL and its demo tenant are for development`;
    problems.push({ name: 'DATABASE_URL', given: 'nothing, with NODE_ENV=production', accepted });
  }
  if (!isLoopback(host)) {
    const accepted =
      'a loopback address while DATABASE_URL is unset: the demo tenant must not be reachable from outside';
    problems.push({ name: 'HOST', given: JSON.stringify(host), accepted });
  }
  return problems;
}

function providerContradictions(
  { nodeEnv, paymentProviders, paymentRoutes }: Config,
  given: (name: Name) => string | undefined,
): ConfigProblem[] {
  const named = given('PAYMENT_PROVIDERS');
  // What is wrong with it was said; the default in its place contradicts what nobody wrote.
  if (named !== undefined && !parseProviders(named)) return [];
  const problems: ConfigProblem[] = [];
  if (nodeEnv === 'production' && named === undefined) {
    const accepted = 'said outright in production: unset it would be the simulated one, which takes no money';
    problems.push({ name: 'PAYMENT_PROVIDERS', given: 'nothing, with NODE_ENV=production', accepted });
  }
  const stranger = paymentRoutes
    .flatMap(({ providers }) => providers)
    .find((name) => !paymentProviders.includes(name));
  if (stranger !== undefined) {
    const accepted = `names of PAYMENT_PROVIDERS only: ${paymentProviders.join(', ')}`;
    problems.push({ name: 'PAYMENT_ROUTES', given: JSON.stringify(stranger), accepted });
  }
  if (paymentProviders.includes('stripe')) {
    for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const) {
      const { accepted } = VARIABLES[name];
      if (given(name) === undefined)
        problems.push({ name, given: 'nothing, with the provider stripe', accepted });
    }
  }
  return problems;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

export const describeConfigProblem = ({ name, given, accepted }: ConfigProblem): string =>
  `${name}: given ${given}; accepted is ${accepted}`;

export const readConfig = (): ReturnType<typeof parseConfig> => parseConfig(process.env);
