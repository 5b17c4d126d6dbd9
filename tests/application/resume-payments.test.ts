import { describe, expect, it } from 'vitest';
import { resumePayments, type PendingPayment } from '../../src/application/checkout/resume-payments.ts';
import { LogOverloaded, LogUnavailable } from '../../src/application/ports.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';
import { breakable } from './breakages.ts';
import { OTHER_TENANT, paymentIdOf, paymentIn, TENANT, virtualService } from './virtual-service.ts';

const TOTAL = usd(10_000);
const requestFor = (orderId: OrderId) => ({ key: `card for ${orderId}` });
const paymentOf = (orderId: OrderId) => paymentIdOf(orderId, requestFor(orderId));

async function openShop() {
  const { around, attempt } = breakable();
  const service = virtualService(around);
  const resume = (orderIds: readonly OrderId[], tenantId = TENANT): Promise<number> =>
    resumePayments(
      orderIds.map((orderId) => ({ tenantId, paymentId: paymentOf(orderId) })),
      service.settle,
      ids,
    );
  /** An order whose payment broke off at this call. */
  const brokenOff = async (
    name: string,
    atCall: number,
    moment: 'before' | 'after',
    token = 'tok_success',
  ) => {
    const orderId = await service.placeOrder(TOTAL, name);
    await attempt([{ atCall, moment, how: 'dies' }], () =>
      service.pay(orderId, { ...requestFor(orderId), token }),
    );
    return orderId;
  };
  return { ...service, resume, brokenOff };
}

describe('a payment whose process died', () => {
  it.each([
    ['before the call', 'tok_success', 4, 'after', 'Completed', 1],
    ['after the charge', 'tok_success', 5, 'after', 'Completed', 1],
    ['after the decline', 'tok_declined', 5, 'after', 'Failed', 0],
    ['before it wrote the outcome down', 'tok_success', 7, 'before', 'Completed', 1],
  ] as const)('%s (%s) is brought to its end', async (_when, token, atCall, moment, status, charged) => {
    const { brokenOff, resume, gateway, log, pay } = await openShop();
    const orderId = await brokenOff('order', atCall, moment, token);
    expect(log.typesOf(paymentOf(orderId))).toEqual(['PaymentInitiated', 'AttemptStarted']);

    expect(await resume([orderId])).toBe(1);
    expect(gateway.charged()).toHaveLength(charged);
    const repeated = await pay(orderId, { ...requestFor(orderId), token });
    expect(paymentIn(repeated).status).toBe(status);
    expect(await pay(orderId, { ...requestFor(orderId), token })).toEqual(repeated);
  });

  it('is resumed in the name of the job that did it', async () => {
    const { brokenOff, resume, log } = await openShop();
    const orderId = await brokenOff('order', 4, 'after');
    await resume([orderId]);
    expect(log.events().at(-1)?.metadata).toMatchObject({
      actor: 'system:resume-payments',
      causationId: paymentOf(orderId),
    });
  });

  it('is charged once though two jobs ask at the same time', async () => {
    const { brokenOff, resume, gateway, log } = await openShop();
    const orderId = await brokenOff('order', 4, 'after');
    expect(await Promise.all([resume([orderId]), resume([orderId])])).toEqual([1, 1]);
    expect(gateway.charged()).toHaveLength(1);
    expect(log.typesOf(paymentOf(orderId))).toHaveLength(5);
  });
});

describe('a payment whose outcome stays unknown', () => {
  it('is not counted, stays pending, and fills no stream however often it is asked about', async () => {
    const { brokenOff, resume, gateway, log } = await openShop();
    const orderId = await brokenOff('order', 4, 'after');
    for (let time = 0; time < 3; time++) {
      gateway.answerNext({ kind: 'unknown', reason: 'timeout' });
      expect(await resume([orderId])).toBe(0);
    }
    gateway.answerNext({ kind: 'not_sent', code: 'connection_refused' });
    expect(await resume([orderId])).toBe(0);
    expect(log.typesOf(paymentOf(orderId))).toEqual([
      'PaymentInitiated',
      'AttemptStarted',
      'OperationOutcomeUnknown',
    ]);
    expect(await resume([orderId])).toBe(1);
  });
});

describe('of several pending payments', () => {
  it('all are asked about', async () => {
    const { brokenOff, resume, gateway } = await openShop();
    const orderIds = [await brokenOff('a', 4, 'after'), await brokenOff('b', 5, 'after', 'tok_declined')];
    expect(await resume(orderIds)).toBe(2);
    expect(gateway.books.size).toBe(2);
  });

  it("one that is gone, final already or another tenant's counts for nothing and changes nothing", async () => {
    const { placeOrder, pay, brokenOff, resume, log } = await openShop();
    const unpaid = await placeOrder(TOTAL, 'unpaid');
    const pending = await brokenOff('pending', 4, 'after');
    const before = log.events();
    expect(await resume([unpaid])).toBe(0);
    expect(await resume([pending], OTHER_TENANT)).toBe(0);
    expect(log.events()).toEqual(before);

    await pay(pending, requestFor(pending));
    const settled = log.events();
    expect(await resume([pending])).toBe(1);
    expect(log.events()).toEqual(settled);
  });

  it('one that cannot be settled does not keep those behind it waiting, and is reported', async () => {
    const { brokenOff, settle } = await openShop();
    const pending: PendingPayment[] = [];
    for (const name of ['corrupt', 'sound']) {
      const orderId = await brokenOff(name, 4, 'after');
      pending.push({ tenantId: TENANT, paymentId: paymentOf(orderId) });
    }
    const fault = new Error('the log is corrupt');
    const settled: string[] = [];
    const settleSound: typeof settle = async (context, paymentId) => {
      if (paymentId === pending[0]?.paymentId) throw fault;
      settled.push(paymentId);
      return settle(context, paymentId);
    };
    await expect(resumePayments(pending, settleSound, ids)).rejects.toMatchObject({ errors: [fault] });
    expect(settled).toEqual([pending[1]?.paymentId]);
  });

  it.each([new LogUnavailable('away'), new LogOverloaded('full')])(
    'none is asked about without the log ($name)',
    async (fault) => {
      const { brokenOff } = await openShop();
      const orderId = await brokenOff('order', 4, 'after');
      const one = { tenantId: TENANT, paymentId: paymentOf(orderId) };
      let asked = 0;
      const settle = () => {
        asked++;
        return Promise.reject(fault);
      };
      await expect(resumePayments([one, one], settle, ids)).rejects.toBe(fault);
      expect(asked).toBe(1);
    },
  );
});
