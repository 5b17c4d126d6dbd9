import { outcomeApplier } from '../../src/application/checkout/apply-outcome.ts';
import { checkoutConsumer } from '../../src/application/checkout/checkout-consumer.ts';
import { paymentTaker, type TakePaymentRejection } from '../../src/application/checkout/take-payment.ts';
import { commandExecutor, type Executed } from '../../src/application/execute-command.ts';
import { foldStream } from '../../src/application/load-aggregates.ts';
import { toIntegrationMessage, type IntegrationMessage } from '../../src/application/integration-events.ts';
import { createOrderRequest } from '../../src/application/orders/create-order.ts';
import type { PaymentView } from '../../src/application/payments/payment-view.ts';
import type { Clock, CommandContext } from '../../src/application/ports.ts';
import { orderAggregate, type PlacedOrder } from '../../src/domain/orders/order.ts';
import type { OrderId, PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import type { Result } from '../../src/domain/shared/result.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { orderFor } from '../domain/samples.ts';
import { inMemoryLog, undisturbed, type Around } from '../support/in-memory-log.ts';
import { fakeGateway } from './fake-gateway.ts';

export const TENANT = '0190c000-0000-7000-8000-000000000001' as TenantId;
export const OTHER_TENANT = '0190c000-0000-7000-8000-000000000002' as TenantId;

/** One intent of a client: the same key means the same request again. */
export type PayRequest = {
  readonly key: string;
  readonly amount?: Money;
  readonly token?: string;
  readonly tenantId?: TenantId;
};

export type Taken = Result<Executed, TakePaymentRejection>;
export type VirtualService = ReturnType<typeof virtualService>;

/** As the API makes it: with a key, the command's id is a function of tenant and key. */
export function contextOf(key: string, body: unknown = {}, tenantId = TENANT): CommandContext {
  const commandId = ids.derivedCommandId(tenantId, key);
  return {
    commandId,
    tenantId,
    fingerprint: JSON.stringify(body, (_name, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
    correlationId: `trace of ${key}`,
    causationId: commandId,
    actor: 'key:test',
  };
}

export const paymentIdOf = (orderId: OrderId, { key, tenantId = TENANT }: PayRequest): PaymentId =>
  ids.paymentId(orderId, ids.derivedCommandId(tenantId, key));

/** The use cases over an in-memory log and a fake provider, on a clock that only `sleep` and the test move. */
export function virtualService(around: Around = undisturbed) {
  let nowMs = Date.UTC(2026, 0, 1);
  const clock: Clock & { advance(ms: number): void } = {
    now: () => new Date(nowMs),
    sleep: async (ms) => {
      nowMs += ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
  const log = inMemoryLog(around);
  const gateway = fakeGateway(around);
  const execute = commandExecutor(log, clock, () => 0.5);
  const applyOutcome = outcomeApplier(execute, clock);
  const checkout = checkoutConsumer(applyOutcome, ids);
  const providerFaults: unknown[] = [];
  const onProviderFault = (fault: unknown): void => void providerFaults.push(fault);
  const { takePayment, settle } = paymentTaker({
    log,
    execute,
    applyOutcome,
    gateway,
    ids,
    clock,
    onProviderFault,
  });

  async function placeOrder(total: Money, key = 'order', tenantId = TENANT): Promise<OrderId> {
    const context = contextOf(key, {}, tenantId);
    const orderId = ids.orderId(context.commandId);
    const command = { ...orderFor(total), orderId, at: clock.now().toISOString() };
    const done = await execute(createOrderRequest(context, command));
    if (!done.ok) throw new Error(done.error.code);
    return orderId;
  }

  const messages = (): IntegrationMessage[] =>
    log.events().flatMap((event) => toIntegrationMessage(event) ?? []);

  return {
    log,
    gateway,
    providerFaults,
    clock,
    execute,
    settle,
    checkout,
    placeOrder,
    messages,
    pay: (orderId: OrderId, request: PayRequest): Promise<Taken> => {
      const { key, amount, token = 'tok_success', tenantId } = request;
      return takePayment(contextOf(key, { orderId, amount, token }, tenantId), {
        paymentId: paymentIdOf(orderId, request),
        orderId,
        paymentMethod: 'card',
        paymentToken: token,
        ...(amount && { amount }),
      });
    },
    /** What the consumer would do by and by. */
    deliverAll: async (): Promise<void> => {
      for (const message of messages()) await checkout.handle(message);
    },
    order: (orderId: OrderId): PlacedOrder => {
      const events = log.events().filter(({ streamId }) => streamId === orderId);
      const { state } = foldStream(orderAggregate, events);
      if (state.status === 'absent') throw new Error(`no order ${orderId}`);
      return state;
    },
  };
}

/** The payment that an accepted request answered with. */
export function paymentIn(taken: Taken): PaymentView {
  if (!taken.ok) throw new Error(`refused: ${taken.error.code}`);
  return taken.value.answer as PaymentView;
}

export const refusalIn = (taken: Taken): string | undefined => (taken.ok ? undefined : taken.error.code);
