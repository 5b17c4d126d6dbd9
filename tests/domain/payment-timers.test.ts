import { describe, expect, it } from 'vitest';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { lapseApprovals } from '../../src/domain/payments/refund-approval.ts';
import { isPastDeadline, nextPaymentWake } from '../../src/domain/payments/payment-timers.ts';
import {
  ACT_UNTIL,
  actionRequired,
  approvalRequested,
  AMOUNT,
  authorized,
  begun,
  begunManual,
  captureRequested,
  completed,
  HELD_UNTIL,
  unknown,
  voidRequested,
} from './payment-samples.ts';
import { later, paymentAfter, T0, T1, usd } from './samples.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const held = [...begunManual, authorized(AMOUNT, HELD_UNTIL)];
const letGoAt = later(HELD_UNTIL, -DAY);

const wakesOf = (events: readonly PaymentEvent[], from = T0): string[] => {
  const wakes: string[] = [];
  for (let at: string | undefined = from; at !== undefined && wakes.length < 20;) {
    at = nextPaymentWake(paymentAfter(...events), at);
    if (at !== undefined) wakes.push(at);
  }
  return wakes;
};

describe('a payment is looked at', () => {
  it('ever less often while an outcome is not known, then no more', () => {
    const delays = [
      10_000,
      30_000,
      120_000,
      600_000,
      HOUR,
      6 * HOUR,
      DAY,
      2 * DAY,
      3 * DAY,
      4 * DAY,
      5 * DAY,
    ];
    for (const events of [begun, [...begun, unknown()]])
      expect(wakesOf(events)).toEqual(delays.map((ms) => later(T0, ms)));
  });

  it('when the customer has had time to act', () =>
    expect(wakesOf([...begun, actionRequired])).toContain(ACT_UNTIL));

  it('a day before what is held is let go, and when that is', () => {
    expect(nextPaymentWake(paymentAfter(...held), T1)).toBe(letGoAt);
    expect(
      nextPaymentWake(paymentAfter(...held, { ...voidRequested, at: letGoAt }), later(HELD_UNTIL, -1)),
    ).toBe(HELD_UNTIL);
  });

  it('when what is held for less than a day is let go', () => {
    const soon = later(T0, HOUR);
    expect(nextPaymentWake(paymentAfter(...begunManual, authorized(AMOUNT, soon)), T1)).toBe(soon);
  });

  it('at once, when a capture kept it busy beyond its deadline, but not while it does', () => {
    const at = later(letGoAt, -1_000);
    const captureFailed: PaymentEvent = { type: 'CaptureFailed', captureId: 'capture', code: 'no', at };
    const busy = [...held, { ...captureRequested(usd(1)), at }];
    const late = later(letGoAt, 5_000);
    expect(nextPaymentWake(paymentAfter(...busy), late)).toBe(later(at, 10_000));
    expect(nextPaymentWake(paymentAfter(...busy, captureFailed), late)).toBe(letGoAt);
  });

  it('once only for its deadline: what cannot be let go of is for people', () => {
    const voidFailed: PaymentEvent = { type: 'VoidFailed', voidId: 'void', code: 'no', at: letGoAt };
    const events = [...held, { ...voidRequested, at: letGoAt }, voidFailed];
    expect(nextPaymentWake(paymentAfter(...events), later(letGoAt, 1))).toBe(HELD_UNTIL);
    expect(nextPaymentWake(paymentAfter(...events), HELD_UNTIL)).toBeUndefined();
  });

  it('when an approval that nobody gave lapses, also if that moment was missed, and no more', () => {
    const lapsesAt = later(T1, 7 * DAY);
    const waiting = paymentAfter(...completed, approvalRequested(usd(1)));
    for (const after of [T1, lapsesAt, later(lapsesAt, DAY)])
      expect(nextPaymentWake(waiting, after)).toBe(lapsesAt);
    const [lapsed] = lapseApprovals(waiting, lapsesAt);
    const over = paymentAfter(...completed, approvalRequested(usd(1)), lapsed!);
    expect(nextPaymentWake(over, lapsesAt)).toBeUndefined();
    expect(lapseApprovals(waiting, later(lapsesAt, -1))).toEqual([]);
  });

  it('not at all when it is done, or not there', () => {
    expect(nextPaymentWake(paymentAfter(...completed), T1)).toBeUndefined();
    expect(nextPaymentWake({ status: 'absent' }, T1)).toBeUndefined();
  });
});

describe('the time of a payment is over', () => {
  it.each<[string, readonly PaymentEvent[], string]>([
    ['when the customer should have acted', [...begun, actionRequired], ACT_UNTIL],
    ['a day before what is held is let go', held, letGoAt],
  ])('%s', (_when, events, at) => {
    expect(isPastDeadline(paymentAfter(...events), later(at, -1))).toBe(false);
    expect(isPastDeadline(paymentAfter(...events), at)).toBe(true);
  });

  it('never, when nothing is waited for', () => {
    for (const events of [begun, completed, [...begunManual, authorized()]])
      expect(isPastDeadline(paymentAfter(...events), later(HELD_UNTIL, DAY))).toBe(false);
    expect(isPastDeadline({ status: 'absent' }, HELD_UNTIL)).toBe(false);
  });
});
