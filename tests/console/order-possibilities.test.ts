import { describe, expect, it } from 'vitest';
import {
  heldMinor,
  isPossible,
  keptMinor,
  leftToFulfil,
  leftToReturn,
  ORDER_ACTIONS,
  type OrderState,
} from '../../console/src/pages/orders/order-possibilities.ts';

const confirmed: OrderState = {
  status: 'Confirmed',
  paymentStatus: 'Paid',
  items: [
    { lineId: '1', quantity: 3 },
    { lineId: '2', quantity: 2 },
  ],
  fulfilments: [],
  returns: [],
};

const withFulfilments = (...statuses: readonly string[]): OrderState => ({
  ...confirmed,
  fulfilments: statuses.map((status, index) => ({
    fulfilmentId: `f${index}`,
    status,
    items: [{ lineId: '1', quantity: 1 }],
  })),
});

const paid = (amount: number, refunded: number) => ({
  paidAmount: { amount },
  refundedAmount: { amount: refunded },
  payments: [],
});

const possible = (order: OrderState): string[] => ORDER_ACTIONS.filter((action) => isPossible(action, order));

describe('what an order page offers', () => {
  it('is to fulfil or to cancel one that is paid', () => {
    expect(possible(confirmed)).toEqual(['fulfil', 'cancel']);
  });

  it('is to cancel one that waits for its payment', () => {
    expect(possible({ ...confirmed, status: 'Created', paymentStatus: 'Unpaid' })).toEqual(['cancel']);
  });

  it('is not to fulfil one whose bank let go of its promise', () => {
    expect(possible({ ...confirmed, paymentStatus: 'Unpaid' })).toEqual(['cancel']);
  });

  it('is to fulfil one of which a part was given back', () => {
    expect(possible({ ...confirmed, paymentStatus: 'PartiallyRefunded' })).toContain('fulfil');
  });

  it('is to ship or to cancel what is set aside, and not to cancel the order meanwhile', () => {
    expect(possible(withFulfilments('Created'))).toEqual(['fulfil', 'ship', 'abandon']);
  });

  it('is to say that what was shipped arrived, and to take it back', () => {
    expect(possible(withFulfilments('Shipped'))).toEqual(['fulfil', 'deliver', 'return']);
  });

  it('is to cancel the order again once its fulfilments are cancelled', () => {
    expect(possible(withFulfilments('Cancelled'))).toEqual(['fulfil', 'cancel']);
  });

  it('is to receive a return that was announced, even of an order that is completed', () => {
    const returned = {
      ...withFulfilments('Delivered'),
      status: 'Completed',
      returns: [{ returnId: 'r', status: 'Requested', items: [{ lineId: '1', quantity: 1 }] }],
    };
    expect(possible(returned)).toEqual(['receive']);
  });

  it.each(['Cancelling', 'Cancelled', 'Expired'])('is nothing for one that is %s', (status) => {
    expect(possible({ ...confirmed, status })).toEqual([]);
  });
});

describe('what is left of the lines of an order', () => {
  it('is what no shipment has, whatever was cancelled', () => {
    expect(leftToFulfil(withFulfilments('Created', 'Delivered', 'Cancelled'))).toEqual([
      { lineId: '1', quantity: 1 },
      { lineId: '2', quantity: 2 },
    ]);
  });

  it('can be returned once it left the house, and only once', () => {
    const order = withFulfilments('Created', 'Shipped', 'Delivered');
    const returns = [{ returnId: 'r', status: 'Requested', items: [{ lineId: '1', quantity: 1 }] }];
    expect(leftToReturn(order)[0]).toEqual({ lineId: '1', quantity: 2 });
    expect(leftToReturn({ ...order, returns })[0]).toEqual({ lineId: '1', quantity: 1 });
  });
});

describe('the money of an order that is cancelled', () => {
  it('is what was paid and has not gone back', () => {
    expect(keptMinor(paid(1000, 400))).toBe(600);
    expect(keptMinor(paid(1000, 1000))).toBe(0);
  });

  it('is held where a bank promised it and nobody took it', () => {
    const payments = [
      { status: 'Authorized', amount: { amount: 500 }, capturedAmount: { amount: 0 } },
      { status: 'PartiallyCaptured', amount: { amount: 500 }, capturedAmount: { amount: 200 } },
      { status: 'Completed', amount: { amount: 500 }, capturedAmount: { amount: 200 } },
      { status: 'Voided', amount: { amount: 500 }, capturedAmount: { amount: 0 } },
    ];
    expect(heldMinor({ ...paid(0, 0), payments })).toBe(800);
  });
});
