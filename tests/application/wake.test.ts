import { describe, expect, it } from 'vitest';
import type { Stock } from '../../src/application/ports.ts';
import { paymentIdOf as nthPayment, T0, later, usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { breakable } from './breakages.ts';
import { clockworkOf } from './clockwork.ts';
import { CARD, HELD, openShop, paidShop, TOTAL } from './shops.ts';
import { OTHER_TENANT, paymentIdOf, paymentIn, TENANT, virtualService } from './virtual-service.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const expiring = { expiresAt: later(T0, 30 * MINUTE) };

describe('a payment whose process died', () => {
  it.each([
    ['before the call', 'tok_success', 3, 'after', 'Completed', 1],
    ['after the charge', 'tok_success', 4, 'after', 'Completed', 1],
    ['after the decline', 'tok_declined', 4, 'after', 'Failed', 0],
    ['before it wrote the outcome down', 'tok_success', 6, 'before', 'Completed', 1],
  ] as const)(
    '%s (%s) is brought to its end by a timer',
    async (_when, token, atCall, moment, status, charged) => {
      const { around, attempt } = breakable();
      const service = virtualService(around);
      const orderId = await service.placeOrder(TOTAL);
      const paymentId = paymentIdOf(orderId, CARD);
      await attempt([{ atCall, moment, how: 'dies' }], () => service.pay(orderId, { ...CARD, token }));
      expect(service.log.typesOf(paymentId)).toEqual(['PaymentInitiated', 'AttemptStarted']);

      await clockworkOf(service).elapse(10_000);
      expect(service.gateway.charged()).toHaveLength(charged);
      expect(paymentIn(await service.pay(orderId, { ...CARD, token })).status).toBe(status);
      expectAtRest(service, orderId);
    },
  );

  it('is charged once though two timers ring at the same time, in the name of the timer', async () => {
    const { hook, pay, orderId, paymentId, wake, gateway, log } = await openShop();
    hook.around = async (call, effect) => {
      if (call === 'authorize') await new Promise(() => {});
      return effect();
    };
    void pay(orderId, CARD);
    await new Promise((resolve) => void setImmediate(resolve));
    hook.around = undisturbed;
    const due = { category: 'payment', streamId: paymentId, tenantId: TENANT } as const;
    await Promise.all([wake(due), wake(due)]);
    expect(gateway.charged()).toHaveLength(1);
    expect(log.typesOf(paymentId)).toEqual([
      'PaymentInitiated',
      'AttemptStarted',
      'OperationOutcomeUnknown',
      'OperationReconciled',
      'PaymentAuthorized',
      'CaptureSucceeded',
      'PaymentProcessed',
    ]);
    expect(log.events().at(-1)?.metadata.actor).toBe('system:timer');
  });
});

describe('a stream that is woken for nothing', () => {
  it('changes nothing when it is final, gone, or of another tenant', async () => {
    const { orderId, paymentId, wake, log, gateway } = await paidShop();
    const before = log.events();
    for (const tenantId of [TENANT, OTHER_TENANT]) {
      await wake({ category: 'payment', streamId: paymentId, tenantId });
      await wake({ category: 'order', streamId: orderId, tenantId });
      expect(await wake({ category: 'payment', streamId: nthPayment(9), tenantId })).toBeUndefined();
    }
    expect(log.events()).toEqual(before);
    expect(gateway.asked).toHaveLength(1);
  });

  it('says when it is to be looked at next', async () => {
    const { hook, orderId, paymentId, pay, wake, clock } = await openShop();
    hook.around = async (call, effect) => {
      if (call === 'authorize' || call === 'retrieve') throw new Error('timeout');
      return effect();
    };
    await pay(orderId, CARD);
    const due = { category: 'payment', streamId: paymentId, tenantId: TENANT } as const;
    const times: string[] = [];
    for (let next = await wake(due); next; next = await wake(due)) {
      times.push(next);
      clock.advance(Date.parse(next) - clock.now().getTime());
    }
    const hour = 60 * MINUTE;
    const polls = [10_000, 30_000, 2 * MINUTE, 10 * MINUTE, hour, 6 * hour, DAY];
    expect(times).toEqual([...polls, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY].map((ms) => later(T0, ms)));
  });
});

describe('a customer who does not act in time', () => {
  it('can do so no longer, and the claim is given back', async () => {
    const shop = await openShop();
    const { orderId, paymentId, attemptId, gateway, pay, elapse, payment, order } = shop;
    gateway.planNext('authorize', { stage: 'requires_action' });
    await pay(orderId, CARD);
    await elapse(29 * MINUTE);
    expect(payment(paymentId).status).toBe('RequiresAction');
    await elapse(MINUTE);
    expect(payment(paymentId)).toMatchObject({ status: 'Voided', isProcessed: true });
    expect(gateway.books.get(attemptId)?.stage).toBe('declined');
    expect(order(orderId).payments).toMatchObject([{ claim: usd(0) }]);
    expectAtRest(shop, orderId);
  });

  it('but did at the last moment has paid', async () => {
    const shop = await openShop();
    const { orderId, paymentId, attemptId, gateway, pay, elapse, payment, clock } = shop;
    gateway.planNext('authorize', { stage: 'requires_action' });
    await pay(orderId, CARD);
    await elapse(29 * MINUTE);
    clock.advance(59_000);
    gateway.turn(attemptId, 'succeeded');
    await elapse(1_000);
    expect(payment(paymentId).status).toBe('Completed');
    expect(gateway.done('void')).toEqual([]);
    expectAtRest(shop, orderId);
  });
});

describe('an authorization that is about to end', () => {
  it('is let go a day before the provider would', async () => {
    const shop = await openShop();
    const { orderId, paymentId, gateway, pay, elapse, payment } = shop;
    await pay(orderId, HELD);
    await elapse(6 * DAY - 1);
    expect(payment(paymentId).status).toBe('Authorized');
    await elapse(1);
    expect(payment(paymentId)).toMatchObject({
      status: 'Voided',
      voids: [{ reason: 'the authorization is about to end' }],
    });
    expect(gateway.done('void')).toHaveLength(1);
    expectAtRest(shop, orderId);
  });

  it('keeps what was captured of it', async () => {
    const shop = await openShop();
    const { orderId, paymentId, pay, capture, elapse, payment } = shop;
    await pay(orderId, HELD);
    await capture(paymentId, 'part', { amount: usd(3_000) });
    await elapse(7 * DAY);
    expect(payment(paymentId)).toMatchObject({ status: 'Completed', capturedAmount: usd(3_000) });
    expectAtRest(shop, orderId);
  });

  it('that cannot be let go is not asked for for ever', async () => {
    const { orderId, paymentId, gateway, pay, elapse, payment } = await openShop();
    await pay(orderId, HELD);
    gateway.planNext('void', { stage: 'declined', code: 'busy' });
    await elapse(30 * DAY);
    expect(gateway.asked.filter(({ kind }) => kind === 'void')).toHaveLength(1);
    expect(payment(paymentId).voids).toHaveLength(1);
  });
});

describe('an order that nobody pays in time', () => {
  it('expires', async () => {
    const shop = await openShop(expiring);
    const { orderId, elapse, order, log } = shop;
    await elapse(30 * MINUTE - 1);
    expect(order(orderId).status).toBe('Created');
    await elapse(1);
    expect(order(orderId)).toMatchObject({ status: 'Expired', stock: 'Released' });
    expect(log.typesOf(orderId).filter((type) => type === 'OrderExpired')).toHaveLength(1);
    expectAtRest(shop, orderId);
  });

  it('gives back what was paid of it', async () => {
    const shop = await openShop(expiring);
    const { orderId, paymentId, pay, elapse, order, gateway } = shop;
    await pay(orderId, { ...CARD, amount: usd(4_000) });
    await pay(orderId, { key: 'held', amount: usd(5_000), captureMethod: 'manual' });
    await elapse(30 * MINUTE);
    expect(order(orderId).status).toBe('Expired');
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(4_000));
    expect(gateway.done('void')).toHaveLength(1);
    expectAtRest(shop, orderId);
  });

  it('waits for a payment that is under way, and is then paid', async () => {
    const shop = await openShop(expiring);
    const { orderId, attemptId, gateway, pay, elapse, order } = shop;
    gateway.planNext('authorize', { stage: 'pending' });
    await pay(orderId, CARD);
    await elapse(45 * MINUTE);
    expect(order(orderId).status).toBe('Created');
    gateway.turn(attemptId, 'succeeded');
    await elapse(15 * MINUTE);
    expect(order(orderId)).toMatchObject({ status: 'Confirmed', isPaid: true });
    expectAtRest(shop, orderId);
  });

  it('waits for a payment that is under way, and expires when that fails', async () => {
    const shop = await openShop(expiring);
    const { orderId, attemptId, gateway, pay, elapse, order } = shop;
    gateway.planNext('authorize', { stage: 'pending' });
    await pay(orderId, CARD);
    gateway.turn(attemptId, 'pending');
    await elapse(45 * MINUTE);
    gateway.turn(attemptId, 'declined');
    await elapse(15 * MINUTE);
    expect(order(orderId).status).toBe('Expired');
    expectAtRest(shop, orderId);
  });

  it('does not, once it is paid', async () => {
    const { orderId, elapse, order } = await paidShop('automatic', expiring);
    await elapse(DAY);
    expect(order(orderId).status).toBe('Confirmed');
  });
});

const stockThat = (reserve: Stock['reserve']): Stock => ({
  known: () => undefined,
  reserve,
  release: async () => {},
});

describe('the stock', () => {
  it('that is not there cancels the order, and gives back what was paid', async () => {
    const stock = stockThat(async () => ({ reserved: false, reason: 'sold out' }));
    const shop = await openShop({ stock });
    const { orderId, pay, deliverAll, order } = shop;
    await pay(orderId, CARD);
    await deliverAll();
    expect(order(orderId)).toMatchObject({ status: 'Cancelled', stock: 'Rejected' });
    expectAtRest(shop, orderId);
  });

  it('that nobody answers for is asked for again every minute, and is not there after a quarter of an hour', async () => {
    let asked = 0;
    const stock = stockThat(async () => {
      asked++;
      throw new Error('no route to host');
    });
    const shop = await openShop({ stock });
    const { orderId, order, wake, clock } = shop;
    const due = { category: 'order', streamId: orderId, tenantId: TENANT } as const;
    for (let minute = 1; minute < 15; minute++) {
      clock.advance(MINUTE);
      await wake(due).catch(() => undefined);
    }
    expect(order(orderId).stock).toBe('Unknown');
    clock.advance(MINUTE);
    await wake(due).catch(() => undefined);
    expect(order(orderId)).toMatchObject({ status: 'Cancelled', stock: 'Rejected' });
    expect(asked).toBe(15);
  });

  it('that nobody answers for holds up no money', async () => {
    const stock = stockThat(async () => {
      throw new Error('no route to host');
    });
    const { orderId, paymentId, pay, cancel, checkout, log, gateway } = await openShop({ stock });
    await pay(orderId, CARD);
    const deliver = async () => {
      for (const event of checkout.lastOfEach(log.events()))
        await checkout.handle(event).catch(() => undefined);
    };
    await deliver();
    await cancel(orderId);
    await deliver();
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(TOTAL);
  });

  it('that nobody answers for does not keep a customer from trying the next card', async () => {
    const stock = stockThat(async () => {
      throw new Error('no route to host');
    });
    const { orderId, gateway, pay } = await openShop({ stock });
    gateway.planNext('authorize', { stage: 'declined', code: 'card_declined' });
    await pay(orderId, CARD);
    expect(await pay(orderId, { ...CARD, key: 'the next card' })).toMatchObject({
      ok: true,
      value: { answer: { status: 'Completed' } },
    });
  });
});
