import { useInfiniteQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { startOfDay, wrongDay } from '../../format/day.ts';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { inWords } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { LoadMore } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import './money.css';

type Statement = Awaited<ReturnType<typeof service.getAccountStatement>>;
type Entry = Statement['data'][number];

const columnsIn = (currency: string): readonly Column<Entry>[] => [
  { id: 'at', heading: 'Booked', cell: ({ bookedAt }) => <Instant at={bookedAt} /> },
  { id: 'type', heading: 'What happened', cell: ({ type }) => inWords(type) },
  {
    id: 'order',
    heading: 'Order',
    cell: ({ orderId }) => orderId !== null && <Identifier id={orderId} to={`/orders/${orderId}`} />,
  },
  {
    id: 'debit',
    heading: 'Debit',
    isNumeric: true,
    cell: ({ debit }) => debit !== '0' && <Money amount={debit} currency={currency} />,
  },
  {
    id: 'credit',
    heading: 'Credit',
    isNumeric: true,
    cell: ({ credit }) => credit !== '0' && <Money amount={credit} currency={currency} />,
  },
  {
    id: 'balance',
    heading: 'Balance',
    isNumeric: true,
    cell: ({ balance }) => <Money amount={balance} currency={currency} />,
  },
];

export default function StatementPage() {
  const { account: encoded } = useParams<{ account: string }>();
  const account = decodeURIComponent(encoded);
  const [{ currency = 'USD', from, to }, setFilter] = useFilter(['currency', 'from', 'to']);
  const since = startOfDay(from ?? '');
  const until = startOfDay(to ?? '');
  const period = { ...(since && { from: since }), ...(until && { to: until }) };
  const statement = useInfiniteQuery({
    queryKey: ['statement', account, currency, period],
    queryFn: ({ pageParam, signal }) =>
      service.getAccountStatement(
        { account, currency, ...period, limit: 100, ...(pageParam !== undefined && { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  return (
    <Page title={account} lead={`Statement in ${currency}`}>
      <div className="filters">
        <FilterField
          label="From"
          type="date"
          wrong={wrongDay}
          value={from ?? ''}
          onValue={(value) => setFilter('from', value)}
        />
        <FilterField
          label="Before"
          type="date"
          wrong={wrongDay}
          value={to ?? ''}
          onValue={(value) => setFilter('to', value)}
        />
      </div>
      <Answer query={statement}>
        {({ pages }) => {
          const [first] = pages;
          const entries = pages.flatMap(({ data }) => data);
          return (
            <>
              {first && (
                <div className="card statement-sums">
                  <Facts
                    facts={[
                      ['Opening', <Money key="o" amount={first.opening} currency={currency} />],
                      ['Closing', <Money key="c" amount={first.closing} currency={currency} />],
                    ]}
                  />
                </div>
              )}
              {entries.length === 0 ? (
                <Empty>Nothing was posted to it in this time.</Empty>
              ) : (
                <DataTable
                  label={`Entries of ${account}`}
                  rows={entries}
                  columns={columnsIn(currency)}
                  keyOf={({ eventId, debit, credit, balance }) => `${eventId} ${debit} ${credit} ${balance}`}
                />
              )}
              <LoadMore query={statement} />
            </>
          );
        }}
      </Answer>
    </Page>
  );
}
