import type { PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { LogOverloaded, LogUnavailable, type Ids } from '../ports.ts';
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
  const faults: unknown[] = [];
  let settled = 0;
  for (const payment of pending) {
    try {
      if (await isSettled(payment, settle, ids)) settled++;
    } catch (fault) {
      // Without the log none can be settled; but one that cannot be must not keep all behind it waiting for ever.
      if (fault instanceof LogUnavailable || fault instanceof LogOverloaded) throw fault;
      faults.push(fault);
    }
  }
  if (faults.length > 0)
    throw new AggregateError(
      faults,
      `${faults.length} of ${pending.length} pending payments failed to resume`,
    );
  return settled;
}

async function isSettled(
  { tenantId, paymentId }: PendingPayment,
  settle: TakePayment['settle'],
  ids: Ids,
): Promise<boolean> {
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
  return done.ok && !isPending(done.value.answer);
}

const isPending = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'Pending';
