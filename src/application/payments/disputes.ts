import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { PaymentRejection } from '../../domain/payments/payment-commands.ts';
import { attemptOf, type Dispute, type StartedPayment } from '../../domain/payments/payment.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
import { err, type Result } from '../../domain/shared/result.ts';
import type { CommandRefusal, Executed } from '../execute-command.ts';
import { loadAggregate } from '../load-aggregates.ts';
import type { CommandContext, EventLog } from '../ports.ts';
import type { DisputeRequest, PaymentProvider, PaymentRouting } from '../provider-ports.ts';
import type { PaymentOperations } from './payment-operations.ts';

export type DisputeRejection =
  | PaymentRejection
  | CommandRefusal
  | { readonly code: 'dispute-not-found' }
  | { readonly code: 'dispute-not-open'; readonly status: Dispute['status'] }
  | { readonly code: 'provider-unavailable' };

export type DisputePorts = {
  readonly log: EventLog;
  readonly routing: PaymentRouting;
  readonly operations: Pick<PaymentOperations, 'sync'>;
  readonly onProviderFault: (fault: unknown, paymentId: PaymentId) => void;
};

export type AnswerDispute = ReturnType<typeof disputeAnswerer>;
type Outcome = Promise<Result<Executed, DisputeRejection>>;

/**
 * Answers disputes at the provider, which alone knows what becomes of them: it is asked right after, and what it says is
 * written down. Repeating an answer is safe; what was accepted already stays so.
 */
export function disputeAnswerer({ log, routing, operations, onProviderFault }: DisputePorts) {
  async function answer(
    context: CommandContext,
    { paymentId, disputeId }: { readonly paymentId: PaymentId; readonly disputeId: string },
    isAnswerable: (status: Dispute['status']) => boolean,
    tell: (provider: PaymentProvider, request: DisputeRequest) => Promise<void>,
  ): Outcome {
    const { state: payment } = await loadAggregate(log, context.tenantId, paymentAggregate, paymentId);
    const dispute = payment.status === 'absent' ? undefined : disputeOf(payment, disputeId);
    if (payment.status === 'absent' || !dispute) return err({ code: 'dispute-not-found' });
    const { provider, providerRef } = attemptOf(payment);
    const { status } = dispute;
    if (!isAnswerable(status) || providerRef === undefined) return err({ code: 'dispute-not-open', status });
    if (status !== 'lost') {
      try {
        await tell(routing.provider(provider), { paymentId, providerRef, disputeId });
      } catch (fault) {
        onProviderFault(fault, paymentId);
        return err({ code: 'provider-unavailable' });
      }
    }
    return operations.sync(context, paymentId, `operator:${context.actor}`);
  }

  return {
    accept: (
      context: CommandContext,
      dispute: { readonly paymentId: PaymentId; readonly disputeId: string },
    ): Outcome =>
      answer(
        context,
        dispute,
        (status) => status !== 'won',
        (provider, request) => provider.acceptDispute(request),
      ),
    submitEvidence: (
      context: CommandContext,
      {
        evidence,
        ...dispute
      }: { readonly paymentId: PaymentId; readonly disputeId: string; readonly evidence: string },
    ): Outcome =>
      answer(
        context,
        dispute,
        (status) => status === 'open',
        (provider, request) => provider.submitEvidence({ ...request, evidence }),
      ),
  };
}

const disputeOf = ({ disputes }: StartedPayment, disputeId: string): Dispute | undefined =>
  disputes.find((dispute) => dispute.disputeId === disputeId);
