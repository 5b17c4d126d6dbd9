import { describe, expect, it } from 'vitest';
import { amendOrder } from '../../src/domain/orders/order-lifecycle.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { CARD, HELD, openShop, paidShop, TOTAL, type Shop } from './shops.ts';
import { contextOf, paymentIn, refusalIn } from './virtual-service.ts';

const refundsAsked = ({ gateway }: Shop) => gateway.asked.filter(({ kind }) => kind === 'refund');

/** Every alarm again, and every timer, for a day: nothing more may come of them. */
async function expectNothingMore(shop: Shop): Promise<void> {
  const before = shop.log.events();
  await shop.deliverAll();
  await shop.elapse(86_400_000);
  expect(shop.log.events()).toEqual(before);
  expectAtRest(shop, shop.orderId);
}

describe('an order that is cancelled', () => {
  it('before anything was paid ends at once, and can be paid no more', async () => {
    const shop = await openShop();
    await shop.deliverAll();
    await shop.cancel(shop.orderId);
    expect(shop.order(shop.orderId).status).toBe('Cancelled');
    await shop.deliverAll();
    expect(shop.order(shop.orderId).stock).toBe('Released');
    expect(refusalIn(await shop.pay(shop.orderId, CARD))).toBe('order-not-payable');
    await expectNothingMore(shop);
  });

  it('after it was paid gives all back, once, and then ends', async () => {
    const shop = await paidShop();
    await shop.cancel(shop.orderId);
    expect(shop.order(shop.orderId).status).toBe('Cancelling');
    await shop.deliverAll();
    expect(shop.order(shop.orderId).status).toBe('Cancelled');
    expect(refundsAsked(shop)).toMatchObject([{ amount: TOTAL }]);
    await expectNothingMore(shop);
  });

  it('after money was held lets go of it', async () => {
    const shop = await paidShop('manual');
    await shop.cancel(shop.orderId);
    await shop.deliverAll();
    expect(shop.order(shop.orderId).status).toBe('Cancelled');
    expect(shop.gateway.done('void')).toHaveLength(1);
    await expectNothingMore(shop);
  });

  it('after a part was captured lets go of the rest and gives that part back', async () => {
    const shop = await paidShop('manual');
    await shop.capture(shop.paymentId, 'part', { amount: usd(4_000) });
    await shop.refund(shop.paymentId, 'some', { amount: usd(1_000) });
    await shop.cancel(shop.orderId);
    await shop.deliverAll();
    expect(shop.order(shop.orderId).status).toBe('Cancelled');
    expect(shop.gateway.refunded(shop.paymentId, TOTAL)).toEqual(usd(4_000));
    await expectNothingMore(shop);
  });

  it('while a payment is processing waits for its outcome', async () => {
    const shop = await openShop();
    const { orderId, attemptId, gateway, pay, cancel, deliverAll, order, elapse } = shop;
    gateway.planNext('authorize', { stage: 'pending' });
    await pay(orderId, CARD);
    await cancel(orderId);
    await deliverAll();
    expect(order(orderId).status).toBe('Cancelling');
    gateway.turn(attemptId, 'succeeded');
    await elapse(10_000);
    expect(order(orderId).status).toBe('Cancelled');
    expect(refundsAsked(shop)).toHaveLength(1);
    await expectNothingMore(shop);
  });

  it.each([
    ['was made', 'after', 1],
    ['never arrived', 'before', 0],
  ] as const)(
    'while it is unknown of a payment that %s waits, and keeps no money',
    async (_what, moment, refunds) => {
      const shop = await openShop();
      const { orderId, pay, cancel, deliverAll, order, hook, elapse } = shop;
      hook.around = failing('authorize', moment);
      await pay(orderId, CARD);
      await cancel(orderId);
      await deliverAll();
      expect(order(orderId).status).toBe('Cancelling');
      await elapse(120_000);
      expect(order(orderId).status).toBe('Cancelled');
      expect(refundsAsked(shop)).toHaveLength(refunds);
      await expectNothingMore(shop);
    },
  );

  it('while a customer has yet to act lets go of them', async () => {
    const shop = await openShop();
    shop.gateway.planNext('authorize', { stage: 'requires_action' });
    await shop.pay(shop.orderId, CARD);
    await shop.cancel(shop.orderId);
    await shop.deliverAll();
    expect(shop.order(shop.orderId).status).toBe('Cancelled');
    await expectNothingMore(shop);
  });

  it('while a capture is under way waits for it, then gives it back', async () => {
    const shop = await paidShop('manual');
    shop.hook.around = failing('capture', 'after');
    await shop.capture(shop.paymentId, 'all');
    await shop.cancel(shop.orderId);
    await shop.deliverAll();
    expect(shop.order(shop.orderId).status).toBe('Cancelling');
    await shop.elapse(10_000);
    expect(shop.order(shop.orderId).status).toBe('Cancelled');
    await expectNothingMore(shop);
  });

  it('while its money is disputed waits for that to end, lost or won', async () => {
    for (const [status, back] of [
      ['lost', 0],
      ['won', 1],
    ] as const) {
      const shop = await paidShop();
      const { paymentId, orderId, gateway, sync, cancel, deliverAll, order, clock } = shop;
      const report = { disputeId: 'd1', amount: TOTAL, fee: usd(0), reason: 'fraudulent' } as const;
      gateway.dispute(paymentId, { ...report, status: 'open' });
      await sync(paymentId);
      await cancel(orderId);
      await deliverAll();
      expect(order(orderId).status).toBe('Cancelling');
      clock.advance(1_000);
      gateway.dispute(paymentId, { ...report, status });
      await sync(paymentId);
      await deliverAll();
      expect(order(orderId).status).toBe('Cancelled');
      expect(refundsAsked(shop)).toHaveLength(back);
      await expectNothingMore(shop);
    }
  });

  it('stays cancelling when the money cannot be given back, and asks nobody again', async () => {
    const shop = await paidShop();
    const { orderId, gateway, cancel, deliverAll, order, elapse } = shop;
    gateway.planNext('refund', { stage: 'declined', code: 'account_closed' });
    await cancel(orderId);
    await deliverAll();
    await elapse(86_400_000);
    expect(order(orderId).status).toBe('Cancelling');
    expect(refundsAsked(shop)).toHaveLength(1);
    // By people, in another way.
    await shop.refund(shop.paymentId, 'by hand');
    await deliverAll();
    expect(order(orderId).status).toBe('Cancelled');
    await expectNothingMore(shop);
  });

  it('twice is cancelled once, and on another version is refused', async () => {
    const { orderId, cancel, order, log } = await openShop();
    expect(await cancel(orderId, 7)).toEqual({ ok: false, error: { code: 'version-mismatch', current: 1 } });
    expect(order(orderId).status).toBe('Created');
    await cancel(orderId, 1);
    await cancel(orderId);
    expect(log.typesOf(orderId).filter((type) => type === 'OrderCancelled')).toHaveLength(1);
  });
});

describe('a payment that succeeds after its order has ended', () => {
  it.each([
    ['gives the money back', CARD, 'refund'],
    ['lets go of the money', HELD, 'void'],
  ] as const)('%s, once, and the order stays cancelled', async (_what, request, kind) => {
    const shop = await openShop();
    const { orderId, paymentId, attemptId, gateway, pay, cancel, sync, deliverAll, order } = shop;
    await pay(orderId, { ...request, token: 'tok_declined' });
    await deliverAll();
    await cancel(orderId);
    await deliverAll();
    expect(order(orderId).status).toBe('Cancelled');
    gateway.turn(attemptId, 'succeeded');
    await sync(paymentId);
    await deliverAll();
    expect(order(orderId).status).toBe('Cancelled');
    expect(gateway.done(kind)).toHaveLength(1);
    await expectNothingMore(shop);
  });
});

describe('money that is too much', () => {
  it('goes back when the provider took more than it was asked for', async () => {
    const shop = await openShop();
    shop.gateway.planNext('authorize', { stage: 'succeeded', amountOff: 5n });
    await shop.pay(shop.orderId, CARD);
    await shop.deliverAll();
    expect(shop.log.typesOf(shop.orderId)).toContain('OrderOverpaid');
    expect(refundsAsked(shop)).toMatchObject([{ amount: usd(5) }]);
    expect(shop.order(shop.orderId)).toMatchObject({ status: 'Confirmed', isPaid: true });
    await expectNothingMore(shop);
  });

  it('goes back when a payment that had failed turns out to have been made, after another one', async () => {
    const shop = await openShop();
    const { orderId, paymentId, attemptId, gateway, pay, sync, deliverAll, order } = shop;
    await pay(orderId, { ...CARD, token: 'tok_declined' });
    await pay(orderId, { key: 'other' });
    await deliverAll();
    gateway.turn(attemptId, 'succeeded');
    await sync(paymentId);
    await deliverAll();
    expect(refundsAsked(shop)).toMatchObject([{ amount: TOTAL }]);
    expect(order(orderId)).toMatchObject({ status: 'Confirmed', isPaid: true });
    await expectNothingMore(shop);
  });

  it('is let go when it is held by a payment that nobody claims for any more', async () => {
    const shop = await openShop();
    const { orderId, paymentId, attemptId, gateway, pay, sync, deliverAll } = shop;
    await pay(orderId, { ...HELD, token: 'tok_declined' });
    await deliverAll();
    gateway.turn(attemptId, 'succeeded');
    await sync(paymentId);
    await deliverAll();
    expect(gateway.done('void')).toHaveLength(1);
    await expectNothingMore(shop);
  });

  it('goes back once, though somebody gives it back between the look at it and the refund', async () => {
    const shop = await paidShop();
    const { orderId, paymentId, refund, changeOrder, deliverAll, gateway, hook, clock } = shop;
    const items = [
      { productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: usd(6_000) },
    ] as const;
    const command = { amendmentId: 'a', items, reason: 'a smaller one', at: clock.now().toISOString() };
    await changeOrder(orderId, 'cheaper', (order) => amendOrder(command, order));
    // Checkout reads the order, with its payments, then the payment that it gives back of.
    let reads = 0;
    hook.around = async (call, effect) => {
      if (call === 'loadStreams' && ++reads === 3) await refund(paymentId, 'by hand', { amount: usd(4_000) });
      return effect();
    };
    await deliverAll();
    hook.around = undisturbed;
    await deliverAll();
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(4_000));
    await expectNothingMore(shop);
  });

  it('goes back when the order was amended to cost less', async () => {
    const shop = await paidShop();
    const item = { productId: 'cup', productName: 'Cup', quantity: 1, unitPrice: usd(7_500) };
    await shop.changeOrder(shop.orderId, 'amend', (order) =>
      amendOrder(
        { amendmentId: 'a1', items: [item], reason: 'smaller', at: '2026-01-01T00:00:01.000Z' },
        order,
      ),
    );
    await shop.deliverAll();
    expect(refundsAsked(shop)).toMatchObject([{ amount: usd(2_500) }]);
    await expectNothingMore(shop);
  });
});

describe('a second payment for one order', () => {
  it('is refused while the first is under way, and its provider is not called', async () => {
    const shop = await openShop();
    shop.gateway.planNext('authorize', { stage: 'pending' });
    await shop.pay(shop.orderId, CARD);
    expect(refusalIn(await shop.pay(shop.orderId, { key: 'other' }))).toBe('payment-already-claimed');
    expect(shop.gateway.asked).toHaveLength(1);
  });

  it('is taken for what the first did not claim', async () => {
    const shop = await openShop();
    await shop.pay(shop.orderId, { ...CARD, amount: usd(9_999) });
    expect(paymentIn(await shop.pay(shop.orderId, { key: 'other' })).amount.amount).toBe(1);
    await shop.deliverAll();
    expect(shop.order(shop.orderId).isPaid).toBe(true);
    await expectNothingMore(shop);
  });
});

const by = (name: string) => ({ ...contextOf(name), commandId: ids.commandId(), fingerprint: name });

describe('several that reconcile one order side by side', () => {
  it('do everything once, whatever woke each of them', async () => {
    const shop = await openShop();
    const { orderId, reconcileOrder, pay, cancel, order, log, hook } = shop;
    const all = (): Promise<unknown> =>
      Promise.all(['follower', 'timer', 'customer'].map((name) => reconcileOrder(by(name), orderId)));
    await all();
    await pay(orderId, CARD);
    await all();
    await cancel(orderId);
    await all();
    await all();
    expect(order(orderId)).toMatchObject({ status: 'Cancelled' });
    const types = log.typesOf(orderId);
    expect(types.filter((type, index) => types.indexOf(type) !== index)).toEqual([]);
    expect(
      refundsAsked(shop)
        .map(({ operationId }) => operationId)
        .toSorted(),
    ).toEqual(refundsAsked(shop).map(() => [...shop.gateway.books.keys()].at(-1)));
    hook.around = undisturbed;
    await shop.deliverAll();
    await expectNothingMore(shop);
  });
});
