import { addMoney, compareMoney } from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { PaymentRejection } from './payment-commands.ts';
import type { PaymentEventOf } from './payment-events.ts';
import {
  awaitingApproval,
  hasOpenDispute,
  refundableAmount,
  type Payment,
  type RefundApproval,
  type StartedPayment,
} from './payment.ts';

/** Long enough for a week with a holiday in it; what is reserved must not stay so for ever. */
const LAPSES_AFTER_MS = 7 * 86_400_000;

export const lapsesAt = ({ requestedAt }: Pick<RefundApproval, 'requestedAt'>): string =>
  new Date(Date.parse(requestedAt) + LAPSES_AFTER_MS).toISOString();

const isOver = (approval: RefundApproval, at: string): boolean =>
  Date.parse(lapsesAt(approval)) <= Date.parse(at);

export type ApproveRefund = {
  readonly refundId: string;
  readonly approvedBy: string;
  /** Other names of the same person. */
  readonly alsoKnownAs?: readonly string[];
  readonly at: string;
};
export type RejectRefund = {
  readonly refundId: string;
  readonly rejectedBy: string;
  readonly reason: string;
  readonly at: string;
};

type Approved = [PaymentEventOf<'RefundApproved'>, PaymentEventOf<'RefundRequested'>];

/** The refund is requested with it, unless things changed so that it could not be any more. Repeating changes nothing. */
export function approveRefund(
  { refundId, approvedBy, alsoKnownAs = [], at }: ApproveRefund,
  payment: Payment,
): Result<Approved | [], PaymentRejection> {
  const found = toDecide(payment, refundId, 'approved', at);
  if (!found.ok || found.value === 'done') return found.ok ? ok([]) : found;
  const { approval, started } = found.value;
  if ([approvedBy, ...alsoKnownAs].includes(approval.requestedBy))
    return err({ code: 'refund-approval-own' });
  const code = 'payment-not-refundable';
  if (hasOpenDispute(started)) return err({ code, why: 'disputed' });
  // A dispute that was lost meanwhile took what is reserved.
  const { amount, lines, reason } = approval;
  const left = addMoney(refundableAmount(started), amount);
  if (compareMoney(left, amount) < 0) return err({ code, why: 'less-left' });
  return ok([
    { type: 'RefundApproved', refundId, approvedBy, at },
    { type: 'RefundRequested', refundId, amount, lines, reason, at },
  ]);
}

/** Anybody may, who asked for it too: nothing leaves. Repeating it changes nothing. */
export function rejectRefund(
  { refundId, rejectedBy, reason, at }: RejectRefund,
  payment: Payment,
): Result<PaymentEventOf<'RefundRejected'>[], PaymentRejection> {
  const found = toDecide(payment, refundId, 'rejected', at);
  if (!found.ok) return found;
  return ok(found.value === 'done' ? [] : [{ type: 'RefundRejected', refundId, rejectedBy, reason, at }]);
}

type ToDecide = { readonly approval: RefundApproval; readonly started: StartedPayment };

function toDecide(
  payment: Payment,
  refundId: string,
  as: 'approved' | 'rejected',
  at: string,
): Result<ToDecide | 'done', PaymentRejection> {
  if (payment.status === 'absent') return err({ code: 'payment-not-found' });
  const code = 'refund-not-awaiting-approval';
  const approval = payment.approvals.find((one) => one.refundId === refundId);
  if (!approval) {
    const isKnown = payment.refunds.some(({ operationId }) => operationId === refundId);
    return err(isKnown ? { code, why: 'not-needed' } : { code: 'refund-not-found' });
  }
  const { status } = approval;
  if (status === as) return ok('done');
  if (status !== 'awaiting') return err({ code, why: status });
  // The clock decides, not the timer that writes it down a moment later.
  return isOver(approval, at) ? err({ code, why: 'lapsed' }) : ok({ approval, started: payment });
}

/** What nobody decided on in time. */
export const lapseApprovals = (
  payment: StartedPayment,
  at: string,
): PaymentEventOf<'RefundApprovalLapsed'>[] =>
  awaitingApproval(payment)
    .filter((approval) => isOver(approval, at))
    .map(({ refundId }) => ({ type: 'RefundApprovalLapsed', refundId, at }));

/** What is about to go back all the same, with all the rest, needs nobody's approval any more. */
export const overruleApprovals = (
  payment: StartedPayment,
  { by: rejectedBy, reason, at }: { readonly by: string; readonly reason: string; readonly at: string },
): PaymentEventOf<'RefundRejected'>[] =>
  awaitingApproval(payment).map(({ refundId }) => ({
    type: 'RefundRejected',
    refundId,
    rejectedBy,
    reason,
    at,
  }));
