import { beforeEach, describe, expect, it } from 'vitest';
import { openGate } from '../../src/api/admission.ts';
import { countAttempts, networkOf } from '../../src/api/attempts.ts';

const OPTIONS = { inWorkMax: 2, queueMax: 3, waitMs: 50, patienceMs: 10_000, isLate: () => false };

describe('a gate', () => {
  let at: number;
  beforeEach(() => {
    at = 0;
  });
  const open = (over = {}) => openGate({ ...OPTIONS, ...over }, () => at);

  it('lets in as many as may be in work, and the next as places become free, in their order', async () => {
    const gate = open();
    expect([gate.enter(), gate.enter()]).toEqual([true, true]);
    const order: string[] = [];
    const waiting = ['a', 'b', 'c'].map(async (name) => {
      expect(await gate.enter()).toBe(true);
      order.push(name);
    });
    expect(gate.sizes()).toEqual({ inWork: 2, waiting: 3 });
    for (let n = 0; n < 3; n++) gate.leave();
    await Promise.all(waiting);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(gate.sizes()).toEqual({ inWork: 2, waiting: 0 });
    gate.leave();
    gate.leave();
    expect(gate.sizes()).toEqual({ inWork: 0, waiting: 0 });
  });

  it('takes a burst that comes at once, up to the length of its queue', () => {
    const gate = open();
    const entered = Array.from({ length: 7 }, () => gate.enter());
    expect(entered.slice(5)).toEqual([false, false]);
    expect(gate.isFull()).toBe(true);
    expect(gate.sizes()).toEqual({ inWork: 2, waiting: 3 });
    for (let n = 0; n < 5; n++) gate.leave();
  });

  it('lets nobody join a queue whose first has waited for too long, and again those who come when it has gone', () => {
    const gate = open();
    for (let n = 0; n < 3; n++) void gate.enter();
    at = 50;
    expect(gate.isFull()).toBe(false);
    at = 51;
    expect(gate.isFull()).toBe(true);
    expect(gate.enter()).toBe(false);
    gate.leave();
    expect(gate.isFull()).toBe(false);
    expect(gate.enter()).toBeInstanceOf(Promise);
    for (let n = 0; n < 3; n++) gate.leave();
    expect(gate.sizes()).toEqual({ inWork: 0, waiting: 0 });
  });

  it('has a quarter of its places, and no queue, while the event loop is late', () => {
    let late = true;
    const gate = open({ inWorkMax: 8, isLate: () => late });
    expect([gate.enter(), gate.enter(), gate.enter()]).toEqual([true, true, false]);
    late = false;
    expect(gate.enter()).toBe(true);
  });

  it('tells those who waited in vain', async () => {
    const gate = open({ inWorkMax: 1, patienceMs: 10 });
    void gate.enter();
    expect(await gate.enter()).toBe(false);
    expect(gate.sizes()).toEqual({ inWork: 1, waiting: 0 });
  });
});

describe('an address', () => {
  it('is blocked for the rest of a minute in which it failed too often', () => {
    let at = 0;
    const attempts = countAttempts(3, () => at);
    for (let n = 0; n < 3; n++) {
      expect(attempts.blockedForSeconds('192.0.2.1')).toBe(0);
      attempts.failed('192.0.2.1');
    }
    at = 20_000;
    expect(attempts.blockedForSeconds('192.0.2.1')).toBe(40);
    expect(attempts.blockedForSeconds('192.0.2.2')).toBe(0);
    at = 60_000;
    expect(attempts.blockedForSeconds('192.0.2.1')).toBe(0);
  });

  it('that had a valid key is not', () => {
    const attempts = countAttempts(1, () => 0);
    attempts.succeeded('192.0.2.1');
    attempts.failed('192.0.2.1');
    attempts.failed('192.0.2.1');
    expect(attempts.blockedForSeconds('192.0.2.1')).toBe(0);
  });

  it('takes no more memory than that of ten thousand, however many there are', () => {
    const attempts = countAttempts(1, () => 0);
    for (let n = 0; n < 10_001; n++) attempts.failed(`10.0.${n >> 8}.${n & 255}`);
    expect(attempts.blockedForSeconds('10.0.0.0')).toBe(0); // forgotten
    expect(attempts.blockedForSeconds('10.0.0.1')).toBe(60);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8:0:0'],
    ['2001:db8::2', '2001:db8:0:0'],
    ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0'],
    ['2001:0db8:0000:0001::1', '2001:db8:0:1'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
