import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/application/ports.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';
import { redelivered } from '../support/arbitraries.ts';
import { expectAtRest } from './at-rest.ts';
import { EVENTS } from './event-samples.ts';
import { paymentIdOf, paymentIn, TENANT, virtualService } from './virtual-service.ts';

const TOTAL = usd(10_000);
const CARD = { key: 'card' };

async function openShop() {
  const service = virtualService();
  const orderId = await service.placeOrder(TOTAL);
  const lastOf = (type: RecordedEvent['event']['type']): RecordedEvent => {
    const found = service.log.events().findLast(({ event }) => event.type === type);
    if (!found) throw new Error(`no ${type}`);
    return found;
  };
  return { ...service, orderId, lastOf };
}

type Shop = Awaited<ReturnType<typeof openShop>>;

/** As if the payment's end had been announced before it happened. */
const announce = (orderId: OrderId, isSuccessful: boolean): RecordedEvent => ({
  shard: 0,
  position: 99n,
  streamId: paymentIdOf(orderId, CARD),
  version: 5,
  eventId: 'announced',
  event: { ...EVENTS.PaymentProcessed, orderId, isSuccessful },
  metadata: {
    commandId: ids.derivedCommandId('announced'),
    tenantId: TENANT,
    correlationId: 'trace',
    causationId: 'announced',
    actor: 'key:test',
  },
  recordedAt: '2026-01-01T00:00:00.000Z',
});

it.each(['RefundFailed', 'RefundRejected', 'RefundApprovalLapsed'] as const)(
  'checkout looks at the order again when its money is free again: %s',
  async (type) => {
    const { checkout } = await openShop();
    const recorded = { ...announce(ids.orderId(), true), event: EVENTS[type] };
    expect(checkout.lastOfEach([recorded])).toEqual([recorded]);
  },
);

describe('when a payment became final, checkout', () => {
  it('tells its order, which is then confirmed and paid', async () => {
    const { orderId, pay, checkout, lastOf, log, order } = await openShop();
    await pay(orderId, CARD);
    await checkout.handle(lastOf('PaymentProcessed'));
    expect(log.typesOf(orderId).filter((type) => !type.startsWith('Stock'))).toEqual([
      'OrderCreated',
      'PaymentClaimed',
      'OrderPaymentCaptured',
      'OrderConfirmed',
      'OrderPaid',
    ]);
    expect(order(orderId).status).toBe('Confirmed');
  });

  it('gives the claim of a declined one back', async () => {
    const { orderId, pay, checkout, lastOf, log } = await openShop();
    await pay(orderId, { ...CARD, token: 'tok_declined' });
    await checkout.handle(lastOf('PaymentProcessed'));
    const told = log.typesOf(orderId).slice(2);
    expect(told).toEqual(['OrderPaymentFailed', 'PaymentClaimReleased', 'StockReserved']);
  });

  it('says which event made it do so', async () => {
    const { orderId, pay, checkout, lastOf } = await openShop();
    await pay(orderId, CARD);
    const heard = lastOf('PaymentProcessed');
    const { tenantId, correlationId } = heard.metadata;
    await checkout.handle({ ...heard, metadata: { ...heard.metadata, traceparent: '00-trace' } });
    expect(lastOf('OrderPaid').metadata).toMatchObject({
      ...{ tenantId, correlationId, causationId: heard.eventId, actor: 'system:checkout' },
      traceparent: '00-trace',
    });
  });

  it('does nothing when the same event comes twice', async () => {
    const { orderId, pay, checkout, lastOf, log } = await openShop();
    await pay(orderId, CARD);
    await checkout.handle(lastOf('PaymentProcessed'));
    const before = log.events();
    await checkout.handle(lastOf('PaymentProcessed'));
    expect(log.events()).toEqual(before);
  });

  it('does nothing twice when the same event comes several times at once', async () => {
    const { orderId, pay, checkout, lastOf, log } = await openShop();
    await pay(orderId, CARD);
    const heard = lastOf('PaymentProcessed');
    await Promise.all([1, 2, 3].map(() => checkout.handle(heard)));
    expect(log.typesOf(orderId)).toHaveLength(6);
  });

  it('changes nothing on word of a payment that is not final yet, and still hears of its end', async () => {
    const { orderId, pay, checkout, gateway, log, order, sync, clock } = await openShop();
    gateway.planNext('authorize', { stage: 'pending' });
    await pay(orderId, CARD);
    await checkout.handle(announce(orderId, true));
    expect(log.typesOf(orderId)).toEqual(['OrderCreated', 'PaymentClaimed', 'StockReserved']);

    gateway.turn(`${paymentIdOf(orderId, CARD)}:1`, 'succeeded');
    clock.advance(1_000);
    await sync(paymentIdOf(orderId, CARD));
    await checkout.handle(announce(orderId, true));
    expect(order(orderId).status).toBe('Confirmed');
  });

  it('believes the payment, not the event', async () => {
    const { orderId, pay, checkout, order } = await openShop();
    await pay(orderId, { ...CARD, token: 'tok_declined' });
    await checkout.handle(announce(orderId, true));
    expect(order(orderId).payments).toMatchObject([{ status: 'Failed' }]);
  });

  it('fails loudly when it cannot say it, so that the event comes again', async () => {
    const { orderId, pay, checkout, lastOf, log, order } = await openShop();
    await pay(orderId, CARD);
    log.conflictNext(8);
    await expect(checkout.handle(lastOf('PaymentProcessed'))).rejects.toThrow('concurrent-change');
    await checkout.handle(lastOf('PaymentProcessed'));
    expect(order(orderId).status).toBe('Confirmed');
  });
});

describe('checkout hears', () => {
  it('of each order and payment once, whatever a batch holds of it, and of nothing that moves no money', async () => {
    const { orderId, pay, checkout, log, refund } = await openShop();
    await pay(orderId, CARD);
    await refund(paymentIdOf(orderId, CARD), 'back');
    const heard = checkout.lastOfEach(log.events());
    expect(heard.map(({ streamId, event }) => [streamId, event.type])).toEqual([
      [orderId, 'OrderCreated'],
      [paymentIdOf(orderId, CARD), 'RefundSucceeded'],
    ]);
  });

  it('nothing of what it says itself', async () => {
    const { orderId, pay, checkout, log, deliverAll } = await openShop();
    await pay(orderId, CARD);
    const before = log.events().length;
    await deliverAll();
    expect(checkout.lastOfEach(log.events().slice(before))).toEqual([]);
  });
});

describe('however often and in whatever order checkout hears of payments', () => {
  const amounts = [2_500, 2_500, 5_000];

  async function payInParts({ orderId, pay }: Shop, tokens: readonly string[]): Promise<void> {
    for (const [index, token] of tokens.entries()) {
      paymentIn(await pay(orderId, { key: `part ${index}`, token, amount: usd(amounts[index]!) }));
    }
  }

  it('the order ends the same', async () => {
    const token = fc.constantFrom('tok_success', 'tok_declined');
    const order = fc.tuple(token, token, token, redelivered([0, 1, 2, 3]));
    await fc.assert(
      fc.asyncProperty(order, async ([first, second, third, told]) => {
        const [one, other] = await Promise.all([openShop(), openShop()]);
        for (const shop of [one, other]) await payInParts(shop, [first, second, third]);
        await one.deliverAll();
        const heard = other.checkout.lastOfEach(other.log.events());
        for (const index of told) await other.checkout.handle(heard[index]!);

        expect(other.order(other.orderId)).toEqual(one.order(one.orderId));
        const isPaid = [first, second, third].every((each) => each === 'tok_success');
        expect(other.order(other.orderId).status).toBe(isPaid ? 'Confirmed' : 'Created');
        expectAtRest(other, other.orderId);
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});

describe('an order whose stock is known when it is created', () => {
  it('gives checkout nothing to do', async () => {
    const { placeOrder, checkout, log } = virtualService();
    await placeOrder(TOTAL, 'known', { knownStock: { reserved: true } });
    expect(log.events().map(({ event }) => event.type)).toEqual(['OrderCreated', 'StockReserved']);
    expect(checkout.lastOfEach(log.events())).toEqual([]);
    await placeOrder(TOTAL, 'unknown');
    expect(checkout.lastOfEach(log.events())).toMatchObject([{ event: { type: 'OrderCreated' } }]);
  });

  it('is being cancelled from the start when it is not there', async () => {
    const { placeOrder, order } = virtualService();
    const orderId = await placeOrder(TOTAL, 'none', { knownStock: { reserved: false, reason: 'sold out' } });
    expect(order(orderId)).toMatchObject({ status: 'Cancelled', stock: 'Rejected' });
  });
});
