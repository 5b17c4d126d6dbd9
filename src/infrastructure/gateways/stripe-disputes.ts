import { createHash } from 'node:crypto';
import type { Stripe } from 'stripe';
import type { PaymentProvider } from '../../application/provider-ports.ts';
import { answered, asked, StripeFault, type Refusal } from './stripe-failure.ts';

const CLOSED: readonly string[] = ['won', 'lost', 'prevented', 'warning_closed'];

export function stripeDisputes(stripe: Stripe): Pick<PaymentProvider, 'acceptDispute' | 'submitEvidence'> {
  /** To close what is closed is refused there, and nothing to us. */
  async function requireClosed(disputeId: string, { code }: Refusal): Promise<void> {
    const { status } = await answered(() => stripe.disputes.retrieve(disputeId));
    if (!CLOSED.includes(status))
      throw new StripeFault(`Stripe refused: ${code}, and ${disputeId} is ${status}`);
  }

  return {
    acceptDispute: async ({ disputeId }) => {
      const idempotencyKey = `${disputeId}:close`;
      const closed = await asked(() => stripe.disputes.close(disputeId, {}, { idempotencyKey }));
      if (!closed.ok) await requireClosed(disputeId, closed.error);
    },
    submitEvidence: async ({ disputeId, evidence }) => {
      // Other evidence is another request: Stripe refuses a key that comes with something else than before.
      const digest = createHash('sha256').update(evidence).digest('hex');
      const idempotencyKey = `${disputeId}:evidence:${digest}`;
      const update = { evidence: { uncategorized_text: evidence }, submit: true };
      const sent = await asked(() => stripe.disputes.update(disputeId, update, { idempotencyKey }));
      if (!sent.ok) await requireClosed(disputeId, sent.error);
    },
  };
}
