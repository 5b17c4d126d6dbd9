import { describe, expect, it } from 'vitest';
import { describeConfigProblem, parseConfig } from '../../src/config.ts';

const ISSUER = {
  JWT_ISSUER: 'https://id.example.com/',
  JWT_AUDIENCE: 'order-payments',
  JWT_JWKS_URL: 'https://id.example.com/keys',
};
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://orders@db/orders',
  PAYMENT_PROVIDERS: 'simulated',
};

const problemsOf = (env: NodeJS.ProcessEnv): Record<string, string> => {
  const parsed = parseConfig(env);
  return parsed.ok
    ? {}
    : Object.fromEntries(parsed.error.map((one) => [one.name, describeConfigProblem(one)]));
};

const at = (url: string, env: object) => problemsOf({ ...env, ...ISSUER, JWT_JWKS_URL: url });

describe('an issuer of tokens', () => {
  it('is none unless it is set, and is set by three variables', () => {
    expect(parseConfig({})).toMatchObject({ value: { jwtIssuer: undefined, jwtClockToleranceSeconds: 30 } });
    expect(parseConfig({ ...PRODUCTION, ...ISSUER })).toMatchObject({
      value: { jwtIssuer: ISSUER.JWT_ISSUER, jwtAudience: 'order-payments', jwtJwksUrl: ISSUER.JWT_JWKS_URL },
    });
  });

  it.each(['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL'] as const)('lacks nothing: %s', (name) => {
    const problems = problemsOf({ ...ISSUER, [name]: '' });
    expect(problems[name]).toMatch(/given nothing; accepted is set together with the others/);
    expect(Object.keys(problems)).toEqual([name]);
  });

  it('publishes its keys where nobody can change them on the way, in production', () => {
    const plain = 'http://id.example.com/keys';
    expect(at(plain, {})).toEqual({});
    expect(at(plain, PRODUCTION)['JWT_JWKS_URL']).toMatch(
      /given http:.*hidden.*accepted is https in production/,
    );
    for (const local of ['http://localhost:8080/keys', 'http://127.0.0.1/keys', 'http://[::1]/keys'])
      expect(at(local, PRODUCTION)).toEqual({});
    for (const odd of [
      'http://localhost.example.com/',
      'http://127.0.0.1.example.com/',
      'http://localhost@evil.example/',
    ])
      expect(Object.keys(at(odd, PRODUCTION))).toEqual(['JWT_JWKS_URL']);
    expect(Object.keys(at('ftp://id.example.com/keys', {}))).toEqual(['JWT_JWKS_URL']);
  });

  it('may have a clock that is a little off', () => {
    expect(Object.keys(problemsOf({ ...ISSUER, JWT_CLOCK_TOLERANCE_SECONDS: '301' }))).toEqual([
      'JWT_CLOCK_TOLERANCE_SECONDS',
    ]);
  });
});
