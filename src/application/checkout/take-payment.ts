import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { claimPayment } from '../../domain/orders/order-payments.ts';
import type { OrderRejection } from '../../domain/orders/order-rejection.ts';
import {
  firstAttemptId,
  initiatePayment,
  type PaymentRejection,
} from '../../domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { CaptureMethod, PaymentMethod } from '../../domain/payments/payment-events.ts';
import { fold } from '../../domain/shared/aggregate.ts';
import type { OrderId, PaymentId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import type { Money } from '../../domain/shared/money.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import {
  append,
  mismatchOf,
  type CommandRefusal,
  type CommandRequest,
  type ExecuteCommand,
  type Executed,
  type VersionMismatch,
} from '../execute-command.ts';
import type { Loaded } from '../load-aggregates.ts';
import type { PaymentOperations } from '../payments/payment-operations.ts';
import { viewPayment } from '../payments/payment-view.ts';
import type { Clock, CommandContext, EventLog, Ids } from '../ports.ts';
import type { PaymentRouting } from '../provider-ports.ts';
import type { ReconcileOrder } from './reconcile-order.ts';

export type PaymentRequest = {
  readonly paymentId: PaymentId;
  readonly orderId: OrderId;
  /** Absent: all that is due. */
  readonly amount?: Money;
  readonly paymentMethod: PaymentMethod;
  /** Absent: what the provider takes for one, if it does. */
  readonly paymentToken?: string;
  readonly captureMethod: CaptureMethod;
  /** Of the order. */
  readonly ifVersion?: number | undefined;
};

export type TakePaymentRejection = OrderRejection | PaymentRejection | CommandRefusal;
export type TakePayment = ReturnType<typeof paymentTaker>;

export type PaymentTakerPorts = {
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly operations: PaymentOperations;
  readonly reconcileOrder: ReconcileOrder;
  readonly routing: PaymentRouting;
  readonly ids: Ids;
  readonly clock: Clock;
};

const CLAIM_REFUSALS: ReadonlySet<string> = new Set(['payment-already-claimed', 'payment-exceeds-due']);

/**
 * Claims the money on the order and commits to the attempt in one unit, calls the provider, writes down what it said.
 * Each step may be repeated: a crash anywhere between them is mended by the same request again, or by a timer.
 */
export function paymentTaker(ports: PaymentTakerPorts) {
  const { log, execute, operations, reconcileOrder, routing, ids, clock } = ports;
  type Outcome = Result<Executed, TakePaymentRejection>;

  async function takePayment(context: CommandContext, request: PaymentRequest): Promise<Outcome> {
    const { paymentId } = request;
    let committed: Loaded<Payment> | undefined;
    const initiated = await initiate(context, request, (payment) => (committed = payment));
    if (!initiated.ok) return initiated;
    const { replayed } = initiated.value;
    const stored = replayed ? await log.findCommand(paymentId, context.commandId) : undefined;
    if (stored) return ok({ answer: stored.answer, replayed });
    const settled = replayed
      ? await operations.sync(context, paymentId, 'repeated request')
      : await operations.carryOut(context, paymentId, firstAttemptId(paymentId), {
          isFirstCall: true,
          committed,
        });
    return settled.ok ? ok({ ...settled.value, replayed }) : settled;
  }

  async function initiate(
    context: CommandContext,
    request: PaymentRequest,
    onDecided: (payment: Loaded<Payment>) => void,
  ): Promise<Outcome> {
    // The order is named in the body, not in what the id is derived from: another order may lie on another shard.
    const used = await log.findCommandElsewhere(request.orderId, initiation(context).commandId);
    if (used) return err({ code: 'idempotency-key-reused' });
    const attempt = () => execute(initiateRequest(initiation(context), request, onDecided));
    const first = await attempt();
    if (first.ok || !CLAIM_REFUSALS.has(first.error.code)) return first;
    // A declined payment gives its claim back when `checkout` hears of it; a customer who tries the next card at once
    // must not be told to wait for that.
    await reconcileOrder(context, request.orderId, { what: 'money' });
    return attempt();
  }

  const initiateRequest = (
    context: CommandContext,
    request: PaymentRequest,
    onDecided: (payment: Loaded<Payment>) => void,
  ): CommandRequest<OrderRejection | PaymentRejection | VersionMismatch> => ({
    context,
    reads: [request.orderId],
    decide: (history) => {
      const { paymentId, orderId, paymentMethod, captureMethod, ifVersion } = request;
      const order = history.of(orderAggregate, orderId);
      const mismatch = mismatchOf(order, ifVersion);
      if (mismatch) return err(mismatch);
      const at = clock.now().toISOString();
      const claimed = claimPayment({ ...request, at }, order.state);
      if (!claimed.ok) return claimed;

      const [{ amount }] = claimed.value;
      const [provider] = routing.routeFor({ amount, paymentMethod, captureMethod });
      if (provider === undefined) {
        const { currency } = amount;
        return err({ code: 'payment-unsupported', currency, paymentMethod, captureMethod });
      }
      const { defaultToken } = routing.provider(provider).capabilities;
      const paymentToken = request.paymentToken ?? defaultToken;
      if (paymentToken === undefined) return err({ code: 'payment-token-required', provider });
      const facts = { paymentId, orderId, amount, paymentMethod, paymentToken, captureMethod };
      const events = initiatePayment({ ...facts, provider, at });
      const payment = fold(paymentAggregate, events);
      invariant(payment.status !== 'absent', 'an initiated payment exists');
      onDecided({ state: payment, version: events.length });
      return ok({
        appends: [
          append(paymentAggregate, paymentId, 0, events),
          append(orderAggregate, orderId, order.version, claimed.value),
        ],
        answer: viewPayment(payment, events.length),
      });
    },
  });

  // The request's own command id is kept for its final answer, so that repeating the request gives that answer.
  const initiation = (context: CommandContext): CommandContext => ({
    ...context,
    commandId: ids.derivedCommandId(context.commandId, 'initiate'),
  });

  return takePayment;
}
