import { describe, expect, it } from 'vitest';
import {
  capturableMinor,
  isPossible,
  PAYMENT_ACTIONS,
  refundableMinor,
  refundableUnits,
  type PaymentState,
} from '../../console/src/pages/payments/payment-possibilities.ts';

const authorized: PaymentState = {
  status: 'Authorized',
  authorizedAmount: { amount: 1000 },
  capturedAmount: { amount: 0 },
  captures: [],
  refunds: [],
  disputes: [],
  inFlight: [],
};
const captured: PaymentState = {
  ...authorized,
  status: 'Completed',
  capturedAmount: { amount: 1000 },
  captures: [{ amount: { amount: 1000 }, status: 'Succeeded' }],
};

const refund = (status: string, amount: number, units = 0) => ({
  status,
  amount: { amount },
  items: units > 0 ? [{ lineId: '1', quantity: units }] : [],
});

const possible = (payment: PaymentState): string[] =>
  PAYMENT_ACTIONS.filter((action) => isPossible(action, payment));

describe('what a payment page offers', () => {
  it('is to capture or to void what is authorized', () => {
    expect(possible(authorized)).toEqual(['capture', 'void']);
  });

  it('is to ask the provider alone while it has not said what came of a capture', () => {
    expect(possible({ ...authorized, inFlight: ['capture'] })).toEqual(['sync']);
  });

  it('is to capture the rest or to give back the part that was captured, not to void', () => {
    const partly = { ...authorized, status: 'PartiallyCaptured', capturedAmount: { amount: 300 } };
    expect(possible(partly)).toEqual(['capture', 'refund']);
  });

  it('is to refund what was captured', () => {
    expect(possible(captured)).toEqual(['refund']);
  });

  it('is to refund the rest while another refund is under way', () => {
    const refunds = [refund('Pending', 400)];
    expect(possible({ ...captured, refunds, inFlight: ['refund'] })).toEqual(['refund', 'sync']);
  });

  it.each(['open', 'under_review'])('is no refund while a dispute is %s', (status) => {
    expect(possible({ ...captured, disputes: [{ amount: { amount: 100 }, status }] })).toEqual([]);
  });

  it('is to void one that the customer has not acted on', () => {
    const waiting = { ...authorized, status: 'RequiresAction', authorizedAmount: { amount: 0 } };
    expect(possible(waiting)).toEqual(['void']);
  });

  it.each(['Failed', 'Voided', 'Expired'])('is nothing for one that is %s', (status) => {
    expect(possible({ ...authorized, status })).toEqual([]);
  });
});

describe('what is left of a payment', () => {
  it('to capture is less what is being captured', () => {
    const captures = [{ amount: { amount: 250 }, status: 'Pending' }];
    expect(capturableMinor({ ...authorized, captures })).toBe(750);
  });

  it('to refund is less what went back, is on its way, or waits for approval', () => {
    const refunds = [refund('Succeeded', 100), refund('Pending', 200), refund('AwaitingApproval', 300)];
    expect(refundableMinor({ ...captured, refunds })).toBe(400);
  });

  it.each(['Failed', 'Rejected', 'Lapsed'])('to refund is not less by a refund that is %s', (status) => {
    expect(refundableMinor({ ...captured, refunds: [refund(status, 600)] })).toBe(1000);
  });

  it('to refund is less what a bank took back, unless that was won', () => {
    const disputes = [
      { amount: { amount: 300 }, status: 'lost' },
      { amount: { amount: 500 }, status: 'won' },
    ];
    expect(refundableMinor({ ...captured, disputes })).toBe(700);
  });

  it('of a line is less the units that went back', () => {
    const refunds = [refund('Succeeded', 100, 1), refund('Failed', 100, 1)];
    expect(refundableUnits({ lineId: '1', quantity: 3 }, { ...captured, refunds })).toBe(2);
    expect(refundableUnits({ lineId: '2', quantity: 3 }, { ...captured, refunds })).toBe(3);
  });
});
