import { describe, expect, it } from 'vitest';
import { payoutAggregate, receivePayout, type PayoutFacts } from '../../src/domain/ledger/payout.ts';
import {
  orderPostings,
  paymentPostings,
  payoutPostings,
  type Leg,
} from '../../src/domain/ledger/postings.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import { ORDER_ID, orderAfter, orderOf, paymentIdOf, T1, usd } from './samples.ts';

const PAYMENT = paymentIdOf(1);
const ATTEMPT = `${PAYMENT}:1`;

/** `account: debit` or `account: -credit`, leg by leg. */
const inWords = (legs: readonly Leg[]): string[] =>
  legs.map(({ account, side, amount }) => `${account}: ${side === 'debit' ? '' : '-'}${amount.amountMinor}`);

function postPayments(...events: readonly PaymentEvent[]): string[][] {
  let payment: Payment = paymentAggregate.absent;
  return events.map((event) => {
    const legs = paymentPostings(event, payment);
    expectBalanced(legs);
    payment = paymentAggregate.evolve(payment, event);
    return inWords(legs);
  });
}

function expectBalanced(legs: readonly Leg[]): void {
  const sum = legs.reduce(
    (total, { side, amount }) => total + (side === 'debit' ? amount.amountMinor : -amount.amountMinor),
    0n,
  );
  expect(sum).toBe(0n);
}

const begun = (captureMethod: 'automatic' | 'manual'): PaymentEvent[] =>
  initiatePayment({
    paymentId: PAYMENT,
    orderId: ORDER_ID,
    amount: usd(1_000),
    paymentMethod: 'card',
    paymentToken: 'tok_success',
    captureMethod,
    provider: 'acme',
    at: T1,
  });
const authorized: PaymentEvent = {
  type: 'PaymentAuthorized',
  attemptId: ATTEMPT,
  providerRef: 'ref',
  amount: usd(1_000),
  expiresAt: null,
  at: T1,
};
const captured = (captureId: string, amount: number, final: boolean): PaymentEvent => ({
  type: 'CaptureSucceeded',
  captureId,
  amount: usd(amount),
  final,
  at: T1,
});
const refund = (type: 'RefundSucceeded' | 'RefundFailed'): PaymentEvent => {
  const facts = { refundId: 'r', amount: usd(300), at: T1 };
  return type === 'RefundSucceeded' ? { type, ...facts } : { type, ...facts, code: 'account_closed' };
};
const refundRequested: PaymentEvent = {
  type: 'RefundRequested',
  refundId: 'r',
  amount: usd(300),
  lines: [],
  reason: 'broken',
  at: T1,
};

const FUNDS = `order_funds:${ORDER_ID}`;
const HOLD = ['auth_hold: 1000', 'auth_contra: -1000'];

describe('a payment in the books', () => {
  it('is held, then taken, at once', () => {
    const [, , hold, taken] = postPayments(...begun('automatic'), authorized, captured(ATTEMPT, 1_000, true));
    expect(hold).toEqual(HOLD);
    expect(taken).toEqual([
      'psp_clearing:acme: 1000',
      `${FUNDS}: -1000`,
      'auth_contra: 1000',
      'auth_hold: -1000',
    ]);
  });

  it('is let go of as it is taken in parts, by the last part altogether', () => {
    const [first, last] = postPayments(
      ...begun('manual'),
      authorized,
      captured('c1', 400, false),
      captured('c2', 100, true),
    ).slice(3);
    expect(first).toEqual([
      'psp_clearing:acme: 400',
      `${FUNDS}: -400`,
      'auth_contra: 400',
      'auth_hold: -400',
    ]);
    expect(last).toEqual(['psp_clearing:acme: 100', `${FUNDS}: -100`, 'auth_contra: 600', 'auth_hold: -600']);
  });

  it('that is taken beyond what was held lets go of no more than that', () => {
    const [hold, taken] = postPayments(...begun('manual'), authorized, captured('c1', 1_100, false)).slice(2);
    expect(hold).toEqual(HOLD);
    expect(taken).toEqual([
      'psp_clearing:acme: 1100',
      `${FUNDS}: -1100`,
      'auth_contra: 1000',
      'auth_hold: -1000',
    ]);
  });

  it('is let go of when it is voided or its authorization ends', () => {
    const ends: PaymentEvent[] = [
      { type: 'PaymentVoided', voidId: 'v', amount: usd(1_000), at: T1 },
      { type: 'AuthorizationExpired', amount: usd(1_000), at: T1 },
    ];
    for (const end of ends) {
      const requested: PaymentEvent = { type: 'VoidRequested', voidId: 'v', reason: 'none', at: T1 };
      const posted = postPayments(...begun('manual'), authorized, requested, end);
      expect(posted.at(-1)).toEqual(['auth_contra: 1000', 'auth_hold: -1000']);
    }
  });

  it('goes back to the customer, and returns when the refund fails after all', () => {
    const taken = [...begun('automatic'), authorized, captured(ATTEMPT, 1_000, true), refundRequested];
    const [sent, returned] = postPayments(...taken, refund('RefundSucceeded'), refund('RefundFailed')).slice(
      5,
    );
    expect(sent).toEqual(['refund_payable: 300', 'psp_clearing:acme: -300']);
    expect(returned).toEqual(['psp_clearing:acme: 300', 'refund_payable: -300']);
    expect(postPayments(...taken, refund('RefundFailed')).at(-1)).toEqual([]); // nothing was sent
  });

  it('is disputed at a fee, and the dispute won or lost', () => {
    const dispute = { disputeId: 'd', amount: usd(1_000) };
    const opened: PaymentEvent = { type: 'DisputeOpened', ...dispute, fee: usd(15), reason: 'fraud', at: T1 };
    const taken = [...begun('automatic'), authorized, captured(ATTEMPT, 1_000, true), opened];
    const ends: [PaymentEvent, string][] = [
      [{ type: 'DisputeWon', ...dispute, at: T1 }, 'psp_clearing:acme: 1000'],
      [{ type: 'DisputeLost', ...dispute, at: T1 }, 'dispute_loss: 1000'],
    ];
    for (const [end, first] of ends) {
      const [open, ended] = postPayments(...taken, end).slice(4);
      expect(open).toEqual(['dispute_receivable: 1000', 'psp_fees: 15', 'psp_clearing:acme: -1015']);
      expect(ended).toEqual([first, 'dispute_receivable: -1000']);
    }
  });
});

describe('an order in the books', () => {
  const source = { funds: usd(100), returns: usd(180), tax: usd(20) };
  const facts = { refundId: 'r', paymentId: PAYMENT, amount: usd(300), at: T1 };
  const requested: OrderEvent = { type: 'OrderRefundRequested', ...facts, lines: [], source };
  const placed = orderAfter(...orderOf(usd(1_000)));

  it('is earned when it is shipped, its tax owed', () => {
    const shipped: OrderEvent = {
      type: 'FulfilmentShipped',
      fulfilmentId: 'f',
      lines: [{ lineId: '1', quantity: 1, net: usd(500), tax: usd(100) }],
      shipping: usd(50),
      tracking: null,
      at: T1,
    };
    const legs = orderPostings(shipped, placed);
    expectBalanced(legs);
    expect(inWords(legs)).toEqual([
      `${FUNDS}: 650`,
      'revenue: -500',
      'shipping_revenue: -50',
      'tax_payable: -100',
    ]);
  });

  it('owes a refund from where the money is, and no longer when the refund fails', () => {
    const legs = orderPostings(requested, placed);
    expectBalanced(legs);
    expect(inWords(legs)).toEqual([
      `${FUNDS}: 100`,
      'returns: 180',
      'tax_payable: 20',
      'refund_payable: -300',
    ]);

    const after = orderAggregate.evolve(placed, requested);
    const released = orderPostings({ type: 'OrderRefundReleased', ...facts, code: 'declined' }, after);
    expect(inWords(released)).toEqual([
      `${FUNDS}: -100`,
      'returns: -180',
      'tax_payable: -20',
      'refund_payable: 300',
    ]);
  });
});

const payoutOf = (gross: number, fees: number): PayoutFacts => ({
  ...{ provider: 'acme', payoutId: 'po_1', day: '2026-01-01', lineCount: 1, at: T1 },
  ...{ gross: usd(gross), fees: usd(fees), net: usd(gross - fees) },
});

describe('a payout in the books', () => {
  it.each<[string, number, number, string[]]>([
    ['comes to the bank less the fees', 1_000, 15, ['bank: 985', 'psp_fees: 15', 'psp_clearing:acme: -1000']],
    ['is taken from the bank when more was refunded', -300, 0, ['bank: -300', 'psp_clearing:acme: 300']],
    ['may be of fees alone', 0, 15, ['bank: -15', 'psp_fees: 15']],
    ['may be of nothing', 0, 0, []],
  ])('%s', (_, gross, fees, legs) => {
    const posted = payoutPostings(payoutOf(gross, fees));
    expectBalanced(posted);
    expect(inWords(posted)).toEqual(legs);
  });

  it('is received once, and what its parts do not come to is none', () => {
    const [received, ...more] = receivePayout(payoutOf(1_000, 15), payoutAggregate.absent);
    expect(more).toEqual([]);
    const payout = payoutAggregate.evolve(payoutAggregate.absent, received!);
    expect(receivePayout(payoutOf(2_000, 30), payout)).toEqual([]);
    expect(() => payoutAggregate.evolve(payout, received!)).toThrow('a payout is received once');
    expect(() => receivePayout({ ...payoutOf(1_000, 15), net: usd(1_000) }, payoutAggregate.absent)).toThrow(
      'what is left after the fees',
    );
  });
});
