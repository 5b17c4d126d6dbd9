import {
  isOpen,
  type Operation,
  type Refund,
  type RefundApproval,
  type StartedPayment,
} from '../../domain/payments/payment.ts';
import { lapsesAt } from '../../domain/payments/refund-approval.ts';
import { viewMoney } from '../money-view.ts';

export type RefundView = ReturnType<typeof viewAsked> &
  Partial<ReturnType<typeof viewApproval>> & {
    readonly status: keyof typeof REFUND_STATUSES;
    readonly error?: { readonly code: string };
  };

/** With what each says. */
export const REFUND_STATUSES = {
  AwaitingApproval: 'a second person has to approve of it',
  Pending: 'the provider has not said yet what became of it',
  Succeeded: 'the money went back',
  Failed: 'it did not',
  Rejected: 'somebody refused to approve of it',
  Lapsed: 'nobody decided in time',
} as const;

const WITHOUT_REFUND = { awaiting: 'AwaitingApproval', rejected: 'Rejected', lapsed: 'Lapsed' } as const;

/** In the order in which they were asked for, those included that were not approved of. */
export function viewRefunds({ refunds, approvals }: StartedPayment): RefundView[] {
  const made = refunds.map((refund) => {
    const { operationId: refundId, code } = refund;
    const approval = approvals.find((one) => one.refundId === refundId);
    return {
      ...viewAsked({ ...refund, refundId, requestedAt: (approval ?? refund).requestedAt }),
      status: stageOf(refund),
      ...(approval && viewApproval(approval)),
      ...(code === undefined ? {} : { error: { code } }),
    };
  });
  const others = approvals.flatMap((approval) =>
    approval.status === 'approved'
      ? []
      : [{ ...viewAsked(approval), status: WITHOUT_REFUND[approval.status], ...viewApproval(approval) }],
  );
  return [...made, ...others].toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

type Asked = Pick<Refund, 'amount' | 'lines' | 'reason' | 'requestedAt'> & { readonly refundId: string };

const viewAsked = ({ refundId, amount, lines, reason, requestedAt }: Asked) => ({
  refundId,
  amount: viewMoney(amount),
  items: lines.map((line) => ({ ...line, amount: viewMoney(line.amount) })),
  reason,
  createdAt: requestedAt,
});

const viewApproval = (approval: RefundApproval) => ({
  requestedBy: approval.requestedBy,
  ...(approval.status === 'awaiting' && { lapsesAt: lapsesAt(approval) }),
  ...(approval.decidedBy !== undefined && { decidedBy: approval.decidedBy }),
  ...(approval.decidedAt !== undefined && { decidedAt: approval.decidedAt }),
  ...(approval.rejectionReason !== undefined && { rejectionReason: approval.rejectionReason }),
});

export function stageOf(operation: Operation): 'Pending' | 'Succeeded' | 'Failed' {
  if (isOpen(operation)) return 'Pending';
  return operation.outcome === 'succeeded' ? 'Succeeded' : 'Failed';
}
