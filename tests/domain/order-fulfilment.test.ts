import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LineQuantity, OrderEvent, ShippedLine } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import {
  cancelFulfilment,
  createFulfilment,
  deliverFulfilment,
  receiveReturn,
  requestReturn,
  shareOfUnits,
  shipFulfilment,
} from '../../src/domain/orders/order-fulfilment.ts';
import { applyPayment } from '../../src/domain/orders/order-payments.ts';
import { fulfilmentStatus, type FulfilmentStatus, type Order } from '../../src/domain/orders/order.ts';
import { amountMinor } from '../support/arbitraries.ts';
import { given } from '../support/given.ts';
import {
  capturedFacts,
  claimed,
  confirmed,
  ORDER_ID,
  orderAfter,
  orderAuthorized,
  paidBy,
  paymentIdOf,
  released,
  shopping,
  SHOPPING_TOTAL as TOTAL,
  T2,
  usd,
} from './samples.ts';

const P1 = paymentIdOf(1);
const paid = [...shopping(), ...paidBy(P1, TOTAL)];
const ALL: LineQuantity[] = [
  { lineId: '1', quantity: 3 },
  { lineId: '2', quantity: 2 },
];
const teapots = (quantity: number): LineQuantity[] => [{ lineId: '1', quantity }];

const packed = (fulfilmentId: string, lines: readonly LineQuantity[] = ALL): OrderEvent => ({
  type: 'FulfilmentCreated',
  fulfilmentId,
  lines,
  at: T2,
});
const PRICES: Record<string, number> = { '1': 1_000, '2': 500 };
const sold = (lines: readonly LineQuantity[]): ShippedLine[] =>
  lines.map((line) => ({ ...line, net: usd(PRICES[line.lineId]! * line.quantity), tax: usd(0) }));
const shipped = (fulfilmentId: string, lines = ALL, shipping = 500): OrderEvent => ({
  type: 'FulfilmentShipped',
  fulfilmentId,
  lines: sold(lines),
  shipping: usd(shipping),
  tracking: null,
  at: T2,
});
const delivered = (fulfilmentId: string): OrderEvent => ({
  type: 'FulfilmentDelivered',
  fulfilmentId,
  at: T2,
});
const unpacked = (fulfilmentId: string): OrderEvent => ({
  type: 'FulfilmentCancelled',
  fulfilmentId,
  reason: 'damaged',
  at: T2,
});
const completed: OrderEvent = { type: 'OrderCompleted', orderId: ORDER_ID, at: T2 };
const returning = (returnId: string, lines: readonly LineQuantity[] = ALL): OrderEvent => ({
  type: 'ReturnRequested',
  returnId,
  lines,
  reason: 'broken',
  at: T2,
});
const received = (returnId: string): OrderEvent => ({ type: 'ReturnReceived', returnId, at: T2 });

const pack =
  (lines?: readonly LineQuantity[], fulfilmentId = 'f2') =>
  (order: Order) =>
    createFulfilment({ fulfilmentId, ...(lines && { lines }), at: T2 }, order);
const ship = (order: Order) => shipFulfilment({ fulfilmentId: 'f', tracking: null, at: T2 }, order);
const deliver = (order: Order) => deliverFulfilment({ fulfilmentId: 'f', at: T2 }, order);
const unpack = (order: Order) => cancelFulfilment({ fulfilmentId: 'f', reason: 'damaged', at: T2 }, order);
const giveBack = (lines?: readonly LineQuantity[]) => (order: Order) =>
  requestReturn({ returnId: 'r2', ...(lines && { lines }), reason: 'broken', at: T2 }, order);
const receive = (order: Order) => receiveReturn({ returnId: 'r', at: T2 }, order);

describe('a fulfilment', () => {
  it('takes all that is left when no lines are named, or those that are', () => {
    given(orderAggregate, ...paid)
      .when(pack())
      .thenEvents(packed('f2'));
    given(orderAggregate, ...paid, packed('f', teapots(2)))
      .when(pack())
      .thenEvents(
        packed('f2', [
          { lineId: '1', quantity: 1 },
          { lineId: '2', quantity: 2 },
        ]),
      );
    given(orderAggregate, ...paid)
      .when(pack([...teapots(1), ...teapots(2)]))
      .thenEvents(packed('f2', teapots(3)));
  });

  it('takes again what another that was cancelled let go', () =>
    given(orderAggregate, ...paid, packed('f'), unpacked('f'))
      .when(pack())
      .thenEvents(packed('f2')));

  it('is possible on the promise of a bank', () =>
    given(orderAggregate, ...shopping(), claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), confirmed())
      .when(pack())
      .thenEvents(packed('f2')));

  it('is refused on an order that is not there, not confirmed, or over', () => {
    given(orderAggregate).when(pack()).thenRejected('order-not-found');
    const cancelling: OrderEvent = {
      type: 'OrderCancellationRequested',
      by: 'c',
      reason: 'r',
      into: 'Cancelled',
      at: T2,
    };
    for (const events of [shopping(), [...paid, cancelling], [...paid, completed]])
      given(orderAggregate, ...events)
        .when(pack())
        .thenRejected('order-not-fulfillable');
  });

  it('is refused once the bank took back its promise', () =>
    given(
      orderAggregate,
      ...[
        ...shopping(),
        claimed(P1, TOTAL),
        orderAuthorized(P1, TOTAL),
        confirmed(),
        released(P1, 'expired'),
      ],
    )
      .when(pack())
      .thenRejected('order-not-fulfillable', { status: 'Unpaid' }));

  it('is refused of more than is left, of a line that is not there, or of nothing', () => {
    given(orderAggregate, ...paid, packed('f', teapots(2)))
      .when(pack([{ lineId: '2', quantity: 1 }, ...teapots(2)]))
      .thenRejected('quantity-exceeds-available', { field: 'items/1/quantity', available: 1 });
    given(orderAggregate, ...paid)
      .when(pack([...teapots(2), ...teapots(2)]))
      .thenRejected('quantity-exceeds-available', { field: 'items/1/quantity', available: 3 });
    given(orderAggregate, ...paid)
      .when(pack([{ lineId: '9', quantity: 1 }]))
      .thenRejected('line-unknown', { field: 'items/0/lineId', lineId: '9' });
    given(orderAggregate, ...paid, packed('f'))
      .when(pack())
      .thenRejected('quantity-exceeds-available', { available: 0 });
  });
});

describe('a parcel', () => {
  it('is sold with its share of the line as it leaves, the first one with the shipping', () => {
    given(orderAggregate, ...paid, packed('f', teapots(2)))
      .when(ship)
      .thenEvents(shipped('f', teapots(2)));
    const first = [packed('f0', teapots(1)), shipped('f0', teapots(1))];
    given(orderAggregate, ...paid, ...first, packed('f', teapots(2)))
      .when(ship)
      .thenEvents(shipped('f', teapots(2), 0));
  });

  it('completes the order when it is the last to arrive', () => {
    given(orderAggregate, ...paid, packed('f'), shipped('f'))
      .when(deliver)
      .thenEvents(delivered('f'), completed);
    given(orderAggregate, ...paid, packed('f', teapots(1)), shipped('f', teapots(1)))
      .when(deliver)
      .thenEvents(delivered('f'));
  });

  it('that arrived before it was paid for completes the order when it is', () => {
    const promised = [...shopping(), claimed(P1, TOTAL), orderAuthorized(P1, TOTAL), confirmed()];
    const arrived = [packed('f'), shipped('f'), delivered('f')];
    const news = applyPayment(capturedFacts(P1, TOTAL), T2, orderAfter(...promised, ...arrived));
    expect(news.at(-1)).toEqual(completed);
  });

  it('may be unpacked before it leaves', () =>
    given(orderAggregate, ...paid, packed('f'))
      .when(unpack)
      .thenEvents(unpacked('f')));

  it.each<[string, OrderEvent[], (order: Order) => ReturnType<typeof ship>]>([
    ['shipped', [packed('f'), shipped('f')], ship],
    ['shipped after it arrived', [packed('f'), shipped('f'), delivered('f')], ship],
    ['delivered', [packed('f'), shipped('f'), delivered('f')], deliver],
    ['unpacked', [packed('f'), unpacked('f')], unpack],
  ])('is not %s twice', (_what, events, again) =>
    given(orderAggregate, ...paid, ...events)
      .when(again)
      .thenNothing(),
  );

  it.each<[string, OrderEvent[], (order: Order) => ReturnType<typeof ship>, string]>([
    ['shipped once it was unpacked', [packed('f'), unpacked('f')], ship, 'Cancelled'],
    ['delivered before it left', [packed('f')], deliver, 'Created'],
    ['unpacked after it left', [packed('f'), shipped('f')], unpack, 'Shipped'],
  ])('is not %s', (_what, events, step, status) =>
    given(orderAggregate, ...paid, ...events)
      .when(step)
      .thenRejected('fulfilment-not-in-state', { status }),
  );

  it('is refused to be moved when it or its order is not there', () => {
    for (const step of [ship, deliver, unpack]) {
      given(orderAggregate, ...paid, packed('other'))
        .when(step)
        .thenRejected('fulfilment-not-found');
      given(orderAggregate).when(step).thenRejected('order-not-found');
    }
  });

  it('is worth so much that all parcels of a line sum to the line', () => {
    const parcels = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(amountMinor, parcels, (whole, counts) => {
        const units = counts.reduce((sum, count) => sum + count, 0);
        let before = 0;
        let worth = 0n;
        for (const count of counts) {
          const share = shareOfUnits(usd(whole), units, before, count).amountMinor;
          expect(share >= 0n).toBe(true);
          worth += share;
          before += count;
        }
        expect(worth).toBe(whole);
      }),
    );
  });
});

describe('a return', () => {
  const sent = [...paid, packed('f'), shipped('f')];

  it('announces what was shipped and is not on its way back', () => {
    given(orderAggregate, ...sent)
      .when(giveBack())
      .thenEvents(returning('r2'));
    given(orderAggregate, ...sent, returning('r', teapots(1)))
      .when(giveBack(teapots(2)))
      .thenEvents(returning('r2', teapots(2)));
  });

  it('is received once', () => {
    given(orderAggregate, ...sent, returning('r'))
      .when(receive)
      .thenEvents(received('r'));
    given(orderAggregate, ...sent, returning('r'), received('r'))
      .when(receive)
      .thenNothing();
  });

  it('is refused of what was not shipped, or is on its way back already', () => {
    given(orderAggregate, ...paid, packed('f'))
      .when(giveBack())
      .thenRejected('order-not-returnable');
    given(orderAggregate, ...paid, packed('f', teapots(1)), shipped('f', teapots(1)))
      .when(giveBack(teapots(2)))
      .thenRejected('quantity-exceeds-available', { available: 1 });
    given(orderAggregate, ...sent, returning('r'))
      .when(giveBack())
      .thenRejected('quantity-exceeds-available', { available: 0 });
    given(orderAggregate, ...sent)
      .when(giveBack([{ lineId: '9', quantity: 1 }]))
      .thenRejected('line-unknown', { lineId: '9' });
  });

  it('is refused when it or its order is not there', () => {
    given(orderAggregate).when(giveBack()).thenRejected('order-not-found');
    given(orderAggregate).when(receive).thenRejected('order-not-found');
    given(orderAggregate, ...sent)
      .when(receive)
      .thenRejected('return-not-found');
  });
});

describe('how far an order has come to its customer is', () => {
  it.each<[FulfilmentStatus, OrderEvent[]]>([
    ['None', [packed('f')]],
    ['Partial', [packed('f', teapots(3)), shipped('f', teapots(3))]],
    ['Fulfilled', [packed('f'), shipped('f')]],
    ['Fulfilled', [packed('f'), shipped('f'), returning('r')]],
    ['Returned', [packed('f'), shipped('f'), returning('r'), received('r')]],
  ])('%s', (status, events) => expect(fulfilmentStatus(orderAfter(...paid, ...events))).toBe(status));
});
