import { describe, expect, it } from 'vitest';
import { amendOrder } from '../../src/domain/orders/order-lifecycle.ts';
import { usd, yen } from '../domain/samples.ts';
import { expectAtRest } from './at-rest.ts';
import { CARD, openShop, paidShop, TOTAL, TWO_LINES, type Terms } from './shops.ts';
import { contextOf, OTHER_TENANT, paymentIdOf, paymentIn, refundIdOf, refusalIn } from './virtual-service.ts';

const LIMIT = usd(4_000);
const DAY_MS = 86_400_000;
const LARGE = { amount: usd(6_000) };
const cups = (quantity: number) => ({ lines: [{ lineId: '1', quantity }] });

/** A paid order of 100.00, of which up to 40.00 may go back without a second person. */
const shopWithLimit = (terms: Terms = {}) =>
  paidShop('automatic', { refundApprovalAbove: [yen(1), LIMIT], ...terms });

/** The same, and a refund of 60.00 waits. */
async function shopWithWaiting(terms: Terms = {}) {
  const shop = await shopWithLimit(terms);
  await shop.refund(shop.paymentId, 'large', LARGE);
  await shop.deliverAll();
  return { ...shop, refundId: refundIdOf('large') };
}

describe('a refund above the limit', () => {
  it('waits: no provider and no order hears of it, and nobody outside', async () => {
    const shop = await shopWithLimit();
    const { paymentId, orderId, refund, order, gateway, messages } = shop;
    const told = messages().length;
    const asked = paymentIn(await refund(paymentId, 'large', LARGE));
    expect(asked.refunds).toMatchObject([
      { refundId: refundIdOf('large'), status: 'AwaitingApproval', requestedBy: 'key:test' },
    ]);
    expect(asked.inFlight).toEqual([]);
    await shop.deliverAll();
    expect(gateway.asked.filter(({ kind }) => kind === 'refund')).toEqual([]);
    expect(order(orderId).refunds).toEqual([]);
    expect(messages()).toHaveLength(told);
    expectAtRest(shop, orderId);
  });

  it('is one that needs none up to the limit, and in a currency that has none', async () => {
    const { paymentId, refund } = await shopWithLimit();
    expect(paymentIn(await refund(paymentId, 'small', { amount: LIMIT })).refunds).toMatchObject([
      { status: 'Succeeded' },
    ]);
    const yenOnly = await paidShop('automatic', { refundApprovalAbove: [yen(1)] });
    expect(paymentIn(await yenOnly.refund(yenOnly.paymentId, 'all')).refunds).toMatchObject([
      { status: 'Succeeded' },
    ]);
  });

  it('is one of several small ones that come to more together', async () => {
    const { paymentId, refund } = await shopWithLimit();
    const ask = async (key: string, minor: number) =>
      paymentIn(await refund(paymentId, key, { amount: usd(minor) })).refunds.at(-1)!.status;
    expect(await ask('one', 3_000)).toBe('Succeeded');
    expect(await ask('two', 1_000)).toBe('Succeeded');
    expect(await ask('three', 1)).toBe('AwaitingApproval');
  });

  it('is not one after others that failed or were rejected', async () => {
    const { paymentId, refund, reject, gateway } = await shopWithLimit();
    await refund(paymentId, 'rejected', LARGE);
    await reject(paymentId, refundIdOf('rejected'), 'no');
    gateway.planNext('refund', { stage: 'declined', code: 'account_closed' });
    await refund(paymentId, 'failed', { amount: LIMIT });
    const { refunds } = paymentIn(await refund(paymentId, 'small', { amount: LIMIT }));
    expect(refunds.map(({ status }) => status).toSorted()).toEqual(['Failed', 'Rejected', 'Succeeded']);
  });

  it('keeps its amount from others while it waits', async () => {
    const { paymentId, refund } = await shopWithWaiting();
    expect(refusalIn(await refund(paymentId, 'more', { amount: usd(4_001) }))).toBe(
      'refund-exceeds-refundable',
    );
    const { refunds } = paymentIn(await refund(paymentId, 'rest'));
    expect(refunds.at(-1)).toMatchObject({ status: 'AwaitingApproval', amount: { amount: 4_000 } });
  });

  it('keeps its lines from others while it waits, and the last unit takes what is left', async () => {
    const shop = await shopWithLimit({ ...TWO_LINES, refundApprovalAbove: [usd(1)] });
    const { paymentId, orderId, refund, approve, deliverAll, gateway } = shop;
    await refund(paymentId, 'two', cups(2));
    expect(refusalIn(await refund(paymentId, 'two more', cups(2)))).toBe('quantity-exceeds-available');
    await refund(paymentId, 'last', cups(1));
    for (const key of ['last', 'two']) await approve(paymentId, refundIdOf(key), `approve ${key}`);
    expect(gateway.done('refund').map(({ amount }) => amount)).toEqual([usd(333), usd(666)]);
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('that is asked for again under its key is answered as it was, and asks no provider', async () => {
    const { paymentId, refund, approve, gateway } = await shopWithLimit();
    const first = await refund(paymentId, 'large', LARGE);
    const calls = gateway.asked.length;
    expect(await refund(paymentId, 'large', LARGE)).toEqual({
      ok: true,
      value: { answer: paymentIn(first), replayed: true },
    });
    expect(gateway.asked).toHaveLength(calls);
    await approve(paymentId, refundIdOf('large'), 'yes');
    expect(paymentIn(await refund(paymentId, 'large', LARGE))).toEqual(paymentIn(first));
    expect(gateway.done('refund')).toHaveLength(1);
  });
});

describe('approval', () => {
  it('makes it a refund like any other', async () => {
    const shop = await shopWithWaiting();
    const { paymentId, orderId, refundId, approve, deliverAll, order, log } = shop;
    const { refunds } = paymentIn(await approve(paymentId, refundId, 'yes'));
    expect(refunds).toMatchObject([
      { refundId, status: 'Succeeded', requestedBy: 'key:test', decidedBy: 'key:second' },
    ]);
    expect(log.typesOf(paymentId).slice(-4)).toEqual([
      'RefundApprovalRequested',
      'RefundApproved',
      'RefundRequested',
      'RefundSucceeded',
    ]);
    await deliverAll();
    expect(order(orderId).refunds).toMatchObject([{ status: 'Applied', amount: LARGE.amount }]);
    expectAtRest(shop, orderId);
  });

  it('is of somebody else than asked for it', async () => {
    const { paymentId, refundId, approve, gateway, payment } = await shopWithWaiting();
    expect(refusalIn(await approve(paymentId, refundId, 'mine', { actor: 'key:test' }))).toBe(
      'refund-approval-own',
    );
    expect(payment(paymentId).approvals).toMatchObject([{ status: 'awaiting' }]);
    expect(gateway.done('refund')).toEqual([]);
  });

  it('that is repeated, by whomever, is answered with what is', async () => {
    const { paymentId, refundId, approve, gateway } = await shopWithWaiting();
    const first = paymentIn(await approve(paymentId, refundId, 'yes'));
    expect(paymentIn(await approve(paymentId, refundId, 'yes'))).toEqual(first);
    expect(paymentIn(await approve(paymentId, refundId, 'me too', { actor: 'key:third' }))).toEqual(first);
    expect(gateway.asked.filter(({ kind }) => kind === 'refund')).toHaveLength(1);
  });

  it('on another version of the payment is refused', async () => {
    const { paymentId, refundId, approve, payment } = await shopWithWaiting();
    expect(refusalIn(await approve(paymentId, refundId, 'stale', { ifVersion: 5 }))).toBe('version-mismatch');
    expect(payment(paymentId).approvals).toMatchObject([{ status: 'awaiting' }]);
    expect(paymentIn(await approve(paymentId, refundId, 'fresh', { ifVersion: 6 })).refunds).toMatchObject([
      { status: 'Succeeded' },
    ]);
  });

  it('of what is not there, not ours, or needs none is refused', async () => {
    const { paymentId, refundId, refund, approve, changePayment } = await shopWithWaiting();
    expect(refusalIn(await approve(paymentId, refundIdOf('none'), 'a'))).toBe('refund-not-found');
    const stranger = { ...contextOf('b', {}, OTHER_TENANT), actor: 'key:second' };
    expect(refusalIn(await changePayment.approve(stranger, paymentId, { refundId, alsoKnownAs: [] }))).toBe(
      'payment-not-found',
    );
    const { paymentId: other, ...small } = await shopWithLimit();
    await small.refund(other, 'small', { amount: LIMIT });
    expect(await small.approve(other, refundIdOf('small'), 'c')).toMatchObject({
      error: { code: 'refund-not-awaiting-approval', why: 'not-needed' },
    });
    expect(refusalIn(await refund(paymentId, 'more', { amount: usd(4_001) }))).toBe(
      'refund-exceeds-refundable',
    );
  });

  it('is refused while there is a dispute, and when it took the money', async () => {
    const { paymentId, refundId, approve, gateway, sync } = await shopWithWaiting();
    const report = { disputeId: 'd1', amount: usd(4_001), fee: usd(1_500), reason: 'fraudulent' } as const;
    gateway.dispute(paymentId, { ...report, status: 'open' });
    await sync(paymentId);
    expect(await approve(paymentId, refundId, 'open')).toMatchObject({
      error: { code: 'payment-not-refundable', why: 'disputed' },
    });
    gateway.dispute(paymentId, { ...report, status: 'lost' });
    await sync(paymentId);
    expect(await approve(paymentId, refundId, 'lost')).toMatchObject({
      error: { code: 'payment-not-refundable', why: 'less-left' },
    });
    expect(gateway.done('refund')).toEqual([]);
  });

  it('is refused when another payment gave its lines back', async () => {
    const shop = await openShop({ ...TWO_LINES, refundApprovalAbove: [usd(0)] });
    const { orderId, refund, approve, pay, deliverAll } = shop;
    const [first, second] = ['one', 'two'].map((key) => paymentIdOf(orderId, { key }));
    for (const key of ['one', 'two']) {
      await pay(orderId, { key, amount: usd(5_000) });
      await deliverAll();
      await refund(paymentIdOf(orderId, { key }), `of ${key}`, cups(3));
    }
    await approve(first!, refundIdOf('of one'), 'yes');
    expect(await approve(second!, refundIdOf('of two'), 'too')).toMatchObject({
      error: { code: 'payment-not-refundable', why: 'lines-refunded' },
    });
    await deliverAll();
    expectAtRest(shop, orderId);
  });
});

describe('a refund that waits while its order is made cheaper', () => {
  it('is refused approval, since what the order costs less has gone back by itself', async () => {
    const shop = await shopWithWaiting();
    const { paymentId, orderId, refundId, changeOrder, approve, reject, deliverAll, gateway, clock } = shop;
    const items = [
      { productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: usd(3_000) },
    ] as const;
    const command = { amendmentId: 'a', items, reason: 'a smaller one', at: clock.now().toISOString() };
    await changeOrder(orderId, 'cheaper', (order) => amendOrder(command, order));
    await deliverAll();
    expect(await approve(paymentId, refundId, 'yes')).toMatchObject({
      error: { code: 'payment-not-refundable', why: 'order-amended' },
    });
    await reject(paymentId, refundId, 'no');
    await deliverAll();
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(7_000));
    expectAtRest(shop, orderId);
  });
});

describe('rejection', () => {
  it('gives the amount back to others, says why, and stands', async () => {
    const shop = await shopWithWaiting();
    const { paymentId, orderId, refundId, approve, reject, refund, deliverAll } = shop;
    for (const key of ['no', 'no, really'])
      expect(paymentIn(await reject(paymentId, refundId, key)).refunds).toMatchObject([
        { status: 'Rejected', decidedBy: 'key:second', rejectionReason: 'it was worn' },
      ]);
    expect(await approve(paymentId, refundId, 'yes')).toMatchObject({
      error: { code: 'refund-not-awaiting-approval', why: 'rejected' },
    });
    await refund(paymentId, 'all');
    await approve(paymentId, refundIdOf('all'), 'all right');
    expect(await reject(paymentId, refundIdOf('all'), 'late')).toMatchObject({
      error: { code: 'refund-not-awaiting-approval', why: 'approved' },
    });
    await deliverAll();
    expectAtRest(shop, orderId);
  });
});

describe('what nobody decides on', () => {
  it('lapses after seven days, and its amount is free again', async () => {
    const shop = await shopWithWaiting();
    const { paymentId, orderId, refundId, approve, refund, elapse, payment, deliverAll } = shop;
    await elapse(7 * DAY_MS - 1_000);
    expect(payment(paymentId).approvals).toMatchObject([{ status: 'awaiting' }]);
    await elapse(1_000);
    expect(payment(paymentId).approvals).toMatchObject([{ status: 'lapsed' }]);
    expect(await approve(paymentId, refundId, 'late')).toMatchObject({
      error: { code: 'refund-not-awaiting-approval', why: 'lapsed' },
    });
    expect(paymentIn(await refund(paymentId, 'all')).refunds.at(-1)).toMatchObject({
      amount: { amount: 10_000 },
      status: 'AwaitingApproval',
    });
    await approve(paymentId, refundIdOf('all'), 'yes');
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('can be approved until the last moment and not after it, though no timer has rung', async () => {
    const { paymentId, approve, clock, refund } = await shopWithLimit();
    for (const key of ['in time', 'late']) await refund(paymentId, key, { amount: usd(4_001) });
    const asked = clock.now().getTime();
    clock.advance(7 * DAY_MS - 1);
    expect(paymentIn(await approve(paymentId, refundIdOf('in time'), 'a')).refundedAmount.amount).toBe(4_001);
    clock.advance(asked + 7 * DAY_MS - clock.now().getTime());
    expect(await approve(paymentId, refundIdOf('late'), 'b')).toMatchObject({
      error: { code: 'refund-not-awaiting-approval', why: 'lapsed' },
    });
  });
});

describe('what the service itself gives back', () => {
  it('of a cancelled order needs no approval, and goes in place of what waits', async () => {
    const shop = await shopWithWaiting();
    const { paymentId, orderId, cancel, deliverAll, order, gateway, payment } = shop;
    await cancel(orderId);
    await deliverAll();
    expect(order(orderId).status).toBe('Cancelled');
    expect(gateway.done('refund')).toMatchObject([{ amount: TOTAL }]);
    expect(payment(paymentId).approvals).toMatchObject([
      { status: 'rejected', decidedBy: 'system:checkout', rejectionReason: 'the order is Cancelling' },
    ]);
    expectAtRest(shop, orderId);
  });

  it('of a payment that came too late needs no approval', async () => {
    const shop = await openShop({ refundApprovalAbove: [LIMIT] });
    const { orderId, attemptId, pay, cancel, deliverAll, elapse, order, gateway } = shop;
    gateway.planNext('authorize', { stage: 'pending' });
    await pay(orderId, CARD);
    await cancel(orderId);
    await deliverAll();
    gateway.turn(attemptId, 'succeeded');
    await elapse(10_000);
    expect(order(orderId).status).toBe('Cancelled');
    expect(gateway.done('refund')).toMatchObject([{ amount: TOTAL }]);
    expectAtRest(shop, orderId);
  });

  it('of what an order no longer costs leaves what waits alone, until that is decided on', async () => {
    const shop = await shopWithWaiting();
    const { paymentId, orderId, refundId, changeOrder, reject, deliverAll, gateway, clock } = shop;
    const items = [
      { productId: 'teapot', productName: 'Teapot', quantity: 1, unitPrice: usd(3_000) },
    ] as const;
    const command = { amendmentId: 'a', items, reason: 'a smaller one', at: clock.now().toISOString() };
    const done = await changeOrder(orderId, 'cheaper', (order) => amendOrder(command, order));
    expect(done.ok).toBe(true);
    await deliverAll();
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(4_000));
    await reject(paymentId, refundId, 'no');
    await deliverAll();
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(7_000));
    expectAtRest(shop, orderId);
  });
});
