import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntegrationMessage } from '../../src/application/integration-events.ts';
import type { OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';
import { redelivered } from '../support/arbitraries.ts';
import { paymentIdOf, paymentIn, TENANT, virtualService } from './virtual-service.ts';

const TOTAL = usd(10_000);

async function openShop() {
  const service = virtualService();
  const orderId = await service.placeOrder(TOTAL);
  const processed = (): IntegrationMessage[] =>
    service.messages().filter(({ event }) => event.type === 'payment.processed.v1');
  return { ...service, orderId, processed };
}

type Shop = Awaited<ReturnType<typeof openShop>>;

/** As if the payment's end had been announced before it happened. */
function announce(orderId: OrderId, paymentId: PaymentId): IntegrationMessage {
  return {
    messageId: 'announced',
    tenantId: TENANT,
    shard: 0,
    position: 99n,
    sequence: 5,
    correlationId: 'trace',
    event: {
      type: 'payment.processed.v1',
      data: {
        paymentId,
        orderId,
        amount: { amount: 10_000, currency: 'USD' },
        paymentMethod: 'card',
        isSuccessful: true,
        processedAt: '2026-01-01T00:00:00.000Z',
      },
    },
  };
}

describe('when a payment became final, checkout', () => {
  it('tells its order, which is then confirmed and paid', async () => {
    const { orderId, pay, checkout, processed, log, order } = await openShop();
    await pay(orderId, { key: 'card' });
    await checkout.handle(processed()[0]!);
    expect(log.typesOf(orderId)).toEqual([
      'OrderCreated',
      'PaymentClaimed',
      'OrderPaymentCaptured',
      'OrderConfirmed',
      'OrderPaid',
    ]);
    expect(order(orderId).status).toBe('Confirmed');
  });

  it('gives the claim of a declined one back', async () => {
    const { orderId, pay, checkout, processed, log } = await openShop();
    await pay(orderId, { key: 'card', token: 'tok_declined' });
    await checkout.handle(processed()[0]!);
    expect(log.typesOf(orderId).slice(2)).toEqual(['OrderPaymentFailed', 'PaymentClaimReleased']);
  });

  it('says which message made it do so, under an id that the same message gives again', async () => {
    const { orderId, pay, checkout, processed, log } = await openShop();
    await pay(orderId, { key: 'card' });
    const message = { ...processed()[0]!, traceparent: '00-trace' };
    await checkout.handle(message);
    expect(log.events().at(-1)?.metadata).toEqual({
      commandId: ids.derivedCommandId('checkout', message.messageId),
      tenantId: message.tenantId,
      correlationId: message.correlationId,
      causationId: message.messageId,
      actor: 'system:checkout',
      traceparent: '00-trace',
    });
  });

  it('does nothing when the same message comes twice', async () => {
    const { orderId, pay, checkout, processed, log } = await openShop();
    await pay(orderId, { key: 'card' });
    await checkout.handle(processed()[0]!);
    const before = log.events();
    await checkout.handle(processed()[0]!);
    expect(log.events()).toEqual(before);
  });

  it('does nothing twice when the same message comes twice at once', async () => {
    const { orderId, pay, checkout, processed, log } = await openShop();
    await pay(orderId, { key: 'card' });
    const [message] = processed();
    await Promise.all([1, 2, 3].map(() => checkout.handle(message!)));
    expect(log.typesOf(orderId)).toHaveLength(5);
  });

  it('hears only of payments', async () => {
    const { orderId, pay, checkout, messages, log } = await openShop();
    await pay(orderId, { key: 'card' });
    const before = log.events();
    expect(checkout.types).toEqual(['payment.processed.v1']);
    const others = messages().filter(({ event }) => event.type !== 'payment.processed.v1');
    for (const message of others) await checkout.handle(message);
    expect(log.events()).toEqual(before);
  });

  it('changes nothing on word of a payment that is not final yet, and still hears of its end', async () => {
    const { orderId, pay, checkout, gateway, log, order } = await openShop();
    gateway.answerNext({ kind: 'unknown', reason: 'timeout' });
    await pay(orderId, { key: 'card' });
    const early = announce(orderId, paymentIdOf(orderId, { key: 'card' }));
    await checkout.handle(early);
    expect(log.typesOf(orderId)).toEqual(['OrderCreated', 'PaymentClaimed']);

    await pay(orderId, { key: 'card' });
    await checkout.handle(early);
    expect(order(orderId).status).toBe('Confirmed');
  });

  it('believes the payment, not the message', async () => {
    const { orderId, pay, checkout, order } = await openShop();
    await pay(orderId, { key: 'card', token: 'tok_declined' });
    await checkout.handle(announce(orderId, paymentIdOf(orderId, { key: 'card' }))); // says it succeeded
    expect(order(orderId).payments).toMatchObject([{ status: 'Failed' }]);
  });

  it('fails loudly when it cannot say it, so that the message comes again', async () => {
    const { orderId, pay, checkout, processed, log, order } = await openShop();
    await pay(orderId, { key: 'card' });
    log.conflictNext(8);
    await expect(checkout.handle(processed()[0]!)).rejects.toThrow('concurrent-change');
    await checkout.handle(processed()[0]!);
    expect(order(orderId).status).toBe('Confirmed');
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
    const order = fc.tuple(token, token, token, redelivered([0, 1, 2]));
    await fc.assert(
      fc.asyncProperty(order, async ([first, second, third, told]) => {
        const [one, other] = await Promise.all([openShop(), openShop()]);
        for (const shop of [one, other]) await payInParts(shop, [first, second, third]);
        await one.deliverAll();
        const messages = other.processed();
        for (const index of told) await other.checkout.handle(messages[index]!);

        expect(other.order(other.orderId)).toEqual(one.order(one.orderId));
        const isPaid = [first, second, third].every((each) => each === 'tok_success');
        expect(other.order(other.orderId).status).toBe(isPaid ? 'Confirmed' : 'Created');
      }),
    );
  });
});
