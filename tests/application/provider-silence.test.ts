import { describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { paymentIdOf as nthPayment, usd } from '../domain/samples.ts';
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
const SECRET_TOKEN = 'tok_quoted_by_the_provider';
const CARD = { key: 'card' };

/** A service whose calls can be watched, or made to fail, once the order is there. */
async function openShop() {
  const hook = { around: undisturbed };
  const service = virtualService((call, effect) => hook.around(call, effect));
  const orderId = await service.placeOrder(TOTAL);
  return { ...service, hook, orderId };
}

describe('when the provider gives no answer', () => {
  it.each(['before', 'after'] as const)(
    'the payment is pending, not failed, whether it failed %s the charge',
    async (moment) => {
      const { orderId, pay, hook, log } = await openShop();
      hook.around = failing('authorize', moment);
      expect(paymentIn(await pay(orderId, CARD))).toMatchObject({ status: 'Pending', isSuccessful: null });
      expect(log.typesOf(paymentIdOf(orderId, CARD))).toEqual([
        'PaymentInitiated',
        'AttemptStarted',
        'OperationOutcomeUnknown',
      ]);
    },
  );

  it('the same request again finds the charge that was made, and makes no other', async () => {
    const { orderId, pay, hook, gateway, log } = await openShop();
    hook.around = failing('authorize', 'after');
    await pay(orderId, CARD);
    expect(paymentIn(await pay(orderId, CARD))).toMatchObject({ status: 'Completed' });
    expect(gateway.charged()).toHaveLength(1);
    expect(gateway.asked).toHaveLength(1);
    expect(log.typesOf(paymentIdOf(orderId, CARD))).toContain('OperationReconciled');
  });

  it('a charge that never arrived is waited for, then known not to have been sent', async () => {
    const { orderId, pay, hook, gateway, clock } = await openShop();
    hook.around = failing('authorize', 'before');
    await pay(orderId, CARD);
    clock.advance(119_000);
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Pending');
    clock.advance(1_000);
    expect(paymentIn(await pay(orderId, CARD))).toMatchObject({
      status: 'Failed',
      error: { code: 'not_received' },
    });
    expect(gateway.books.size).toBe(0);
  });

  it('asking again and again writes nothing more, and the answer to come is still given', async () => {
    const { orderId, pay, hook, log, clock } = await openShop();
    hook.around = async (call, effect) => {
      const done = await effect();
      if (call === 'authorize' || call === 'retrieve') throw new Error('socket hang up');
      return done;
    };
    const pending = [1, 2, 3].map(() => pay(orderId, CARD));
    for (const taken of await Promise.all(pending)) expect(paymentIn(taken).status).toBe('Pending');
    expect(log.typesOf(paymentIdOf(orderId, CARD))).toHaveLength(3);
    hook.around = undisturbed;
    const settled = paymentIn(await pay(orderId, CARD));
    clock.advance(1_000);
    expect(settled.status).toBe('Completed');
    expect(paymentIn(await pay(orderId, CARD))).toEqual(settled);
  });

  it('its fault is reported, but its words stay out of the events', async () => {
    const { orderId, pay, hook, log, providerFaults } = await openShop();
    const fault = new Error(`cannot charge ${SECRET_TOKEN}`);
    hook.around = async (step, act) => {
      if (step === 'authorize') throw fault;
      return act();
    };
    await pay(orderId, { ...CARD, token: SECRET_TOKEN });
    expect(providerFaults).toEqual([fault]);
    const written = log.events().filter(({ event }) => event.type === 'OperationOutcomeUnknown');
    expect(written).toHaveLength(1);
    expect(JSON.stringify(written[0]!.event)).not.toContain(SECRET_TOKEN);
  });

  it('nor is an unknown outcome that it tells us of a failure', async () => {
    const { orderId, pay, gateway } = await openShop();
    gateway.answerNext({ kind: 'unknown', reason: 'timeout' });
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Pending');
  });

  it('the claim stays: another payment is refused and its provider not called', async () => {
    const { orderId, pay, hook, gateway } = await openShop();
    hook.around = failing('authorize', 'after');
    await pay(orderId, CARD);
    expect(refusalIn(await pay(orderId, { key: 'second' }))).toBe('payment-already-claimed');
    expect(gateway.asked).toHaveLength(1);
  });

  it('with another body the key is used twice, though no final answer is stored yet', async () => {
    const { orderId, pay, hook } = await openShop();
    hook.around = failing('authorize', 'after');
    await pay(orderId, CARD);
    expect(refusalIn(await pay(orderId, { ...CARD, token: 'tok_declined' }))).toBe('idempotency-key-reused');
  });
});

describe('when the provider was not reached', () => {
  const notSent: OperationOutcome = { kind: 'not_sent', code: 'connection_refused' };

  it('the payment fails, if nobody called before', async () => {
    const { orderId, pay, gateway } = await openShop();
    gateway.answerNext(notSent);
    expect(paymentIn(await pay(orderId, CARD))).toMatchObject({
      status: 'Failed',
      error: { code: 'connection_refused' },
    });
  });

  it('the payment does not fail if an earlier process may have called and died', async () => {
    const { orderId, pay, hook, gateway } = await openShop();
    hook.around = async (call, effect) => {
      if (call === 'authorize') await new Promise(() => {}); // never comes back
      return effect();
    };
    void pay(orderId, CARD);
    await new Promise((resolve) => void setImmediate(resolve));

    hook.around = undisturbed;
    gateway.answerNext(notSent);
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Pending');
    expect(gateway.asked.map(({ operationId }) => operationId)).toEqual([`${paymentIdOf(orderId, CARD)}:1`]);
  });

  it('what was committed to and not called is called when the request comes again', async () => {
    const { orderId, pay, hook, gateway } = await openShop();
    hook.around = async (call, effect) => {
      if (call === 'authorize') await new Promise(() => {});
      return effect();
    };
    void pay(orderId, CARD);
    await new Promise((resolve) => void setImmediate(resolve));
    hook.around = undisturbed;
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Completed');
    expect(gateway.charged()).toHaveLength(1);
  });
});

describe('syncing', () => {
  it('is refused for a payment that this tenant does not have', async () => {
    const { orderId, pay, operations } = await openShop();
    await pay(orderId, CARD);
    const paymentId = paymentIdOf(orderId, CARD);
    expect(refusalIn(await operations.sync(contextOf('x', {}, OTHER_TENANT), paymentId, 'poll'))).toBe(
      'payment-not-found',
    );
    expect(refusalIn(await operations.sync(contextOf('x'), nthPayment(1), 'poll'))).toBe('payment-not-found');
  });

  it('leaves a final payment alone and does not ask the provider', async () => {
    const { orderId, pay, operations, gateway, log } = await openShop();
    const taken = paymentIn(await pay(orderId, CARD));
    const before = log.events();
    expect(paymentIn(await operations.sync(contextOf('late'), paymentIdOf(orderId, CARD), 'poll'))).toEqual(
      taken,
    );
    expect(gateway.asked).toHaveLength(1);
    expect(log.events()).toEqual(before);
  });

  it('stays open when others keep changing the payment, and has charged once', async () => {
    const { orderId, pay, gateway, log, hook } = await openShop();
    hook.around = async (call, effect) => {
      const done = await effect();
      if (call === 'authorize') log.conflictNext(80); // eight tries, ten times
      return done;
    };
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Pending');
    hook.around = undisturbed;
    expect(paymentIn(await pay(orderId, CARD)).status).toBe('Completed');
    expect(gateway.charged()).toHaveLength(1);
  });
});
