import { describe, expect, it } from 'vitest';
import { describeConfigProblem, parseConfig } from '../../src/config.ts';
import { parseProviders, parseRoutes } from '../../src/config-providers.ts';

const DATABASE_URL = 'postgres://orders@db/orders';
const STRIPE = { STRIPE_SECRET_KEY: 'sk_live_s3cret', STRIPE_WEBHOOK_SECRET: 'whsec_s3cret' };

const problemsOf = (env: NodeJS.ProcessEnv): Record<string, string> => {
  const parsed = parseConfig(env);
  return parsed.ok
    ? {}
    : Object.fromEntries(parsed.error.map((one) => [one.name, describeConfigProblem(one)]));
};
const refused = (env: NodeJS.ProcessEnv): string[] => Object.keys(problemsOf(env));

describe('the list of providers', () => {
  it.each([
    ['simulated', ['simulated']],
    ['stripe, simulated', ['stripe', 'simulated']],
    ['simulated,simulated-b,simulated-2', ['simulated', 'simulated-b', 'simulated-2']],
  ])('%s is read in its order', (raw, names) => expect(parseProviders(raw)).toEqual(names));

  it.each([
    '',
    ',',
    'stripe,',
    'paypal',
    'Stripe',
    'simulated,simulated',
    'simulated-',
    'simulated-B',
    'stripe-b',
  ])('%j is none', (raw) => expect(parseProviders(raw)).toBeUndefined());
});

describe('the rules by which payments are routed', () => {
  it.each([
    ['*:stripe', [{ providers: ['stripe'] }]],
    ['EUR:stripe', [{ currency: 'EUR', providers: ['stripe'] }]],
    ['card:stripe', [{ paymentMethod: 'card', providers: ['stripe'] }]],
    [
      ' EUR/card : stripe, simulated ; card/JPY:simulated;* : simulated ',
      [
        { currency: 'EUR', paymentMethod: 'card', providers: ['stripe', 'simulated'] },
        { currency: 'JPY', paymentMethod: 'card', providers: ['simulated'] },
        { providers: ['simulated'] },
      ],
    ],
  ])('%j are read', (raw, rules) => expect(parseRoutes(raw)).toEqual(rules));

  it.each([
    ...['', ';', '*', '*:', ':stripe', '*:stripe;', 'EUR', 'XYZ:stripe', 'eur:stripe', 'cash:stripe'],
    ...['EUR/USD:stripe', 'EUR/EUR:stripe', 'card/card:stripe', 'card/bank_transfer:stripe', '*/card:stripe'],
    ...['EUR/card/:stripe', 'EUR:stripe:simulated', '*:paypal', '*:stripe,stripe'],
  ])('%j are none', (raw) => expect(parseRoutes(raw)).toBeUndefined());
});

describe('settings of providers that contradict each other', () => {
  it('production must name its providers, the simulated one outright', () => {
    const env = { NODE_ENV: 'production', DATABASE_URL };
    expect(problemsOf(env)['PAYMENT_PROVIDERS']).toContain('takes no money');
    expect(refused({ ...env, PAYMENT_PROVIDERS: '' })).toEqual(['PAYMENT_PROVIDERS']);
    expect(refused({ ...env, PAYMENT_PROVIDERS: 'simulated' })).toEqual([]);
    expect(refused({ DATABASE_URL })).toEqual([]);
  });

  it('rules may name only providers that there are', () => {
    const env = { PAYMENT_ROUTES: 'EUR:simulated,simulated-b; *:simulated' };
    expect(problemsOf(env)).toEqual({
      PAYMENT_ROUTES:
        'PAYMENT_ROUTES: given "simulated-b"; accepted is names of PAYMENT_PROVIDERS only: simulated',
    });
    expect(refused({ ...env, PAYMENT_PROVIDERS: 'simulated-b,simulated' })).toEqual([]);
  });

  it('a malformed list of providers is not also held against the rules', () => {
    const env = { PAYMENT_PROVIDERS: 'stripe,paypal', PAYMENT_ROUTES: '*:stripe', NODE_ENV: 'production' };
    expect(refused({ ...env, DATABASE_URL })).toEqual(['PAYMENT_PROVIDERS']);
  });

  it('Stripe needs its key and its webhook secret', () => {
    const env = { PAYMENT_PROVIDERS: 'stripe' };
    expect(refused(env)).toEqual(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET']);
    for (const missing of Object.keys(STRIPE))
      expect(refused({ ...env, ...STRIPE, [missing]: '' })).toEqual([missing]);
    expect(refused({ ...env, ...STRIPE })).toEqual([]);
    expect(refused(STRIPE)).toEqual([]);
  });

  it('a secret that is malformed is not also called missing, and is never shown', () => {
    for (const name of Object.keys(STRIPE)) {
      const env = { PAYMENT_PROVIDERS: 'stripe', ...STRIPE, [name]: 's3cret' };
      expect(refused(env)).toEqual([name]);
      expect(JSON.stringify(problemsOf(env))).not.toContain('s3cret');
    }
  });
});
