import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent, RefundLine } from '../../src/domain/orders/order-events.ts';
import { planRefund, priceOfLines } from '../../src/domain/orders/order-refunds.ts';
import type { Order, PlacedOrder } from '../../src/domain/orders/order.ts';
import {
  created,
  orderAfter,
  orderFor,
  paidBy,
  paymentIdOf,
  shopping,
  SHOPPING_TOTAL,
  T2,
  usd,
} from './samples.ts';

const P1 = paymentIdOf(1);

const of = (
  lines: readonly RefundLine[],
  status: 'Requested' | 'Failed' = 'Requested',
  refundId = 'r',
): OrderEvent[] => {
  const amount = usd(lines.reduce((sum, line) => sum + line.amount.amountMinor, 0n));
  const plan = { type: 'OrderRefundRequested', refundId, paymentId: P1, amount, lines, at: T2 } as const;
  const requested: OrderEvent = { ...plan, source: { funds: amount, returns: usd(0), tax: usd(0) } };
  return status === 'Requested'
    ? [requested]
    : [requested, { type: 'OrderRefundReleased', refundId, paymentId: P1, amount, code: 'declined', at: T2 }];
};

/** Three pieces for 10.00, tax included: no piece costs a third of it. */
const threePieces = (): OrderEvent[] =>
  created({
    ...orderFor(usd(0)),
    items: [
      { productId: 'saucer', productName: 'Saucer', quantity: 3, unitPrice: usd(334), discount: usd(2) },
    ],
    pricesIncludeTax: true,
  });

const priceOf = (quantity: number, ...events: readonly OrderEvent[]) =>
  priceOfLines([{ lineId: '1', quantity }], orderAfter(...threePieces(), ...events));
const line = (quantity: number, amount: number): RefundLine => ({
  lineId: '1',
  quantity,
  amount: usd(amount),
});

describe('units of a line that go back cost', () => {
  it('their share, and the last of them what is left', () => {
    expect(priceOf(1)).toMatchObject({ value: [line(1, 333)] });
    expect(priceOf(2)).toMatchObject({ value: [line(2, 666)] });
    expect(priceOf(3)).toMatchObject({ value: [line(3, 1_000)] });
    expect(priceOf(1, ...of([line(1, 333)]), ...of([line(1, 333)], 'Requested', 's'))).toMatchObject({
      value: [line(1, 334)],
    });
  });

  it('again what they did before, when that refund failed', () => {
    expect(priceOf(3, ...of([line(3, 1_000)], 'Failed'))).toMatchObject({ value: [line(3, 1_000)] });
  });

  it('in all exactly the line, however they are split, and whichever of the refunds fail on the way', () => {
    const parts = fc.array(fc.record({ count: fc.integer({ min: 1, max: 3 }), fails: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(parts, (all) => {
        const events = threePieces();
        for (const [index, { count, fails }] of [
          ...all,
          ...[1, 2, 3].map(() => ({ count: 1, fails: false })),
        ].entries()) {
          const priced = priceOfLines([{ lineId: '1', quantity: count }], orderAfter(...events));
          if (priced.ok) events.push(...of(priced.value, fails ? 'Failed' : 'Requested', `r${index}`));
        }
        const { refunds } = orderAfter(...events);
        const back = refunds.filter(({ status }) => status === 'Requested');
        expect(back.reduce((sum, { amount }) => sum + amount.amountMinor, 0n)).toBe(1_000n);
      }),
    );
  });

  it('nothing that can be said, when there are not so many, no such line, or no order', () => {
    expect(priceOf(2, ...of([line(2, 666)]))).toMatchObject({
      ok: false,
      error: { code: 'quantity-exceeds-available', available: 1 },
    });
    expect(priceOfLines([{ lineId: '9', quantity: 1 }], orderAfter(...threePieces()))).toMatchObject({
      ok: false,
      error: { code: 'line-unknown' },
    });
    const absent: Order = { status: 'absent' };
    expect(priceOfLines([{ lineId: '1', quantity: 1 }], absent)).toMatchObject({
      ok: false,
      error: { code: 'order-not-found' },
    });
  });
});

const plan = (amount: number | bigint, order: PlacedOrder) =>
  planRefund({ refundId: 'r', paymentId: P1, amount: usd(amount), lines: [], at: T2 }, order);

describe('the money of a refund comes', () => {
  const paid = [...shopping(), ...paidBy(P1, SHOPPING_TOTAL)];
  const shipped: OrderEvent[] = [
    { type: 'FulfilmentCreated', fulfilmentId: 'f', lines: [{ lineId: '1', quantity: 3 }], at: T2 },
    {
      type: 'FulfilmentShipped',
      fulfilmentId: 'f',
      lines: [{ lineId: '1', quantity: 3, net: usd(2_400), tax: usd(600) }],
      shipping: usd(500),
      tracking: null,
      at: T2,
    },
  ];

  it('from what is not earned, before anything is sold', () => {
    const source = { funds: usd(4_500), returns: usd(0), tax: usd(0) };
    expect(plan(4_500, orderAfter(...paid)).source).toEqual(source);
  });

  it('from what is not earned first, then from the sales, their tax with them', () => {
    const order = orderAfter(...paid, ...shipped);
    expect(plan(1_000, order).source).toEqual({ funds: usd(1_000), returns: usd(0), tax: usd(0) });
    expect(plan(1_700, order).source).toEqual({ funds: usd(1_000), returns: usd(580), tax: usd(120) });
  });

  it('once only from what is not earned', () => {
    const order = orderAfter(...paid, ...shipped, plan(1_000, orderAfter(...paid, ...shipped)));
    expect(plan(700, order).source).toEqual({ funds: usd(0), returns: usd(580), tax: usd(120) });
  });

  it('from parts that are its whole, and none of them below zero', () => {
    const order = orderAfter(...paid, ...shipped);
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 4_500n }),
        fc.bigInt({ min: 1n, max: 4_500n }),
        (first, second) => {
          const before = plan(first, order);
          const { source } = plan(second, orderAfter(...paid, ...shipped, before));
          const parts = [source.funds, source.returns, source.tax].map((part) => part.amountMinor);
          expect(parts.every((part) => part >= 0n)).toBe(true);
          expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(second);
        },
      ),
    );
  });
});
