import type { Input, Payment } from '@order-payments/client';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { anyOf, Badge, inWords, Status } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import { isCurrency, minorOf, wrongAmount, wrongCurrency } from '../orders/amount-filter.ts';

const STATUSES = [
  ...['Pending', 'RequiresAction', 'Authorized', 'PartiallyCaptured', 'Completed', 'Failed', 'Voided'],
  'Expired',
];
const METHODS = ['card', 'bank_transfer', 'wallet'];
const OUTCOMES = [
  ['', 'Any'],
  ['unknown', 'Unknown at the provider'],
] as const;
const NAMES = ['status', 'outcome', 'paymentMethod', 'currency', 'min', 'max'] as const;
type Name = (typeof NAMES)[number];

const COLUMNS: readonly Column<Payment>[] = [
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
    id: 'status',
    heading: 'Status',
    cell: ({ status, inFlight }) => (
      <>
        <Status value={status} />{' '}
        {inFlight.length > 0 && <Badge tone="warn">{inFlight.join(', ')} under way</Badge>}
      </>
    ),
  },
  { id: 'method', heading: 'Method', cell: ({ paymentMethod }) => inWords(paymentMethod) },
  { id: 'amount', heading: 'Amount', isNumeric: true, cell: ({ amount }) => <Money {...amount} /> },
  {
    id: 'captured',
    heading: 'Captured',
    isNumeric: true,
    cell: ({ capturedAmount }) => <Money {...capturedAmount} />,
  },
  {
    id: 'refunded',
    heading: 'Refunded',
    isNumeric: true,
    cell: ({ refundedAmount }) => <Money {...refundedAmount} />,
  },
  { id: 'created', heading: 'Created', cell: ({ createdAt }) => <Instant at={createdAt} /> },
];

export default function PaymentsPage() {
  const [filter, setFilter, clear] = useFilter(NAMES);
  const { currency, min, max, ...rest } = filter;
  const amountMin = minorOf(min, currency);
  const amountMax = minorOf(max, currency);
  const query: Input<'listPayments'> = {
    ...(rest as Input<'listPayments'>),
    ...(currency !== undefined && isCurrency(currency) && { currency }),
    ...(amountMin !== undefined && { amountMin }),
    ...(amountMax !== undefined && { amountMax }),
  };
  const payments = useList<Payment>(
    ['payments', query],
    (cursor, signal) => service.listPayments({ ...query, limit: 50, ...(cursor && { cursor }) }, { signal }),
    { isLive: true },
  );
  const field = (name: Name) => ({
    value: filter[name] ?? '',
    onValue: (value: string) => setFilter(name, value),
  });
  return (
    <Page
      title="Payments"
      actions={Object.keys(filter).length > 0 && <Button onClick={clear}>Clear filters</Button>}
    >
      <div className="filters">
        <SelectField label="Status" options={anyOf(STATUSES)} {...field('status')} />
        <SelectField label="Outcome" options={OUTCOMES} {...field('outcome')} />
        <SelectField label="Method" options={anyOf(METHODS)} {...field('paymentMethod')} />
        <FilterField label="Currency" wrong={wrongCurrency} {...field('currency')} />
        <FilterField label="Amount from" wrong={wrongAmount(currency)} {...field('min')} />
        <FilterField label="Amount to" wrong={wrongAmount(currency)} {...field('max')} />
      </div>
      <List
        label="Payments"
        query={payments}
        columns={COLUMNS}
        keyOf={({ paymentId }) => paymentId}
        empty={Object.keys(filter).length > 0 ? 'No payment is like that.' : 'There is no payment yet.'}
      />
    </Page>
  );
}
