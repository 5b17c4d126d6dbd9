import type { Schemas } from '@order-payments/client';
import { useParams } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer } from '../../ui/answer.tsx';
import { inWords, Status } from '../../ui/badge.tsx';
import { fact, Facts } from '../../ui/facts.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Page } from '../../ui/page.tsx';
import { DisputeActions } from './dispute-actions.tsx';

type Dispute = Schemas['Dispute'];

const MEANING: Readonly<Record<Dispute['status'], string>> = {
  open: 'The customer’s bank wants the money back. Say what speaks against it, or give it up.',
  under_review: 'The customer’s bank has the evidence and decides.',
  won: 'The money stays with you.',
  lost: 'The money went back to the customer for good.',
};

export default function DisputePage() {
  const { disputeId } = useParams<{ disputeId: string }>();
  const query = useAnswer(['dispute', disputeId], (signal) => service.getDispute({ disputeId }, { signal }), {
    isLive: true,
  });
  return (
    <Page
      title="Dispute"
      lead={<Identifier id={disputeId} />}
      actions={query.data?.disputeId === disputeId && <DisputeActions dispute={query.data} />}
    >
      <Answer query={query}>{(dispute) => <About dispute={dispute} />}</Answer>
    </Page>
  );
}

const About = ({ dispute }: { readonly dispute: Dispute }) => (
  <section className="card" aria-label="About the dispute">
    <Facts
      facts={[
        fact(
          'Status',
          <>
            <Status value={dispute.status} /> {MEANING[dispute.status]}
          </>,
        ),
        fact('Amount', <Money {...dispute.amount} />),
        fact('Fee', <Money {...dispute.fee} />),
        fact('Reason', inWords(dispute.reason)),
        fact('Payment', <Identifier id={dispute.paymentId} to={`/payments/${dispute.paymentId}`} />),
        fact('Order', <Identifier id={dispute.orderId} to={`/orders/${dispute.orderId}`} />),
        fact('Provider', inWords(dispute.provider)),
        fact('Opened', <Instant at={dispute.openedAt} />),
        fact('Changed', <Instant at={dispute.updatedAt} />),
      ]}
    />
  </section>
);
