import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createdKey,
  happeningOf,
  newest,
  type Happening,
} from '../../console/src/pages/overview/happenings.ts';

const told = (type: string, data: Readonly<Record<string, unknown>>) => ({ type, messageId: 'm1', data });

const processed = (isSuccessful: boolean) =>
  happeningOf(
    told('payment.processed.v1', { orderId: 'o', isSuccessful, processedAt: '2026-03-01T12:00:00Z' }),
  );

const happening = (key: string, second: number): Happening => ({
  key,
  what: key,
  at: `2026-03-01T12:00:${String(second).padStart(2, '0')}.000Z`,
  orderId: 'o',
  money: undefined,
});

describe('what the feed shows', () => {
  it('is told in words, with its order, its moment and its amount', () => {
    const amount = { amount: 1_250, currency: 'EUR' };
    const captured = told('order.payment_captured.v1', {
      orderId: 'o1',
      amount,
      capturedAt: '2026-03-01T12:00:00Z',
    });
    expect(happeningOf(captured)).toEqual({
      key: 'm1',
      what: 'Payment captured',
      at: '2026-03-01T12:00:00Z',
      orderId: 'o1',
      money: amount,
    });
  });

  it('tells a payment that succeeded from one that failed', () => {
    expect([processed(true)?.what, processed(false)?.what]).toEqual(['Payment succeeded', 'Payment failed']);
  });

  it('has words for every message of the service', () => {
    const { components } = JSON.parse(readFileSync('asyncapi.json', 'utf8')) as {
      components: { messages: Record<string, unknown> };
    };
    const types = Object.keys(components.messages).filter((name) => name.endsWith('.v1'));
    const words = types.map(
      (type) => happeningOf(told(type, { orderId: 'o', at: '', createdAt: '2026-03-01T12:00:00Z' }))?.what,
    );
    expect(types.length).toBeGreaterThan(10);
    expect(words.filter((what) => what === undefined || !/^[A-Z]/.test(what))).toEqual([]);
  });

  it('leaves out what is about no order', () => {
    expect(happeningOf(told('unreadable', {}))).toBeUndefined();
  });
});

describe('the newest', () => {
  it('come first, fifteen of them', () => {
    const all = Array.from({ length: 20 }, (_, second) => happening(String(second), second));
    expect(newest(all).map(({ key }) => key)).toEqual(
      Array.from({ length: 15 }, (_, index) => String(19 - index)),
    );
  });

  it('show an order once, whether it was there or was told of', () => {
    const created = happeningOf(
      told('order.created.v1', { orderId: 'o', createdAt: '2026-03-01T12:00:05.000Z' }),
    );
    expect(created?.key).toBe(createdKey('o'));
    expect(newest([...(created ? [created] : []), happening(createdKey('o'), 5)])).toEqual([created]);
  });

  it('keep the order in which they were given within one moment', () => {
    expect(newest([happening('b', 1), happening('a', 1)]).map(({ key }) => key)).toEqual(['b', 'a']);
  });
});
