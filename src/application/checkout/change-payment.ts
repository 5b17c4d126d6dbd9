import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import { refundableAmount, type StartedPayment } from '../../domain/payments/payment.ts';
import { lapseApprovals, rejectRefund } from '../../domain/payments/refund-approval.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import type { Money } from '../../domain/shared/money.ts';
import { ok } from '../../domain/shared/result.ts';
import type { ExecuteCommand } from '../execute-command.ts';
import { loadAggregate } from '../load-aggregates.ts';
import { viewMoney, type MoneyView } from '../money-view.ts';
import type { Clock, CommandContext, EventLog, Ids } from '../ports.ts';
import type { PaymentOperations } from '../payments/payment-operations.ts';
import { viewPayment, type PaymentView } from '../payments/payment-view.ts';
import {
  onPayment,
  paymentRequests,
  type OnRefund,
  type Outcome,
  type RequestParts,
} from './payment-requests.ts';

export type ChangePaymentPorts = {
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly operations: PaymentOperations;
  readonly ids: Ids;
  readonly clock: Clock;
  /** One a currency: what may go back of a payment without a second person. A currency without one: all of it. */
  readonly refundApprovalAbove?: readonly Money[];
};

export type ChangePayment = ReturnType<typeof paymentChanger>;

/** Captures, voids and refunds: each is committed to before the provider is called, and may be repeated. */
export function paymentChanger(ports: ChangePaymentPorts) {
  const { log, execute, operations, ids, clock, refundApprovalAbove = [] } = ports;
  const now = (): string => clock.now().toISOString();

  const change: RequestParts['change'] = async (context, paymentId, operationId, request) => {
    // The command's own id is kept for the answer that ends it, so that repeating it gives that answer.
    const commandId = ids.derivedCommandId(context.commandId, 'request');
    const requested = await execute(request({ ...context, commandId }));
    if (!requested.ok) return requested;
    const { replayed, answer } = requested.value;
    if (answer === null) return current(log, context, paymentId);
    if (isAwaitingApproval(answer as PaymentView, operationId)) return requested;
    const stored = replayed ? await log.findCommand(paymentId, context.commandId) : undefined;
    if (stored) return ok({ answer: stored.answer, replayed });
    const settled = replayed
      ? await operations.sync(context, paymentId, 'repeated request')
      : await operations.carryOut(context, paymentId, operationId, { isFirstCall: true });
    return settled.ok ? ok({ ...settled.value, replayed }) : settled;
  };

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

  return {
    ...paymentRequests({ log, ids, clock, refundApprovalAbove, change, view: viewPayment }),
    ...{ reject, lapse },
  };
}

/** The payment as it would be, and what could still be given back of it then. */
export type RehearsedPayment = PaymentView & { readonly refundable: MoneyView };
export type RehearsePayment = ReturnType<typeof paymentRehearser>;

const viewRehearsed = (payment: StartedPayment, version: number): RehearsedPayment => ({
  ...viewPayment(payment, version),
  refundable: viewMoney(refundableAmount(payment)),
});

/** The same requests decided as they would be now, and not carried out: no provider hears of them. */
export function paymentRehearser({
  rehearse,
  refundApprovalAbove = [],
  ...ports
}: Omit<ChangePaymentPorts, 'execute' | 'operations'> & { readonly rehearse: ExecuteCommand }) {
  const change: RequestParts['change'] = (context, _paymentId, _operationId, request) =>
    rehearse(request(context));
  const requests = paymentRequests({ ...ports, refundApprovalAbove, change, view: viewRehearsed });
  return { capture: requests.capture, void: requests.void, refund: requests.refund };
}

/** What somebody else decided before, as it stands. */
async function current(log: EventLog, context: CommandContext, paymentId: PaymentId): Promise<Outcome> {
  const { state, version } = await loadAggregate(log, context.tenantId, paymentAggregate, paymentId);
  invariant(state.status !== 'absent', 'a changed payment exists');
  return ok({ answer: viewPayment(state, version), replayed: false });
}

/** No provider is to hear of it yet. */
const isAwaitingApproval = ({ refunds }: PaymentView, operationId: string): boolean =>
  refunds.some(({ refundId, status }) => refundId === operationId && status === 'AwaitingApproval');
