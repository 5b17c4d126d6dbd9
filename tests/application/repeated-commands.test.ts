import { describe, expect, it } from 'vitest';
import { append } from '../../src/application/execute-command.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { ORDER_ID, paymentIdOf, T1 } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { contextOf } from './virtual-service.ts';
import { accepted, appendAnother, claim, claimOnce, openShop, refused, REPEATED } from './claims.ts';

describe('a command that is repeated', () => {
  it.each(REPEATED)('gives the stored answer and appends nothing, when it %s', async (_when, request) => {
    const { log, execute } = await openShop();
    const context = contextOf('once');
    const first = await execute(request(context));
    if (!first.ok) throw new Error(first.error.code);
    const before = log.events();
    expect(await execute(request(context))).toEqual(accepted(first.value.answer, true));
    expect(log.events()).toEqual(before);
  });

  it('gives the stored answer even when others have moved on since', async () => {
    const { log, execute } = await openShop();
    const context = contextOf('once');
    const first = await execute(claimOnce(context));
    await appendAnother(log, 2, 100);
    if (!first.ok) throw new Error(first.error.code);
    expect(await execute(claimOnce(context))).toEqual(accepted(first.value.answer, true));
  });

  it.each(REPEATED)('with another body is a key used twice, when it %s', async (_when, request) => {
    const { log, execute } = await openShop();
    const context = contextOf('once');
    await execute(request(context));
    const before = log.events();
    const reused = await execute(request({ ...context, fingerprint: 'another body' }));
    expect(reused).toEqual(refused('idempotency-key-reused'));
    expect(log.events()).toEqual(before);
  });

  it('is tried anew when it was refused: a refusal is not stored', async () => {
    const { log, execute } = await openShop();
    await appendAnother(log, 2, 1_000);
    expect(await execute(claim(1, 400))).toMatchObject(refused('payment-already-claimed'));
    const version = log.typesOf(ORDER_ID).length;
    const released = {
      type: 'PaymentClaimReleased',
      paymentId: paymentIdOf(2),
      reason: 'card_declined',
      at: T1,
    } as const;
    await log.append({
      context: contextOf('release'),
      streams: [append(orderAggregate, ORDER_ID, version, [released])],
      answer: null,
    });
    expect(await execute(claim(1, 400))).toMatchObject({ ok: true, value: { replayed: false } });
  });

  it('because the log failed after it had appended, gives the answer of then', async () => {
    const { log, execute, hook } = await openShop();
    hook.around = async (call, effect) => {
      const done = await effect();
      if (call === 'append') throw new Error('connection reset');
      return done;
    };
    await expect(execute(claim(1, 400))).rejects.toThrow('connection reset');
    hook.around = undisturbed;
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }, true));
    expect(log.typesOf(ORDER_ID)).toEqual(['OrderCreated', 'PaymentClaimed']);
  });

  it('because the log failed before it appended, appends now', async () => {
    const { execute, hook } = await openShop();
    hook.around = (call, effect) => {
      if (call === 'append') throw new Error('connection refused');
      return effect();
    };
    await expect(execute(claim(1, 400))).rejects.toThrow('connection refused');
    hook.around = undisturbed;
    expect(await execute(claim(1, 400))).toEqual(accepted({ claimed: 1, version: 2 }));
  });
});
