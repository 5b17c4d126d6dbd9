import { isIP, isIPv4 } from 'node:net';
import { err, ok, type Result } from './domain/shared/result.ts';

const ENVIRONMENTS = ['development', 'production', 'test'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Names follow the variables: DATABASE_URL is `databaseUrl`. */
export type Config = {
  readonly nodeEnv: (typeof ENVIRONMENTS)[number];
  readonly host: string;
  readonly port: number;
  /** A port asked for by name must be the one we get; the default may give way when it is taken. */
  readonly portIsExplicit: boolean;
  readonly databaseUrl: string | undefined;
  readonly databaseOwnerUrl: string | undefined;
  readonly dataDir: string | undefined;
  /** Unset: as many as the database has, one if it is new. */
  readonly logShards: number | undefined;
  readonly poolMax: number;
  readonly amqpUrl: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly shutdownTimeoutSeconds: number;
};

/** `given` is safe to print: of a URL only the scheme is shown, since a password may stand anywhere in the rest. */
export type ConfigProblem = { readonly name: string; readonly given: string; readonly accepted: string };

type Variable<T> = {
  readonly fallback: T;
  readonly accepted: string;
  readonly description: string;
  readonly parse: (raw: string) => T | undefined;
  readonly mask?: (raw: string) => string;
};

const integer = <Fallback extends number | undefined>(
  min: number,
  max: number,
  fallback: Fallback,
  description: string,
): Variable<number | Fallback> => ({
  fallback,
  accepted: `a whole number from ${min} to ${max}`,
  description,
  parse: (raw) => (/^\d+$/.test(raw) && Number(raw) >= min && Number(raw) <= max ? Number(raw) : undefined),
});

const oneOf = <T extends string>(values: readonly T[], fallback: T, description: string): Variable<T> => ({
  fallback,
  accepted: `one of ${values.join(', ')}`,
  description,
  parse: (raw) => values.find((value) => value === raw),
});

const url = (schemes: readonly string[], description: string): Variable<string | undefined> => ({
  fallback: undefined,
  accepted: `a URL starting with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  description,
  parse: (raw) => {
    // PostgreSQL on a Unix socket is written without a host: postgresql://user@/database?host=/folder
    const complete = raw.replace(/^([a-z]+:\/\/(?:[^@/]*@)?)\/(?=.)/, '$1localhost/');
    return schemes.some((scheme) => raw.startsWith(`${scheme}://`) && raw !== `${scheme}://`) &&
      URL.canParse(complete)
      ? raw
      : undefined;
  },
  mask: (raw) => `${/^[a-z]+:\/\//.exec(raw)?.[0] ?? ''}*** (hidden)`,
});

const HOST: Variable<string> = {
  fallback: '127.0.0.1',
  accepted: 'an IP address or a host name',
  description: 'Address the HTTP server listens on; a loopback one while DATABASE_URL is unset',
  parse: (raw) => (isIP(raw) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(raw) ? raw : undefined),
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
    'PostgreSQL connections for reads and consumers; appends use two more per shard',
  ),
  AMQP_URL: url(['amqp', 'amqps'], 'RabbitMQ to publish to; unset, consumers run inside this process'),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info', 'Least severe log level that is written'),
  SHUTDOWN_TIMEOUT_SECONDS: integer(1, 3600, 20, 'How long work in flight may take to finish after SIGTERM'),
} as const satisfies Record<string, Variable<string | number | undefined>>;

type Name = keyof typeof VARIABLES;
type Problems = readonly ConfigProblem[];

/** What the README's table of settings is checked against. */
export const CONFIG_VARIABLES = Object.entries<Variable<string | number | undefined>>(VARIABLES).map(
  ([name, { fallback, description }]) => ({
    name,
    default: fallback === undefined ? undefined : String(fallback),
    description,
  }),
);

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
    dataDir: read('DATA_DIR', VARIABLES.DATA_DIR),
    logShards: read('LOG_SHARDS', VARIABLES.LOG_SHARDS),
    poolMax: read('POOL_MAX', VARIABLES.POOL_MAX),
    amqpUrl: read('AMQP_URL', VARIABLES.AMQP_URL),
    logLevel: read('LOG_LEVEL', VARIABLES.LOG_LEVEL),
    shutdownTimeoutSeconds: read('SHUTDOWN_TIMEOUT_SECONDS', VARIABLES.SHUTDOWN_TIMEOUT_SECONDS),
  };
  problems.push(...contradictions(config, given('DATABASE_URL') !== undefined));
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

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

export const describeConfigProblem = ({ name, given, accepted }: ConfigProblem): string =>
  `${name}: given ${given}; accepted is ${accepted}`;

export const readConfig = (): ReturnType<typeof parseConfig> => parseConfig(process.env);
