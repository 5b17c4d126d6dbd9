import type { Input, Order } from '@order-payments/client';
import { startOfDay, wrongDay } from '../../format/day.ts';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { anyOf } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import { isCurrency, minorOf, wrongAmount, wrongCurrency } from './amount-filter.ts';
import { ORDER_COLUMNS } from './order-columns.tsx';

const STATUSES = ['Created', 'Confirmed', 'Completed', 'Cancelling', 'Cancelled', 'Expired'];
const PAYMENT_STATUSES = [
  ...['Unpaid', 'Pending', 'PartiallyAuthorized', 'Authorized', 'PartiallyPaid', 'Paid', 'Overpaid'],
  ...['PartiallyRefunded', 'Refunded'],
];
const FULFILMENT_STATUSES = ['None', 'Partial', 'Fulfilled', 'Returned'];

const NAMES = [
  ...(['status', 'paymentStatus', 'fulfilmentStatus', 'customerId'] as const),
  ...(['currency', 'min', 'max', 'after', 'before'] as const),
];
type Name = (typeof NAMES)[number];
type Filter = Readonly<Partial<Record<Name, string>>>;

function queryOf({ currency, min, max, after, before, ...rest }: Filter): Input<'listOrders'> {
  const totalMin = minorOf(min, currency);
  const totalMax = minorOf(max, currency);
  const createdAfter = startOfDay(after ?? '');
  const createdBefore = startOfDay(before ?? '');
  return {
    // The address may say anything; what the service does not know it refuses in words.
    ...(rest as Input<'listOrders'>),
    ...(currency !== undefined && isCurrency(currency) && { currency }),
    ...(totalMin !== undefined && { totalMin }),
    ...(totalMax !== undefined && { totalMax }),
    ...(createdAfter && { createdAfter }),
    ...(createdBefore && { createdBefore }),
  };
}

export default function OrdersPage() {
  const [filter, setFilter, clear] = useFilter(NAMES);
  const query = queryOf(filter);
  const orders = useList<Order>(
    ['orders', query],
    (cursor, signal) => service.listOrders({ ...query, limit: 50, ...(cursor && { cursor }) }, { signal }),
    { isLive: true },
  );
  const field = (name: Name) => ({
    value: filter[name] ?? '',
    onValue: (value: string) => setFilter(name, value),
  });
  return (
    <Page
      title="Orders"
      actions={Object.keys(filter).length > 0 && <Button onClick={clear}>Clear filters</Button>}
    >
      <div className="filters">
        <SelectField label="Status" options={anyOf(STATUSES)} {...field('status')} />
        <SelectField label="Payment" options={anyOf(PAYMENT_STATUSES)} {...field('paymentStatus')} />
        <SelectField label="Fulfilment" options={anyOf(FULFILMENT_STATUSES)} {...field('fulfilmentStatus')} />
        <FilterField label="Customer" {...field('customerId')} />
        <FilterField label="Currency" wrong={wrongCurrency} {...field('currency')} />
        <FilterField label="Total from" wrong={wrongAmount(filter.currency)} {...field('min')} />
        <FilterField label="Total to" wrong={wrongAmount(filter.currency)} {...field('max')} />
        <FilterField label="Created from" type="date" wrong={wrongDay} {...field('after')} />
        <FilterField label="Created before" type="date" wrong={wrongDay} {...field('before')} />
      </div>
      <List
        label="Orders"
        query={orders}
        columns={ORDER_COLUMNS}
        keyOf={({ orderId }) => orderId}
        empty={Object.keys(filter).length > 0 ? 'No order is like that.' : 'There is no order yet.'}
      />
    </Page>
  );
}
