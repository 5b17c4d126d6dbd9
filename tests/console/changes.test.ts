import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../console/src/pages/orders/changes.ts';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const line = { lineId: '1', productName: 'Cup', quantity: 2, net: usd(1798) };
const order = {
  orderId: 'o',
  status: 'Created',
  items: [line],
  totals: { grand: usd(1798) },
  payments: [] as object[],
  expiresAt: null as string | null,
  version: 1,
  updatedAt: '2026-01-01T00:00:00.000Z',
};

const told = (before: object | undefined, after: object | undefined) =>
  changesBetween(before, after).map(({ at, before: was, after: is }) => [at, was, is]);

describe('what changed', () => {
  it('is nothing where nothing did', () => {
    expect(told(order, structuredClone(order))).toEqual([]);
  });

  it('does not tell of the version and the time, which every event changes', () => {
    expect(told(order, { ...order, version: 2, updatedAt: '2026-01-02T00:00:00.000Z' })).toEqual([]);
  });

  it('names a field with what it was and what it is', () => {
    expect(told(order, { ...order, status: 'Confirmed' })).toEqual([['status', 'Created', 'Confirmed']]);
  });

  it('tells of money as one value, though only its amount changed', () => {
    expect(told(order, { ...order, totals: { grand: usd(899) } })).toEqual([
      ['totals/grand', usd(1798), usd(899)],
    ]);
  });

  it('knows the elements of a list by their ids, not by their places', () => {
    const tray = { lineId: '2', productName: 'Tray', quantity: 1, net: usd(2500) };
    const before = { ...order, items: [line, tray] };
    const after = { ...order, items: [{ ...tray, quantity: 3 }, line] };
    expect(told(before, after)).toEqual([['items/2/quantity', 1, 3]]);
  });

  it('tells of an element that came, field by field, without its id', () => {
    const after = { ...order, payments: [{ paymentId: 'p', amount: usd(1798), status: 'Pending' }] };
    expect(told(order, after)).toEqual([
      ['payments/p/amount', undefined, usd(1798)],
      ['payments/p/status', undefined, 'Pending'],
    ]);
  });

  it('tells of an element that went', () => {
    expect(told(order, { ...order, items: [] })).toEqual([
      ['items/1/productName', 'Cup', undefined],
      ['items/1/quantity', 2, undefined],
      ['items/1/net', usd(1798), undefined],
    ]);
  });

  it('takes null, an empty list and what is not there for the same nothing', () => {
    const { payments: _, expiresAt: __, ...without } = order;
    expect(told(order, without)).toEqual([]);
  });

  it('compares lists of plain values as one value', () => {
    expect(told({ inFlight: ['authorize'] }, { inFlight: [] })).toEqual([['inFlight', ['authorize'], []]]);
  });

  it('of what began, tells all that it is', () => {
    expect(told(undefined, { status: 'Created', items: [line] })).toEqual([
      ['status', undefined, 'Created'],
      ['items/1/productName', undefined, 'Cup'],
      ['items/1/quantity', undefined, 2],
      ['items/1/net', undefined, usd(1798)],
    ]);
  });

  it('names the way to a value, with the list that an element is of', () => {
    const [change] = changesBetween(order, { ...order, items: [{ ...line, quantity: 3 }] });
    expect(change?.path).toEqual([{ field: 'items' }, { of: 'items', id: '1' }, { field: 'quantity' }]);
  });
});
