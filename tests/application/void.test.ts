import { describe, expect, it } from 'vitest';
import { usd } from '../domain/samples.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { CARD, openShop, paidShop } from './shops.ts';
import { paymentIn, refusalIn } from './virtual-service.ts';

const heldShop = () => paidShop('manual');

describe('a void', () => {
  it('lets go of what is held, and the claim is free for another payment', async () => {
    const shop = await heldShop();
    const { paymentId, orderId, pay, deliverAll, order } = shop;
    expect(paymentIn(await shop.void(paymentId, 'void'))).toMatchObject({
      status: 'Voided',
      isSuccessful: false,
    });
    await deliverAll();
    expect(order(orderId).payments).toMatchObject([{ status: 'Voided' }]);
    expectAtRest(shop, orderId);
    expect(paymentIn(await pay(orderId, { key: 'other' })).status).toBe('Completed');
  });

  it('lets go of a customer who has not acted', async () => {
    const shop = await openShop();
    const { paymentId, orderId, attemptId, pay, gateway, deliverAll } = shop;
    gateway.planNext('authorize', { stage: 'requires_action' });
    expect(paymentIn(await pay(orderId, CARD))).toMatchObject({
      status: 'RequiresAction',
      nextAction: { type: 'redirect' },
    });
    expect(paymentIn(await shop.void(paymentId, 'void')).status).toBe('Voided');
    expect(gateway.books.get(attemptId)).toMatchObject({ stage: 'declined' });
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('is refused once money was taken: that is given back, not voided', async () => {
    const shop = await heldShop();
    await shop.capture(shop.paymentId, 'part', { amount: usd(1) });
    expect(refusalIn(await shop.void(shop.paymentId, 'void'))).toBe('payment-not-voidable');
    const paid = await paidShop();
    expect(refusalIn(await paid.void(paid.paymentId, 'void'))).toBe('payment-not-voidable');
  });

  it('is refused while a capture is under way, and a capture while it is', async () => {
    const shop = await heldShop();
    shop.hook.around = failing('capture', 'before');
    await shop.capture(shop.paymentId, 'all');
    expect(refusalIn(await shop.void(shop.paymentId, 'void'))).toBe('payment-in-flight');

    const other = await heldShop();
    other.hook.around = failing('void', 'before');
    await other.void(other.paymentId, 'void');
    expect(refusalIn(await other.capture(other.paymentId, 'all'))).toBe('payment-in-flight');
    expect(refusalIn(await other.void(other.paymentId, 'again'))).toBe('payment-in-flight');
  });

  it('that is declined leaves all as it was', async () => {
    const shop = await heldShop();
    shop.gateway.planNext('void', { stage: 'declined', code: 'too_late' });
    expect(paymentIn(await shop.void(shop.paymentId, 'void')).status).toBe('Authorized');
    expectAtRest(shop, shop.orderId);
    expect(paymentIn(await shop.void(shop.paymentId, 'again')).status).toBe('Voided');
  });

  it('that is declined because nothing is held any more tells so at once', async () => {
    const shop = await heldShop();
    shop.clock.advance(8 * 86_400_000);
    shop.gateway.planNext('void', { stage: 'declined', code: 'expired' });
    await shop.void(shop.paymentId, 'void');
    expect(shop.payment(shop.paymentId)).toMatchObject({ status: 'Expired' });
    await shop.deliverAll();
    expectAtRest(shop, shop.orderId);
  });

  it.each(['before', 'after'] as const)(
    'whose answer was lost %s its effect is done once',
    async (moment) => {
      const shop = await heldShop();
      shop.hook.around = failing('void', moment);
      expect(paymentIn(await shop.void(shop.paymentId, 'void'))).toMatchObject({
        status: 'Authorized',
        inFlight: ['void'],
      });
      await shop.elapse(10_000);
      expect(shop.payment(shop.paymentId).status).toBe('Voided');
      expect(shop.gateway.done('void')).toHaveLength(1);
      expectAtRest(shop, shop.orderId);
    },
  );

  it('that is repeated gives the same answer', async () => {
    const shop = await heldShop();
    const first = paymentIn(await shop.void(shop.paymentId, 'void'));
    await shop.deliverAll();
    shop.clock.advance(86_400_000);
    expect(paymentIn(await shop.void(shop.paymentId, 'void'))).toEqual(first);
    expect(shop.gateway.asked.filter(({ kind }) => kind === 'void')).toHaveLength(1);
  });

  it('on another version is refused', async () => {
    const shop = await heldShop();
    expect(refusalIn(await shop.void(shop.paymentId, 'stale', 1))).toBe('version-mismatch');
    expect(shop.gateway.asked).toHaveLength(1);
  });
});
