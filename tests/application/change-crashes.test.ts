import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usd } from '../domain/samples.ts';
import { expectAtRest } from './at-rest.ts';
import { breakable, type Break } from './breakages.ts';
import { clockworkOf } from './clockwork.ts';
import { CARD, TOTAL } from './shops.ts';
import { paymentIdOf, paymentIn, refundIdOf, virtualService, type Changed } from './virtual-service.ts';

const TIMEOUT_MS = 30_000;

/** A large refund is made by its approval. */
const ALL = ['capture', 'void', 'refund', 'large refund'] as const;
type What = (typeof ALL)[number];

/** A payment that is held, or taken, and one change to it that may break off anywhere. */
async function shopFor(what: What) {
  const { around, attempt } = breakable();
  const isLarge = what === 'large refund';
  const service = virtualService(around, isLarge ? { refundApprovalAbove: [usd(5_999)] } : {});
  const orderId = await service.placeOrder(TOTAL);
  const paymentId = paymentIdOf(orderId, CARD);
  const kind = isLarge ? 'refund' : what;
  await service.pay(orderId, { ...CARD, captureMethod: kind === 'refund' ? 'automatic' : 'manual' });
  if (isLarge) await service.refund(paymentId, 'asked', { amount: usd(6_000) });
  await service.deliverAll();
  const change = (): Promise<Changed> => {
    if (what === 'capture') return service.capture(paymentId, 'change', { amount: usd(6_000) });
    if (what === 'void') return service.void(paymentId, 'change');
    if (what === 'large refund') return service.approve(paymentId, refundIdOf('asked'), 'change');
    return service.refund(paymentId, 'change', { amount: usd(6_000) });
  };
  return { ...service, ...clockworkOf(service), attempt, orderId, paymentId, change, kind };
}

type Shop = Awaited<ReturnType<typeof shopFor>>;

const REQUESTED = { capture: 'CaptureRequested', void: 'VoidRequested', refund: 'RefundRequested' } as const;
const DONE = { capture: 'CaptureSucceeded', void: 'PaymentVoided', refund: 'RefundSucceeded' } as const;

function expectAtMostOnce({ gateway, log, paymentId, kind }: Shop): void {
  expect(gateway.done(kind).length).toBeLessThanOrEqual(1);
  const types = log.typesOf(paymentId);
  expect(types.filter((type) => type === DONE[kind]).length).toBeLessThanOrEqual(1);
  // Committed to before the provider is called.
  if (gateway.done(kind).length > 0) expect(types).toContain(REQUESTED[kind]);
}

/** Repeats the request unbroken: the change is made once and its answer stands. */
async function expectOneEnd(shop: Shop, earlier: readonly Changed[]): Promise<void> {
  const { change, deliverAll, elapse, gateway, kind, orderId, log } = shop;
  const answered = await change();
  expect(answered.ok).toBe(true);
  await elapse(40_000);
  await deliverAll();
  const final = paymentIn(await change());
  expect(final.inFlight).toEqual([]);
  expect(paymentIn(await change())).toEqual(final);
  for (const view of earlier.map(paymentIn).filter(({ inFlight }) => inFlight.length === 0))
    expect(view).toEqual(final);
  expect(gateway.done(kind)).toHaveLength(1);
  expectAtMostOnce(shop);
  expectAtRest(shop, orderId);
  expect(log.typesOf(shop.paymentId).filter((type) => type === 'PaymentProcessed').length).toBeLessThan(2);
}

async function callsOf(what: What): Promise<number> {
  const shop = await shopFor(what);
  for (let atCall = 1; ; atCall++) {
    const fresh = await shopFor(what);
    const end = await fresh.attempt([{ atCall, moment: 'before', how: 'dies' }], fresh.change);
    if (end.end === 'answered') {
      expect(paymentIn(end.answer).version).toBeGreaterThan(shop.payment(shop.paymentId).captures.length);
      return atCall - 1;
    }
  }
}

describe('a change that breaks off', () => {
  it.each(ALL)(
    'at any one call, before or after its effect, is made exactly once: a %s',
    async (what) => {
      const calls = await callsOf(what);
      expect(calls).toBeGreaterThanOrEqual(6);
      for (let atCall = 1; atCall <= calls; atCall++) {
        for (const moment of ['before', 'after'] as const) {
          for (const how of ['throws', 'dies'] as const) {
            const shop = await shopFor(what);
            const broken = await shop.attempt([{ atCall, moment, how }], shop.change);
            expectAtMostOnce(shop);
            await expectOneEnd(shop, broken.end === 'answered' ? [broken.answer] : []);
          }
        }
      }
    },
    TIMEOUT_MS,
  );

  it.each(ALL)(
    'once it was committed to is made by a timer, though nobody repeats it: a %s',
    async (what) => {
      const shop = await shopFor(what);
      const { kind } = shop;
      const calls = await callsOf(what);
      const break1 = { atCall: calls, moment: 'before', how: 'dies' } as const;
      await shop.attempt([break1], shop.change);
      expect(shop.log.typesOf(shop.paymentId)).toContain(REQUESTED[kind]);
      await shop.elapse(10_000);
      expect(shop.gateway.done(kind)).toHaveLength(1);
      expectAtRest(shop, shop.orderId);
    },
    TIMEOUT_MS,
  );

  const oneBreak: fc.Arbitrary<Break> = fc.record({
    atCall: fc.integer({ min: 1, max: 12 }),
    moment: fc.constantFrom('before', 'after'),
    how: fc.constantFrom('throws', 'dies'),
  });
  const attempts = fc.array(
    fc.tuple(
      fc.array(oneBreak, { maxLength: 3 }),
      fc.constantFrom('nothing', 'follower', 'timers', 'not sent'),
    ),
    { minLength: 1, maxLength: 4 },
  );

  it(
    'at several calls and at several attempts, with others at work between them, is made once',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...ALL), attempts, async (what, plan) => {
          const shop = await shopFor(what);
          const { kind } = shop;
          const answered: Changed[] = [];
          for (const [breaks, between] of plan) {
            const isRepeated = shop.log.typesOf(shop.paymentId).includes(REQUESTED[kind]);
            if (between === 'not sent' && isRepeated)
              shop.gateway.answerNext({ kind: 'not_sent', code: 'connection_refused' });
            const broken = await shop.attempt(breaks, shop.change);
            if (broken.end === 'answered') answered.push(broken.answer);
            shop.gateway.answerAsUsual();
            expectAtMostOnce(shop);
            shop.clock.advance(1_000);
            if (between === 'follower') await shop.deliverAll();
            if (between === 'timers') await shop.elapse(40_000);
          }
          await expectOneEnd(shop, answered);
        }),
        { numRuns: 50 },
      );
    },
    TIMEOUT_MS,
  );
});

/** An order that is cancelled, with money taken and money held, and of which nobody has heard yet. */
async function cancelledShop() {
  const { around, attempt } = breakable();
  const service = virtualService(around);
  const orderId = await service.placeOrder(TOTAL);
  await service.pay(orderId, { ...CARD, amount: usd(4_000) });
  await service.pay(orderId, { key: 'held', amount: usd(5_000), captureMethod: 'manual' });
  await service.cancel(orderId);
  return { ...service, ...clockworkOf(service), attempt, orderId };
}

describe('making an order and its payments agree', () => {
  it(
    'breaks off at any call, and is done exactly once when it is tried again',
    async () => {
      let isBroken = true;
      for (let atCall = 1; isBroken; atCall++) {
        for (const moment of ['before', 'after'] as const) {
          const shop = await cancelledShop();
          const { end } = await shop.attempt([{ atCall, moment, how: 'dies' }], shop.deliverAll);
          isBroken = end === 'broken';
          await shop.deliverAll();
          await shop.elapse(10_000);
          expect(shop.order(shop.orderId).status).toBe('Cancelled');
          expect([shop.gateway.done('refund').length, shop.gateway.done('void').length]).toEqual([1, 1]);
          expectAtRest(shop, shop.orderId);
        }
        expect(atCall).toBeLessThan(200);
      }
    },
    TIMEOUT_MS,
  );
});

describe('a refund under one key', () => {
  it('goes by that id to the provider, however often it is sent', async () => {
    const shop = await shopFor('refund');
    const lost = { moment: 'after', how: 'throws' } as const;
    const calls = await callsOf('refund');
    for (let atCall = 1; atCall <= calls; atCall++) await shop.attempt([{ atCall, ...lost }], shop.change);
    await expectOneEnd(shop, []);
    const asked = shop.gateway.asked.filter(({ kind }) => kind === 'refund');
    expect(new Set(asked.map(({ operationId }) => operationId))).toEqual(new Set([refundIdOf('change')]));
  });
});
