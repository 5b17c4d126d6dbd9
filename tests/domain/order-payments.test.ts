import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { applyPayment, type PaymentFacts } from '../../src/domain/orders/order-payments.ts';
import {
  claimable,
  excessAmount,
  isCovered,
  orderPaymentStatus,
  outstanding,
  type Order,
  type OrderPaymentStatus,
} from '../../src/domain/orders/order.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';
import { given } from '../support/given.ts';
import {
  authorizedFacts,
  capturedFacts,
  claimed,
  confirmed,
  declinedFacts,
  factsOf,
  ORDER_ID,
  orderAfter,
  orderAuthorized,
  orderCaptured,
  orderOf,
  paid,
  paidBy,
  paymentIdOf,
  refundRequested,
  released,
  T2,
  usd,
} from './samples.ts';

const TOTAL = usd(10_000);
const P1 = paymentIdOf(1);
const P2 = paymentIdOf(2);
const placed = orderOf(TOTAL);

const hear = (facts: PaymentFacts) => (order: Order) => applyPayment(facts, T2, order);
const failed = (paymentId = P1, amount = TOTAL): OrderEvent[] => [
  {
    type: 'OrderPaymentFailed',
    paymentId,
    operationId: `${paymentId}:1`,
    amount,
    code: 'card_declined',
    at: T2,
  },
  released(paymentId, 'card_declined'),
];
const overpaid = (excess: number): OrderEvent => ({
  type: 'OrderOverpaid',
  orderId: ORDER_ID,
  excess: usd(excess),
  at: T2,
});
const applied = (refundId: string, amount: number): OrderEvent => ({
  type: 'OrderRefundApplied',
  refundId,
  paymentId: P1,
  amount: usd(amount),
  at: T2,
});

describe('an order hears of a payment', () => {
  it('that was captured: it is confirmed and paid when that covers all that is due', () =>
    given(orderAggregate, ...placed, claimed(P1, TOTAL))
      .when(hear(capturedFacts(P1, TOTAL)))
      .thenEvents(orderCaptured(P1, TOTAL), confirmed(), paid(TOTAL)));

  it('that was captured in part of the order: it only counts', () =>
    given(orderAggregate, ...placed, claimed(P1, usd(4_000)))
      .when(hear(capturedFacts(P1, usd(4_000))))
      .thenEvents(orderCaptured(P1, usd(4_000))));

  it('that was captured as the last part', () =>
    given(
      orderAggregate,
      ...placed,
      claimed(P1, usd(4_000)),
      claimed(P2, usd(6_000)),
      orderCaptured(P2, usd(6_000)),
    )
      .when(hear(capturedFacts(P1, usd(4_000))))
      .thenEvents(orderCaptured(P1, usd(4_000)), confirmed(), paid(TOTAL)));

  it('that was declined: the claim is given back', () =>
    given(orderAggregate, ...placed, claimed(P1, TOTAL))
      .when(hear(declinedFacts(P1)))
      .thenEvents(...failed()));

  it('that was authorized: it is confirmed, and paid when that is captured, in part and then in full', () => {
    const { authorization } = authorizedFacts(P1, TOTAL);
    const first = { operationId: `${P1}:1`, amount: usd(4_000) };
    const second = { operationId: `${P1}:2`, amount: usd(6_000) };
    const held = [...placed, claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), confirmed()];
    given(orderAggregate, ...placed, claimed(P1, TOTAL))
      .when(hear(authorizedFacts(P1, TOTAL)))
      .thenEvents(orderAuthorized(P1, TOTAL), confirmed());
    given(orderAggregate, ...held)
      .when(hear(factsOf(P1, { authorization: authorization!, captures: [first] })))
      .thenEvents(orderCaptured(P1, usd(4_000)));
    given(orderAggregate, ...held, orderCaptured(P1, usd(4_000)))
      .when(
        hear(factsOf(P1, { authorization: authorization!, captures: [first, second], released: 'captured' })),
      )
      .thenEvents(orderCaptured(P1, usd(6_000), 2), paid(TOTAL));
  });

  it('that was captured in part and let go: the rest can be claimed again', () => {
    const events = [...placed, claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), orderCaptured(P1, usd(4_000))];
    const captures = [{ operationId: `${P1}:1`, amount: usd(4_000) }];
    given(orderAggregate, ...events)
      .when(hear(factsOf(P1, { captures, released: 'captured' })))
      .thenEvents(released(P1, 'captured'));
    expect(claimable(orderAfter(...events, released(P1, 'captured')))).toEqual(usd(6_000));
  });

  it('that was authorized below its claim: only what the bank promised covers the order', () => {
    const order = orderAfter(...placed, claimed(P1, TOTAL), orderAuthorized(P1, usd(9_999)));
    expect(isCovered(order)).toBe(false);
    expect(claimable(order)).toEqual(usd(1));
  });

  it('that moved more than was due: the excess is stated', () => {
    given(orderAggregate, ...placed, claimed(P1, TOTAL))
      .when(hear(capturedFacts(P1, usd(10_001))))
      .thenEvents(orderCaptured(P1, usd(10_001)), overpaid(1), confirmed(), paid(TOTAL));
  });

  it('that succeeded after all, when another had paid', () =>
    given(orderAggregate, ...placed, claimed(P1, TOTAL), ...failed(), ...paidBy(P2, TOTAL))
      .when(hear(capturedFacts(P1, TOTAL)))
      .thenEvents(orderCaptured(P1, TOTAL), overpaid(10_000)));

  it.each<[string, PaymentFacts, OrderEvent[]]>([
    ['was captured', capturedFacts(P1, TOTAL), paidBy(P1, TOTAL)],
    ['failed', declinedFacts(P1), [claimed(P1, TOTAL), ...failed()]],
    [
      'is authorized',
      authorizedFacts(P1, TOTAL),
      [claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), confirmed()],
    ],
  ])('that %s, twice: the second time changes nothing', (_outcome, facts, events) =>
    given(orderAggregate, ...placed, ...events)
      .when(hear(facts))
      .thenNothing(),
  );

  it('that does not exist, or has no claim: a fault', () => {
    expect(() => hear(capturedFacts(P1, TOTAL))({ status: 'absent' })).toThrow(InvariantViolation);
    expect(() => hear(capturedFacts(P1, TOTAL))(orderAfter(...placed))).toThrow(InvariantViolation);
  });
});

describe('an order hears of money that goes back', () => {
  const refunding = [...placed, ...paidBy(P1, TOTAL), refundRequested('r', P1, usd(3_000))];
  const captures = [{ operationId: `${P1}:1`, amount: TOTAL }];
  const refundFacts = (failure?: string): PaymentFacts => {
    const refund = { refundId: 'r', amount: usd(3_000), ...(failure === undefined ? {} : { failure }) };
    return factsOf(P1, { captures, released: 'captured', refunds: [refund] });
  };
  const back: OrderEvent = {
    type: 'OrderRefundReleased',
    refundId: 'r',
    paymentId: P1,
    amount: usd(3_000),
    code: 'account_closed',
    at: T2,
  };

  it('once', () => {
    given(orderAggregate, ...refunding)
      .when(hear(refundFacts()))
      .thenEvents(applied('r', 3_000));
    given(orderAggregate, ...refunding, applied('r', 3_000))
      .when(hear(refundFacts()))
      .thenNothing();
  });

  it.each([
    ['before', []],
    ['after', [applied('r', 3_000)]],
  ])('and comes back, %s it was said to have arrived', (_when, events) => {
    given(orderAggregate, ...refunding, ...events)
      .when(hear(refundFacts('account_closed')))
      .thenEvents(back);
    given(orderAggregate, ...refunding, ...events, back)
      .when(hear(refundFacts('account_closed')))
      .thenNothing();
    expect(orderPaymentStatus(orderAfter(...refunding, ...events, back))).toBe('Paid');
  });

  it('that nobody asked for: a fault', () => {
    const order = orderAfter(...placed, ...paidBy(P1, TOTAL));
    expect(() => hear(refundFacts())(order)).toThrow(InvariantViolation);
  });

  it('because the bank took it, once; what the bank took is no excess any more', () => {
    const lost = { disputeId: 'd', amount: TOTAL };
    const facts = factsOf(P1, { captures, released: 'captured', lostDisputes: [lost] });
    const chargedBack: OrderEvent = { type: 'OrderChargedBack', paymentId: P1, ...lost, at: T2 };
    const twice = [
      ...placed,
      claimed(P2, TOTAL),
      ...failed(P2),
      ...paidBy(P1, TOTAL),
      orderCaptured(P2, TOTAL),
    ];
    expect(excessAmount(orderAfter(...twice))).toEqual(TOTAL);
    given(orderAggregate, ...twice)
      .when(hear(facts))
      .thenEvents(chargedBack);
    given(orderAggregate, ...twice, chargedBack)
      .when(hear(facts))
      .thenNothing();
    expect(excessAmount(orderAfter(...twice, chargedBack))).toEqual(usd(0));
  });

  it('and ends, if it was to, when the last of it is back', () => {
    const cancelling: OrderEvent = {
      type: 'OrderCancellationRequested',
      by: 'c',
      reason: 'r',
      into: 'Expired',
      at: T2,
    };
    const all = refundRequested('r', P1, TOTAL);
    const facts = factsOf(P1, {
      captures,
      released: 'captured',
      refunds: [{ refundId: 'r', amount: TOTAL }],
    });
    given(orderAggregate, ...placed, ...paidBy(P1, TOTAL), cancelling, all)
      .when(hear(facts))
      .thenEvents(applied('r', 10_000), { type: 'OrderExpired', orderId: ORDER_ID, at: T2 });
  });
});

describe('what an order says of its payments is', () => {
  const half = usd(5_000);
  it.each<[OrderPaymentStatus, OrderEvent[]]>([
    ['Unpaid', []],
    ['Unpaid', [claimed(P1, TOTAL), ...failed()]],
    ['Pending', [claimed(P1, half)]],
    ['PartiallyAuthorized', [claimed(P1, half), orderAuthorized(P1, half)]],
    ['Authorized', [claimed(P1, TOTAL), orderAuthorized(P1, TOTAL)]],
    ['PartiallyPaid', [claimed(P1, half), orderCaptured(P1, half)]],
    ['Paid', paidBy(P1, TOTAL)],
    ['Overpaid', [claimed(P1, TOTAL), orderCaptured(P1, usd(10_001))]],
    ['PartiallyRefunded', [...paidBy(P1, TOTAL), refundRequested('r', P1, half), applied('r', 5_000)]],
    ['Refunded', [...paidBy(P1, TOTAL), refundRequested('r', P1, TOTAL), applied('r', 10_000)]],
    [
      'Paid',
      [claimed(P1, TOTAL), orderCaptured(P1, usd(10_001)), refundRequested('r', P1, usd(1)), applied('r', 1)],
    ],
    [
      'Overpaid',
      [claimed(P1, TOTAL), orderCaptured(P1, usd(10_002)), refundRequested('r', P1, usd(1)), applied('r', 1)],
    ],
  ])('%s', (status, events) => expect(orderPaymentStatus(orderAfter(...placed, ...events))).toBe(status));

  it('what is due: captured money lessens it, open claims and refunds do not change it', () => {
    const claims = orderAfter(...placed, claimed(P1, half));
    expect([outstanding(claims), claimable(claims)]).toEqual([TOTAL, half]);
    const back = orderAfter(
      ...placed,
      ...paidBy(P1, TOTAL),
      refundRequested('r', P1, half),
      applied('r', 5_000),
    );
    expect([outstanding(back), claimable(back)]).toEqual([usd(0), usd(0)]);
  });
});
