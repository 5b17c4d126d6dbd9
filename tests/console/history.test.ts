import { describe, expect, it } from 'vitest';
import { actorInWords, indexAt, positionBefore, stepsOf } from '../../console/src/pages/orders/history.ts';

const event = (eventId: string, commandId: string, causedBy: string | null = null, streamId = 'order') => ({
  eventId,
  commandId,
  causedBy,
  streamId,
  position: String(Number(eventId) * 10),
});

const HISTORY = [
  event('1', 'create'),
  event('2', 'create'),
  event('3', 'pay', null, 'payment'),
  event('4', 'pay'),
  event('5', 'settle', '3', 'payment'),
  event('6', 'confirm', '5'),
];

describe('the history of an order', () => {
  it('puts the events of one command into one step, in their order and with their numbers', () => {
    const numbers = stepsOf(HISTORY).map(({ entries }) => entries.map(({ number }) => number));
    expect(numbers).toEqual([[1, 2], [3, 4], [5], [6]]);
  });

  it('tells what led to a step, and how long the chain is', () => {
    const told = stepsOf(HISTORY).map(({ cause, depth }) => [cause?.number, depth]);
    expect(told).toEqual([
      [undefined, 0],
      [undefined, 0],
      [3, 1],
      [5, 2],
    ]);
  });

  it('takes a cause that is not of this history for one from outside', () => {
    expect(stepsOf([event('1', 'create', 'elsewhere')])).toMatchObject([{ cause: undefined, depth: 0 }]);
  });

  it('does not join what one command did before and after another', () => {
    const apart = [event('1', 'a'), event('2', 'b'), event('3', 'a')];
    expect(stepsOf(apart).map(({ key }) => key)).toEqual(['1', '2', '3']);
  });

  it('is empty without events', () => {
    expect(stepsOf([])).toEqual([]);
  });

  it('finds the last event that is not later than a position, by number and not by letter', () => {
    expect([10, 25, 60, 1_000].map((position) => indexAt(HISTORY, String(position)))).toEqual([0, 1, 5, 5]);
    expect(indexAt([event('9', 'a'), event('11', 'b')], '100')).toBe(0);
  });

  it('shows the first event where the position is before all', () => {
    expect(indexAt(HISTORY, '0')).toBe(0);
  });

  it('knows where the stream of an event was before it', () => {
    const before = HISTORY.map((each) => positionBefore(HISTORY, each));
    expect(before).toEqual([undefined, '10', undefined, '20', '30', '40']);
  });
});

describe('who did it', () => {
  it('is said in words', () => {
    expect(actorInWords('key:op_live_4f9a2c')).toBe('API key op_live_4f9a2c');
    expect(actorInWords('system:checkout')).toBe('System checkout');
  });

  it('is said as it is where it is of no kind that is known', () => {
    expect(actorInWords('somebody')).toBe('somebody');
    expect(actorInWords('user:ada')).toBe('user:ada');
  });
});
