import { decideApproval, decideRefund, type OnBoth } from '../../domain/checkout/refunds.ts';
import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import type { OrderRejection } from '../../domain/orders/order-rejection.ts';
import type { LineQuantity } from '../../domain/orders/order-events.ts';
import type { PlacedOrder } from '../../domain/orders/order.ts';
import {
  capturePayment,
  voidPayment,
  type PaymentRejection,
} from '../../domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { PaymentEvent } from '../../domain/payments/payment-events.ts';
import { operationsOf, type Payment, type StartedPayment } from '../../domain/payments/payment.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import type { Money } from '../../domain/shared/money.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import {
  append,
  mismatchOf,
  type CommandRefusal,
  type CommandRequest,
  type Executed,
  type VersionMismatch,
} from '../execute-command.ts';
import { loadAggregate } from '../load-aggregates.ts';
import type { Clock, CommandContext, EventLog, Ids, Json } from '../ports.ts';
import { viewPayment } from '../payments/payment-view.ts';

/** Of the payment: refused if it has another. */
type OnVersion = { readonly ifVersion?: number | undefined };

export type CaptureRequest = OnVersion & {
  readonly amount?: Money;
  readonly final?: boolean;
  readonly reason?: string;
};
export type VoidRequest = OnVersion & { readonly reason: string; readonly remainder?: boolean };
export type RefundRequest = OnVersion & {
  readonly refundId: string;
  /** Neither amount nor lines: all that can still be given back. Both: the lines, if they come to that amount. */
  readonly amount?: Money;
  readonly lines?: readonly LineQuantity[];
  readonly reason: string;
  /** Decided by the service itself, because of the state of the order. */
  readonly isAutomatic?: boolean;
  /** It takes the place of what awaits approval. */
  readonly overrules?: boolean;
};
/** Which refund an approval is about. */
export type OnRefund = OnVersion & { readonly refundId: string };

export type ChangePaymentRejection = PaymentRejection | OrderRejection | CommandRefusal;

export type Outcome = Result<Executed, ChangePaymentRejection>;
type View = (payment: StartedPayment, version: number) => Json;

export type RequestParts = {
  readonly log: EventLog;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly refundApprovalAbove: readonly Money[];
  /** What becomes of a request: it is carried out, or only decided on. */
  readonly change: (
    context: CommandContext,
    paymentId: PaymentId,
    operationId: string,
    request: (context: CommandContext) => CommandRequest<PaymentRejection | OrderRejection | VersionMismatch>,
  ) => Promise<Outcome>;
  /** The answer: the payment as it would be right after the decision. */
  readonly view: View;
};

/** Captures, voids and refunds as commands on the payment, or on it and its order. */
export function paymentRequests({ log, ids, clock, refundApprovalAbove, change, view }: RequestParts) {
  const now = (): string => clock.now().toISOString();

  function capture(
    context: CommandContext,
    paymentId: PaymentId,
    { ifVersion, ...request }: CaptureRequest,
  ): Promise<Outcome> {
    const captureId = ids.derivedCommandId(context.commandId, 'capture');
    const decide = (payment: Payment) => capturePayment({ captureId, ...request, at: now() }, payment);
    return change(
      context,
      paymentId,
      captureId,
      onPayment({ paymentId, operationId: captureId, ifVersion }, decide, view),
    );
  }

  /** `void` is a word of the language. */
  function voidIt(
    context: CommandContext,
    paymentId: PaymentId,
    { ifVersion, ...request }: VoidRequest,
  ): Promise<Outcome> {
    const voidId = ids.derivedCommandId(context.commandId, 'void');
    const decide = (payment: Payment) => voidPayment({ voidId, ...request, at: now() }, payment);
    return change(
      context,
      paymentId,
      voidId,
      onPayment({ paymentId, operationId: voidId, ifVersion }, decide, view),
    );
  }

  /** Above the limit of its currency it is asked for only; what the service itself gives back needs nobody's leave. */
  async function refund(
    context: CommandContext,
    paymentId: PaymentId,
    { isAutomatic = false, ifVersion, ...request }: RefundRequest,
  ): Promise<Outcome> {
    const { refundId } = request;
    return onBoth(context, { paymentId, operationId: refundId, ifVersion }, (payment, order) => {
      const { currency } = payment.amount;
      const approvalAbove = isAutomatic
        ? undefined
        : refundApprovalAbove.find((limit) => limit.currency === currency);
      const requestedBy = isAutomatic ? 'system:checkout' : context.actor;
      const ofExcess = isAutomatic && request.overrules !== true;
      const asked = { ...request, requestedBy, ofExcess, ...(approvalAbove && { approvalAbove }), at: now() };
      return isRequested(payment, refundId) ? NOTHING : decideRefund(asked, payment, order);
    });
  }

  /** By somebody else than asked for it; with that it is a refund like any other. */
  const approve = (
    context: CommandContext,
    paymentId: PaymentId,
    { refundId, alsoKnownAs, ifVersion }: OnRefund & { readonly alsoKnownAs: readonly string[] },
  ): Promise<Outcome> =>
    onBoth(context, { paymentId, operationId: refundId, ifVersion }, (payment, order) =>
      decideApproval({ refundId, approvedBy: context.actor, alsoKnownAs, at: now() }, payment, order),
    );

  /** Decides on the payment and its order at once. */
  async function onBoth(
    context: CommandContext,
    { paymentId, operationId, ifVersion }: OnVersion & OperationOf,
    decide: (
      payment: StartedPayment,
      order: PlacedOrder,
    ) => Result<OnBoth, PaymentRejection | OrderRejection>,
  ): Promise<Outcome> {
    const { state } = await loadAggregate(log, context.tenantId, paymentAggregate, paymentId);
    if (state.status === 'absent') return err({ code: 'payment-not-found' });
    const { orderId } = state;
    return change(context, paymentId, operationId, (inner) => ({
      context: inner,
      reads: [paymentId, orderId],
      decide: (history) => {
        const payment = history.of(paymentAggregate, paymentId);
        const order = history.of(orderAggregate, orderId);
        invariant(payment.state.status !== 'absent' && order.state.status !== 'absent', 'both exist');
        const decided = decide(payment.state, order.state);
        if (decided.ok && decided.value.onPayment.length === 0) return ok({ appends: [], answer: null });
        const mismatch = mismatchOf(payment, ifVersion);
        if (mismatch) return err(mismatch);
        if (!decided.ok) return decided;
        const { onPayment: events, onOrder } = decided.value;
        const after = events.reduce<Payment>(paymentAggregate.evolve, payment.state);
        invariant(after.status !== 'absent', 'a changed payment exists');
        return ok({
          appends: [
            append(paymentAggregate, paymentId, payment.version, events),
            append(orderAggregate, orderId, order.version, onOrder),
          ],
          answer: view(after, payment.version + events.length),
        });
      },
    }));
  }

  return { capture, void: voidIt, refund, approve };
}

type OperationOf = { readonly paymentId: PaymentId; readonly operationId: string };

const NOTHING = ok<OnBoth>({ onPayment: [], onOrder: [] });

const isRequested = (payment: StartedPayment, operationId: string): boolean =>
  operationsOf(payment).some(({ operation }) => operation.operationId === operationId) ||
  payment.approvals.some(({ refundId }) => refundId === operationId);

/** A repeated request decides nothing: what was answered then is stored with it, and given again. */
const again = (payment: StartedPayment, version: number, view: View) =>
  ok({ appends: [], answer: view(payment, version) });

/** Decides on the payment alone. */
export const onPayment =
  (
    { paymentId, operationId, ifVersion }: OnVersion & Pick<OperationOf, 'paymentId'> & Partial<OperationOf>,
    decide: (payment: Payment) => Result<readonly PaymentEvent[], PaymentRejection>,
    view: View = viewPayment,
  ) =>
  (context: CommandContext): CommandRequest<PaymentRejection | VersionMismatch> => ({
    context,
    reads: [paymentId],
    decide: (history) => {
      const before = history.of(paymentAggregate, paymentId);
      if (before.state.status === 'absent') return err({ code: 'payment-not-found' });
      if (operationId !== undefined && isRequested(before.state, operationId))
        return again(before.state, before.version, view);
      const mismatch = mismatchOf(before, ifVersion);
      if (mismatch) return err(mismatch);
      const events = decide(before.state);
      if (!events.ok) return events;
      const after = events.value.reduce(paymentAggregate.evolve, before.state);
      invariant(after.status !== 'absent', 'a changed payment exists');
      return ok({
        appends: [append(paymentAggregate, paymentId, before.version, events.value)],
        answer: view(after, before.version + events.value.length),
      });
    },
  });
