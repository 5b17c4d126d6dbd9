import { claimPayment, orderAggregate, type OrderRejection } from '../../domain/orders/order.ts';
import type { PaymentMethod } from '../../domain/payments/payment-events.ts';
import {
  initiatePayment,
  paymentAggregate,
  recordOutcome,
  type OperationOutcome,
  type PaymentRejection,
  type StartedPayment,
} from '../../domain/payments/payment.ts';
import { fold } from '../../domain/shared/aggregate.ts';
import type { OrderId, PaymentId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import type { Money } from '../../domain/shared/money.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import {
  append,
  type CommandRefusal,
  type CommandRequest,
  type ExecuteCommand,
  type Executed,
} from '../execute-command.ts';
import { loadAggregate } from '../load-aggregates.ts';
import { viewPayment } from '../payments/payment-view.ts';
import type { Clock, CommandContext, EventLog, Ids, PaymentGateway } from '../ports.ts';
import type { ApplyOutcome } from './apply-outcome.ts';

export type PaymentRequest = {
  readonly paymentId: PaymentId;
  readonly orderId: OrderId;
  /** Absent: all that is due. */
  readonly amount?: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentToken: string;
};

export type TakePaymentRejection = OrderRejection | PaymentRejection | CommandRefusal;
export type TakePayment = ReturnType<typeof paymentTaker>;

export type PaymentTakerPorts = {
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly applyOutcome: ApplyOutcome;
  readonly gateway: PaymentGateway;
  readonly ids: Ids;
  readonly clock: Clock;
  /** For the service's own log: the provider's words may quote a token and have no place among the events. */
  readonly onProviderFault: (fault: unknown, paymentId: PaymentId) => void;
};

const CLAIM_REFUSALS: ReadonlySet<string> = new Set(['payment-already-claimed', 'payment-exceeds-due']);

/**
 * Claims the money on the order and commits to the attempt in one unit, calls the provider, writes down what it said.
 * Each step may be repeated: a crash anywhere between them is mended by the same request again, or by `settle`.
 */
export function paymentTaker(ports: PaymentTakerPorts) {
  const { log, execute, applyOutcome, gateway, ids, clock, onProviderFault } = ports;
  type Outcome = Result<Executed, TakePaymentRejection>;

  async function takePayment(context: CommandContext, request: PaymentRequest): Promise<Outcome> {
    const initiated = await initiate(context, request);
    if (!initiated.ok) return initiated;
    const { replayed } = initiated.value;
    if (replayed) {
      const stored = await log.findCommand(request.paymentId, context.commandId);
      if (stored) return ok({ answer: stored.answer, replayed });
    }
    const settled = await conclude(context, request.paymentId, { isFirstCall: !replayed });
    return settled.ok ? ok({ ...settled.value, replayed }) : settled;
  }

  async function initiate(context: CommandContext, request: PaymentRequest): Promise<Outcome> {
    // The order is named in the body, not in what the id is derived from: another order may lie on another shard.
    const used = await log.findCommandElsewhere(request.orderId, initiation(context).commandId);
    if (used) return err({ code: 'idempotency-key-reused' });
    const attempt = () => execute(initiateRequest(initiation(context), request));
    const first = await attempt();
    if (first.ok || !CLAIM_REFUSALS.has(first.error.code)) return first;
    // A declined payment gives its claim back when `checkout` hears of it; a customer who tries the next card at once
    // must not be told to wait for that.
    await applyKnownOutcomes(context, request.orderId);
    return attempt();
  }

  async function applyKnownOutcomes(context: CommandContext, orderId: OrderId): Promise<void> {
    const { state: order } = await loadAggregate(log, context.tenantId, orderAggregate, orderId);
    if (order.status === 'absent') return;
    // One after another: they change the same stream, so side by side all but one would meet a conflict each time.
    for (const { paymentId } of order.payments.filter((payment) => payment.status === 'Pending')) {
      const commandId = ids.derivedCommandId(context.commandId, 'checkout', paymentId);
      await applyOutcome({ ...context, commandId, fingerprint: commandId }, orderId, paymentId);
    }
  }

  /** Brings a payment that was begun to its end, as far as the provider can tell; does nothing to a final one. */
  const settle = (context: CommandContext, paymentId: PaymentId): Promise<Outcome> =>
    conclude(context, paymentId, { isFirstCall: false });

  async function conclude(
    context: CommandContext,
    paymentId: PaymentId,
    { isFirstCall }: { isFirstCall: boolean },
  ): Promise<Outcome> {
    const { state: payment, version } = await loadAggregate(
      log,
      context.tenantId,
      paymentAggregate,
      paymentId,
    );
    if (payment.status === 'absent') return err({ code: 'payment-not-found' });
    if (payment.status !== 'Pending') return ok({ answer: viewPayment(payment, version), replayed: false });

    const said = await charge(payment);
    // That this call was not sent is no evidence about an earlier one, before a crash perhaps: money may have moved.
    const outcome: OperationOutcome =
      said.kind === 'not_sent' && !isFirstCall ? { kind: 'unknown', reason: said.code } : said;
    const at = clock.now().toISOString();
    return execute({
      context: outcome.kind === 'unknown' ? openEnded(context) : context,
      reads: [paymentId],
      decide: (history) => {
        const before = history.of(paymentAggregate, paymentId);
        const events = recordOutcome({ outcome, at }, before.state);
        const after = events.reduce(paymentAggregate.evolve, before.state);
        invariant(after.status !== 'absent', 'a begun payment exists');
        return ok({
          appends: [append(paymentAggregate, paymentId, before.version, events)],
          answer: viewPayment(after, before.version + events.length),
        });
      },
    });
  }

  async function charge(payment: StartedPayment): Promise<OperationOutcome> {
    invariant(payment.attempt, 'an initiated payment has an attempt');
    const { paymentId, amount, paymentMethod, paymentToken } = payment;
    const { providerKey } = payment.attempt;
    try {
      return await gateway.charge({ providerKey, paymentId, amount, paymentMethod, paymentToken });
    } catch (fault) {
      // The call may have reached the provider, so this is not a failure: asking again under the same key tells.
      onProviderFault(fault, paymentId);
      return { kind: 'unknown', reason: fault instanceof Error ? fault.name : 'fault' };
    }
  }

  const initiateRequest = (
    context: CommandContext,
    request: PaymentRequest,
  ): CommandRequest<OrderRejection> => ({
    context,
    reads: [request.orderId],
    decide: (history) => {
      const { paymentId, orderId, paymentMethod, paymentToken } = request;
      const order = history.of(orderAggregate, orderId);
      const at = clock.now().toISOString();
      const claimed = claimPayment({ ...request, at }, order.state);
      if (!claimed.ok) return claimed;

      const [claim] = claimed.value;
      const { provider } = gateway;
      const events = initiatePayment({
        paymentId,
        orderId,
        amount: claim.amount,
        paymentMethod,
        paymentToken,
        provider,
        at,
      });
      const payment = fold(paymentAggregate, events);
      invariant(payment.status !== 'absent', 'an initiated payment exists');
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

  // An unknown outcome is no final answer: the request's command id stays free for the one to come.
  const openEnded = (context: CommandContext): CommandContext => ({
    ...context,
    commandId: ids.derivedCommandId(context.commandId, 'unknown'),
  });

  return { takePayment, settle };
}
