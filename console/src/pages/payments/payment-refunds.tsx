import type { Payment, Refund } from '@order-payments/client';
import { useState } from 'react';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { Empty } from '../../ui/answer.tsx';
import { Status } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Section } from '../../ui/page.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { reasonOf } from './provider-words.ts';
import { DecisionButtons, DecisionDialog, type Decision } from './refund-decision.tsx';

type Open = { readonly decision: Decision; readonly refund: Refund };

export function PaymentRefunds({ payment }: { readonly payment: Payment }) {
  const [open, setOpen] = useState<Open>();
  const [notice, say] = useNotice();
  const decide = (refund: Refund) => (decision: Decision) => {
    say('');
    setOpen({ decision, refund });
  };
  const decisions: Column<Refund> = {
    id: 'decide',
    heading: 'Decide',
    cell: (refund) => <DecisionButtons refund={refund} onDecide={decide(refund)} />,
  };
  const columns: readonly Column<Refund>[] = [
    { id: 'createdAt', heading: 'Asked for', cell: ({ createdAt }) => <Instant at={createdAt} /> },
    { id: 'amount', heading: 'Amount', isNumeric: true, cell: ({ amount }) => <Money {...amount} /> },
    { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
    { id: 'reason', heading: 'Reason', cell: ({ reason }) => reason },
    { id: 'what', heading: 'What came of it', cell: (refund) => <Told refund={refund} /> },
    ...(payment.refunds.some(({ status }) => status === 'AwaitingApproval') ? [decisions] : []),
  ];
  return (
    <Section title="Refunds">
      {notice}
      {payment.refunds.length === 0 ? (
        <Empty>Nothing was given back.</Empty>
      ) : (
        <DataTable
          label="Refunds"
          rows={payment.refunds}
          columns={columns}
          keyOf={({ refundId }) => refundId}
        />
      )}
      {open && (
        <DecisionDialog
          decision={open.decision}
          payment={payment}
          refund={open.refund}
          onDone={say}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Section>
  );
}

function Told({ refund }: { readonly refund: Refund }) {
  const { status, error, lapsesAt, decidedBy, requestedBy, rejectionReason } = refund;
  return (
    <>
      {requestedBy !== undefined && <div>asked for by {requestedBy}</div>}
      {status === 'AwaitingApproval' && lapsesAt !== undefined && (
        <div>
          waits until <Instant at={lapsesAt} />
        </div>
      )}
      {status === 'Pending' && <div>the provider has not said yet</div>}
      {decidedBy !== undefined && (
        <div>
          {status === 'Rejected' ? 'rejected' : 'approved'} by {decidedBy}
          {rejectionReason !== undefined && `: ${rejectionReason}`}
        </div>
      )}
      {error && <div>{reasonOf(error.code)}</div>}
    </>
  );
}
