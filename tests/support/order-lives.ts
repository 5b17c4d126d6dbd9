import fc from 'fast-check';
import { outcomeApplier } from '../../src/application/checkout/apply-outcome.ts';
import { checkoutConsumer } from '../../src/application/checkout/checkout-consumer.ts';
import { paymentTaker } from '../../src/application/checkout/take-payment.ts';
import { commandExecutor } from '../../src/application/execute-command.ts';
import { toIntegrationMessage } from '../../src/application/integration-events.ts';
import type { EventLog } from '../../src/application/ports.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import type { OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { stateCache } from '../../src/infrastructure/event-log/state-cache.ts';
import { ids, systemClock } from '../../src/infrastructure/system.ts';
import { fakeGateway } from '../application/fake-gateway.ts';
import { orderOf, usd } from '../domain/samples.ts';
import { undisturbed } from './in-memory-log.ts';
import { contextOf, orderStream, TENANT } from './log.ts';

export type Happening =
  { readonly kind: 'pay'; readonly token: string; readonly minor: number } | { readonly kind: 'hear' };

export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('pay' as const),
      token: fc.constantFrom('tok_success', 'tok_declined', 'unknown'),
      minor: fc.integer({ min: 1, max: 400 }),
    }),
    fc.constant({ kind: 'hear' as const }),
  ),
  { maxLength: 8 },
);

export type Lived = { readonly orderId: OrderId; readonly paymentIds: readonly PaymentId[] };

/** Lets it all happen to a new order of 10.00, by the service's own use cases. */
export async function live(log: EventLog, all: readonly Happening[]): Promise<Lived> {
  const execute = commandExecutor(log, systemClock, Math.random, stateCache(1_000));
  const applyOutcome = outcomeApplier(execute, systemClock);
  const checkout = checkoutConsumer(applyOutcome, ids);
  const gateway = fakeGateway(undisturbed);
  const { takePayment } = paymentTaker({
    log,
    execute,
    applyOutcome,
    gateway,
    ids,
    clock: systemClock,
    onProviderFault: () => {},
  });
  const orderId = ids.orderId();
  const [created] = orderOf(usd(1_000));
  await log.append({
    context: contextOf(),
    streams: [orderStream(orderId, 0, [{ ...created, orderId } as OrderEvent])],
    answer: null,
  });

  const paymentIds: PaymentId[] = [];
  for (const happening of all) {
    if (happening.kind === 'pay') {
      const paymentId = ids.paymentId(orderId);
      const request = { paymentId, orderId, paymentMethod: 'card', paymentToken: happening.token } as const;
      if (happening.token === 'unknown') gateway.answerNext({ kind: 'unknown', reason: 'timeout' });
      const taken = await takePayment(contextOf(), { ...request, amount: usd(happening.minor) });
      if (taken.ok) paymentIds.push(paymentId);
      gateway.answerAsUsual();
    } else {
      const events = (await log.readStreams(TENANT, paymentIds)).flat();
      for (const message of events.flatMap((event) => toIntegrationMessage(event) ?? []))
        await checkout.handle(message);
    }
  }
  return { orderId, paymentIds };
}
