import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import type { OrderRejection } from '../../domain/orders/order-rejection.ts';
import { planRefund, priceOfLines } from '../../domain/orders/order-refunds.ts';
import type { LineQuantity } from '../../domain/orders/order-events.ts';
import {
  capturePayment,
  requestRefund,
  voidPayment,
  type PaymentRejection,
} from '../../domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { PaymentEvent } from '../../domain/payments/payment-events.ts';
import { operationsOf, type Payment, type StartedPayment } from '../../domain/payments/payment.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { sumMoney, type Money } from '../../domain/shared/money.ts';
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
import { viewPayment } from '../payments/payment-view.ts';

export type ChangePaymentPorts = {
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly operations: PaymentOperations;
  readonly ids: Ids;
  readonly clock: Clock;
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
};

export type ChangePaymentRejection = PaymentRejection | OrderRejection | CommandRefusal;
export type ChangePayment = ReturnType<typeof paymentChanger>;

type Outcome = Result<Executed, ChangePaymentRejection>;

/** Captures, voids and refunds: each is committed to before the provider is called, and may be repeated. */
export function paymentChanger({ log, execute, operations, ids, clock }: ChangePaymentPorts) {
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
    const { replayed } = requested.value;
    const stored = replayed ? await log.findCommand(paymentId, context.commandId) : undefined;
    if (stored) return ok({ answer: stored.answer, replayed });
    const settled = replayed
      ? await operations.sync(context, paymentId, 'repeated request')
      : await operations.carryOut(context, paymentId, operationId, { isFirstCall: true });
    return settled.ok ? ok({ ...settled.value, replayed }) : settled;
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

  /** Decides on the payment and its order at once: neither money nor lines go back twice. */
  async function refund(
    context: CommandContext,
    paymentId: PaymentId,
    { refundId, amount, lines, reason, ifVersion }: RefundRequest,
  ): Promise<Outcome> {
    const { state } = await loadAggregate(log, context.tenantId, paymentAggregate, paymentId);
    if (state.status === 'absent') return err({ code: 'payment-not-found' });
    const { orderId } = state;
    return change(context, paymentId, refundId, (inner) => ({
      context: inner,
      reads: [paymentId, orderId],
      decide: (history) => {
        const payment = history.of(paymentAggregate, paymentId);
        const order = history.of(orderAggregate, orderId);
        invariant(payment.state.status !== 'absent' && order.state.status !== 'absent', 'both exist');
        if (isRequested(payment.state, refundId)) return again(payment.state, payment.version);
        const mismatch = mismatchOf(payment, ifVersion);
        if (mismatch) return err(mismatch);
        const priced = lines ? priceOfLines(lines, order.state) : ok([]);
        if (!priced.ok) return priced;
        const at = now();
        const { currency } = payment.state.amount;
        const asked = lines
          ? sumMoney(
              currency,
              priced.value.map((line) => line.amount),
            )
          : amount;
        const command = { refundId, ...(asked && { amount: asked }), lines: priced.value, reason, at };
        const events = requestRefund(command, payment.state);
        if (!events.ok) return events;
        const [{ amount: decided }] = events.value;
        const plan = { refundId, paymentId, amount: decided, lines: priced.value, at };
        const after = events.value.reduce(paymentAggregate.evolve, payment.state as Payment);
        invariant(after.status !== 'absent', 'a changed payment exists');
        return ok({
          appends: [
            append(paymentAggregate, paymentId, payment.version, events.value),
            append(orderAggregate, orderId, order.version, [planRefund(plan, order.state)]),
          ],
          answer: viewPayment(after, payment.version + events.value.length),
        });
      },
    }));
  }

  return { capture, void: voidIt, refund };
}

type OperationOf = { readonly paymentId: PaymentId; readonly operationId: string };

const isRequested = (payment: StartedPayment, operationId: string): boolean =>
  operationsOf(payment).some(({ operation }) => operation.operationId === operationId);

/** A repeated request decides nothing: what was answered then is stored with it, and given again. */
const again = (payment: StartedPayment, version: number) =>
  ok({ appends: [], answer: viewPayment(payment, version) });

/** Decides on the payment alone. */
const onPayment =
  (
    { paymentId, operationId, ifVersion }: OnVersion & OperationOf,
    decide: (payment: Payment) => Result<readonly PaymentEvent[], PaymentRejection>,
  ) =>
  (context: CommandContext): CommandRequest<PaymentRejection | VersionMismatch> => ({
    context,
    reads: [paymentId],
    decide: (history) => {
      const before = history.of(paymentAggregate, paymentId);
      if (before.state.status === 'absent') return err({ code: 'payment-not-found' });
      if (isRequested(before.state, operationId)) return again(before.state, before.version);
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
