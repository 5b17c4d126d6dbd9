import { describe, expect, it } from 'vitest';
import { usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { CARD, HELD, openShop, TOTAL } from './shops.ts';
import { paymentIn } from './virtual-service.ts';

/** A payment whose first call got lost at this moment. */
async function inDoubt(moment: 'before' | 'after', request: typeof CARD | typeof HELD = CARD) {
  const shop = await openShop();
  shop.hook.around = failing('authorize', moment);
  await shop.pay(shop.orderId, request);
  shop.hook.around = undisturbed;
  return shop;
}

describe('what a provider reports', () => {
  it('ends a doubt, and says by what evidence', async () => {
    const shop = await inDoubt('after');
    const { paymentId, attemptId, operations, log, orderId, deliverAll, order } = shop;
    const context = { ...log.events().at(-1)!.metadata, fingerprint: 'operator' };
    await operations.sync(context, paymentId, 'operator:ann');
    const reconciled = log.events().find(({ event }) => event.type === 'OperationReconciled');
    expect(reconciled?.event).toMatchObject({
      operationId: attemptId,
      outcome: 'succeeded',
      evidence: 'operator:ann',
    });
    await deliverAll();
    expect(order(orderId).isPaid).toBe(true);
    expectAtRest(shop, orderId);
  });

  it('is written down once, however often it is asked for', async () => {
    const { paymentId, sync, log, clock } = await inDoubt('after');
    await sync(paymentId);
    const before = log.events();
    for (let time = 0; time < 3; time++) {
      clock.advance(1_000);
      await sync(paymentId);
    }
    expect(log.events()).toEqual(before);
  });

  it('is not needed: while nothing comes, unknown stays unknown, for days', async () => {
    const { paymentId, hook, elapse, payment, log } = await inDoubt('after');
    hook.around = async (call, effect) => {
      if (call === 'retrieve') throw new Error('no route to host');
      return effect();
    };
    await elapse(30 * 86_400_000);
    expect(payment(paymentId)).toMatchObject({ status: 'Pending', attempts: [{ outcome: 'unknown' }] });
    expect(log.typesOf(paymentId)).toHaveLength(3);
    hook.around = undisturbed;
  });

  it('moves what is pending on, and then finds the end of it', async () => {
    const { paymentId, orderId, attemptId, gateway, pay, payment, elapse, ...shop } = await openShop();
    gateway.planNext('authorize', { stage: 'pending' });
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Pending');
    await elapse(30_000);
    expect(payment(paymentId).attempts).toMatchObject([{ outcome: 'pending' }]);
    gateway.turn(attemptId, 'declined', 'transfer_rejected');
    await elapse(90_000);
    expect(payment(paymentId)).toMatchObject({ status: 'Failed', errorCode: 'transfer_rejected' });
    expect(shop.order(orderId).payments).toMatchObject([{ status: 'Failed', claim: usd(0) }]);
  });

  it('follows a customer who acts', async () => {
    const shop = await openShop();
    const { paymentId, orderId, attemptId, gateway, pay, payment, elapse } = shop;
    gateway.planNext('authorize', { stage: 'requires_action' });
    await pay(orderId, CARD);
    gateway.turn(attemptId, 'succeeded');
    await elapse(10_000);
    expect(payment(paymentId).status).toBe('Completed');
    expect(payment(paymentId).nextAction).toBeUndefined();
    expectAtRest(shop, orderId);
  });

  it('that an authorization is held no longer ends it', async () => {
    const shop = await openShop();
    const { paymentId, orderId, gateway, pay, sync, clock, deliverAll, payment } = shop;
    gateway.holdNextFor(60_000);
    await pay(orderId, HELD);
    await deliverAll();
    clock.advance(60_000);
    await sync(paymentId);
    await deliverAll();
    expect(payment(paymentId).status).toBe('Expired');
    expectAtRest(shop, orderId);
  });
});

describe('an attempt that the provider knows nothing of', () => {
  it('is waited for while it is young, not sent again', async () => {
    const { paymentId, gateway, elapse, payment, sync, clock } = await inDoubt('before');
    await elapse(30_000);
    clock.advance(89_000);
    await sync(paymentId);
    expect(gateway.asked).toEqual([]);
    expect(payment(paymentId).attempts).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('was not sent once it is old, and its claim is given back', async () => {
    const shop = await inDoubt('before');
    const { paymentId, orderId, elapse, payment, pay } = shop;
    await elapse(120_000);
    expect(payment(paymentId)).toMatchObject({
      status: 'Failed',
      attempts: [{ outcome: 'not_sent' }],
      errorCode: 'not_received',
    });
    expectAtRest(shop, orderId);
    expect(paymentIn(await pay(orderId, { key: 'another' })).status).toBe('Completed');
  });

  it('that arrives after all is found before it is given up', async () => {
    const shop = await inDoubt('before');
    const { paymentId, orderId, attemptId, gateway, elapse, payment } = shop;
    await elapse(30_000);
    await gateway.authorize({
      ...{ operationId: attemptId, paymentId, amount: TOTAL, paymentMethod: 'card' },
      ...{ paymentToken: 'tok_success', captureMethod: 'automatic' },
    });
    await elapse(90_000);
    expect(payment(paymentId).status).toBe('Completed');
    expectAtRest(shop, orderId);
  });
});

describe('what the provider did after it had said it did not', () => {
  it('counts as moved, and is shown to be a contradiction', async () => {
    const shop = await openShop();
    const { paymentId, orderId, attemptId, gateway, pay, sync, deliverAll, order, log } = shop;
    await pay(orderId, { ...CARD, token: 'tok_declined' });
    await deliverAll();
    gateway.turn(attemptId, 'succeeded');
    await sync(paymentId);
    await deliverAll();
    expect(log.typesOf(paymentId)).toContain('OutcomeContradicted');
    expect(log.typesOf(paymentId).filter((type) => type === 'PaymentProcessed')).toHaveLength(1);
    expect(order(orderId).isPaid).toBe(true);
    expectAtRest(shop, orderId);
  });

  it('never takes a success back', async () => {
    const { paymentId, orderId, attemptId, gateway, pay, sync, payment, log } = await openShop();
    await pay(orderId, CARD);
    gateway.turn(attemptId, 'declined', 'changed_its_mind');
    await sync(paymentId);
    expect(payment(paymentId).status).toBe('Completed');
    expect(log.typesOf(paymentId).at(-1)).toBe('OutcomeContradicted');
  });
});

async function withNext() {
  const shop = await openShop();
  shop.useNextGateway();
  return shop;
}

describe('the next provider', () => {
  it.each([
    ['declined', { kind: 'declined', code: 'card_declined' }],
    ['was not sent', { kind: 'not_sent', code: 'connection_refused' }],
  ] as const)('is asked when the first %s, and the payment is one', async (_what, outcome) => {
    const shop = await withNext();
    const { paymentId, orderId, gateway, nextGateway, pay, deliverAll, payment } = shop;
    gateway.answerNext(outcome);
    const taken = paymentIn(await pay(orderId, CARD));
    expect(taken.status).toBe('Completed');
    expect(nextGateway.charged()).toMatchObject([{ operationId: `${paymentId}:2` }]);
    expect(payment(paymentId).attempts.map(({ provider }) => provider)).toEqual(['fake', 'next']);
    await deliverAll();
    expectAtRest(shop, orderId);
    expect(paymentIn(await pay(orderId, CARD))).toEqual(taken);
  });

  it('declining too, the payment has failed once', async () => {
    const shop = await withNext();
    const { orderId, paymentId, pay, log, deliverAll, gateway, nextGateway } = shop;
    expect(paymentIn(await pay(orderId, { ...CARD, token: 'tok_declined' })).status).toBe('Failed');
    expect(log.typesOf(paymentId).filter((type) => type === 'PaymentProcessed')).toHaveLength(1);
    expect([gateway.asked.length, nextGateway.asked.length]).toEqual([1, 1]);
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('is never asked while it is unknown what the first did', async () => {
    const shop = await withNext();
    const { orderId, pay, hook, nextGateway, elapse, payment, paymentId } = shop;
    hook.around = async (call, effect) => {
      if (call !== 'authorize' && call !== 'retrieve') return effect();
      await effect();
      throw new Error('timeout');
    };
    await pay(orderId, CARD);
    await elapse(7_200_000);
    await pay(orderId, CARD);
    expect(nextGateway.asked).toEqual([]);
    hook.around = undisturbed;
    await elapse(6 * 3_600_000);
    expect(payment(paymentId).status).toBe('Completed');
    expect(nextGateway.asked).toEqual([]);
    expectAtRest(shop, orderId);
  });

  it('is asked once it is certain that the first never got it', async () => {
    const shop = await withNext();
    const { orderId, pay, hook, nextGateway, gateway, elapse } = shop;
    hook.around = failing('authorize', 'before');
    await pay(orderId, CARD);
    await elapse(119_000);
    expect(nextGateway.asked).toEqual([]);
    await elapse(1_000);
    expect(nextGateway.charged()).toHaveLength(1);
    expect(gateway.charged()).toEqual([]);
    expectAtRest(shop, orderId);
  });

  it('is the one that is captured at, voided at and given back by', async () => {
    const shop = await withNext();
    const { orderId, paymentId, pay, gateway, nextGateway, capture, refund, deliverAll } = shop;
    gateway.answerNext({ kind: 'declined', code: 'card_declined' });
    await pay(orderId, HELD);
    await capture(paymentId, 'part', { amount: usd(4_000), final: true });
    await refund(paymentId, 'back', { amount: usd(1_000) });
    await deliverAll();
    expect(nextGateway.refunded(paymentId, TOTAL)).toEqual(usd(1_000));
    expect(gateway.asked).toHaveLength(1);
    expectAtRest(shop, orderId);
  });
});
