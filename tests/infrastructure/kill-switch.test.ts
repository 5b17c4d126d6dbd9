import { describe, expect, it } from 'vitest';
import { openKillSwitch } from '../../src/infrastructure/consumers/kill-switch.ts';
import { attempt } from '../../src/infrastructure/rabbitmq/attempts.ts';
import { groupIdOf, textOfFault } from '../../src/infrastructure/dead-letters/faults.ts';

const OPTIONS = { windowMs: 1_000, messagesMin: 10, failuresMax: 0.5, probeAfterMs: 300 };

function clocked() {
  let at = 0;
  const killSwitch = openKillSwitch(OPTIONS, () => at);
  const fail = (times: number): void => {
    for (let n = 0; n < times; n++) killSwitch.failed();
  };
  return { killSwitch, fail, pass: (ms: number) => (at += ms) };
}

describe('a kill switch', () => {
  it('concludes nothing from a few messages', () => {
    const { killSwitch, fail } = clocked();
    fail(9);
    expect(killSwitch.isOpen()).toBe(false);
    fail(1);
    expect(killSwitch.isOpen()).toBe(true);
  });

  it('opens when more than its share fails, not when just that does', () => {
    const { killSwitch, fail } = clocked();
    killSwitch.succeeded(10);
    fail(10);
    expect(killSwitch.isOpen()).toBe(false);
    fail(1);
    expect(killSwitch.isOpen()).toBe(true);
  });

  it('looks back no further than its window', () => {
    const { killSwitch, fail, pass } = clocked();
    killSwitch.succeeded(1_000);
    pass(600);
    fail(9);
    expect(killSwitch.isOpen()).toBe(false);
    pass(500); // the successes are out of sight, the failures are not
    fail(1);
    expect(killSwitch.isOpen()).toBe(true);
    const other = clocked();
    other.fail(9);
    other.pass(1_000);
    other.fail(9);
    expect(other.killSwitch.isOpen()).toBe(false);
  });

  it('waits before each probe, again after one that fails, and closes with one that does not', () => {
    const { killSwitch, fail, pass } = clocked();
    fail(10);
    expect(killSwitch.waitMs()).toBe(300);
    pass(200);
    expect(killSwitch.waitMs()).toBe(100);
    pass(100);
    expect(killSwitch.waitMs()).toBe(0);
    expect(killSwitch.isOpen()).toBe(true);
    killSwitch.succeeded(0); // nothing that concerns it
    expect(killSwitch.isOpen()).toBe(true);
    fail(1);
    expect(killSwitch.waitMs()).toBe(300);
    killSwitch.succeeded(1);
    expect(killSwitch.isOpen()).toBe(false);
    fail(9); // those from before it was open do not count any more
    expect(killSwitch.isOpen()).toBe(true);
  });
});

it('an attempt at a message is not begun while its consumer is paused', async () => {
  let begun = 0;
  const work = (): Promise<void> => {
    begun++;
    return Promise.reject(new Error('never'));
  };
  const { signal } = new AbortController();
  const options = { attemptsMax: 3, signal, isPaused: () => begun === 1, onOutage: () => {} };
  expect(await attempt(work, options)).toEqual({ kind: 'interrupted' });
  expect(await attempt(work, options)).toEqual({ kind: 'interrupted' });
  expect(begun).toBe(1);
});

const at = (...frames: string[]): string =>
  ['TypeError: x', ...frames.map((one) => `    at ${one}`)].join('\n');
const stack = at('apply (file:///app/dist/a.js:12:3)', 'async run (/app/dist/b.js:4:5)');
const group = (of: string, type = 'TypeError', consumer = 'c') => groupIdOf(consumer, { type, stack: of });

describe('the group of a fault', () => {
  it.each([
    ['lines and columns', at('apply (file:///app/dist/a.js:99:1)', 'async run (/app/dist/b.js:4:50)')],
    ['folders', at('apply (file:///srv/x/a.js:12:3)', 'async run (a.b/c/b.js:4:5)')],
    ['waits', at('apply (/app/a.js:12:3)', 'process.x (node:internal/process:1:2)', 'run (/app/b.js:4:5)')],
    ['lanes', at('apply (/app/a.js:1:3)', 'async Promise.all (index 3)', 'run (/app/b.js:4:5)')],
  ])('is the same whatever its %s', (_what, other) => {
    expect(group(other)).toBe(group(stack));
  });

  it('is another for another consumer, type, function or file', () => {
    const others = [
      group(stack, 'RangeError'),
      group(stack, 'TypeError', 'd'),
      group(at('other (/app/a.js:12:3)', 'run (/app/b.js:4:5)')),
      group(at('apply (/app/c.js:12:3)', 'run (/app/b.js:4:5)')),
    ];
    expect(new Set([group(stack), ...others]).size).toBe(5);
  });

  it('has text that PostgreSQL takes and a header holds', () => {
    const { message, stack: text } = textOfFault(new Error(`a\0b${'x'.repeat(100_000)}`));
    expect(message).toMatch(/^a\uFFFDb/);
    expect(message.length + text.length).toBeLessThan(10_000);
  });
});
