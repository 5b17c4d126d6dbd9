import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judge,
  RETRY_AFTER_MAX_SECONDS,
  RETRY_SECONDS,
  type Verdict,
} from '../../src/domain/webhooks/delivery.ts';
import { tellOutage, webhookOutageAggregate, type OutageFacts } from '../../src/domain/webhooks/outage.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import { InvariantViolation } from '../../src/domain/shared/invariant.ts';

const HOUR = 3_600;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failure = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: 300, max: 599 }).filter((status) => status !== 410),
);

const waitOf = (verdict: Verdict): number => {
  if (verdict.kind !== 'retry') throw new Error(verdict.kind);
  return verdict.afterSeconds;
};

describe('an attempt', () => {
  it('that is answered with 2xx has succeeded, and with nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.nat(20), random, (statusCode, retries, chance) => {
        const { kind } = judge({ statusCode }, retries, chance);
        expect(kind === 'succeeded').toBe(statusCode >= 200 && statusCode < 300);
      }),
    );
  });

  it('that is answered with 410 is the last', () => {
    expect(judge({ statusCode: 410, retryAfterSeconds: 1 }, 0, 0)).toEqual({ kind: 'failed', isGone: true });
  });

  it('that failed is repeated ever more rarely, for about three days, then no more', () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 11, maxLength: 11 }), failure, (chances, statusCode) => {
        const waits = chances.map((chance, retries) => waitOf(judge({ statusCode }, retries, chance)));
        const hours = waits.reduce((sum, wait) => sum + wait, 0) / HOUR;
        expect(hours).toBeGreaterThan(63);
        expect(hours).toBeLessThan(78);
        expect(waits.slice(0, -1)).toEqual(waits.slice(0, -1).toSorted((one, other) => one - other));
        expect(judge({ statusCode }, waits.length, chances[0]!)).toEqual({ kind: 'failed', isGone: false });
      }),
    );
  });

  it('is spread by a tenth about its time', () => {
    for (const [retries, seconds] of RETRY_SECONDS.entries()) {
      expect(waitOf(judge({ statusCode: 500 }, retries, 0))).toBeCloseTo(seconds * 0.9);
      expect(waitOf(judge({ statusCode: 500 }, retries, 0.5))).toBeCloseTo(seconds);
    }
  });

  it('waits as long as Retry-After asks for, never less than planned and never more than a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.nat(10), random, (asked, retries, chance) => {
        const planned = waitOf(judge({ statusCode: 503 }, retries, chance));
        const wait = waitOf(judge({ statusCode: 503, retryAfterSeconds: asked }, retries, chance));
        expect(wait).toBe(Math.max(planned, Math.min(asked, RETRY_AFTER_MAX_SECONDS)));
      }),
    );
  });
});

describe('an outage', () => {
  const facts: OutageFacts = {
    ...{ endpointId: 'e', reason: 'gone' as const, failures: 1 },
    ...{ failingSince: '2026-01-01T00:00:00.000Z', at: '2026-01-01T00:00:00.000Z' },
  };

  it('is told once and is over with that', () => {
    const [told, ...rest] = tellOutage(facts, webhookOutageAggregate.absent);
    expect([told, rest]).toEqual([{ type: 'WebhookEndpointDisabled', ...facts }, []]);
    const outage = fold(webhookOutageAggregate, [told!]);
    expect(outage).toEqual({ status: 'told', ...facts });
    expect(webhookOutageAggregate.isClosed(outage)).toBe(true);
    expect(webhookOutageAggregate.isClosed(webhookOutageAggregate.absent)).toBe(false);
    expect(tellOutage(facts, outage)).toEqual([]);
    expect(() => fold(webhookOutageAggregate, [told!, told!])).toThrow(InvariantViolation);
  });
});
