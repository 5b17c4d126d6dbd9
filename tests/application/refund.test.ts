import { describe, expect, it } from 'vitest';
import { usd } from '../domain/samples.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { paidShop, TOTAL, TWO_LINES } from './shops.ts';
import { OTHER_TENANT, paymentIn, refundIdOf, refusalIn, contextOf } from './virtual-service.ts';

const cups = (quantity: number) => ({ lines: [{ lineId: '1', quantity }] });

describe('a refund', () => {
  it('gives back all that was taken when nothing else is said', async () => {
    const shop = await paidShop();
    const { paymentId, orderId, refund, deliverAll, order } = shop;
    expect(paymentIn(await refund(paymentId, 'all'))).toMatchObject({
      status: 'Completed',
      refundedAmount: { amount: 10_000 },
      refunds: [{ refundId: refundIdOf('all'), status: 'Succeeded' }],
    });
    await deliverAll();
    expect(order(orderId).refunds).toMatchObject([{ status: 'Applied', amount: TOTAL }]);
    expectAtRest(shop, orderId);
    expect(refusalIn(await refund(paymentId, 'more'))).toBe('payment-not-refundable');
  });

  it('of amounts may be repeated until nothing is left, and never gives back more', async () => {
    const shop = await paidShop();
    const { paymentId, orderId, refund, deliverAll } = shop;
    await refund(paymentId, 'one', { amount: usd(3_333) });
    await refund(paymentId, 'two', { amount: usd(3_333) });
    expect(refusalIn(await refund(paymentId, 'much', { amount: usd(3_335) }))).toBe(
      'refund-exceeds-refundable',
    );
    expect(paymentIn(await refund(paymentId, 'rest')).refundedAmount.amount).toBe(10_000);
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('of lines gives back what they cost, the last unit what is left of it', async () => {
    const shop = await paidShop('automatic', TWO_LINES);
    const { paymentId, orderId, refund, deliverAll, order, gateway } = shop;
    await refund(paymentId, 'cup', cups(1));
    await refund(paymentId, 'cups', cups(2));
    expect(gateway.done('refund').map(({ amount }) => amount)).toEqual([usd(333), usd(666)]);
    expect(refusalIn(await refund(paymentId, 'no cup', cups(1)))).toBe('quantity-exceeds-available');
    expect(refusalIn(await refund(paymentId, 'x', { lines: [{ lineId: '9', quantity: 1 }] }))).toBe(
      'line-unknown',
    );
    await deliverAll();
    expect(order(orderId).refunds).toMatchObject([
      { lines: [{ lineId: '1', quantity: 1, amount: usd(333) }] },
      { lines: [{ lineId: '1', quantity: 2, amount: usd(666) }] },
    ]);
    expectAtRest(shop, orderId);
  });

  it('that failed frees its lines and its amount', async () => {
    const shop = await paidShop('automatic', TWO_LINES);
    const { paymentId, orderId, refund, deliverAll, gateway } = shop;
    gateway.planNext('refund', { stage: 'declined', code: 'account_closed' });
    const lines = [{ lineId: '2', quantity: 1 }];
    expect(paymentIn(await refund(paymentId, 'first', { lines })).refunds).toMatchObject([
      { status: 'Failed', error: { code: 'account_closed' } },
    ]);
    await deliverAll();
    expect(paymentIn(await refund(paymentId, 'second', { lines })).refundedAmount.amount).toBe(9_001);
    await deliverAll();
    expect(shop.order(orderId).refunds.map(({ status }) => status)).toEqual(['Failed', 'Applied']);
    expectAtRest(shop, orderId);
  });

  it('is refused where nothing was taken', async () => {
    const { paymentId, refund } = await paidShop('manual');
    expect(await refund(paymentId, 'none')).toMatchObject({
      error: { code: 'payment-not-refundable', why: 'nothing-captured' },
    });
  });

  it("is refused of another tenant's payment", async () => {
    const { paymentId, changePayment, gateway } = await paidShop();
    const request = { refundId: 'r', reason: 'mine' };
    const asked = await changePayment.refund(contextOf('x', {}, OTHER_TENANT), paymentId, request);
    expect(refusalIn(asked)).toBe('payment-not-found');
    expect(gateway.done('refund')).toEqual([]);
  });

  it('on another version of the payment is refused', async () => {
    const { paymentId, refund } = await paidShop();
    expect(refusalIn(await refund(paymentId, 'stale', { ifVersion: 4 }))).toBe('version-mismatch');
    expect(paymentIn(await refund(paymentId, 'fresh', { ifVersion: 5 })).refunds).toHaveLength(1);
  });
});

describe('a refund that takes its time', () => {
  it('is reserved while it is pending, and applied when a timer finds it done', async () => {
    const shop = await paidShop();
    const { paymentId, orderId, refund, gateway, elapse, order } = shop;
    gateway.planNext('refund', { stage: 'pending' });
    expect(paymentIn(await refund(paymentId, 'slow', { amount: usd(6_000) })).refunds).toMatchObject([
      { status: 'Pending' },
    ]);
    expect(refusalIn(await refund(paymentId, 'more', { amount: usd(4_001) }))).toBe(
      'refund-exceeds-refundable',
    );
    await elapse(20_000);
    expect(order(orderId).refunds).toMatchObject([{ status: 'Requested' }]);
    gateway.turn(refundIdOf('slow'), 'succeeded');
    await elapse(10_000);
    expect(order(orderId).refunds).toMatchObject([{ status: 'Applied' }]);
    expect(gateway.asked.filter(({ kind }) => kind === 'refund')).toHaveLength(1);
    expectAtRest(shop, orderId);
  });

  it('is released when it fails in the end', async () => {
    const shop = await paidShop();
    const { paymentId, orderId, refund, gateway, elapse } = shop;
    gateway.planNext('refund', { stage: 'pending' });
    await refund(paymentId, 'slow');
    gateway.turn(refundIdOf('slow'), 'declined', 'account_closed');
    await elapse(10_000);
    expect(shop.order(orderId).refunds).toMatchObject([{ status: 'Failed' }]);
    expect(paymentIn(await refund(paymentId, 'again')).refundedAmount.amount).toBe(10_000);
    await shop.deliverAll();
    expectAtRest(shop, orderId);
  });

  it('and fails after it had succeeded is taken back from the order too', async () => {
    const shop = await paidShop();
    const { paymentId, orderId, refund, gateway, sync, deliverAll, order, log } = shop;
    await refund(paymentId, 'back');
    await deliverAll();
    gateway.turn(refundIdOf('back'), 'declined', 'account_closed');
    await sync(paymentId);
    await deliverAll();
    expect(order(orderId).refunds).toMatchObject([{ status: 'Failed' }]);
    expect(log.typesOf(orderId).slice(-2)).toEqual(['OrderRefundApplied', 'OrderRefundReleased']);
    expectAtRest(shop, orderId);
  });

  it.each(['before', 'after'] as const)(
    'whose answer was lost %s its effect is made once',
    async (moment) => {
      const shop = await paidShop();
      const { paymentId, orderId, refund, gateway, hook, elapse } = shop;
      hook.around = failing('refund', moment);
      await refund(paymentId, 'lost', { amount: usd(1) });
      await elapse(10_000);
      expect(gateway.done('refund')).toMatchObject([{ operationId: refundIdOf('lost'), amount: usd(1) }]);
      expectAtRest(shop, orderId);
    },
  );
});

describe('a repeated refund', () => {
  it('gives the same answer and one refund', async () => {
    const { paymentId, refund, gateway, deliverAll, clock } = await paidShop();
    const first = paymentIn(await refund(paymentId, 'part', { amount: usd(5) }));
    await refund(paymentId, 'another', { amount: usd(5) });
    await deliverAll();
    clock.advance(86_400_000);
    expect(paymentIn(await refund(paymentId, 'part', { amount: usd(5) }))).toEqual(first);
    expect(gateway.done('refund')).toHaveLength(2);
  });

  it('with another amount is a key used twice', async () => {
    const { paymentId, refund } = await paidShop();
    await refund(paymentId, 'part', { amount: usd(5) });
    expect(refusalIn(await refund(paymentId, 'part', { amount: usd(6) }))).toBe('idempotency-key-reused');
  });
});

describe('a dispute', () => {
  const report = { disputeId: 'd1', amount: TOTAL, fee: usd(1_500), reason: 'fraudulent' } as const;

  it('blocks refunds while it is open, and no longer once it is won', async () => {
    const shop = await paidShop();
    const { paymentId, orderId, refund, gateway, sync, deliverAll, clock } = shop;
    for (const status of ['open', 'under_review'] as const) {
      gateway.dispute(paymentId, { ...report, status });
      clock.advance(1_000);
      await sync(paymentId);
      expect(await refund(paymentId, `while ${status}`, { amount: usd(1) })).toMatchObject({
        error: { code: 'payment-not-refundable', why: 'disputed' },
      });
    }
    gateway.dispute(paymentId, { ...report, status: 'won' });
    await sync(paymentId);
    expect(paymentIn(await refund(paymentId, 'after')).refundedAmount.amount).toBe(10_000);
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('that is lost leaves nothing to refund, and the order says so once', async () => {
    const shop = await paidShop();
    const { paymentId, orderId, refund, gateway, sync, deliverAll, order } = shop;
    gateway.dispute(paymentId, { ...report, status: 'lost' });
    await sync(paymentId);
    await deliverAll();
    await sync(paymentId);
    await deliverAll();
    expect(order(orderId).chargebacks).toEqual([{ disputeId: 'd1', amount: TOTAL }]);
    expect(refusalIn(await refund(paymentId, 'late'))).toBe('payment-not-refundable');
    expectAtRest(shop, orderId);
  });
});
