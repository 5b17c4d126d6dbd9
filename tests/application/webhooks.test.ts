import { describe, expect, it } from 'vitest';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { pendingShop, timesOf, toldShop } from './provider-messages.ts';
import { CARD, TOTAL } from './shops.ts';
import { paymentIn } from './virtual-service.ts';

const SUCCEEDED = 'evt_succeeded';

describe('a message of a provider', () => {
  it('leads to what the provider knows, whatever the message itself says', async () => {
    const shop = await pendingShop();
    const { gateway, attemptId, paymentId, tell, payment, outcomes, deliverAll } = shop;
    gateway.turn(attemptId, 'succeeded');
    await tell({ eventId: SUCCEEDED, paymentId, type: 'authorize.declined' });
    expect(payment(paymentId).status).toBe('Completed');
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 1 }]);
    await deliverAll();
    expectAtRest(shop, shop.orderId);
  });

  it('that comes twice is stored once and handled once, and changes nothing the second time', async () => {
    const { gateway, attemptId, paymentId, say, handle, log, calls, outcomes } = await pendingShop();
    gateway.turn(attemptId, 'succeeded');
    const message = { eventId: SUCCEEDED, paymentId };
    expect(await say(message)).toEqual({ ok: true, value: 'kept' });
    expect(await say(message)).toEqual({ ok: true, value: 'known' });
    await handle();
    const after = log.events();
    expect(await say(message)).toEqual({ ok: true, value: 'known' });
    await handle();
    expect(log.events()).toEqual(after);
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 1 }]);
    expect(calls).toEqual({ looks: 1, synced: [paymentId] });
  });

  it('is another one when another provider gave it the same id', async () => {
    const { say, outcomes, paymentId } = await toldShop();
    await say({ eventId: 'evt_1', paymentId });
    expect(await say({ eventId: 'evt_1', paymentId }, { provider: 'next' })).toMatchObject({ value: 'kept' });
    expect(outcomes()).toHaveLength(2);
  });

  it('has no answer while it cannot be stored, and is taken when it comes again', async () => {
    const { say, handle, hook, calls, outcomes, paymentId } = await pendingShop();
    hook.around = failing('keep', 'before');
    await expect(say({ eventId: SUCCEEDED, paymentId })).rejects.toThrow('socket hang up');
    expect([outcomes(), calls.looks]).toEqual([[], 0]);
    await say({ eventId: SUCCEEDED, paymentId });
    await handle();
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 1 }]);
  });

  it.each([
    ['of nobody', { provider: 'stranger' }, { code: 'provider-not-found' }],
    ['without a signature', { headers: {} }, { code: 'webhook-signature-invalid' }],
  ])('%s is refused, and not stored', async (_what, from, error) => {
    const { say, outcomes, calls } = await toldShop();
    expect(await say({ eventId: 'evt_1' }, from)).toMatchObject({ ok: false, error });
    expect([outcomes(), calls.looks]).toEqual([[], 0]);
  });

  it('about no payment is unrelated, and nobody is asked', async () => {
    const { tell, outcomes, calls } = await toldShop();
    await tell({ eventId: 'evt_payout' });
    expect(outcomes()).toEqual([{ outcome: 'unrelated', attempts: 1 }]);
    expect(calls.synced).toEqual([]);
  });

  it('that names the payment by the provider’s reference alone leads to it', async () => {
    const { tell, gateway, attemptId, paymentId, payment, outcomes } = await pendingShop();
    gateway.turn(attemptId, 'succeeded');
    await tell({ eventId: SUCCEEDED, providerRef: gateway.books.get(attemptId)!.providerRef });
    expect(payment(paymentId).status).toBe('Completed');
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 1 }]);
  });

  it('with a reference that the provider has for none of ours is kept and tried again', async () => {
    const { tell, handle, clock, kept } = await toldShop();
    await tell({ eventId: 'evt_1', providerRef: 'of somebody else' });
    clock.advance(2_000);
    await handle();
    expect([...kept.values()]).toMatchObject([
      { attempts: 2, problem: 'fake names no payment of ours for of somebody else' },
    ]);
    expect([...kept.values()][0]).not.toHaveProperty('outcome');
  });
});

describe('a message that is ahead of us', () => {
  it('is kept while its payment is not there, and handled once it is', async () => {
    const shop = await toldShop();
    const { tell, handle, pay, orderId, paymentId, kept, clock, outcomes, calls, deliverAll } = shop;
    await tell({ eventId: SUCCEEDED, paymentId });
    expect([...kept.values()]).toMatchObject([{ problem: `there is no payment ${paymentId} here` }]);
    expect(calls.synced).toEqual([]);
    await pay(orderId, CARD);
    await handle();
    expect(outcomes()).toEqual([{ outcome: undefined, attempts: 1 }]);
    clock.advance(2_000);
    await handle();
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 2 }]);
    expect(calls.synced).toEqual([paymentId]);
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('is tried ever more rarely while nothing comes, and never dropped', async () => {
    const { tell, handle, clock, kept, paymentId } = await toldShop();
    await tell({ eventId: SUCCEEDED, paymentId });
    for (let hour = 0; hour < 24 * 30; hour++) {
      clock.advance(3_600_000);
      await handle();
    }
    const [one] = kept.values();
    expect(one).not.toHaveProperty('outcome');
    expect(one!.dueAtMs).toBe(clock.now().getTime() + 3_600_000);
  });

  it('of the answer to our own call changes nothing about it', async () => {
    const shop = await toldShop();
    const { hook, tell, pay, orderId, paymentId, outcomes, deliverAll } = shop;
    hook.around = async (call, effect) => {
      const answer = await effect();
      if (call === 'authorize') await tell({ eventId: SUCCEEDED, paymentId });
      return answer;
    };
    expect(paymentIn(await pay(orderId, CARD))).toMatchObject({ status: 'Completed', inFlight: [] });
    hook.around = undisturbed;
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 1 }]);
    expect(timesOf(shop, 'CaptureSucceeded')).toBe(1);
    expect(timesOf(shop, 'PaymentProcessed')).toBe(1);
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('that is older than what we know already changes nothing', async () => {
    const shop = await pendingShop();
    const { gateway, attemptId, paymentId, tell, log, outcomes } = shop;
    gateway.turn(attemptId, 'succeeded');
    await tell({ eventId: SUCCEEDED, paymentId });
    const after = log.events();
    await tell({ eventId: 'evt_pending', paymentId, type: 'authorize.pending' });
    expect(log.events()).toEqual(after);
    expect(outcomes()).toEqual([1, 1].map((attempts) => ({ outcome: 'handled', attempts })));
  });
});

describe('a message that cannot be looked into', () => {
  it('since the provider says nothing when it is asked is put off, not handled, until it does', async () => {
    const shop = await pendingShop();
    const { hook, gateway, attemptId, paymentId, tell, handle, clock, payment, kept, outcomes } = shop;
    gateway.turn(attemptId, 'succeeded');
    hook.around = failing('retrieve', 'before');
    await tell({ eventId: SUCCEEDED, paymentId });
    expect([...kept.values()]).toMatchObject([{ problem: 'the provider did not answer when it was asked' }]);
    expect(payment(paymentId).status).toBe('Pending');
    clock.advance(2_000);
    await handle();
    expect(payment(paymentId).status).toBe('Completed');
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 2 }]);
  });

  it('since it makes a fault does not keep another from being handled', async () => {
    const shop = await toldShop({ paymentOf: () => Promise.reject(new TypeError('no route to host')) });
    const { gateway, attemptId, paymentId, orderId, pay, say, handle, kept, faults } = shop;
    gateway.planNext('authorize', { stage: 'pending' });
    await pay(orderId, CARD);
    gateway.turn(attemptId, 'succeeded');
    await say({ eventId: 'evt_1', providerRef: 'ref' });
    await say({ eventId: 'evt_2', paymentId });
    await handle();
    expect([...kept.values()]).toMatchObject([{ problem: 'TypeError' }, { outcome: 'handled' }]);
    expect(faults).toEqual([new TypeError('no route to host')]);
  });

  it('since its handler died is taken up by the next one', async () => {
    const { hook, paymentId, say, handle, clock, outcomes } = await pendingShop();
    await say({ eventId: SUCCEEDED, paymentId });
    hook.around = (call, effect) =>
      call === 'settle' || call === 'putOff' ? Promise.reject(new Error('gone')) : effect();
    await expect(handle()).rejects.toThrow('gone');
    hook.around = undisturbed;
    await handle();
    expect(outcomes()).toEqual([{ outcome: undefined, attempts: 1 }]);
    clock.advance(60_000);
    await handle();
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 2 }]);
  });
});

/** The first provider declined, the second took the payment. */
async function passedOn() {
  const shop = await toldShop();
  shop.useNextGateway();
  shop.gateway.planNext('authorize', { stage: 'declined', code: 'card_declined' });
  await shop.pay(shop.orderId, CARD);
  await shop.deliverAll();
  return shop;
}

describe('a message of the provider before, to whom the payment did not stay', () => {
  it('that it took the money after all is written down as a contradiction, and charges nobody again', async () => {
    const shop = await passedOn();
    const { gateway, nextGateway, attemptId, paymentId, tell, payment, outcomes, deliverAll } = shop;
    gateway.turn(attemptId, 'succeeded');
    await tell({ eventId: SUCCEEDED, paymentId });
    await tell({ eventId: 'evt_again', paymentId });
    await deliverAll();
    expect(timesOf(shop, 'OutcomeContradicted')).toBe(1);
    expect(payment(paymentId)).toMatchObject({ status: 'Completed', capturedAmount: TOTAL });
    expect([gateway.asked.length, nextGateway.asked.length]).toEqual([1, 1]);
    expect(outcomes()).toEqual([1, 1].map((attempts) => ({ outcome: 'handled', attempts })));
  });

  it('is not handled before every provider of the payment has said what it knows', async () => {
    const { gateway, attemptId, paymentId, tell, handle, hook, clock, outcomes, payment } = await passedOn();
    gateway.turn(attemptId, 'succeeded');
    hook.around = failing('retrieve', 'before'); // the first of the two that are asked
    await tell({ eventId: SUCCEEDED, paymentId });
    expect(outcomes()).toEqual([{ outcome: undefined, attempts: 1 }]);
    expect(payment(paymentId).attempts[0]).not.toHaveProperty('contradictedBy');
    clock.advance(2_000);
    await handle();
    expect(outcomes()).toEqual([{ outcome: 'handled', attempts: 2 }]);
    expect(payment(paymentId).attempts[0]).toMatchObject({ contradictedBy: 'succeeded' });
  });

  it('says nothing of an attempt with the next, which is on its way', async () => {
    const shop = await toldShop();
    const { gateway, nextGateway, paymentId, orderId, pay, hook, tell, payment, clock } = shop;
    shop.useNextGateway();
    gateway.planNext('authorize', { stage: 'declined', code: 'card_declined' });
    let isFirst = true;
    hook.around = async (call, effect) => {
      if (call !== 'authorize') return effect();
      const wasFirst = isFirst;
      isFirst = false;
      if (wasFirst) return effect();
      clock.advance(200_000); // longer than a provider’s silence needs to tell
      throw new Error('timeout');
    };
    await pay(orderId, CARD);
    let looks = 0;
    hook.around = async (call, effect) => {
      if (call === 'retrieve' && looks++ > 0) throw new Error('timeout');
      return effect();
    };
    await tell({ eventId: 'evt_declined', paymentId });
    expect(payment(paymentId).attempts.map(({ outcome }) => outcome)).toEqual(['declined', 'unknown']);
    expect(payment(paymentId).status).toBe('Pending');
    expect(nextGateway.charged()).toEqual([]);
  });
});
