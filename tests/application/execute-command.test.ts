import { describe, expect, it } from 'vitest';
import { append } from '../../src/application/execute-command.ts';
import { createOrderRequest } from '../../src/application/orders/create-order.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { parseOrderId } from '../../src/domain/shared/ids.ts';
import { ok } from '../../src/domain/shared/result.ts';
import { ORDER_ID, orderFor, orderOf, paymentFor, paymentIdOf, usd } from '../domain/samples.ts';
import { undisturbed, type Around } from '../support/in-memory-log.ts';
import { contextOf, OTHER_TENANT, TENANT } from './virtual-service.ts';
import { accepted, appendAnother, ATTEMPTS, claim, look, openShop, refused, TOTAL } from './claims.ts';

/** Another command gets in between reading and appending, so many times. */
function overtake({ log, hook }: Awaited<ReturnType<typeof openShop>>, times: number): void {
  let done = 0;
  const overtaking: Around = async (call, effect) => {
    if (call !== 'append' || done === times) return effect();
    done++;
    hook.around = undisturbed;
    await appendAnother(log, 100 + done, 1);
    hook.around = overtaking;
    return effect();
  };
  hook.around = overtaking;
}

describe('a command', () => {
  it('appends what it decides and answers', async () => {
    const { log, execute } = await openShop();
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }));
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated', 'PaymentClaimed']);
  });

  it('says who asked for what on every event it appends', async () => {
    const { log, execute } = await openShop();
    const context = { ...contextOf('claim 1'), traceparent: '00-trace' };
    await execute(claim(1, 400, context));
    const { fingerprint: _, ...metadata } = context;
    expect(log.events().at(-1)?.metadata).toEqual(metadata);
  });

  it('appends nothing when it is refused', async () => {
    const { log, execute } = await openShop();
    expect(await execute(claim(1, 1_001))).toMatchObject(refused('payment-exceeds-due'));
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated']);
  });

  it('appends nothing when it decides nothing', async () => {
    const { log, execute } = await openShop();
    const answer = { status: 'Created', version: 1 };
    expect(await execute(look([ORDER_ID], contextOf('look')))).toEqual(accepted(answer));
    expect(log.events()).toHaveLength(1);
  });

  it('leaves alone a stream for which it decides nothing', async () => {
    const { log, execute } = await openShop();
    const paymentId = paymentIdOf(1);
    const done = await execute({
      context: contextOf('both'),
      reads: [ORDER_ID],
      decide: () =>
        ok({
          appends: [
            append(orderAggregate, ORDER_ID, 1, []),
            append(paymentAggregate, paymentId, 0, initiatePayment(paymentFor(paymentId, TOTAL))),
          ],
          answer: null,
        }),
    });
    expect(done).toEqual(accepted(null));
    expect(log.typesOf(paymentId)).toEqual(['PaymentInitiated', 'AttemptStarted']);
  });

  it('may not decide on a stream that it did not read', async () => {
    const { execute } = await openShop();
    await expect(execute(look([paymentIdOf(1)], contextOf('blind')))).rejects.toThrow('was not read');
  });

  it('reads nothing first when it only creates', async () => {
    const { execute, hook } = await openShop();
    const calls: string[] = [];
    hook.around = (call, effect) => {
      calls.push(call);
      return effect();
    };
    const orderId = parseOrderId(paymentIdOf(7))!;
    const done = await execute(createOrderRequest(contextOf('new'), { ...orderFor(TOTAL), orderId }));
    expect(done).toMatchObject({ ok: true, value: { answer: { orderId, version: 1 } } });
    expect(calls).toEqual(['append']);
  });
});

describe('when another command was faster', () => {
  it.each([1, 3, ATTEMPTS - 1])('decides again on fresh state, up to %d times', async (times) => {
    const shop = await openShop();
    overtake(shop, times);
    const request = claim(1, 400);
    expect(await shop.execute(request)).toEqual(accepted({ claimed: 1, version: 2 + times }));
    expect(request.decide).toHaveBeenCalledTimes(times + 1);
  });

  it('is refused if the fresh state refuses it', async () => {
    const shop = await openShop();
    overtake(shop, 1);
    expect(await shop.execute(claim(1, 1_000))).toEqual({
      ok: false,
      error: { code: 'payment-exceeds-due', due: usd(999) },
    });
  });

  it('gives up after eight attempts, with nothing changed', async () => {
    const { log, execute } = await openShop();
    const request = claim(1, 400);
    log.conflictNext(ATTEMPTS);
    expect(await execute(request)).toEqual(refused('concurrent-change'));
    expect(request.decide).toHaveBeenCalledTimes(ATTEMPTS);
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated']);
  });

  it('may be repeated under the same id after it gave up', async () => {
    const { log, execute } = await openShop();
    log.conflictNext(ATTEMPTS);
    await execute(claim(1, 400));
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }));
  });

  it('waits longer every time, so that those in step come apart', async () => {
    const { log, execute, pauses } = await openShop();
    log.conflictNext(ATTEMPTS - 1);
    await execute(claim(1, 400));
    expect(pauses).toHaveLength(ATTEMPTS - 1);
    expect(pauses.every((pause, index) => pause > (pauses[index - 1] ?? 0))).toBe(true);
  });
});

describe('several streams in one unit', () => {
  it('are all appended to or none', async () => {
    const { log, execute } = await openShop();
    const paymentId = paymentIdOf(1);
    const begun = initiatePayment(paymentFor(paymentId, TOTAL));
    const done = await execute({
      context: contextOf('both'),
      reads: [],
      decide: () =>
        ok({
          appends: [
            append(paymentAggregate, paymentId, 0, begun),
            append(orderAggregate, ORDER_ID, 0, orderOf(TOTAL)), // exists, so it is at 1
          ],
          answer: null,
        }),
    });
    expect(done).toEqual(refused('concurrent-change'));
    expect(log.typesOf(paymentId)).toEqual([]);
  });
});

describe("another tenant's stream", () => {
  it('reads as absent', async () => {
    const { execute } = await openShop();
    const context = contextOf('look', {}, OTHER_TENANT);
    expect(await execute(look([ORDER_ID], context))).toEqual(accepted({ status: 'absent', version: 0 }));
    expect(await execute(claim(1, 400, context))).toEqual(refused('order-not-found'));
  });

  it('is not appended to, though its id is free in the eyes of this one', async () => {
    const { log, execute } = await openShop();
    const context = contextOf('create', {}, OTHER_TENANT);
    expect(await execute(createOrderRequest(context, orderFor(TOTAL)))).toEqual(refused('concurrent-change'));
    expect(log.events().map(({ metadata }) => metadata.tenantId)).toEqual([TENANT]);
  });
});

describe('creating an order', () => {
  it('answers with the order, and again with the same when it is repeated later', async () => {
    const { log, execute } = await openShop();
    const later = { ...orderFor(TOTAL), at: '2027-01-01T00:00:00.000Z' };
    const again = await execute(createOrderRequest(contextOf('create'), later));
    expect(again).toMatchObject({
      ok: true,
      value: { replayed: true, answer: { orderId: ORDER_ID, status: 'Created', paymentStatus: 'Unpaid' } },
    });
    expect(log.events()).toHaveLength(1);
  });

  it('passes on why it cannot be priced, and appends nothing', async () => {
    const { log, execute } = await openShop();
    const command = { ...orderFor(TOTAL), shipping: usd(10n ** 12n) };
    expect(await execute(createOrderRequest(contextOf('dear'), command))).toMatchObject(
      refused('amount-invalid'),
    );
    expect(log.events()).toHaveLength(1);
  });

  it('of nothing answers with an order that is paid', async () => {
    const { execute } = await openShop();
    const orderId = parseOrderId(paymentIdOf(8))!;
    const command = { ...orderFor(usd(0)), orderId };
    expect(await execute(createOrderRequest(contextOf('free'), command))).toMatchObject({
      ok: true,
      value: { answer: { status: 'Confirmed', paymentStatus: 'Paid', version: 3 } },
    });
  });
});
