import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { usd } from '../domain/samples.ts';
import { expectAtRest } from './at-rest.ts';
import { breakable, type Break } from './breakages.ts';
import { clockworkOf } from './clockwork.ts';
import {
  paymentIdOf,
  paymentIn,
  virtualService,
  type PayRequest,
  type Taken,
  type VirtualService,
} from './virtual-service.ts';

const TOTAL = usd(10_000);
const REQUESTS: readonly PayRequest[] = [
  { key: 'card' },
  { key: 'card', amount: usd(4_000) },
  { key: 'card', token: 'tok_declined' },
  { key: 'card', captureMethod: 'manual' },
];
const TIMEOUT_MS = 30_000;
const SUCCESS = REQUESTS[0]!;

async function openShop() {
  const { around, attempt } = breakable();
  const service = virtualService(around);
  const orderId = await service.placeOrder(TOTAL);
  return { ...service, attempt, orderId };
}

type Shop = Awaited<ReturnType<typeof openShop>>;

/** What must be true at every moment, whatever broke. */
function expectNothingTwice({ gateway, log }: VirtualService, orderId: OrderId, request: PayRequest): void {
  expect(gateway.books.size).toBeLessThanOrEqual(1);
  const ofPayment = log.typesOf(paymentIdOf(orderId, request));
  const all = [...ofPayment, ...log.typesOf(orderId)];
  expect(all.filter((type, index) => all.indexOf(type) !== index)).toEqual([]);
}

/** A call that was lost on its way is known not to have arrived only later: then the payment failed. */
function expectedStatus({ gateway }: Shop, { token, captureMethod }: PayRequest): string {
  if (token === 'tok_declined' || gateway.books.size === 0) return 'Failed';
  return captureMethod === 'manual' ? 'Authorized' : 'Completed';
}

/** Repeats the request unbroken, twice and much later: the payment is final and the answer stands. */
async function expectOneEnd(shop: Shop, request: PayRequest, earlier: readonly Taken[]): Promise<void> {
  const { orderId, pay, deliverAll, clock, log, order } = shop;
  paymentIn(await pay(orderId, request));
  await clockworkOf(shop).elapse(120_000);
  const final = paymentIn(await pay(orderId, request));
  await deliverAll();
  clock.advance(3_600_000);
  expect(paymentIn(await pay(orderId, request))).toEqual(final);
  for (const taken of earlier.map(paymentIn).filter(({ status }) => status !== 'Pending')) {
    expect(taken).toEqual(final);
  }

  const status = expectedStatus(shop, request);
  expect(final.status).toBe(status);
  expectNothingTwice(shop, orderId, request);
  expect(log.typesOf(orderId)).toContain('PaymentClaimed');
  expect(order(orderId).payments).toMatchObject([{ status }]);
  expectAtRest(shop, orderId);
}

/** How many calls an unbroken request makes: each is a place to break at. */
async function callsOf(request: PayRequest): Promise<number> {
  let calls = 0;
  const { placeOrder, pay } = virtualService((_call, effect) => {
    calls++;
    return effect();
  });
  const orderId = await placeOrder(TOTAL);
  calls = 0;
  await pay(orderId, request);
  return calls;
}

describe('a payment request that breaks off', () => {
  it(
    'at any one call, before or after its effect, ends in one charge, one claim, one outcome, one answer',
    async () => {
      for (const request of REQUESTS) {
        const calls = await callsOf(request);
        expect(calls).toBeGreaterThanOrEqual(6);
        for (let atCall = 1; atCall <= calls; atCall++) {
          for (const moment of ['before', 'after'] as const) {
            for (const how of ['throws', 'dies'] as const) {
              const shop = await openShop();
              const broken = await shop.attempt([{ atCall, moment, how }], () =>
                shop.pay(shop.orderId, request),
              );
              expectNothingTwice(shop, shop.orderId, request);
              await expectOneEnd(shop, request, broken.end === 'answered' ? [broken.answer] : []);
            }
          }
        }
      }
    },
    TIMEOUT_MS,
  );

  const oneBreak: fc.Arbitrary<Break> = fc.record({
    atCall: fc.integer({ min: 1, max: 10 }),
    moment: fc.constantFrom('before', 'after'),
    how: fc.constantFrom('throws', 'dies'),
  });
  const meanwhile = fc.constantFrom('nothing', 'follower', 'timers', 'not sent');
  const attempts = fc.array(fc.tuple(fc.array(oneBreak, { maxLength: 3 }), meanwhile), {
    minLength: 1,
    maxLength: 5,
  });

  it(
    'at several calls and at several attempts, with others at work between them, ends the same',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...REQUESTS), attempts, async (request, plan) => {
          const shop = await openShop();
          const answered: Taken[] = [];
          for (const [index, [breaks, between]] of plan.entries()) {
            const { orderId, gateway } = shop;
            // Only of a repeated call: of the first it would be the outcome.
            if (
              between === 'not sent' &&
              index > 0 &&
              shop.log.typesOf(paymentIdOf(orderId, request)).length > 0
            ) {
              gateway.answerNext({ kind: 'not_sent', code: 'connection_refused' });
            }
            const broken = await shop.attempt(breaks, () => shop.pay(orderId, request));
            if (broken.end === 'answered') answered.push(broken.answer);
            expectNothingTwice(shop, orderId, request);
            if (between === 'follower') await shop.deliverAll();
            if (between === 'timers') await clockworkOf(shop).elapse(40_000);
            shop.gateway.answerAsUsual();
          }
          await expectOneEnd(shop, request, answered);
        }),
        { numRuns: 100 },
      );
    },
    TIMEOUT_MS,
  );

  it('before it was begun leaves nothing behind, so another one is free to pay', async () => {
    const { orderId, pay, attempt, log } = await openShop();
    await attempt([{ atCall: 3, moment: 'before', how: 'dies' }], () => pay(orderId, SUCCESS));
    expect(log.events()).toHaveLength(1);
    expect(paymentIn(await pay(orderId, { key: 'another' })).status).toBe('Completed');
  });

  it('after it was begun holds its claim until its outcome is known', async () => {
    const { orderId, pay, attempt } = await openShop();
    await attempt([{ atCall: 3, moment: 'after', how: 'dies' }], () => pay(orderId, SUCCESS));
    expect(await pay(orderId, { key: 'another' })).toMatchObject({
      ok: false,
      error: { code: 'payment-already-claimed' },
    });
  });
});
