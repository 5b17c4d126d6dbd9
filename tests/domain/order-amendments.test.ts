import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { amendOrder, type AmendedItem, type AmendOrder } from '../../src/domain/orders/order-lifecycle.ts';
import { excessAmount, outstanding } from '../../src/domain/orders/order.ts';
import { given } from '../support/given.ts';
import {
  claimed,
  confirmed,
  ORDER_ID,
  orderAfter,
  orderAuthorized,
  orderOf,
  paid,
  paidBy,
  paymentIdOf,
  refundRequested,
  T1,
  T2,
  usd,
  yen,
} from './samples.ts';

const TOTAL = usd(1_000);
const P1 = paymentIdOf(1);
const placed = orderOf(TOTAL);

const teapots = (quantity: number, rest: Partial<AmendedItem> = {}): AmendedItem => ({
  ...{ productId: 'teapot', productName: 'Teapot', unitPrice: usd(1_000) },
  quantity,
  ...rest,
});
const amendment = (items?: readonly [AmendedItem, ...AmendedItem[]]): AmendOrder => ({
  amendmentId: 'amendment-1',
  ...(items && { items }),
  reason: 'changed their mind',
  at: T2,
});
const amend = (command: AmendOrder) => (order: Parameters<typeof amendOrder>[1]) =>
  amendOrder(command, order);

function amended(history: readonly OrderEvent[], command: AmendOrder): OrderEvent[] {
  const decided = amendOrder(command, orderAfter(...history));
  if (!decided.ok) throw new Error(decided.error.code);
  return decided.value;
}

describe('amending an order', () => {
  it('states its lines and totals before and after', () => {
    const [event, ...rest] = amended(placed, amendment([teapots(2, { lineId: '1' })]));
    expect(rest).toEqual([]);
    expect(event).toMatchObject({
      type: 'OrderAmended',
      amendmentId: 'amendment-1',
      items: [{ lineId: '1', quantity: 2 }],
      totalsBefore: { grand: TOTAL },
      totalsAfter: { grand: usd(2_000) },
      reason: 'changed their mind',
    });
    expect(outstanding(orderAfter(...placed, event!))).toEqual(usd(2_000));
  });

  it('gives a new line a number of its own', () => {
    const [event] = amended(placed, amendment([teapots(1), teapots(2, { lineId: '1' })]));
    expect(event).toMatchObject({ items: [{ lineId: '2' }, { lineId: '1' }] });
  });

  it('may change the shipping alone', () => {
    const [event] = amended(placed, { ...amendment(), shipping: usd(300) });
    expect(event).toMatchObject({
      items: [{ lineId: '1', quantity: 1 }],
      totalsAfter: { grand: usd(1_300) },
    });
  });

  it('leaves a paid order confirmed, and the rest to be paid', () => {
    const events = [...placed, ...paidBy(P1, TOTAL)];
    const order = orderAfter(...events, ...amended(events, amendment([teapots(2)])));
    expect(order.status).toBe('Confirmed');
    expect(outstanding(order)).toEqual(TOTAL);
  });

  it('makes a paid order overpaid when it gets cheaper', () => {
    const events = [...placed, ...paidBy(P1, TOTAL)];
    const news = amended(events, amendment([teapots(1, { unitPrice: usd(600) })]));
    expect(news.slice(1)).toEqual([{ type: 'OrderOverpaid', orderId: ORDER_ID, excess: usd(400), at: T2 }]);
    expect(excessAmount(orderAfter(...events, ...news))).toEqual(usd(400));
  });

  it('confirms an order that now costs nothing', () =>
    expect(amended(placed, amendment([teapots(1, { discount: usd(1_000) })])).slice(1)).toEqual([
      confirmed(),
      paid(usd(0)),
    ]));

  it('confirms an order that is now covered by what was captured', () => {
    const half: OrderEvent[] = [...placed, claimed(P1, usd(500)), ...paidBy(P1, usd(500)).slice(1, 2)];
    const news = amended(half, amendment([teapots(1, { unitPrice: usd(500) })]));
    expect(news.slice(1)).toEqual([confirmed(), paid(usd(500))]);
  });
});

describe('an amendment is refused', () => {
  it('on an order that does not exist', () =>
    given(orderAggregate)
      .when(amend(amendment([teapots(1)])))
      .thenRejected('order-not-found'));

  it.each<[string, OrderEvent[]]>([
    [
      'is cancelled',
      [{ type: 'OrderCancellationRequested', by: 'me', reason: 'no', into: 'Cancelled', at: T1 }],
    ],
    [
      'is being fulfilled',
      [
        ...paidBy(P1, TOTAL),
        { type: 'FulfilmentCreated', fulfilmentId: 'f', lines: [{ lineId: '1', quantity: 1 }], at: T1 },
      ],
    ],
    ['has money on its way back', [...paidBy(P1, TOTAL), refundRequested('r', P1, usd(1))]],
  ])('once the order %s', (_what, events) =>
    given(orderAggregate, ...placed, ...events)
      .when(amend(amendment([teapots(2)])))
      .thenRejected('order-not-amendable'),
  );

  it('below what an open payment may yet take', () => {
    const cheaper = amendment([teapots(1, { unitPrice: usd(999) })]);
    for (const events of [
      [claimed(P1, TOTAL)],
      [claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), confirmed()],
    ])
      given(orderAggregate, ...placed, ...events)
        .when(amend(cheaper))
        .thenRejected('order-not-amendable');
  });

  it('when it names a line that is not there, or one twice', () => {
    given(orderAggregate, ...placed)
      .when(amend(amendment([teapots(1), teapots(1, { lineId: '9' })])))
      .thenRejected('line-unknown', { field: 'items/1/lineId', lineId: '9' });
    given(orderAggregate, ...placed)
      .when(amend(amendment([teapots(1, { lineId: '1' }), teapots(1, { lineId: '1' })])))
      .thenRejected('amount-invalid', { field: 'items/1/lineId' });
  });

  it('in another currency, or at a price that there is not', () => {
    given(orderAggregate, ...placed)
      .when(amend({ ...amendment([teapots(1, { unitPrice: yen(1) })]), shipping: yen(0) }))
      .thenRejected('currency-mismatch', { field: 'items/0/unitPrice', expected: 'USD', actual: 'JPY' });
    given(orderAggregate, ...placed)
      .when(amend(amendment([teapots(1, { discount: usd(1_001) })])))
      .thenRejected('amount-invalid', { field: 'items/0/discount' });
  });
});
