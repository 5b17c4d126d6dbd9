import { describe, expect, it } from 'vitest';
import { claimed, usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { failing } from './breakages.ts';
import {
  contextOf,
  OTHER_TENANT,
  paymentIdOf,
  paymentIn,
  refusalIn,
  virtualService,
} from './virtual-service.ts';

const TOTAL = usd(10_000);
const CARD = { key: 'card' };
const DECLINED = { key: 'declined', token: 'tok_declined' };

/** A service whose calls can be watched, or made to fail, once the order is there. */
async function openShop() {
  const hook = { around: undisturbed };
  const service = virtualService((call, effect) => hook.around(call, effect));
  const orderId = await service.placeOrder(TOTAL);
  return { ...service, hook, orderId };
}

describe('taking a payment', () => {
  it('charges what is due and says so', async () => {
    const { orderId, pay, gateway, log } = await openShop();
    const taken = await pay(orderId, CARD);
    expect(paymentIn(taken)).toMatchObject({
      paymentId: paymentIdOf(orderId, CARD),
      orderId,
      status: 'Completed',
      isSuccessful: true,
      amount: { amount: 10_000, currency: 'USD' },
      capturedAmount: { amount: 10_000, currency: 'USD' },
      version: 5,
    });
    expect(gateway.asked).toMatchObject([{ amount: TOTAL, paymentToken: 'tok_success' }]);
    expect(gateway.charged()).toMatchObject([{ amount: TOTAL }]);
    expect(log.typesOf(paymentIdOf(orderId, CARD))).toEqual([
      'PaymentInitiated',
      'AttemptStarted',
      'PaymentAuthorized',
      'CaptureSucceeded',
      'PaymentProcessed',
    ]);
  });

  it('charges a part when that is asked for', async () => {
    const { orderId, pay, gateway } = await openShop();
    await pay(orderId, { ...CARD, amount: usd(1) });
    expect(gateway.charged()).toMatchObject([{ amount: usd(1) }]);
  });

  it('answers with the failure when it is declined, which is no error', async () => {
    const { orderId, pay, gateway } = await openShop();
    const payment = paymentIn(await pay(orderId, DECLINED));
    expect(payment).toMatchObject({
      status: 'Failed',
      isSuccessful: false,
      error: { code: 'card_declined' },
      capturedAmount: { amount: 0, currency: 'USD' },
    });
    expect(gateway.charged()).toEqual([]);
  });

  it('commits to the attempt before the provider is called', async () => {
    const { orderId, pay, log, hook } = await openShop();
    let committed: readonly string[] = [];
    hook.around = (call, effect) => {
      if (call === 'authorize') committed = log.typesOf(paymentIdOf(orderId, CARD));
      return effect();
    };
    await pay(orderId, CARD);
    expect(committed).toEqual(['PaymentInitiated', 'AttemptStarted']);
  });

  it.each([
    ['more than is due', { ...CARD, amount: usd(10_001) }, 'payment-exceeds-due'],
    ['nothing', { ...CARD, amount: usd(0) }, 'amount-invalid'],
    ["another tenant's order", { ...CARD, tenantId: OTHER_TENANT }, 'order-not-found'],
  ])('is refused before the provider is called, for %s', async (_what, request, code) => {
    const { orderId, pay, gateway, log } = await openShop();
    expect(refusalIn(await pay(orderId, request))).toBe(code);
    expect(gateway.asked).toEqual([]);
    expect(log.typesOf(paymentIdOf(orderId, request))).toEqual([]);
    expect(log.typesOf(orderId)).not.toContain('PaymentClaimed');
  });

  it('is refused on an order that is paid', async () => {
    const { orderId, pay, deliverAll, gateway } = await openShop();
    await pay(orderId, CARD);
    await deliverAll();
    expect(refusalIn(await pay(orderId, { key: 'second' }))).toBe('order-not-payable');
    expect(gateway.asked).toHaveLength(1);
  });
});

describe('a payment request that is repeated', () => {
  it.each([
    ['successful', CARD],
    ['declined', DECLINED],
  ])('gives the answer of the %s first one, though time and the order moved on', async (_what, request) => {
    const { orderId, pay, deliverAll, gateway, log, clock } = await openShop();
    const first = paymentIn(await pay(orderId, request));
    await deliverAll();
    clock.advance(86_400_000);
    const before = log.events();
    expect(await pay(orderId, request)).toEqual({ ok: true, value: { answer: first, replayed: true } });
    expect(log.events()).toEqual(before);
    expect(gateway.asked).toHaveLength(1);
  });

  it('is given what was stored, without a look at what the payment is by now', async () => {
    const { orderId, pay, hook } = await openShop();
    const first = paymentIn(await pay(orderId, CARD));
    let reads = 0;
    hook.around = (call, effect) => {
      if (call === 'loadStreams' && ++reads > 1) throw new Error('only the order is read');
      return effect();
    };
    expect(paymentIn(await pay(orderId, CARD))).toEqual(first);
  });

  it('gives it even when another payment of the order is under way since', async () => {
    const { orderId, pay } = await openShop();
    const first = paymentIn(await pay(orderId, DECLINED));
    await pay(orderId, CARD);
    expect(paymentIn(await pay(orderId, DECLINED))).toEqual(first);
  });

  it('with another body is a key used twice, and nobody is charged for it', async () => {
    const { orderId, pay, gateway } = await openShop();
    await pay(orderId, { ...CARD, amount: usd(1) });
    expect(refusalIn(await pay(orderId, { ...CARD, amount: usd(2) }))).toBe('idempotency-key-reused');
    expect(gateway.asked).toHaveLength(1);
  });

  it('is a new attempt after it was refused', async () => {
    const { orderId, pay, hook } = await openShop();
    hook.around = failing('authorize', 'after');
    await pay(orderId, { key: 'first' });
    expect(refusalIn(await pay(orderId, CARD))).toBe('payment-already-claimed');
    await pay(orderId, { key: 'first' });
    expect(refusalIn(await pay(orderId, CARD))).toBe('order-not-payable');
  });
});

describe('the next payment after a declined one', () => {
  it.each([
    ['all that is due', {}],
    ['an amount', { amount: TOTAL }],
  ])('is taken at once for %s, though the order has not heard of the decline', async (_what, asked) => {
    const { orderId, pay, gateway, order } = await openShop();
    await pay(orderId, DECLINED);
    expect(order(orderId).payments).toMatchObject([{ status: 'Pending' }]);
    expect(paymentIn(await pay(orderId, { ...CARD, ...asked })).status).toBe('Completed');
    expect(gateway.charged()).toHaveLength(1);
  });

  it('is taken though many were declined, and the order has heard of none', async () => {
    const { orderId, pay } = await openShop();
    for (let number = 0; number < 20; number++) {
      await pay(orderId, { key: `part ${number}`, token: 'tok_declined', amount: usd(500) });
    }
    expect(paymentIn(await pay(orderId, CARD))).toMatchObject({
      status: 'Completed',
      amount: { amount: 10_000 },
    });
  });

  it('is taken when the order hears of the decline just after it was found claimed', async () => {
    const { orderId, pay, deliverAll, hook } = await openShop();
    await pay(orderId, DECLINED);
    hook.around = async (call, effect) => {
      // Refused: a last look whether this very command was done before.
      if (call === 'findCommand') {
        hook.around = undisturbed;
        await deliverAll();
      }
      return effect();
    };
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Completed');
  });

  it('is told when its key was used with another body while the order heard of the decline', async () => {
    const { orderId, pay, hook } = await openShop();
    await pay(orderId, DECLINED);
    let reads = 0;
    hook.around = async (call, effect) => {
      // Refused as claimed, and about to tell the order: the third read is of the order and the declined payment.
      if (call === 'loadStreams' && ++reads === 3) {
        hook.around = undisturbed;
        await pay(orderId, { ...CARD, amount: usd(1) });
      }
      return effect();
    };
    expect(refusalIn(await pay(orderId, CARD))).toBe('idempotency-key-reused');
  });

  it('tells the order of the decline once, though the consumer tells it too', async () => {
    const { orderId, pay, deliverAll, log, order } = await openShop();
    await pay(orderId, DECLINED);
    await pay(orderId, CARD);
    await deliverAll();
    expect(log.typesOf(orderId).filter((type) => type === 'OrderPaymentFailed')).toHaveLength(1);
    expect(order(orderId).payments.map(({ status }) => status)).toEqual(['Failed', 'Completed']);
    expect(order(orderId).status).toBe('Confirmed');
  });
});

describe('an order that was claimed by a payment nobody began', () => {
  it('stays claimed: the fault is not papered over', async () => {
    const { orderId, pay, gateway, execute } = await openShop();
    await execute({
      context: contextOf('stray'),
      reads: [],
      decide: () => {
        const stray = claimed(paymentIdOf(orderId, { key: 'stray' }), TOTAL);
        const appends = [{ streamId: orderId, category: 'order', expectedVersion: 1, events: [stray] }];
        return { ok: true, value: { appends, answer: null } };
      },
    });
    expect(refusalIn(await pay(orderId, CARD))).toBe('payment-already-claimed');
    expect(gateway.asked).toEqual([]);
  });
});
