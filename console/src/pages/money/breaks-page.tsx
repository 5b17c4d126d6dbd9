import { Link } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { inWords, Status } from '../../ui/badge.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';

type Break = Awaited<ReturnType<typeof service.listReconciliationBreaks>>['data'][number];

const kindInWords = (kind: string): string => inWords(kind.replaceAll('-', '_'));

const COLUMNS: readonly Column<Break>[] = [
  { id: 'day', heading: 'Day', cell: ({ day }) => <span className="nowrap">{day}</span> },
  {
    id: 'kind',
    heading: 'What differs',
    cell: ({ kind, breakId }) => <Link href={`/breaks/${breakId}`}>{kindInWords(kind)}</Link>,
  },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
  { id: 'provider', heading: 'Provider', cell: ({ provider }) => provider },
  {
    id: 'expected',
    heading: 'Expected',
    isNumeric: true,
    cell: ({ expected, currency }) =>
      expected === null ? 'nothing' : <Money amount={expected} currency={currency} />,
  },
  {
    id: 'actual',
    heading: 'Found',
    isNumeric: true,
    cell: ({ actual, currency }) =>
      actual === null ? 'nothing' : <Money amount={actual} currency={currency} />,
  },
  {
    id: 'order',
    heading: 'Order',
    cell: ({ orderId }) => orderId !== null && <Identifier id={orderId} to={`/orders/${orderId}`} />,
  },
  { id: 'since', heading: 'Since', cell: ({ foundAt }) => <Instant at={foundAt} /> },
];

const STATUSES = [
  ['', 'Any'],
  ['open', 'Open'],
  ['resolved', 'Resolved'],
] as const;
const statusOf = (given: string | undefined): 'open' | 'resolved' | undefined =>
  given === 'open' || given === 'resolved' ? given : undefined;

export default function BreaksPage() {
  const [filter, setFilter] = useFilter(['status', 'provider', 'day']);
  const { status, ...rest } = filter;
  const wanted = statusOf(status);
  const query = { ...rest, ...(wanted && { status: wanted }) };
  const breaks = useList<Break>(['breaks', query], (cursor, signal) =>
    service.listReconciliationBreaks({ ...query, limit: 50, ...(cursor && { cursor }) }, { signal }),
  );
  return (
    <Page
      title="Reconciliation"
      lead="Where our ledger, the provider’s books and what was paid out do not say the same."
    >
      <div className="filters">
        <SelectField
          label="Status"
          options={STATUSES}
          value={status ?? ''}
          onValue={(value) => setFilter('status', value)}
        />
        <FilterField
          label="Provider"
          value={filter.provider ?? ''}
          onValue={(value) => setFilter('provider', value)}
        />
        <FilterField
          label="Day (UTC)"
          type="date"
          value={filter.day ?? ''}
          onValue={(value) => setFilter('day', value)}
        />
      </div>
      <List
        label="Breaks"
        query={breaks}
        columns={COLUMNS}
        keyOf={({ breakId }) => breakId}
        empty="All sides agree."
      />
    </Page>
  );
}
