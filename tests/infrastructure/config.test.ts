import { describe, expect, it } from 'vitest';
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
      logLevel: 'info',
      shutdownTimeoutSeconds: 20,
    });
  });

  it('takes every variable from the environment', () => {
    const env = {
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: '8080',
      DATABASE_URL,
      LOG_SHARDS: '8',
      POOL_MAX: '25',
      AMQP_URL: 'amqps://mq',
      LOG_LEVEL: 'debug',
      SHUTDOWN_TIMEOUT_SECONDS: '5',
    };
    expect(accepted(env)).toEqual({
      nodeEnv: 'production',
      host: '0.0.0.0',
      port: 8080,
      portIsExplicit: true,
      databaseUrl: DATABASE_URL,
      dataDir: undefined,
      logShards: 8,
      poolMax: 25,
      amqpUrl: 'amqps://mq',
      logLevel: 'debug',
      shutdownTimeoutSeconds: 5,
    });
    expect(accepted({ DATA_DIR: 'data/main' }).dataDir).toBe('data/main');
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
    expect(refused({ NODE_ENV: 'production' })).toEqual(['DATABASE_URL']);
  });

  it('does not call a malformed DATABASE_URL missing as well', () => {
    expect(refused({ NODE_ENV: 'production', HOST: '0.0.0.0', DATABASE_URL: 'mysql://db' })).toEqual([
      'DATABASE_URL',
    ]);
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
