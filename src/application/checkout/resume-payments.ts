import type { PaymentId, TenantId } from '../../domain/shared/ids.ts';
import type { Ids } from '../ports.ts';
import type { TakePayment } from './take-payment.ts';

export type PendingPayment = { readonly tenantId: TenantId; readonly paymentId: PaymentId };

/**
 * Asks the provider again about payments whose outcome never came back: the process died between commit and call, or
 * the call itself failed. The provider's key is the same, so nothing is charged twice. Returns how many are final now.
 */
export async function resumePayments(
  pending: readonly PendingPayment[],
  settle: TakePayment['settle'],
  ids: Ids,
): Promise<number> {
  let settled = 0;
  for (const { tenantId, paymentId } of pending) {
    const commandId = ids.commandId();
    const done = await settle(
      {
        commandId,
        tenantId,
        fingerprint: commandId,
        correlationId: commandId,
        causationId: paymentId,
        actor: 'system:resume-payments',
      },
      paymentId,
    );
    if (done.ok && !isPending(done.value.answer)) settled++;
  }
  return settled;
}

const isPending = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'Pending';
