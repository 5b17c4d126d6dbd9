import { describe, expect, it } from 'vitest';
import { CONTRACT_NAMES } from '../../src/application/integration-events.ts';
import { CONFIG_VARIABLES, describeConfigProblem, parseConfig, type Config } from '../../src/config.ts';

const DATABASE_URL = 'postgres://orders:s3cret@db:5432/orders';

const accepted = (env: NodeJS.ProcessEnv): Config => {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(parsed.error.map(describeConfigProblem).join('\n'));
  return parsed.value;
};

const refused = (env: NodeJS.ProcessEnv): readonly string[] => {
  const parsed = parseConfig(env);
  return parsed.ok ? [] : parsed.error.map(({ name }) => name);
};

const printed = (env: NodeJS.ProcessEnv): string => {
  const parsed = parseConfig(env);
  return parsed.ok ? '' : parsed.error.map(describeConfigProblem).join('\n');
};

describe('configuration', () => {
  it('needs no variable at all', () => {
    expect(accepted({})).toEqual({
      nodeEnv: 'development',
      host: '127.0.0.1',
      port: 3000,
      portIsExplicit: false,
      databaseUrl: undefined,
      dataDir: undefined,
      logShards: undefined,
      poolMax: 10,
      amqpUrl: undefined,
      massTransitEnvelopes: [],
      paymentProviders: ['simulated'],
      paymentRoutes: [],
      refundApprovalAbove: [],
      stripeMulticapture: 'off',
      webhooksAllowPrivate: 'off',
      corsOrigins: [],
      jwtClockToleranceSeconds: 30,
      logLevel: 'info',
      shutdownTimeoutSeconds: 20,
      limits: {
        rateLimitReadsPerMinute: 600_000,
        rateLimitWritesPerMinute: 120_000,
        rateLimitUnauthenticatedPerMinute: 600,
        trustProxy: [],
        maxConnections: 5_000,
        maxReadsInWork: 64,
        maxWritesInWork: 64,
        maxPaymentsInWork: 128,
        maxWaitMs: 50,
        shutdownDelaySeconds: 0,
      },
      ...{ metricsPort: undefined, metricsHost: '127.0.0.1' },
      ...{ tracesUrl: undefined, tracesServiceName: 'order-payments', tracesRatio: 1 },
    });
  });

  it('takes every variable from the environment', () => {
    const env = {
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: '8080',
      DATABASE_URL,
      DATABASE_OWNER_URL: DATABASE_URL,
      DATABASE_READER_ROLE: 'reports',
      LOG_SHARDS: '8',
      POOL_MAX: '25',
      AMQP_URL: 'amqps://mq',
      MASSTRANSIT_ENVELOPES: 'order.created.v1, payment.processed.v1',
      PAYMENT_PROVIDERS: 'stripe,simulated',
      PAYMENT_ROUTES: 'EUR:stripe; *:simulated',
      REFUND_APPROVAL_ABOVE: 'USD:100000, JPY:0',
      STRIPE_SECRET_KEY: 'sk_test_s3cret',
      STRIPE_WEBHOOK_SECRET: 'whsec_s3cret',
      STRIPE_API_URL: 'http://localhost:12111',
      STRIPE_RETURN_URL: 'https://shop.example.com/paid',
      STRIPE_MULTICAPTURE: 'on',
      CORS_ORIGINS: 'https://shop.example, http://localhost:5173',
      JWT_ISSUER: 'https://id.example/',
      JWT_AUDIENCE: 'orders',
      JWT_JWKS_URL: 'https://id.example/keys',
      JWT_CLOCK_TOLERANCE_SECONDS: '5',
      PUBLIC_URL: 'https://orders.example.com',
      LOG_LEVEL: 'debug',
      SHUTDOWN_TIMEOUT_SECONDS: '5',
      RATE_LIMIT_READS_PER_MINUTE: 'off',
      RATE_LIMIT_WRITES_PER_MINUTE: '600',
      RATE_LIMIT_UNAUTHENTICATED_PER_MINUTE: '60',
      TRUST_PROXY: '10.0.0.0/8, ::1',
      MAX_CONNECTIONS: '100',
      MAX_READS_IN_WORK: '10',
      MAX_WRITES_IN_WORK: '20',
      MAX_PAYMENTS_IN_WORK: '30',
      MAX_WAIT_MS: '40',
      SHUTDOWN_DELAY_SECONDS: '3',
      METRICS_PORT: '9464',
      METRICS_HOST: '0.0.0.0',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318/',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb, x-other=c',
      OTEL_SERVICE_NAME: 'orders-eu',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    };
    expect(accepted(env)).toEqual({
      nodeEnv: 'production',
      host: '0.0.0.0',
      port: 8080,
      portIsExplicit: true,
      databaseUrl: DATABASE_URL,
      databaseOwnerUrl: DATABASE_URL,
      databaseReaderRole: 'reports',
      dataDir: undefined,
      logShards: 8,
      poolMax: 25,
      amqpUrl: 'amqps://mq',
      massTransitEnvelopes: ['order.created.v1', 'payment.processed.v1'],
      paymentProviders: ['stripe', 'simulated'],
      paymentRoutes: [{ currency: 'EUR', providers: ['stripe'] }, { providers: ['simulated'] }],
      refundApprovalAbove: [
        { currency: 'USD', amountMinor: 100_000n },
        { currency: 'JPY', amountMinor: 0n },
      ],
      stripeSecretKey: 'sk_test_s3cret',
      stripeWebhookSecret: 'whsec_s3cret',
      stripeApiUrl: 'http://localhost:12111',
      stripeReturnUrl: 'https://shop.example.com/paid',
      stripeMulticapture: 'on',
      webhooksAllowPrivate: 'off',
      corsOrigins: ['https://shop.example', 'http://localhost:5173'],
      jwtIssuer: 'https://id.example/',
      jwtAudience: 'orders',
      jwtJwksUrl: 'https://id.example/keys',
      jwtClockToleranceSeconds: 5,
      publicUrl: 'https://orders.example.com',
      logLevel: 'debug',
      shutdownTimeoutSeconds: 5,
      limits: {
        rateLimitReadsPerMinute: 'off',
        rateLimitWritesPerMinute: 600,
        rateLimitUnauthenticatedPerMinute: 60,
        trustProxy: ['10.0.0.0/8', '::1'],
        maxConnections: 100,
        maxReadsInWork: 10,
        maxWritesInWork: 20,
        maxPaymentsInWork: 30,
        maxWaitMs: 40,
        shutdownDelaySeconds: 3,
      },
      ...{ metricsPort: 9464, metricsHost: '0.0.0.0' },
      tracesUrl: 'https://collector:4318/v1/traces',
      tracesHeaders: [
        ['x-key', 'a,b'],
        ['x-other', 'c'],
      ],
      ...{ tracesServiceName: 'orders-eu', tracesRatio: 0.25 },
    });
    expect(accepted({ DATA_DIR: 'data/main' }).dataDir).toBe('data/main');
  });

  it('takes the whole address for traces before the one of all telemetry', () => {
    const OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = 'http://collector/api/traces';
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT };
    expect(accepted(env).tracesUrl).toBe(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  });

  it.each([
    ['OTEL_TRACES_SAMPLER_ARG', '1.1'],
    ['OTEL_TRACES_SAMPLER_ARG', 'half'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 's3cret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-key=%s3cret'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_SERVICE_NAME', 'orders payments'],
    ['METRICS_PORT', '0'],
    ['METRICS_HOST', 'no host'],
  ])('refuses %s=%s, and prints no secret', (name, value) => {
    expect(refused({ [name]: value })).toEqual([name]);
    expect(printed({ [name]: value })).not.toContain('s3cret');
  });

  it('takes * for all types of messages, and no list with another', () => {
    const AMQP_URL = 'amqp://mq';
    const all = accepted({ AMQP_URL, MASSTRANSIT_ENVELOPES: ' * ' }).massTransitEnvelopes;
    expect(all).toEqual(Object.keys(CONTRACT_NAMES));
    for (const bad of [
      ',',
      'order.created.v2',
      'OrderCreated',
      '*,order.paid.v1',
      'order.paid.v1,order.paid.v1',
    ])
      expect(refused({ AMQP_URL, MASSTRANSIT_ENVELOPES: bad })).toEqual(['MASSTRANSIT_ENVELOPES']);
  });

  it('takes limits of refunds, each currency once, in whole minor units', () => {
    for (const bad of [
      ...[',', 'USD', 'USD:', ':1', 'USD:1,', 'USD:1.5', 'USD:-1', 'USD:1e3', 'usd:1', 'XYZ:1', 'USD=1'],
      ...['USD:1;EUR:1', 'USD:1,USD:2', 'USD:1000000000000', 'USD: 1', '*:1'],
    ])
      expect(refused({ REFUND_APPROVAL_ABOVE: bad })).toEqual(['REFUND_APPROVAL_ABOVE']);
  });

  it('refuses envelopes without a broker', () => {
    expect(refused({ MASSTRANSIT_ENVELOPES: '*' })).toEqual(['MASSTRANSIT_ENVELOPES']);
    expect(refused({ MASSTRANSIT_ENVELOPES: '*', AMQP_URL: 'mq' })).toEqual(['AMQP_URL']);
  });

  it('takes an empty variable for an unset one', () => {
    const env = Object.fromEntries(CONFIG_VARIABLES.map(({ name }) => [name, '']));
    expect(accepted(env)).toEqual(accepted({}));
  });

  it('remembers that a port was asked for, even the default one', () => {
    expect(accepted({ PORT: '3000' }).portIsExplicit).toBe(true);
  });

  it('leaves alone what is not its own', () => {
    expect(refused({ PATH: '/usr/bin', POOL_MAXIMUM: 'many' })).toEqual([]);
  });

  it('reports every bad variable at once, with what was given and what is accepted', () => {
    const env = { PORT: 'http', HOST: 'no host', POOL_MAX: '0', LOG_LEVEL: 'verbose', NODE_ENV: 'staging' };
    expect(printed(env).split('\n')).toEqual([
      'NODE_ENV: given "staging"; accepted is one of development, production, test',
      'HOST: given "no host"; accepted is an IP address or a host name',
      'PORT: given "http"; accepted is a whole number from 0 to 65535',
      'POOL_MAX: given "0"; accepted is a whole number from 1 to 1000',
      'LOG_LEVEL: given "verbose"; accepted is one of fatal, error, warn, info, debug, trace, silent',
    ]);
  });

  it.each(['-1', '65536', '80.5', '1e3', '0x50', ' 80', '80 ', '٣٠٠٠'])('refuses %j as a port', (PORT) => {
    expect(refused({ PORT })).toEqual(['PORT']);
  });

  it.each(['0', '1', '65535'])('accepts %j as a port', (PORT) => {
    expect(accepted({ PORT }).port).toBe(Number(PORT));
  });

  it.each(['0', '65', '-4', '2.5', 'many'])('refuses %j as a number of shards', (LOG_SHARDS) => {
    expect(refused({ LOG_SHARDS })).toEqual(['LOG_SHARDS']);
  });

  it.each(['on', 'proxy', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.1,', '::1/129'])(
    'refuses %j as proxies',
    (TRUST_PROXY) => expect(refused({ TRUST_PROXY })).toEqual(['TRUST_PROXY']),
  );

  it.each(['0', '-1', 'none', '1.5'])('refuses %j as a rate', (RATE_LIMIT_READS_PER_MINUTE) => {
    expect(refused({ RATE_LIMIT_READS_PER_MINUTE })).toEqual(['RATE_LIMIT_READS_PER_MINUTE']);
  });

  it.each(['1', '64'])('accepts %j as a number of shards', (LOG_SHARDS) => {
    expect(accepted({ LOG_SHARDS }).logShards).toBe(Number(LOG_SHARDS));
  });

  it.each([
    ['DATABASE_URL', 'mysql://orders:s3cret@db/orders'],
    ['DATABASE_URL', 'orders:s3cret@db/orders'],
    ['DATABASE_URL', 'postgres://'],
    ['DATABASE_URL', 'postgres://db:s3cret/orders'],
    ['DATABASE_OWNER_URL', 'mysql://orders:s3cret@db/orders'],
    ['AMQP_URL', 'http://guest:s3cret@mq'],
    ['AMQP_URL', 'amqp:s3cret'],
    ['STRIPE_API_URL', 'ftp://s3cret'],
    ['PUBLIC_URL', 'orders:s3cret'],
    ['STRIPE_SECRET_KEY', 's3cret'],
    ['STRIPE_SECRET_KEY', 'pk_live_s3cret'],
    ['STRIPE_SECRET_KEY', 'sk_live_s3 cret'],
    ['STRIPE_WEBHOOK_SECRET', 'sk_live_s3cret'],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_'],
  ])('refuses a wrong %s and never prints what it holds', (name, given) => {
    const env = { DATABASE_URL, [name]: given };
    expect(refused(env)).toEqual([name]);
    expect(printed(env)).not.toContain('s3cret');
  });

  it.each([
    'postgres://db/orders',
    'postgresql://orders@db:5432/orders?sslmode=require',
    'postgres:///orders',
    'postgresql://orders@/orders?host=/var/run/postgresql',
  ])('accepts %s as a database', (databaseUrl) =>
    expect(accepted({ DATABASE_URL: databaseUrl }).databaseUrl).toBe(databaseUrl),
  );
});

describe('variables that contradict each other', () => {
  it('refuses production on the embedded database', () => {
    const env = { NODE_ENV: 'production', PAYMENT_PROVIDERS: 'simulated' };
    expect(refused(env)).toEqual(['DATABASE_URL']);
  });

  it('refuses a reader where nobody could give it rights', () => {
    expect(printed({ DATABASE_URL, DATABASE_READER_ROLE: 'reports' })).toMatch(/^DATABASE_READER_ROLE: /);
    const env = { DATABASE_URL, DATABASE_OWNER_URL: DATABASE_URL };
    expect(printed({ ...env, DATABASE_READER_ROLE: 'reports' })).toBe('');
    expect(printed({ ...env, DATABASE_READER_ROLE: 'a"; drop' })).toMatch(/^DATABASE_READER_ROLE: /);
  });

  it('refuses webhooks into private networks in production', () => {
    const env = { NODE_ENV: 'production', DATABASE_URL, PAYMENT_PROVIDERS: 'simulated' };
    expect(printed(env)).toBe('');
    expect(printed({ ...env, WEBHOOKS_ALLOW_PRIVATE: 'on' })).toMatch(/^WEBHOOKS_ALLOW_PRIVATE: given "on"/);
  });

  it.each(['*', 'null', 'shop.example', 'https://shop.example/', 'ftp://shop.example', 'https://a.example,'])(
    'refuses %j as origins of pages',
    (CORS_ORIGINS) => expect(printed({ CORS_ORIGINS })).toMatch(/^CORS_ORIGINS: /),
  );

  it('does not call a malformed DATABASE_URL missing as well', () => {
    const env = { NODE_ENV: 'production', PAYMENT_PROVIDERS: 'simulated', HOST: '0.0.0.0' };
    expect(refused({ ...env, DATABASE_URL: 'mysql://db' })).toEqual(['DATABASE_URL']);
  });

  it.each(['0.0.0.0', '::', '192.168.1.20', 'orders.example.com', '127.example.com'])(
    'refuses to listen on %s with the demo tenant of the embedded database',
    (HOST) => {
      expect(refused({ HOST })).toEqual(['HOST']);
      expect(refused({ HOST, DATABASE_URL })).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])(
    'lets the embedded database listen on %s',
    (HOST) => {
      expect(accepted({ HOST }).host).toBe(HOST);
    },
  );

  it('refuses an owner of the schema without a DATABASE_URL, and never prints it', () => {
    const DATABASE_OWNER_URL = 'postgres://owner:s3cret@db/orders';
    expect(refused({ DATABASE_OWNER_URL })).toEqual(['DATABASE_OWNER_URL']);
    expect(printed({ DATABASE_OWNER_URL })).not.toContain('s3cret');
    expect(accepted({ DATABASE_OWNER_URL, DATABASE_URL }).databaseOwnerUrl).toBe(DATABASE_OWNER_URL);
  });

  it('refuses a DATA_DIR that would stay empty because DATABASE_URL is used', () => {
    expect(refused({ DATA_DIR: 'data', DATABASE_URL })).toEqual(['DATA_DIR']);
  });
});

it('names every variable once, each with one line on what it is for', () => {
  expect(new Set(CONFIG_VARIABLES.map(({ name }) => name)).size).toBe(CONFIG_VARIABLES.length);
  for (const { description } of CONFIG_VARIABLES) expect(description).toMatch(/^[A-Z][^\n]{20,}$/);
});

it('states defaults that it would itself accept', () => {
  const env = Object.fromEntries(CONFIG_VARIABLES.map(({ name, default: value }) => [name, value]));
  expect(accepted(env)).toEqual({ ...accepted({}), portIsExplicit: true });
});
