import { describe, expect, it } from 'vitest';
import {
  parkedOf,
  slowestOf,
  stoppedOf,
  totalLag,
  type Follower,
} from '../../console/src/pages/overview/machinery.ts';

const follower = (name: string, rest: Partial<Follower> = {}): Follower => ({
  name,
  status: 'running',
  lag: '0',
  behindMs: null,
  parked: 0,
  ...rest,
});

const FOLLOWERS = [
  follower('ledger', { lag: '9007199254740993', behindMs: 40, parked: 1 }),
  follower('activity', { lag: '2', behindMs: 90, status: 'paused', parked: 2 }),
  follower('activity', { status: 'paused' }),
  follower('checkout', { status: 'halted' }),
];

describe('the machinery in short', () => {
  it('is as far behind as all its parts together, exactly', () => {
    expect(totalLag(FOLLOWERS)).toBe(9_007_199_254_740_995n);
  });

  it('is as slow as the part whose next event waits longest', () => {
    expect(slowestOf(FOLLOWERS)).toEqual({ name: 'activity', behindMs: 90 });
  });

  it('has no slowest part where all are up to date', () => {
    expect(slowestOf([follower('ledger')])).toBeUndefined();
  });

  it('names what does not run once, on however many shards', () => {
    expect(stoppedOf(FOLLOWERS)).toEqual(['activity paused', 'checkout halted']);
  });

  it('counts the parked events of all', () => {
    expect(parkedOf(FOLLOWERS)).toBe(3);
  });
});
