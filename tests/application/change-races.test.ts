import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateCache } from '../../src/application/ports.ts';
import { stateCache } from '../../src/infrastructure/event-log/state-cache.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { clockworkOf } from './clockwork.ts';
import { CARD, paidShop, TOTAL } from './shops.ts';
import { inTurns, type Loss } from './turns.ts';
import {
  contextOf,
  paymentIdOf,
  paymentIn,
  refundIdOf,
  refusalIn,
  virtualService,
  type Changed,
} from './virtual-service.ts';

const TIMEOUT_MS = 30_000;

/** As a client does that is told to come again: the same request under the same key. */
async function insist(change: () => Promise<Changed>, again: readonly string[]): Promise<Changed> {
  for (let time = 0; time < 200; time++) {
    const done = await change();
    if (!again.includes(refusalIn(done) ?? '')) return done;
  }
  throw new Error('never done');
}

const HUNDRED = Array.from({ length: 100 }, (_, index) => index);

describe('a hundred at the same time', () => {
  it(
    'refunds give back exactly what the money allows',
    async () => {
      const shop = await paidShop();
      const { paymentId, orderId, refund, deliverAll, gateway } = shop;
      const ends = await Promise.all(
        HUNDRED.map((number) =>
          insist(() => refund(paymentId, `refund ${number}`, { amount: usd(999) }), ['concurrent-change']),
        ),
      );
      expect(ends.filter(({ ok }) => ok)).toHaveLength(10);
      const refused = ends.flatMap((end) => refusalIn(end) ?? []);
      expect(refused).toEqual(Array<string>(90).fill('refund-exceeds-refundable'));
      expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(9_990));
      await deliverAll();
      expectAtRest(shop, orderId);
    },
    TIMEOUT_MS,
  );

  it(
    'captures take exactly what is held',
    async () => {
      const shop = await paidShop('manual');
      const { paymentId, orderId, capture, deliverAll, gateway } = shop;
      const again = ['concurrent-change', 'payment-in-flight'];
      const ends = await Promise.all(
        HUNDRED.map((number) =>
          insist(() => capture(paymentId, `capture ${number}`, { amount: usd(999) }), again),
        ),
      );
      expect(ends.filter(({ ok }) => ok)).toHaveLength(10);
      expect(new Set(ends.flatMap((end) => refusalIn(end) ?? []))).toEqual(
        new Set(['capture-exceeds-authorized']),
      );
      expect(gateway.captured(paymentId, TOTAL)).toEqual(usd(9_990));
      await deliverAll();
      expectAtRest(shop, orderId);
    },
    TIMEOUT_MS,
  );

  it(
    'of the same refund are one',
    async () => {
      const shop = await paidShop();
      const { paymentId, orderId, refund, deliverAll, gateway } = shop;
      await Promise.all(
        HUNDRED.map(() => insist(() => refund(paymentId, 'same', { amount: usd(1) }), ['concurrent-change'])),
      );
      expect(gateway.done('refund')).toHaveLength(1);
      expect(paymentIn(await refund(paymentId, 'same', { amount: usd(1) })).refunds).toHaveLength(1);
      await deliverAll();
      expectAtRest(shop, orderId);
    },
    TIMEOUT_MS,
  );
});

describe('a hundred who approve of one refund at the same time', () => {
  it(
    'send it to the provider once, and are all told the same',
    async () => {
      const shop = await paidShop('automatic', { refundApprovalAbove: [usd(5_000)] });
      const { paymentId, orderId, refund, approve, deliverAll, gateway, log } = shop;
      await refund(paymentId, 'large');
      const ends = await Promise.all(
        HUNDRED.map((number) =>
          insist(
            () => approve(paymentId, refundIdOf('large'), `approve ${number}`, { actor: `key:${number}` }),
            ['concurrent-change'],
          ),
        ),
      );
      expect(ends.every(({ ok }) => ok)).toBe(true);
      expect(gateway.asked.filter(({ kind }) => kind === 'refund')).toHaveLength(1);
      expect(log.typesOf(paymentId).filter((type) => type === 'RefundApproved')).toHaveLength(1);
      const deciders = ends.map((end) => paymentIn(end).refunds[0]!.decidedBy);
      expect(new Set(deciders).size).toBe(1);
      await deliverAll();
      expectAtRest(shop, orderId);
    },
    TIMEOUT_MS,
  );

  it(
    'and a hundred who ask for one keep exactly what the money allows',
    async () => {
      const shop = await paidShop('automatic', { refundApprovalAbove: [usd(2_500)] });
      const { paymentId, orderId, refund, approve, deliverAll, gateway, payment } = shop;
      const again = ['concurrent-change'];
      await Promise.all(
        HUNDRED.map((number) =>
          insist(() => refund(paymentId, `refund ${number}`, { amount: usd(999) }), again),
        ),
      );
      expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(2 * 999));
      const { approvals } = payment(paymentId);
      expect(approvals).toHaveLength(8);
      const ends = await Promise.all(
        approvals.map(({ refundId }) => insist(() => approve(paymentId, refundId, refundId), again)),
      );
      expect(ends.every(({ ok }) => ok)).toBe(true);
      expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(9_990));
      await deliverAll();
      expectAtRest(shop, orderId);
    },
    TIMEOUT_MS,
  );
});

const wish = fc.constantFrom(
  'capture',
  'final capture',
  'void',
  'refund',
  'refund some',
  'approve',
  'reject',
  'cancel',
  'reconcile',
  'sync',
);
type Wish = typeof wish extends fc.Arbitrary<infer One> ? One : never;

const loss: fc.Arbitrary<Loss> = fc.oneof(
  fc.record({
    call: fc.constantFrom('capture', 'void', 'refund', 'retrieve'),
    moment: fc.constantFrom('before', 'after'),
  }),
  fc.record({ call: fc.constantFrom('capture', 'void', 'refund'), moment: fc.constant('not sent' as const) }),
);
const losses = fc.array(loss, { maxLength: 3 });

async function openShop(scheduler: fc.Scheduler, cache: StateCache, lost: readonly Loss[]) {
  const hook = { around: undisturbed };
  const service = virtualService((call, effect) => hook.around(call, effect), {
    cache,
    refundApprovalAbove: [usd(2_000)],
  });
  const orderId = await service.placeOrder(TOTAL);
  return { ...service, ...clockworkOf(service), orderId, together: inTurns(scheduler, hook, lost) };
}

type Shop = Awaited<ReturnType<typeof openShop>>;

async function fulfil(shop: Shop, wanted: Wish, key: string): Promise<unknown> {
  const { orderId, capture, refund, cancel, reconcileOrder, sync } = shop;
  const paymentId = paymentIdOf(orderId, CARD);
  switch (wanted) {
    case 'capture':
      return capture(paymentId, key, { amount: usd(3_000) });
    case 'final capture':
      return capture(paymentId, key, { amount: usd(4_000), final: true });
    case 'void':
      return shop.void(paymentId, key);
    case 'refund':
      return refund(paymentId, key);
    case 'refund some':
      return refund(paymentId, key, { amount: usd(1_500) });
    case 'approve':
    case 'reject': {
      const [waiting] = shop.payment(paymentId).approvals;
      return waiting && shop[wanted](paymentId, waiting.refundId, key);
    }
    case 'cancel':
      return cancel(orderId);
    case 'reconcile':
      return reconcileOrder({ ...contextOf(key), commandId: ids.commandId() }, orderId);
    case 'sync':
      return sync(paymentId);
  }
}

describe('whatever is asked of one payment at the same time', () => {
  it(
    'ends with an order, a payment and books that agree, made once, though answers get lost',
    async () => {
      const wishes = fc.array(wish, { minLength: 2, maxLength: 5 });
      const method = fc.constantFrom('manual', 'manual', 'automatic');
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          wishes,
          wishes,
          method,
          losses,
          async (scheduler, first, second, captureMethod, lost) => {
            const shop = await openShop(scheduler, stateCache(1_000), lost);
            const { orderId, pay, together, deliverAll, elapse, gateway } = shop;
            await pay(orderId, { ...CARD, captureMethod });
            for (const [round, wanted] of [first, second].entries()) {
              // Each is asked twice, as by a client who got no answer.
              const work = wanted.flatMap((one) =>
                [1, 2].map(() => () => fulfil(shop, one, `${round} ${one}`)),
              );
              await together([...work, deliverAll]);
            }
            await deliverAll();
            await elapse(60_000);
            expectAtRest(shop, orderId);
            const keys = gateway.asked.map(({ kind, operationId }) => `${kind} ${operationId}`);
            expect(gateway.books.size).toBe(new Set(keys).size);
          },
        ),
        { numRuns: 40 },
      );
    },
    TIMEOUT_MS,
  );
});
