import { orderWants } from '../../src/application/checkout/still-wanted.ts';
import { checkoutFollower } from '../../src/application/checkout/follow.ts';
import { orderReconciler } from '../../src/application/checkout/reconcile-order.ts';
import { paymentTaker, type TakePaymentRejection } from '../../src/application/checkout/take-payment.ts';
import { waker } from '../../src/application/checkout/wake.ts';
import { commandExecutor, type Executed } from '../../src/application/execute-command.ts';
import type { IntegrationMessage } from '../../src/application/integration-events.ts';
import { toIntegrationMessage } from '../../src/application/integration-messages.ts';
import { foldStream, noCache } from '../../src/application/load-aggregates.ts';
import { changeOrderRequest, type ChangeOrder } from '../../src/application/orders/change-order.ts';
import { createOrderRequest } from '../../src/application/orders/create-order.ts';
import { paymentChanger } from '../../src/application/checkout/change-payment.ts';
import type {
  CaptureRequest,
  ChangePaymentRejection,
  RefundRequest,
} from '../../src/application/checkout/payment-requests.ts';
import { paymentOperations } from '../../src/application/payments/payment-operations.ts';
import type { PaymentView } from '../../src/application/payments/payment-view.ts';
import type { Clock, CommandContext, StateCache, Stock } from '../../src/application/ports.ts';
import type { PaymentProvider } from '../../src/application/provider-ports.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { cancelOrder, type CreateOrder } from '../../src/domain/orders/order-lifecycle.ts';
import type { PlacedOrder } from '../../src/domain/orders/order.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import type { CaptureMethod } from '../../src/domain/payments/payment-events.ts';
import type { StartedPayment } from '../../src/domain/payments/payment.ts';
import type { OrderId, PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import type { Result } from '../../src/domain/shared/result.ts';
import { alwaysInStock } from '../../src/infrastructure/gateways/always-in-stock.ts';
import { routeByRules } from '../../src/infrastructure/gateways/routing.ts';
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
  readonly captureMethod?: CaptureMethod;
  readonly ifVersion?: number;
  readonly tenantId?: TenantId;
};

export type Taken = Result<Executed, TakePaymentRejection>;
export type Changed = Result<Executed, ChangePaymentRejection>;
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

type Keyed = Pick<PayRequest, 'key' | 'tenantId'>;

export const paymentIdOf = (orderId: OrderId, { key, tenantId = TENANT }: Keyed): PaymentId =>
  ids.paymentId(orderId, ids.derivedCommandId(tenantId, key));

/** As the API makes it, from the key. */
export const refundIdOf = (key: string): string => ids.derivedCommandId(contextOf(key).commandId, 'refund');

/** A clock that only `sleep` and the test move. */
function virtualClock(): Clock & { advance(ms: number): void } {
  let nowMs = Date.UTC(2026, 0, 1);
  return {
    now: () => new Date(nowMs),
    sleep: async (ms) => {
      nowMs += ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

type Options = {
  readonly stock?: Stock;
  readonly cache?: StateCache;
  /** Instead of the fake ones, in the order in which they are tried. */
  readonly providers?: readonly PaymentProvider[];
  readonly refundApprovalAbove?: readonly Money[];
};

/** The use cases over an in-memory log, and two fake providers of which the second is the one to turn to next. */
export function virtualService(
  around: Around = undisturbed,
  { stock = alwaysInStock, cache = noCache, providers: given, refundApprovalAbove = [] }: Options = {},
) {
  const clock = virtualClock();
  const now = () => clock.now().getTime();
  const log = inMemoryLog(around);
  const gateway = fakeGateway(around, { name: 'fake', now });
  const nextGateway = fakeGateway(around, { name: 'next', now });
  const providers = { isNextUsed: false };
  const execute = commandExecutor(log, clock, () => 0.5, cache);
  const both = routeByRules([gateway, nextGateway]);
  const fakes: typeof both = {
    routeFor: (payment) => (providers.isNextUsed ? both.routeFor(payment) : ['fake']),
    provider: both.provider,
    knows: both.knows,
  };
  const routing = given ? routeByRules(given) : fakes;
  const providerFaults: unknown[] = [];
  const ports = { log, execute, ids, clock };
  const onProviderFault = (fault: unknown): void => void providerFaults.push(fault);
  const operations = paymentOperations({
    ...ports,
    isStillWanted: orderWants(log),
    routing,
    onProviderFault,
  });
  const changePayment = paymentChanger({ ...ports, operations, refundApprovalAbove });
  const reconcileOrder = orderReconciler({ ...ports, changePayment, stock });
  const takePayment = paymentTaker({ ...ports, operations, reconcileOrder, routing });
  const wake = waker({ ...ports, operations, changePayment, reconcileOrder });
  const checkout = checkoutFollower(log, reconcileOrder, ids);

  async function placeOrder(
    total: Money,
    key = 'order',
    changes: Partial<CreateOrder> & { readonly tenantId?: TenantId } = {},
  ): Promise<OrderId> {
    const { tenantId = TENANT, ...terms } = changes;
    const context = contextOf(key, {}, tenantId);
    const orderId = ids.orderId(context.commandId);
    const command = { ...orderFor(total), ...terms, orderId, at: clock.now().toISOString() };
    const done = await execute(createOrderRequest(context, command));
    if (!done.ok) throw new Error(done.error.code);
    return orderId;
  }

  const stateOf = (streamId: string) => log.events().filter((event) => event.streamId === streamId);

  return {
    ...{ log, gateway, nextGateway, providerFaults, clock, execute, operations, changePayment },
    ...{ reconcileOrder, wake, checkout, placeOrder },
    useNextGateway: () => {
      providers.isNextUsed = true;
    },
    messages: (): IntegrationMessage[] => log.events().flatMap((event) => toIntegrationMessage(event) ?? []),
    pay: (orderId: OrderId, request: PayRequest): Promise<Taken> => {
      const {
        key,
        amount,
        token = 'tok_success',
        captureMethod = 'automatic',
        ifVersion,
        tenantId,
      } = request;
      return takePayment(contextOf(key, { orderId, amount, token, captureMethod }, tenantId), {
        ...{ paymentId: paymentIdOf(orderId, request), orderId, captureMethod, ifVersion },
        ...{ paymentMethod: 'card', paymentToken: token },
        ...(amount && { amount }),
      });
    },
    capture: (paymentId: PaymentId, key: string, request: CaptureRequest = {}): Promise<Changed> =>
      changePayment.capture(contextOf(key, { paymentId, ...request }), paymentId, request),
    void: (paymentId: PaymentId, key: string, ifVersion?: number): Promise<Changed> =>
      changePayment.void(contextOf(key, { paymentId }), paymentId, { reason: 'changed my mind', ifVersion }),
    refund: (
      paymentId: PaymentId,
      key: string,
      request: Partial<Omit<RefundRequest, 'refundId'>> = {},
    ): Promise<Changed> => {
      const refund = { refundId: refundIdOf(key), reason: 'returned', ...request };
      return changePayment.refund(contextOf(key, { paymentId, ...request }), paymentId, refund);
    },
    /** By another than asks for refunds here, unless said otherwise. */
    approve: (
      paymentId: PaymentId,
      refundId: string,
      key: string,
      { actor = 'key:second', ifVersion }: { readonly actor?: string; readonly ifVersion?: number } = {},
    ): Promise<Changed> => {
      const context = { ...contextOf(key, { refundId }), actor };
      return changePayment.approve(context, paymentId, { refundId, alsoKnownAs: [], ifVersion });
    },
    reject: (paymentId: PaymentId, refundId: string, key: string): Promise<Changed> => {
      const context = { ...contextOf(key, { refundId }), actor: 'key:second' };
      return changePayment.reject(context, paymentId, { refundId, reason: 'it was worn' });
    },
    sync: (paymentId: PaymentId, key = 'sync') =>
      operations.sync({ ...contextOf(key), commandId: ids.commandId() }, paymentId, 'webhook'),
    changeOrder: (orderId: OrderId, key: string, decide: ChangeOrder['decide'], ifVersion?: number) =>
      execute(changeOrderRequest(contextOf(key), { orderId, decide, ifVersion })),
    cancel: (orderId: OrderId, ifVersion?: number) => {
      const command = { by: 'key:test', reason: 'changed my mind', at: clock.now().toISOString() };
      const decide: ChangeOrder['decide'] = (order) => cancelOrder(command, order);
      const context = { ...contextOf('cancel'), commandId: ids.commandId() };
      return execute(changeOrderRequest(context, { orderId, decide, ifVersion }));
    },
    order: (orderId: OrderId): PlacedOrder => {
      const { state } = foldStream(orderAggregate, stateOf(orderId));
      if (state.status === 'absent') throw new Error(`no order ${orderId}`);
      return state;
    },
    payment: (paymentId: PaymentId): StartedPayment => {
      const { state } = foldStream(paymentAggregate, stateOf(paymentId));
      if (state.status === 'absent') throw new Error(`no payment ${paymentId}`);
      return state;
    },
    /** What the follower would do by and by, until there is nothing more to hear of. */
    deliverAll: async (): Promise<void> => {
      for (let before = -1; before < log.events().length;) {
        before = log.events().length;
        for (const event of checkout.lastOfEach(log.events())) await checkout.handle(event);
      }
    },
  };
}

/** The payment that an accepted request answered with. */
export function paymentIn(taken: Taken | Changed): PaymentView {
  if (!taken.ok) throw new Error(`refused: ${taken.error.code}`);
  return taken.value.answer as PaymentView;
}

export const refusalIn = (taken: Taken | Changed): string | undefined =>
  taken.ok ? undefined : taken.error.code;
