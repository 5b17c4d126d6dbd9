import { compensations, factsForOrder, type Compensation } from '../../domain/checkout/checkout.ts';
import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { rejectStock, releaseStock, reserveStock } from '../../domain/orders/order-lifecycle.ts';
import { applyPayment } from '../../domain/orders/order-payments.ts';
import type { OrderEvent } from '../../domain/orders/order-events.ts';
import type { Order, PlacedOrder } from '../../domain/orders/order.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { Payment, StartedPayment } from '../../domain/payments/payment.ts';
import type { OrderId, PaymentId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { ok } from '../../domain/shared/result.ts';
import { append, type ExecuteCommand } from '../execute-command.ts';
import type { ChangePayment } from './change-payment.ts';
import type { Clock, CommandContext, Ids, Stock } from '../ports.ts';

/** Brings an order in line with its payments, and its payments with it; nothing happens where all is said already. */
export type ReconcileOrder = (
  context: CommandContext,
  orderId: OrderId,
  options?: {
    readonly what?: 'all' | 'money';
    /** Payments of the order that are known of: what is to be read anyway is read with it. */
    readonly paymentIds?: readonly PaymentId[];
  },
) => Promise<void>;

export type ReconcilePorts = {
  readonly execute: ExecuteCommand;
  readonly changePayment: ChangePayment;
  readonly stock: Stock;
  readonly ids: Ids;
  readonly clock: Clock;
};

/**
 * The process manager's hands. What is done is named after what it is done for, so two that reconcile the same order
 * side by side do it once.
 */
export function orderReconciler(ports: ReconcilePorts): ReconcileOrder {
  const { execute, changePayment, stock, ids, clock } = ports;

  return async (context, orderId, { what = 'all', paymentIds = [] } = {}) => {
    const [order, payments] = await tellAll(context, orderId, paymentIds);
    if (order.status === 'absent') return;
    for (const compensation of compensations(order, payments))
      await compensate(context, compensation, payments);
    // Last: money must not wait for whoever keeps the stock. What comes of it wakes us again.
    if (what === 'all') await lookAfterStock(context, order);
  };

  /** With the payments that are known of, and with all of them if that were too few: mostly there is one. */
  async function tellAll(
    context: CommandContext,
    orderId: OrderId,
    known: readonly PaymentId[],
  ): Promise<[Order, Payment[]]> {
    for (let paymentIds = known; ;) {
      const [order, payments] = await tell(context, orderId, paymentIds);
      const claimed = order.status === 'absent' ? [] : order.payments.map(({ paymentId }) => paymentId);
      if (claimed.every((id) => paymentIds.includes(id))) return [order, payments];
      paymentIds = claimed;
    }
  }

  /** The order as it is once it has heard, and its payments. */
  async function tell(
    context: CommandContext,
    orderId: OrderId,
    paymentIds: readonly PaymentId[],
  ): Promise<[Order, Payment[]]> {
    let heard: [Order, Payment[]] | undefined;
    const done = await execute({
      // A new one each time: what was said already is not said again, by the state, and what is new must be.
      context: { ...context, commandId: ids.commandId() },
      reads: [orderId, ...paymentIds],
      decide: (history) => {
        const at = clock.now().toISOString();
        const { state, version } = history.of(orderAggregate, orderId);
        const events: OrderEvent[] = [];
        let order = state;
        const payments = paymentIds.map((id) => history.of(paymentAggregate, id).state);
        for (const payment of payments) {
          if (order.status === 'absent' || payment.status === 'absent') continue;
          const news = applyPayment(factsForOrder(payment), at, order);
          order = news.reduce(orderAggregate.evolve, order);
          events.push(...news);
        }
        heard = [order, payments];
        return ok({ appends: [append(orderAggregate, orderId, version, events)], answer: null });
      },
    });
    if (!done.ok) throw new Error(`the payments of order ${orderId}: ${done.error.code}`);
    invariant(heard, 'what is done was decided');
    return heard;
  }

  async function lookAfterStock(context: CommandContext, order: PlacedOrder): Promise<void> {
    const { orderId } = order;
    if (order.stock === 'Unknown' && (order.status === 'Created' || order.status === 'Confirmed')) {
      const items = order.items.map(({ productId, quantity }) => ({ productId, quantity }));
      const answer = await stock.reserve({ orderId, items });
      await note(context, orderId, 'stock', (before, at) =>
        answer.reserved ? reserveStock(at, before) : rejectStock(answer.reason, at, before),
      );
    }
    if (order.stock === 'Reserved' && (order.status === 'Cancelled' || order.status === 'Expired')) {
      await stock.release(orderId);
      await note(context, orderId, 'release', (before, at) => releaseStock(at, before));
    }
  }

  async function note(
    context: CommandContext,
    orderId: OrderId,
    what: string,
    decide: (order: Order, at: string) => OrderEvent[],
  ): Promise<void> {
    // All who find this to do share its id, so its fingerprint must not be of what woke one of them.
    const commandId = ids.derivedCommandId('checkout', orderId, what);
    const done = await execute({
      context: { ...context, commandId, fingerprint: commandId },
      reads: [orderId],
      decide: (history) => {
        const { state, version } = history.of(orderAggregate, orderId);
        const events = decide(state, clock.now().toISOString());
        return ok({ appends: [append(orderAggregate, orderId, version, events)], answer: null });
      },
    });
    if (!done.ok) throw new Error(`the ${what} of order ${orderId}: ${done.error.code}`);
  }

  async function compensate(
    context: CommandContext,
    { paymentId, ...what }: Compensation,
    payments: readonly Payment[],
  ): Promise<void> {
    const payment = payments.find(
      (one): one is StartedPayment => one.status !== 'absent' && one.paymentId === paymentId,
    )!;
    // Named after the payment and how many came before: two processes that decide the same do one thing.
    const number = what.kind === 'void' ? payment.voids.length : payment.refunds.length;
    const commandId = ids.derivedCommandId('checkout', paymentId, what.kind, String(number));
    const named = { ...context, commandId, fingerprint: commandId };
    const { reason } = what;
    const done =
      what.kind === 'void'
        ? await changePayment.void(named, paymentId, { reason, remainder: true })
        : await changePayment.refund(named, paymentId, {
            ...{ refundId: commandId, amount: what.amount, reason, isAutomatic: true },
            overrules: what.overrules ?? false,
          });
    // Refused: somebody else changed the payment in between, and that wakes us again.
    if (!done.ok && done.error.code === 'concurrent-change')
      throw new Error(`payment ${paymentId} kept changing`);
  }
}
