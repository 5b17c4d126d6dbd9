import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventLog } from '../../src/application/ports.ts';
import type { HistoryEntry } from '../../src/application/read-models.ts';
import { firstAttemptId } from '../../src/domain/payments/payment-commands.ts';
import type { OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { decodeEvent } from '../../src/infrastructure/codecs/event-codec.ts';
import { readOrderHistory, shownData } from '../../src/infrastructure/read-models/order-history.ts';
import { ids } from '../../src/infrastructure/system.ts';
import {
  contextOf,
  OTHER_TENANT,
  paymentIdOf,
  TENANT,
  virtualService,
  type PayRequest,
  type VirtualService,
} from '../application/virtual-service.ts';
import { usd } from '../domain/samples.ts';
import goldenPayloads from './golden-payloads.json' with { type: 'json' };

const TOTAL = usd(1_000);

async function historyOf(log: EventLog, orderId: OrderId): Promise<HistoryEntry[]> {
  const history = await readOrderHistory(log, TENANT, orderId);
  if (!history) throw new Error('no such order');
  return history;
}

/** The chain of causes as types: `caused ← cause`. */
function causesIn(history: readonly HistoryEntry[]): string[] {
  const typeOf = new Map(history.map(({ eventId, type }) => [eventId, type]));
  return history.flatMap(({ type, causedBy }) =>
    causedBy === null ? [] : [`${type} ← ${typeOf.get(causedBy)}`],
  );
}

/** The provider takes it and says nothing yet. */
async function payLater(service: VirtualService, orderId: OrderId, request: PayRequest): Promise<void> {
  service.gateway.planNext('authorize', { stage: 'pending' });
  await service.pay(orderId, request);
}

/** Delivers each event once, as following the log does. */
function followerOf({ log, checkout }: VirtualService): () => Promise<void> {
  let heard = 0;
  return async () => {
    while (heard < log.events().length) {
      const news = log.events().slice(heard);
      heard += news.length;
      for (const event of checkout.lastOfEach(news)) await checkout.handle(event);
    }
  };
}

/** By now the provider has decided, and a clock asks. */
async function ring({ gateway, wake }: VirtualService, paymentId: PaymentId): Promise<void> {
  const attemptId = firstAttemptId(paymentId);
  if (gateway.books.has(attemptId)) gateway.turn(attemptId, 'succeeded');
  await wake({ category: 'payment', streamId: paymentId, tenantId: TENANT });
}

describe('the cause of an event', () => {
  it('is the event whose message led to its command', async () => {
    const service = virtualService();
    const hear = followerOf(service);
    const orderId = await service.placeOrder(TOTAL);
    await hear();
    await service.pay(orderId, { key: 'first', token: 'tok_declined' });
    await hear();
    await service.pay(orderId, { key: 'second' });
    await hear();
    const history = await historyOf(service.log, orderId);
    expect(causesIn(history)).toEqual([
      'StockReserved ← OrderCreated',
      'OrderPaymentFailed ← PaymentProcessed',
      'PaymentClaimReleased ← PaymentProcessed',
      'OrderPaymentCaptured ← PaymentProcessed',
      'OrderConfirmed ← PaymentProcessed',
      'OrderPaid ← PaymentProcessed',
    ]);
    // Of the two, the one of its own payment.
    const processed = history.filter(({ type }) => type === 'PaymentProcessed');
    const told = history.filter(({ type }) => /^OrderPayment(Failed|Captured)$/.test(type));
    expect(told.map(({ causedBy }) => causedBy)).toEqual(processed.map(({ eventId }) => eventId));
  });

  it('is none when a request made it, by whatever commands of its own', async () => {
    const service = virtualService();
    const orderId = await service.placeOrder(TOTAL);
    await service.pay(orderId, { key: 'first', token: 'tok_declined' });
    // Asked for before `checkout` has told the order of the first: this request does so itself.
    await service.pay(orderId, { key: 'second' });
    const history = await historyOf(service.log, orderId);
    expect(history.map(({ type }) => type)).toContain('OrderPaymentFailed');
    expect(causesIn(history)).toEqual([]);
    // That of the whole request, so a derived command is told from one that an event caused by `causedBy` alone.
    const requests = new Set(['first', 'second'].map((key) => contextOf(key).commandId));
    const derived = history.filter(({ commandId, causationId }) => commandId !== causationId);
    expect(derived.length).toBeGreaterThan(0);
    for (const { causationId } of derived) expect(requests).toContain(causationId);
  });

  it('is none when a clock made it', async () => {
    const service = virtualService();
    const orderId = await service.placeOrder(TOTAL);
    await payLater(service, orderId, { key: 'first' });
    await ring(service, paymentIdOf(orderId, { key: 'first' }));
    const history = await historyOf(service.log, orderId);
    const processed = history.find(({ type }) => type === 'PaymentProcessed');
    expect(processed).toMatchObject({ actor: 'system:timer', causedBy: null });
  });

  it('is an earlier event of the same history, or none, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('pay' as const), token: fc.constantFrom('tok_success', 'tok_declined') }),
      fc.constantFrom({ kind: 'wait' as const }, { kind: 'hear' as const }, { kind: 'ring' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        const service = virtualService();
        const hear = followerOf(service);
        const orderId = await service.placeOrder(TOTAL);
        const keys: string[] = [];
        for (const [index, done] of steps.entries()) {
          if (done.kind === 'hear') await hear();
          else if (done.kind === 'ring') {
            const begun = keys.map((key) => paymentIdOf(orderId, { key }));
            for (const id of begun.filter((one) => service.log.typesOf(one).length > 0))
              await ring(service, id);
          } else {
            const request = { key: `pay ${index}`, amount: usd(300) };
            keys.push(request.key);
            if (done.kind === 'wait') await payLater(service, orderId, request);
            else await service.pay(orderId, { ...request, token: done.token });
          }
        }
        const history = await historyOf(service.log, orderId);
        const place = new Map(history.map(({ eventId }, index) => [eventId, index]));
        for (const [index, { causedBy, actor }] of history.entries()) {
          expect(causedBy !== null).toBe(actor === 'system:checkout');
          if (causedBy !== null) expect(place.get(causedBy)).toBeLessThan(index);
        }
      }),
    );
  });
});

describe('a history that is read while things go on', () => {
  it('is what the log held at one moment', async () => {
    const service = virtualService();
    const hear = followerOf(service);
    const orderId = await service.placeOrder(TOTAL);
    const open = ['1', '2', '3', '4', '5', '6'].map((key) => ({ key, amount: usd(100) }));
    for (const payment of open) await payLater(service, orderId, payment);
    // With every reading two more payments come to their end, and the order hears of the one before the other ends.
    const busy: EventLog = {
      ...service.log,
      readStreams: async (...asked) => {
        const streams = await service.log.readStreams(...asked);
        for (const next of open.splice(0, 2)) {
          await ring(service, paymentIdOf(orderId, next));
          await hear();
        }
        return streams;
      },
    };
    const history = await historyOf(busy, orderId);
    const held = service.log.events().map(({ eventId }) => eventId);
    expect(history.map(({ eventId }) => eventId)).toEqual(held.slice(0, history.length));
    expect(new Set(history.map(({ streamId }) => streamId)).size).toBe(7);
    expect(history.length).toBeLessThan(held.length);
  });
});

describe('what is shown', () => {
  it('is all there is to an event but the payment token', () => {
    const payloads = goldenPayloads.map((golden) => ({ golden, shown: shownData(decodeEvent(golden)) }));
    for (const { golden, shown } of payloads) {
      const { paymentToken: _, ...rest } = (golden.upcast ?? golden.data) as Record<string, unknown>;
      expect(shown).toEqual(rest);
    }
    expect(payloads.some(({ golden }) => 'paymentToken' in golden.data)).toBe(true);
  });

  it("is nothing of another tenant's order, or of what is none", async () => {
    const service = virtualService();
    const orderId = await service.placeOrder(TOTAL);
    await service.pay(orderId, { key: 'first' });
    const paymentId = paymentIdOf(orderId, { key: 'first' });
    expect(await readOrderHistory(service.log, OTHER_TENANT, orderId)).toBeUndefined();
    expect(await readOrderHistory(service.log, TENANT, paymentId as string as OrderId)).toBeUndefined();
    expect(await readOrderHistory(service.log, TENANT, ids.orderId())).toBeUndefined();
  });
});
