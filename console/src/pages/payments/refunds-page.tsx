import { useState } from 'react';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { useAnswer, useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer } from '../../ui/answer.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { DecisionButtons, DecisionDialog, type Decision } from './refund-decision.tsx';

type Waiting = Awaited<ReturnType<typeof service.listRefunds>>['data'][number];
type Open = { readonly decision: Decision; readonly refund: Waiting };

export default function RefundsPage() {
  const [open, setOpen] = useState<Open>();
  const [notice, say] = useNotice();
  const query = useList(
    ['refunds'],
    (cursor, signal) =>
      service.listRefunds({ status: 'AwaitingApproval', ...(cursor && { cursor }) }, { signal }),
    { isLive: true },
  );
  const decide = (refund: Waiting) => (decision: Decision) => {
    say('');
    setOpen({ decision, refund });
  };
  const columns: readonly Column<Waiting>[] = [
    { id: 'amount', heading: 'Amount', isNumeric: true, cell: ({ amount }) => <Money {...amount} /> },
    { id: 'reason', heading: 'Reason', cell: ({ reason }) => reason },
    {
      id: 'requestedBy',
      heading: 'Asked for by',
      cell: ({ requestedBy }) => <span className="nowrap">{requestedBy}</span>,
    },
    { id: 'createdAt', heading: 'Asked for', cell: ({ createdAt }) => <Instant at={createdAt} /> },
    { id: 'lapsesAt', heading: 'Lapses', cell: ({ lapsesAt }) => <Instant at={lapsesAt} /> },
    {
      id: 'payment',
      heading: 'Payment',
      cell: ({ paymentId }) => <Identifier id={paymentId} to={`/payments/${paymentId}`} />,
    },
    {
      id: 'order',
      heading: 'Order',
      cell: ({ orderId }) => <Identifier id={orderId} to={`/orders/${orderId}`} />,
    },
    {
      id: 'decide',
      heading: 'Decide',
      cell: (refund) => <DecisionButtons refund={refund} onDecide={decide(refund)} />,
    },
  ];
  return (
    <Page
      title="Refunds to approve"
      lead="Above the limit no money goes back before a second person approves of it."
    >
      {notice}
      <List
        label="Refunds that wait for approval"
        query={query}
        columns={columns}
        keyOf={({ refundId }) => refundId}
        empty="No refund waits for approval."
      />
      {open && (
        <Deciding key={open.refund.refundId} {...open} onDone={say} onClose={() => setOpen(undefined)} />
      )}
    </Page>
  );
}

type DecidingProps = Open & { readonly onDone: (said: string) => void; readonly onClose: () => void };

/** What is decided on is the payment, so it is looked at first. */
function Deciding({ refund, ...rest }: DecidingProps) {
  const { paymentId } = refund;
  const query = useAnswer(['payment', paymentId], (signal) => service.getPayment({ paymentId }, { signal }), {
    isLive: true,
  });
  return (
    <Answer query={query} rows={1}>
      {(payment) =>
        payment.paymentId === paymentId && <DecisionDialog {...rest} refund={refund} payment={payment} />
      }
    </Answer>
  );
}
