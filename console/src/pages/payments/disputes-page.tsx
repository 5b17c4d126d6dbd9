import type { Schemas } from '@order-payments/client';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { inWords, Status } from '../../ui/badge.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';

type Dispute = Schemas['Dispute'];

const STATUSES = ['open', 'under_review', 'won', 'lost'] as const;

const COLUMNS: readonly Column<Dispute>[] = [
  {
    id: 'disputeId',
    heading: 'Dispute',
    cell: ({ disputeId }) => <Identifier id={disputeId} to={`/disputes/${disputeId}`} />,
  },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
  { id: 'amount', heading: 'Amount', isNumeric: true, cell: ({ amount }) => <Money {...amount} /> },
  { id: 'fee', heading: 'Fee', isNumeric: true, cell: ({ fee }) => <Money {...fee} /> },
  { id: 'reason', heading: 'Reason', cell: ({ reason }) => inWords(reason) },
  { id: 'openedAt', heading: 'Opened', cell: ({ openedAt }) => <Instant at={openedAt} /> },
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
];

export default function DisputesPage() {
  const [filter, set] = useFilter(['status']);
  const status = STATUSES.find((one) => one === filter.status);
  const query = useList(
    ['disputes', status],
    (cursor, signal) =>
      service.listDisputes({ ...(status && { status }), ...(cursor && { cursor }) }, { signal }),
    { isLive: true },
  );
  return (
    <Page title="Disputes" lead="What customers’ banks want back. No money is refunded while they decide.">
      <div className="filters">
        <SelectField
          label="Status"
          value={status ?? ''}
          onValue={(value) => set('status', value)}
          options={[['', 'All'], ...STATUSES.map((one) => [one, inWords(one)] as const)]}
        />
      </div>
      <List
        label="Disputes"
        query={query}
        columns={COLUMNS}
        keyOf={({ disputeId }) => disputeId}
        empty={status ? 'No dispute is in this state.' : 'No customer’s bank wants anything back.'}
      />
    </Page>
  );
}
