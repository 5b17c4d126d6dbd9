import { orderWants } from '../../src/application/checkout/still-wanted.ts';
import fc from 'fast-check';
import { paymentChanger } from '../../src/application/checkout/change-payment.ts';
import { orderReconciler } from '../../src/application/checkout/reconcile-order.ts';
import { paymentTaker } from '../../src/application/checkout/take-payment.ts';
import { commandExecutor } from '../../src/application/execute-command.ts';
import { paymentOperations } from '../../src/application/payments/payment-operations.ts';
import type { EventLog } from '../../src/application/ports.ts';
import type { OrderEvent } from '../../src/domain/orders/order-events.ts';
import { CAPTURE_METHODS, type CaptureMethod } from '../../src/domain/payments/payment-events.ts';
import type { OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { stateCache } from '../../src/infrastructure/event-log/state-cache.ts';
import { alwaysInStock } from '../../src/infrastructure/gateways/always-in-stock.ts';
import { routeByRules } from '../../src/infrastructure/gateways/routing.ts';
import { ids, systemClock } from '../../src/infrastructure/system.ts';
import { fakeGateway } from '../application/fake-gateway.ts';
import { orderOf, usd } from '../domain/samples.ts';
import { undisturbed } from './in-memory-log.ts';
import { contextOf, orderStream, TENANT } from './log.ts';

export type Happening =
  | {
      readonly kind: 'pay';
      readonly token: string;
      readonly minor: number;
      readonly captureMethod?: CaptureMethod;
    }
  | { readonly kind: 'capture' | 'void' | 'refund'; readonly which: number; readonly minor: number }
  | { readonly kind: 'hear' };

const minor = fc.integer({ min: 1, max: 400 });
export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('pay' as const),
      token: fc.constantFrom('tok_success', 'tok_declined', 'unknown'),
      captureMethod: fc.constantFrom(...CAPTURE_METHODS),
      minor,
    }),
    fc.record({
      kind: fc.constantFrom('capture' as const, 'void' as const, 'refund' as const),
      which: fc.nat(3),
      minor,
    }),
    fc.constant({ kind: 'hear' as const }),
  ),
  { maxLength: 8 },
);

export type Lived = { readonly orderId: OrderId; readonly paymentIds: readonly PaymentId[] };

/** Lets it all happen to a new order of 10.00, by the service's own use cases. */
export async function live(log: EventLog, all: readonly Happening[]): Promise<Lived> {
  const orderId = ids.orderId();
  const [created] = orderOf(usd(1_000));
  await log.append({
    context: contextOf(),
    streams: [orderStream(orderId, 0, [{ ...created, orderId } as OrderEvent])],
    answer: null,
  });
  const shop = shopOn(log);
  const paymentIds: PaymentId[] = [];
  for (const happening of all) {
    const paymentId = await shop.happen(orderId, paymentIds, happening);
    if (paymentId) paymentIds.push(paymentId);
  }
  return { orderId, paymentIds };
}

function shopOn(log: EventLog) {
  const execute = commandExecutor(log, systemClock, Math.random, stateCache(1_000));
  const gateway = fakeGateway(undisturbed);
  const ports = { log, execute, ids, clock: systemClock, routing: routeByRules([gateway]) };
  const operations = paymentOperations({
    ...ports,
    isStillWanted: orderWants(log),
    onProviderFault: () => {},
  });
  const changePayment = paymentChanger({ ...ports, operations });
  const reconcileOrder = orderReconciler({ ...ports, changePayment, stock: alwaysInStock });
  const takePayment = paymentTaker({ ...ports, operations, reconcileOrder });

  async function begin(
    orderId: OrderId,
    happening: Happening & { kind: 'pay' },
  ): Promise<PaymentId | undefined> {
    const { token, captureMethod = 'automatic' } = happening;
    const paymentId = ids.paymentId(orderId);
    if (token === 'unknown') gateway.answerNext({ kind: 'unknown', reason: 'timeout' });
    const request = {
      paymentId,
      orderId,
      paymentMethod: 'card',
      paymentToken: token,
      captureMethod,
    } as const;
    const taken = await takePayment(contextOf(), { ...request, amount: usd(happening.minor) });
    gateway.answerAsUsual();
    return taken.ok ? paymentId : undefined;
  }

  /** The payment that it began. */
  async function happen(
    orderId: OrderId,
    paymentIds: readonly PaymentId[],
    happening: Happening,
  ): Promise<PaymentId | undefined> {
    if (happening.kind === 'pay') return begin(orderId, happening);
    if (happening.kind === 'hear') {
      await reconcileOrder({ ...contextOf(), tenantId: TENANT }, orderId);
      return undefined;
    }
    const paymentId = paymentIds[happening.which];
    if (!paymentId) return undefined;
    const amount = usd(happening.minor);
    // What is refused does not happen.
    if (happening.kind === 'capture') await changePayment.capture(contextOf(), paymentId, { amount });
    else if (happening.kind === 'void') await changePayment.void(contextOf(), paymentId, { reason: 'asked' });
    else {
      const refundId = ids.commandId();
      await changePayment.refund(contextOf(), paymentId, { refundId, amount, reason: 'asked' });
    }
    return undefined;
  }

  return { happen };
}
