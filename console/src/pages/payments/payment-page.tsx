import type { Payment } from '@order-payments/client';
import { useParams } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { inWords, Status } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { fact, Facts } from '../../ui/facts.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { useHistory } from '../orders/order-moment.ts';
import { PaymentActions } from './payment-actions.tsx';
import { PaymentHistory, providerIn } from './payment-history.tsx';
import { PaymentRefunds } from './payment-refunds.tsx';
import { refundableMinor, capturableMinor } from './payment-possibilities.ts';
import { inDoubt, reasonOf } from './provider-words.ts';
import './payments.css';

export default function PaymentPage() {
  const { paymentId } = useParams<{ paymentId: string }>();
  const query = useAnswer(['payment', paymentId], (signal) => service.getPayment({ paymentId }, { signal }), {
    isLive: true,
  });
  return (
    <Page
      title="Payment"
      lead={<Identifier id={paymentId} />}
      actions={query.data?.paymentId === paymentId && <PaymentActions payment={query.data} />}
    >
      <Answer query={query}>{(payment) => <Shown payment={payment} />}</Answer>
    </Page>
  );
}

const Shown = ({ payment }: { readonly payment: Payment }) => (
  <>
    {payment.inFlight.length > 0 && !payment.nextAction && <InDoubt payment={payment} />}
    {payment.nextAction && (
      <p className="standing">
        The customer must act, for example prove who they are to their bank:{' '}
        <a href={payment.nextAction.url} target="_blank" rel="noreferrer">
          where they must go
        </a>
        {payment.expiresAt !== undefined && (
          <>
            , until <Instant at={payment.expiresAt} />
          </>
        )}
        .
      </p>
    )}
    <div className="columns">
      <Amounts payment={payment} />
      <About payment={payment} />
    </div>
    <Captures payment={payment} />
    <PaymentRefunds payment={payment} />
    <Disputes payment={payment} />
    <PaymentHistory payment={payment} />
  </>
);

const InDoubt = ({ payment: { inFlight } }: { readonly payment: Payment }) => (
  <p className="standing">
    The provider has not said {inDoubt(inFlight)}. It is asked again by itself; nothing needs to be done.
  </p>
);

function Amounts({ payment }: { readonly payment: Payment }) {
  const { currency } = payment.amount;
  const capturable = capturableMinor(payment);
  return (
    <section className="card" aria-label="Amounts">
      <Facts
        facts={[
          fact('Asked for', <Money {...payment.amount} />),
          fact('Authorized', <Money {...payment.authorizedAmount} />),
          fact('Captured', <Money {...payment.capturedAmount} />),
          fact('Refunded', <Money {...payment.refundedAmount} />),
          fact('Left to capture', <Money amount={capturable} currency={currency} />),
          fact('Left to refund', <Money amount={refundableMinor(payment)} currency={currency} />),
        ]}
      />
    </section>
  );
}

const EXPIRING: readonly Payment['status'][] = ['RequiresAction', 'Authorized', 'PartiallyCaptured'];

function About({ payment }: { readonly payment: Payment }) {
  const events = useHistory(payment.orderId);
  const provider = providerIn(events.data?.data ?? [], payment.paymentId);
  const { orderId, status, error, paymentMethod, captureMethod, createdAt, updatedAt } = payment;
  const expiresAt = EXPIRING.includes(status) ? payment.expiresAt : undefined;
  return (
    <section className="card" aria-label="About the payment">
      <Facts
        facts={[
          fact('Status', <Status value={status} />),
          ...(error ? [fact('Why', reasonOf(error.code))] : []),
          fact('Order', <Identifier id={orderId} to={`/orders/${orderId}`} />),
          [
            'Method',
            `${inWords(paymentMethod)}, captured ${captureMethod === 'manual' ? 'manually' : 'at once'}`,
          ],
          fact('Provider', provider === undefined ? '…' : inWords(provider)),
          ...(expiresAt === undefined ? [] : [fact('Expires', <Instant at={expiresAt} />)]),
          fact('Created', <Instant at={createdAt} />),
          fact('Changed', <Instant at={updatedAt} />),
        ]}
      />
    </section>
  );
}

type Capture = Payment['captures'][number];
const CAPTURES: readonly Column<Capture>[] = [
  { id: 'captureId', heading: 'Capture', cell: ({ captureId }) => <Identifier id={captureId} /> },
  { id: 'amount', heading: 'Amount', isNumeric: true, cell: ({ amount }) => <Money {...amount} /> },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
  {
    id: 'what',
    heading: 'What came of it',
    cell: ({ status, error }) => {
      if (error) return reasonOf(error.code);
      return status === 'Pending' ? 'the provider has not said yet' : '';
    },
  },
];

const Captures = ({ payment: { captures } }: { readonly payment: Payment }) => (
  <Section title="Captures">
    {captures.length === 0 ? (
      <Empty>Nothing was captured.</Empty>
    ) : (
      <DataTable label="Captures" rows={captures} columns={CAPTURES} keyOf={({ captureId }) => captureId} />
    )}
  </Section>
);

type Dispute = Payment['disputes'][number];
const DISPUTES: readonly Column<Dispute>[] = [
  {
    id: 'disputeId',
    heading: 'Dispute',
    cell: ({ disputeId }) => <Identifier id={disputeId} to={`/disputes/${disputeId}`} />,
  },
  { id: 'amount', heading: 'Amount', isNumeric: true, cell: ({ amount }) => <Money {...amount} /> },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
  { id: 'reason', heading: 'Reason', cell: ({ reason }) => inWords(reason) },
  { id: 'openedAt', heading: 'Opened', cell: ({ openedAt }) => <Instant at={openedAt} /> },
];

const Disputes = ({ payment: { disputes } }: { readonly payment: Payment }) =>
  disputes.length > 0 && (
    <Section title="Disputes">
      <DataTable label="Disputes" rows={disputes} columns={DISPUTES} keyOf={({ disputeId }) => disputeId} />
    </Section>
  );
