import { describe, expect, it } from 'vitest';
import {
  amountsOf,
  askedFrom,
  countOf,
  currenciesOf,
  periodOf,
  perStep,
  ratePerStep,
  successRate,
  type Activity,
} from '../../console/src/pages/overview/activity.ts';

const NOW = Date.parse('2026-03-01T12:30:40.500Z');

const row = (at: string, counts: Partial<Activity> = {}): Activity => ({
  at: `2026-03-01T${at}:00.000Z`,
  currency: 'EUR',
  ordersCreated: 0,
  paymentsSucceeded: 0,
  paymentsFailed: 0,
  capturedAmount: '0',
  refundsSucceeded: 0,
  refundedAmount: '0',
  ...counts,
});

const times = (starts: readonly number[]) =>
  starts.map((start) => new Date(start).toISOString().slice(11, 16));

describe('the period that is shown', () => {
  it('is sixty minutes, the one under way last', () => {
    const { starts } = periodOf('hour', NOW, []);
    expect(starts).toHaveLength(60);
    expect([times(starts)[0], times(starts)[59]]).toEqual(['11:31', '12:30']);
  });

  it('is twenty-four hours, the one under way last', () => {
    const { starts } = periodOf('day', NOW, []);
    expect(starts).toHaveLength(24);
    expect([times(starts)[0], times(starts)[23]]).toEqual(['13:00', '12:00']);
  });

  it('is asked for from where the period before begins', () => {
    expect(askedFrom('hour', NOW)).toBe('2026-03-01T10:31:00.000Z');
    expect(askedFrom('day', NOW)).toBe('2026-02-27T13:00:00.000Z');
  });

  it('is told from the one before at its first step', () => {
    const rows = [row('10:30'), row('10:31'), row('11:30'), row('11:31'), row('12:30')];
    const period = periodOf('hour', NOW, rows);
    expect(period.before.map(({ at }) => at.slice(11, 16))).toEqual(['10:31', '11:30']);
    expect(period.rows.map(({ at }) => at.slice(11, 16))).toEqual(['11:31', '12:30']);
  });

  it('ends with what has just happened, though the clock here is behind', () => {
    const { starts, rows } = periodOf('hour', NOW, [row('12:33')]);
    expect(times(starts)[59]).toBe('12:33');
    expect(rows).toHaveLength(1);
  });
});

describe('a value for each step', () => {
  const { starts } = periodOf('hour', NOW, []);
  const rows = [
    row('12:28', { capturedAmount: '9007199254740993' }),
    row('12:30', { capturedAmount: '2' }),
    row('12:30', { currency: 'USD', capturedAmount: '3' }),
  ];

  it('is 0 where nothing happened, and adds up what happened in one step', () => {
    const values = perStep(starts, rows, ({ capturedAmount }) => BigInt(capturedAmount));
    expect(values).toHaveLength(60);
    expect(values.slice(-4)).toEqual([0n, 9_007_199_254_740_993n, 0n, 5n]);
  });

  it('is no rate where no payment was decided', () => {
    const decided = [
      row('12:29', { paymentsSucceeded: 3, paymentsFailed: 0 }),
      row('12:29', { currency: 'USD', paymentsFailed: 1 }),
      row('12:30', { ordersCreated: 2 }),
    ];
    expect(ratePerStep(starts, decided).slice(-3)).toEqual([undefined, 0.75, undefined]);
  });
});

describe('the sums of a period', () => {
  const rows = [
    row('12:28', { ordersCreated: 2, capturedAmount: '9007199254740993', refundsSucceeded: 1 }),
    row('12:29', { ordersCreated: 1, capturedAmount: '1' }),
    row('12:29', { ordersCreated: 4, currency: 'USD', capturedAmount: '7' }),
  ];

  it('are of all currencies for what is counted', () => {
    expect([countOf(rows, 'ordersCreated'), countOf(rows, 'refundsSucceeded')]).toEqual([7, 1]);
  });

  it('are exact and of each currency by itself for money', () => {
    expect([...amountsOf(rows, 'capturedAmount')]).toEqual([
      ['EUR', 9_007_199_254_740_994n],
      ['USD', 7n],
    ]);
  });

  it('have no success rate without a payment, and one of 0 where all failed', () => {
    expect(successRate([])).toBeUndefined();
    expect(successRate([row('12:30', { paymentsFailed: 2 })])).toBe(0);
  });

  it('name the currencies of both periods, in the order of the alphabet', () => {
    const period = periodOf('hour', NOW, [row('11:00', { currency: 'USD' }), row('12:30'), row('12:29')]);
    expect(currenciesOf(period)).toEqual(['EUR', 'USD']);
  });
});
