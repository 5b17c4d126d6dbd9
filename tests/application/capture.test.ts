import { describe, expect, it } from 'vitest';
import { usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { CARD, HELD, openShop, paidShop, TOTAL } from './shops.ts';
import { paymentIn, refusalIn } from './virtual-service.ts';

const heldShop = () => paidShop('manual');

describe('a payment whose capture is left to us', () => {
  it('is held, and the order is confirmed before any money is taken', async () => {
    const shop = await heldShop();
    expect(shop.payment(shop.paymentId)).toMatchObject({ status: 'Authorized', authorizedAmount: TOTAL });
    expect(shop.order(shop.orderId)).toMatchObject({ status: 'Confirmed', isPaid: false });
    expect(shop.gateway.captured(shop.paymentId, TOTAL)).toEqual(usd(0));
    expectAtRest(shop, shop.orderId);
  });
});

describe('a capture', () => {
  it('takes all that is held when no amount is given', async () => {
    const shop = await heldShop();
    const { paymentId, orderId, capture, deliverAll, order } = shop;
    expect(paymentIn(await capture(paymentId, 'all'))).toMatchObject({
      status: 'Completed',
      isSuccessful: true,
      capturedAmount: { amount: 10_000 },
      captures: [{ status: 'Succeeded' }],
    });
    await deliverAll();
    expect(order(orderId).isPaid).toBe(true);
    expectAtRest(shop, orderId);
  });

  it('of a part leaves the rest to be captured, so that parts sum to the whole', async () => {
    const shop = await heldShop();
    const { paymentId, orderId, capture, deliverAll, order } = shop;
    const first = paymentIn(await capture(paymentId, 'first', { amount: usd(2_500) }));
    expect(first).toMatchObject({ status: 'PartiallyCaptured', capturedAmount: { amount: 2_500 } });
    await deliverAll();
    expect(order(orderId)).toMatchObject({ isPaid: false, payments: [{ status: 'PartiallyCaptured' }] });
    expectAtRest(shop, orderId);

    const second = paymentIn(await capture(paymentId, 'second', { amount: usd(7_500) }));
    expect(second).toMatchObject({ status: 'Completed', capturedAmount: { amount: 10_000 } });
    await deliverAll();
    expect(order(orderId).isPaid).toBe(true);
    expectAtRest(shop, orderId);
  });

  it('that is final lets go of the rest, which another payment may then be made for', async () => {
    const shop = await heldShop();
    const { paymentId, orderId, capture, deliverAll, pay, order, log } = shop;
    await capture(paymentId, 'final', { amount: usd(2_500), final: true });
    await deliverAll();
    expect(shop.payment(paymentId)).toMatchObject({ status: 'Completed', capturedAmount: usd(2_500) });
    expect(log.typesOf(orderId)).toContain('PaymentClaimReleased');
    expectAtRest(shop, orderId);

    expect(paymentIn(await pay(orderId, { key: 'rest' })).amount.amount).toBe(7_500);
    await deliverAll();
    expect(order(orderId).isPaid).toBe(true);
    expectAtRest(shop, orderId);
  });

  it.each([
    ['more than is held', { amount: usd(10_001) }, 'capture-exceeds-authorized'],
    ['nothing', { amount: usd(0) }, 'amount-invalid'],
  ])('of %s is refused before the provider is asked', async (_what, request, code) => {
    const { paymentId, capture, gateway } = await heldShop();
    expect(refusalIn(await capture(paymentId, 'wrong', request))).toBe(code);
    expect(gateway.asked).toHaveLength(1);
  });

  it('of more than is left after another one is refused', async () => {
    const { paymentId, capture } = await heldShop();
    await capture(paymentId, 'first', { amount: usd(9_000) });
    expect(refusalIn(await capture(paymentId, 'second', { amount: usd(1_001) }))).toBe(
      'capture-exceeds-authorized',
    );
  });

  it('is refused for a payment that took its money at once, and for one that nobody has', async () => {
    const { paymentId, capture } = await paidShop();
    expect(refusalIn(await capture(paymentId, 'late'))).toBe('payment-not-capturable');
    const { orderId, capture: other } = await openShop();
    expect(refusalIn(await other(orderId as never, 'none'))).toBe('payment-not-found');
  });

  it('is refused while another is under way', async () => {
    const { paymentId, capture, gateway, hook } = await heldShop();
    hook.around = failing('capture', 'after');
    expect(paymentIn(await capture(paymentId, 'first', { amount: usd(1_000) })).inFlight).toEqual([
      'capture',
    ]);
    expect(refusalIn(await capture(paymentId, 'second'))).toBe('payment-in-flight');
    expect(gateway.done('capture')).toHaveLength(1);
  });

  it('that is declined takes nothing, and may be tried again under another key', async () => {
    const shop = await heldShop();
    const { paymentId, orderId, capture, gateway, deliverAll } = shop;
    gateway.planNext('capture', { stage: 'declined', code: 'try_later' });
    const declined = paymentIn(await capture(paymentId, 'first'));
    expect(declined).toMatchObject({
      status: 'Authorized',
      captures: [{ status: 'Failed', error: { code: 'try_later' } }],
    });
    await deliverAll();
    expectAtRest(shop, orderId);
    expect(paymentIn(await capture(paymentId, 'second')).status).toBe('Completed');
    await deliverAll();
    expectAtRest(shop, orderId);
  });

  it('commits to it before the provider is called', async () => {
    const { paymentId, capture, log, hook } = await heldShop();
    let committed: string | undefined;
    hook.around = (call, effect) => {
      if (call === 'capture') committed = log.typesOf(paymentId).at(-1);
      return effect();
    };
    await capture(paymentId, 'all');
    expect(committed).toBe('CaptureRequested');
  });

  it('of another amount than we asked for is written down as what was moved', async () => {
    const { paymentId, gateway, pay, orderId, log, order, deliverAll } = await openShop();
    gateway.planNext('authorize', { stage: 'succeeded', amountOff: -1n });
    await pay(orderId, CARD);
    await deliverAll();
    expect(log.typesOf(paymentId)).toContain('PaymentAmountMismatch');
    expect(order(orderId)).toMatchObject({ isPaid: false, payments: [{ captured: usd(9_999) }] });
  });
});

describe('a capture whose answer never came', () => {
  it.each(['before', 'after'] as const)(
    'is neither done nor failed until a timer asks, and then done once, lost %s its effect',
    async (moment) => {
      const shop = await heldShop();
      const { paymentId, orderId, capture, gateway, hook, elapse, payment, log } = shop;
      hook.around = failing('capture', moment);
      expect(paymentIn(await capture(paymentId, 'all'))).toMatchObject({
        status: 'Authorized',
        captures: [{ status: 'Pending' }],
      });
      await elapse(10_000);
      expect(payment(paymentId).status).toBe('Completed');
      expect(gateway.done('capture')).toHaveLength(1);
      expect(log.typesOf(paymentId)).toContain('OperationReconciled');
      expectAtRest(shop, orderId);
    },
  );

  it('that was not sent after an earlier call may have been received does not fail', async () => {
    const { paymentId, capture, gateway, hook, elapse, payment } = await heldShop();
    hook.around = failing('capture', 'before');
    await capture(paymentId, 'all');
    hook.around = undisturbed;
    gateway.answerNext({ kind: 'not_sent', code: 'connection_refused' });
    await elapse(10_000);
    expect(payment(paymentId).captures).toMatchObject([{ outcome: 'unknown' }]);
    await elapse(20_000);
    expect(payment(paymentId).status).toBe('Completed');
  });

  it('that was certainly not sent fails, and what was held still is', async () => {
    const shop = await heldShop();
    const { paymentId, orderId, capture, gateway } = shop;
    gateway.answerNext({ kind: 'not_sent', code: 'connection_refused' });
    expect(paymentIn(await capture(paymentId, 'all'))).toMatchObject({
      status: 'Authorized',
      captures: [{ status: 'Failed' }],
    });
    expectAtRest(shop, orderId);
  });
});

describe('a repeated capture', () => {
  it.each(['succeeded', 'declined'] as const)('that %s gives the same answer', async (stage) => {
    const { paymentId, capture, gateway, deliverAll, clock } = await heldShop();
    gateway.planNext('capture', { stage });
    const first = paymentIn(await capture(paymentId, 'all'));
    await deliverAll();
    clock.advance(86_400_000);
    expect(await capture(paymentId, 'all')).toEqual({ ok: true, value: { answer: first, replayed: true } });
    expect(gateway.asked.filter(({ kind }) => kind === 'capture')).toHaveLength(1);
  });

  it('with another body is a key used twice', async () => {
    const { paymentId, capture } = await heldShop();
    await capture(paymentId, 'all', { amount: usd(1) });
    expect(refusalIn(await capture(paymentId, 'all', { amount: usd(2) }))).toBe('idempotency-key-reused');
  });
});

describe('a capture decided on a version', () => {
  it('is refused when the payment has another, and says which', async () => {
    const { paymentId, capture, gateway } = await heldShop();
    expect(await capture(paymentId, 'stale', { ifVersion: 2 })).toEqual({
      ok: false,
      error: { code: 'version-mismatch', current: 3 },
    });
    expect(gateway.done('capture')).toEqual([]);
    expect(paymentIn(await capture(paymentId, 'fresh', { ifVersion: 3 })).status).toBe('Completed');
    expect(paymentIn(await capture(paymentId, 'fresh', { ifVersion: 3 })).status).toBe('Completed');
  });

  it('is the order when a payment is begun', async () => {
    const { orderId, pay } = await openShop();
    expect(await pay(orderId, { ...HELD, ifVersion: 7 })).toEqual({
      ok: false,
      error: { code: 'version-mismatch', current: 1 },
    });
    expect(paymentIn(await pay(orderId, { ...HELD, ifVersion: 1 })).status).toBe('Authorized');
  });
});
