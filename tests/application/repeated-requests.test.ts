import { describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { usd } from '../domain/samples.ts';
import { undisturbed, type Around } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { CARD, openShop, paidShop, type Shop } from './shops.ts';
import { paymentIn, type Changed, type Taken } from './virtual-service.ts';

/** The same request at each of these stages, and what its payment is then. */
const STAGES: readonly [string, (shop: Shop) => void, string][] = [
  ['pending', ({ gateway }) => gateway.planNext('authorize', { stage: 'pending' }), 'Pending'],
  [
    'waiting for the customer',
    ({ gateway }) => gateway.planNext('authorize', { stage: 'requires_action' }),
    'RequiresAction',
  ],
  ['declined', ({ gateway }) => gateway.planNext('authorize', { stage: 'declined' }), 'Failed'],
  ['done', () => {}, 'Completed'],
];

describe('a payment request that is repeated while its payment is', () => {
  it.each(STAGES)('%s gives the same answer and makes no second call', async (_stage, arrange, status) => {
    const shop = await openShop();
    const { orderId, pay, gateway, clock } = shop;
    arrange(shop);
    const first = paymentIn(await pay(orderId, CARD));
    expect(first.status).toBe(status);
    for (let time = 0; time < 3; time++) {
      clock.advance(10_000);
      expect(paymentIn(await pay(orderId, CARD))).toEqual(first);
    }
    expect(gateway.asked).toHaveLength(1);
  });

  it.each(['pending', 'requires_action'] as const)(
    '%s gives its end as soon as the provider knows of it',
    async (stage) => {
      const shop = await openShop();
      const { orderId, attemptId, pay, gateway, clock, deliverAll } = shop;
      gateway.planNext('authorize', { stage });
      await pay(orderId, CARD);
      gateway.turn(attemptId, 'succeeded');
      clock.advance(1_000);
      const ended = paymentIn(await pay(orderId, CARD));
      expect(ended.status).toBe('Completed');
      clock.advance(1_000);
      expect(paymentIn(await pay(orderId, CARD))).toEqual(ended);
      await deliverAll();
      expectAtRest(shop, orderId);
    },
  );
});

describe('a refund that is repeated while it is', () => {
  it.each(['before', 'after'] as const)('unknown, lost %s its effect, is made once', async (moment) => {
    const shop = await paidShop();
    const { orderId, paymentId, refund, gateway, hook, clock, deliverAll } = shop;
    hook.around = failing('refund', moment);
    const ask = () => refund(paymentId, 'back', { amount: usd(700) });
    expect(paymentIn(await ask()).refunds).toMatchObject([{ status: 'Pending' }]);
    clock.advance(1_000);
    const ended = paymentIn(await ask());
    expect(ended.refunds).toMatchObject([{ status: 'Succeeded' }]);
    clock.advance(1_000);
    expect(paymentIn(await ask())).toEqual(ended);
    expect(gateway.done('refund')).toHaveLength(1);
    await deliverAll();
    expectAtRest(shop, orderId);
  });
});

/**
 * The first call does not get through, and takes its time to say so: by then the same request came again and was
 * received; its answer comes last.
 */
function slowNotSent(at: string): {
  around: Around;
  firstIsCalled: Promise<void>;
  firstIsRecorded: () => void;
} {
  let calls = 0;
  const gates = { called: () => {}, secondBooked: () => {}, recorded: () => {} };
  const firstIsCalled = new Promise<void>((resolve) => (gates.called = resolve));
  const secondIsBooked = new Promise<void>((resolve) => (gates.secondBooked = resolve));
  const firstIsRecorded = new Promise<void>((resolve) => (gates.recorded = resolve));
  const notSent: OperationOutcome = { kind: 'not_sent', code: 'connection_refused' };
  const around: Around = async (call, effect) => {
    if (call !== at) return effect();
    if (++calls === 1) {
      gates.called();
      await secondIsBooked;
      return notSent as Awaited<ReturnType<typeof effect>>;
    }
    const booked = await effect();
    gates.secondBooked();
    await firstIsRecorded;
    return booked;
  };
  return { around, firstIsCalled, firstIsRecorded: () => gates.recorded() };
}

async function repeatDuring(shop: Shop, at: string, ask: () => Promise<Taken | Changed>): Promise<void> {
  const { around, firstIsCalled, firstIsRecorded } = slowNotSent(at);
  shop.hook.around = around;
  const first = ask();
  await firstIsCalled;
  shop.clock.advance(1_000);
  const second = ask();
  await first;
  firstIsRecorded();
  await second;
  shop.hook.around = undisturbed;
}

describe('a first call that was not sent, while a second one was received', () => {
  it('is no reason to turn to the next provider', async () => {
    const shop = await openShop();
    const { orderId, paymentId, pay, deliverAll, payment, nextGateway, elapse } = shop;
    shop.useNextGateway();
    await repeatDuring(shop, 'authorize', () => pay(orderId, CARD));
    await elapse(30_000);
    await deliverAll();
    expect(payment(paymentId).status).toBe('Completed');
    expect(nextGateway.asked).toEqual([]);
    expectAtRest(shop, orderId);
  });

  it('is no reason to call a refund failed', async () => {
    const shop = await paidShop();
    const { orderId, paymentId, refund, deliverAll, elapse } = shop;
    await repeatDuring(shop, 'refund', () => refund(paymentId, 'back', { amount: usd(700) }));
    await elapse(30_000);
    await deliverAll();
    expectAtRest(shop, orderId);
  });
});
