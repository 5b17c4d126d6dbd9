import { describe, expect, it } from 'vitest';
import type { PaymentProvider } from '../../src/application/provider-ports.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { money } from '../../src/domain/shared/money.ts';
import { routeByRules } from '../../src/infrastructure/gateways/routing.ts';

const named = (name: string, accepts: PaymentProvider['capabilities']['accepts'] = () => true) =>
  ({ name, capabilities: { accepts, severalCaptures: true } }) as PaymentProvider;
const payment = (code: string, paymentMethod: 'card' | 'bank_transfer' = 'card') => ({
  amount: money(100n, parseCurrency(code)!),
  paymentMethod,
  captureMethod: 'automatic' as const,
});

const BOTH = [named('a'), named('b')];

describe('the route of a payment', () => {
  it('leads to all providers in their order where there are no rules', () => {
    expect(routeByRules(BOTH).routeFor(payment('EUR'))).toEqual(['a', 'b']);
    expect(routeByRules(BOTH, []).routeFor(payment('EUR'))).toEqual(['a', 'b']);
  });

  it('is that of the first rule that fits, and of no later one', () => {
    const { routeFor } = routeByRules(BOTH, [
      { currency: 'EUR', paymentMethod: 'card', providers: ['b', 'a'] },
      { currency: 'EUR', providers: ['b'] },
      { paymentMethod: 'card', providers: ['a'] },
    ]);
    expect(routeFor(payment('EUR'))).toEqual(['b', 'a']);
    expect(routeFor(payment('EUR', 'bank_transfer'))).toEqual(['b']);
    expect(routeFor(payment('USD'))).toEqual(['a']);
    expect(routeFor(payment('USD', 'bank_transfer'))).toEqual([]);
  });

  it('never leads to one that cannot take the payment, nor to those of a later rule instead', () => {
    const noYen = named('a', ({ amount }) => amount.currency !== 'JPY');
    const rules = [{ currency: 'JPY', providers: ['a'] }, { providers: ['a', 'b'] }];
    expect(routeByRules([noYen, named('b')]).routeFor(payment('JPY'))).toEqual(['b']);
    expect(routeByRules([noYen, named('b')], rules).routeFor(payment('JPY'))).toEqual([]);
    expect(routeByRules([noYen, named('b')], rules).routeFor(payment('EUR'))).toEqual(['a', 'b']);
  });

  it('knows whom it knows, and makes a fault of everybody else', () => {
    const routing = routeByRules(BOTH);
    expect(['a', 'b', 'c'].map(routing.knows)).toEqual([true, true, false]);
    expect(routing.provider('b').name).toBe('b');
    expect(() => routing.provider('c')).toThrow('no payment provider c is configured');
  });
});
