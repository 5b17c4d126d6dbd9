import { assertNever, invariant } from '../shared/invariant.ts';
import type { PaymentEventOf } from './payment-events.ts';
import type { Refund, RefundApproval, StartedPayment } from './payment.ts';

export function evolveRefund(
  payment: StartedPayment,
  event: PaymentEventOf<'RefundRequested' | 'RefundSucceeded' | 'RefundFailed'>,
): StartedPayment {
  const { refundId: operationId, amount, at } = event;
  switch (event.type) {
    case 'RefundRequested': {
      const { lines, reason } = event;
      const refund: Refund = { operationId, outcome: 'requested', requestedAt: at, amount, lines, reason };
      return { ...payment, refunds: [...payment.refunds, refund] };
    }
    case 'RefundSucceeded':
      return withRefund(payment, operationId, { outcome: 'succeeded', amount });
    case 'RefundFailed':
      return withRefund(payment, operationId, { outcome: 'declined', code: event.code });
    default:
      return assertNever(event);
  }
}

function withRefund(payment: StartedPayment, id: string, change: Partial<Refund>): StartedPayment {
  const { refunds } = payment;
  invariant(
    refunds.some(({ operationId }) => operationId === id),
    'an outcome follows its refund',
  );
  return {
    ...payment,
    refunds: refunds.map((one) => (one.operationId === id ? { ...one, ...change } : one)),
  };
}

export function evolveApproval(
  payment: StartedPayment,
  event: PaymentEventOf<
    'RefundApprovalRequested' | 'RefundApproved' | 'RefundRejected' | 'RefundApprovalLapsed'
  >,
): StartedPayment {
  const { refundId, at: decidedAt } = event;
  switch (event.type) {
    case 'RefundApprovalRequested': {
      const { type: _, at: requestedAt, ...facts } = event;
      const approval: RefundApproval = { ...facts, status: 'awaiting', requestedAt };
      return { ...payment, approvals: [...payment.approvals, approval] };
    }
    case 'RefundApproved':
      return decided(payment, refundId, { status: 'approved', decidedBy: event.approvedBy, decidedAt });
    case 'RefundRejected': {
      const { rejectedBy: decidedBy, reason: rejectionReason } = event;
      return decided(payment, refundId, { status: 'rejected', decidedBy, decidedAt, rejectionReason });
    }
    case 'RefundApprovalLapsed':
      return decided(payment, refundId, { status: 'lapsed', decidedAt });
    default:
      return assertNever(event);
  }
}

function decided(payment: StartedPayment, id: string, change: Partial<RefundApproval>): StartedPayment {
  const { approvals } = payment;
  invariant(
    approvals.some(({ refundId, status }) => refundId === id && status === 'awaiting'),
    'what is decided awaits approval',
  );
  return {
    ...payment,
    approvals: approvals.map((one) => (one.refundId === id ? { ...one, ...change } : one)),
  };
}
