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
import { lapseApprovals, rejectRefund } from '../../domain/payments/refund-approval.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
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
import { loadAggregate } from '../load-aggregates.ts';
import type { Clock, CommandContext, EventLog, Ids } from '../ports.ts';
import type { PaymentOperations } from '../payments/payment-operations.ts';
import { viewPayment, type PaymentView } from '../payments/payment-view.ts';

export type ChangePaymentPorts = {
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly operations: PaymentOperations;
  readonly ids: Ids;
  readonly clock: Clock;
  /** One a currency: what may go back of a payment without a second person. A currency without one: all of it. */
  readonly refundApprovalAbove?: readonly Money[];
};

/** Of the payment: refused if it has another. */
type OnVersion = { readonly ifVersion?: number | undefined };

export type CaptureRequest = OnVersion & { readonly amount?: Money; readonly final?: boolean };
export type VoidRequest = OnVersion & { readonly reason: string; readonly remainder?: boolean };
export type RefundRequest = OnVersion & {
  readonly refundId: string;
  /** Neither amount nor lines: all that can still be given back. */
  readonly amount?: Money;
  readonly lines?: readonly LineQuantity[];
  readonly reason: string;
  /** Decided by the service itself, because of the state of the order. */
  readonly isAutomatic?: boolean;
  /** It takes the place of what awaits approval. */
  readonly overrules?: boolean;
};
/** Which refund an approval is about. */
type OnRefund = OnVersion & { readonly refundId: string };

export type ChangePaymentRejection = PaymentRejection | OrderRejection | CommandRefusal;
export type ChangePayment = ReturnType<typeof paymentChanger>;

type Outcome = Result<Executed, ChangePaymentRejection>;

/** Captures, voids and refunds: each is committed to before the provider is called, and may be repeated. */
export function paymentChanger(ports: ChangePaymentPorts) {
  const { log, execute, operations, ids, clock, refundApprovalAbove = [] } = ports;
  const now = (): string => clock.now().toISOString();

  async function change(
    context: CommandContext,
    paymentId: PaymentId,
    operationId: string,
    request: (context: CommandContext) => CommandRequest<PaymentRejection | OrderRejection | VersionMismatch>,
  ): Promise<Outcome> {
    // The command's own id is kept for the answer that ends it, so that repeating it gives that answer.
    const commandId = ids.derivedCommandId(context.commandId, 'request');
    const requested = await execute(request({ ...context, commandId }));
    if (!requested.ok) return requested;
    const { replayed, answer } = requested.value;
    if (answer === null) return current(context, paymentId);
    if (isAwaitingApproval(answer as PaymentView, operationId)) return requested;
    const stored = replayed ? await log.findCommand(paymentId, context.commandId) : undefined;
    if (stored) return ok({ answer: stored.answer, replayed });
    const settled = replayed
      ? await operations.sync(context, paymentId, 'repeated request')
      : await operations.carryOut(context, paymentId, operationId, { isFirstCall: true });
    return settled.ok ? ok({ ...settled.value, replayed }) : settled;
  }

  /** What somebody else decided before, as it stands. */
  async function current(context: CommandContext, paymentId: PaymentId): Promise<Outcome> {
    const { state, version } = await loadAggregate(log, context.tenantId, paymentAggregate, paymentId);
    invariant(state.status !== 'absent', 'a changed payment exists');
    return ok({ answer: viewPayment(state, version), replayed: false });
  }

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
      onPayment({ paymentId, operationId: captureId, ifVersion }, decide),
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
      onPayment({ paymentId, operationId: voidId, ifVersion }, decide),
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

  const reject = (
    context: CommandContext,
    paymentId: PaymentId,
    { ifVersion, ...request }: OnRefund & { readonly reason: string },
  ): Promise<Outcome> =>
    execute(
      onPayment({ paymentId, ifVersion }, (payment) =>
        rejectRefund({ ...request, rejectedBy: context.actor, at: now() }, payment),
      )(context),
    );

  /** What nobody decided on in time gives its money back to those who come after. */
  const lapse = (context: CommandContext, paymentId: PaymentId): Promise<Outcome> =>
    execute(
      onPayment({ paymentId }, (payment) =>
        ok(payment.status === 'absent' ? [] : lapseApprovals(payment, now())),
      )(context),
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
          answer: viewPayment(after, payment.version + events.length),
        });
      },
    }));
  }

  return { capture, void: voidIt, refund, approve, reject, lapse };
}

type OperationOf = { readonly paymentId: PaymentId; readonly operationId: string };

const NOTHING = ok<OnBoth>({ onPayment: [], onOrder: [] });

const isRequested = (payment: StartedPayment, operationId: string): boolean =>
  operationsOf(payment).some(({ operation }) => operation.operationId === operationId) ||
  payment.approvals.some(({ refundId }) => refundId === operationId);

/** No provider is to hear of it yet. */
const isAwaitingApproval = ({ refunds }: PaymentView, operationId: string): boolean =>
  refunds.some(({ refundId, status }) => refundId === operationId && status === 'AwaitingApproval');

/** A repeated request decides nothing: what was answered then is stored with it, and given again. */
const again = (payment: StartedPayment, version: number) =>
  ok({ appends: [], answer: viewPayment(payment, version) });

/** Decides on the payment alone. */
const onPayment =
  (
    { paymentId, operationId, ifVersion }: OnVersion & Pick<OperationOf, 'paymentId'> & Partial<OperationOf>,
    decide: (payment: Payment) => Result<readonly PaymentEvent[], PaymentRejection>,
  ) =>
  (context: CommandContext): CommandRequest<PaymentRejection | VersionMismatch> => ({
    context,
    reads: [paymentId],
    decide: (history) => {
      const before = history.of(paymentAggregate, paymentId);
      if (before.state.status === 'absent') return err({ code: 'payment-not-found' });
      if (operationId !== undefined && isRequested(before.state, operationId))
        return again(before.state, before.version);
      const mismatch = mismatchOf(before, ifVersion);
      if (mismatch) return err(mismatch);
      const events = decide(before.state);
      if (!events.ok) return events;
      const after = events.value.reduce(paymentAggregate.evolve, before.state);
      invariant(after.status !== 'absent', 'a changed payment exists');
      return ok({
        appends: [append(paymentAggregate, paymentId, before.version, events.value)],
        answer: viewPayment(after, before.version + events.value.length),
      });
    },
  });
