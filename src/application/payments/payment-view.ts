import type { StartedPayment } from '../../domain/payments/payment.ts';
import { viewMoney } from '../money-view.ts';

/** A payment as every reader sees it. `isSuccessful` is null until the provider's answer is final. */
export type PaymentView = ReturnType<typeof viewPayment>;

export function viewPayment(payment: StartedPayment, version: number) {
  const { paymentId, orderId, status, errorCode } = payment;
  return {
    paymentId: paymentId as string,
    orderId: orderId as string,
    amount: viewMoney(payment.amount),
    paymentMethod: payment.paymentMethod,
    status,
    isSuccessful: status === 'Pending' ? null : status === 'Completed',
    authorizedAmount: viewMoney(payment.authorizedAmount),
    capturedAmount: viewMoney(payment.capturedAmount),
    ...(errorCode === undefined ? {} : { error: { code: errorCode } }),
    version,
    createdAt: payment.createdAt,
    updatedAt: payment.updatedAt,
  };
}
