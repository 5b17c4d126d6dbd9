import { openOperations, refundedAmount, type StartedPayment } from '../../domain/payments/payment.ts';
import { viewMoney } from '../money-view.ts';
import { stageOf, viewRefunds } from './refund-view.ts';

/** A payment as every reader sees it. `isSuccessful` is null until it is final whether money was taken. */
export type PaymentView = ReturnType<typeof viewPayment>;

export function viewPayment(payment: StartedPayment, version: number) {
  const { paymentId, orderId, status, errorCode, nextAction, expiresAt } = payment;
  return {
    paymentId: paymentId as string,
    orderId: orderId as string,
    amount: viewMoney(payment.amount),
    paymentMethod: payment.paymentMethod,
    captureMethod: payment.captureMethod,
    status,
    isSuccessful: isSuccessful(payment),
    authorizedAmount: viewMoney(payment.authorizedAmount),
    capturedAmount: viewMoney(payment.capturedAmount),
    refundedAmount: viewMoney(refundedAmount(payment)),
    ...(errorCode === undefined ? {} : { error: { code: errorCode } }),
    ...(nextAction === undefined ? {} : { nextAction: { type: nextAction.type, url: nextAction.url } }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    captures: payment.captures.map((capture) => ({
      captureId: capture.operationId,
      amount: viewMoney(capture.amount),
      status: stageOf(capture),
      ...(capture.code === undefined ? {} : { error: { code: capture.code } }),
    })),
    refunds: viewRefunds(payment),
    disputes: payment.disputes.map(({ disputeId, amount, reason, status: stage, openedAt }) => ({
      disputeId,
      amount: viewMoney(amount),
      reason,
      status: stage,
      openedAt,
    })),
    inFlight: [...new Set(openOperations(payment).map(({ kind }) => kind))],
    version,
    createdAt: payment.createdAt,
    updatedAt: payment.updatedAt,
  };
}

function isSuccessful({ status }: StartedPayment): boolean | null {
  if (status === 'Completed' || status === 'PartiallyCaptured') return true;
  return status === 'Failed' || status === 'Voided' || status === 'Expired' ? false : null;
}
