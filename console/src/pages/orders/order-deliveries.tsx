import type { Order } from '@order-payments/client';
import { Status } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Section } from '../../ui/page.tsx';
import { Differs } from './differs.tsx';

type Fulfilment = Order['fulfilments'][number];
type Return = Order['returns'][number];
type Item = Fulfilment['items'][number];
type OrderProps = { readonly order: Order };

function Items({ order, items }: OrderProps & { readonly items: readonly Item[] }) {
  const names = new Map(order.items.map(({ lineId, productName }) => [lineId, productName]));
  return (
    <ul className="plain">
      {items.map(({ lineId, quantity }) => (
        <li key={lineId}>
          {quantity} × {names.get(lineId) ?? `line ${lineId}`}
        </li>
      ))}
    </ul>
  );
}

const fulfilmentColumns = (order: Order): readonly Column<Fulfilment>[] => [
  { id: 'fulfilment', heading: 'Fulfilment', cell: ({ fulfilmentId }) => <Identifier id={fulfilmentId} /> },
  {
    id: 'status',
    heading: 'Status',
    cell: ({ fulfilmentId, status }) => (
      <Differs at={`fulfilments/${fulfilmentId}/status`}>
        <Status value={status} />
      </Differs>
    ),
  },
  { id: 'items', heading: 'Lines', cell: ({ items }) => <Items order={order} items={items} /> },
  {
    id: 'tracking',
    heading: 'Tracking',
    cell: ({ fulfilmentId, tracking }) => (
      <Differs at={`fulfilments/${fulfilmentId}/tracking`}>
        {tracking ?? <span className="muted">none</span>}
      </Differs>
    ),
  },
];

const returnColumns = (order: Order): readonly Column<Return>[] => [
  { id: 'return', heading: 'Return', cell: ({ returnId }) => <Identifier id={returnId} /> },
  {
    id: 'status',
    heading: 'Status',
    cell: ({ returnId, status }) => (
      <Differs at={`returns/${returnId}/status`}>
        <Status value={status} />
      </Differs>
    ),
  },
  { id: 'items', heading: 'Lines', cell: ({ items }) => <Items order={order} items={items} /> },
  { id: 'reason', heading: 'Reason', cell: ({ reason }) => reason },
];

const Fulfilments = ({ order }: OrderProps) => (
  <Section title="Fulfilments">
    {order.fulfilments.length === 0 ? (
      <p className="muted">Nothing is packed or sent.</p>
    ) : (
      <DataTable
        label="Fulfilments"
        rows={order.fulfilments}
        columns={fulfilmentColumns(order)}
        keyOf={({ fulfilmentId }) => fulfilmentId}
      />
    )}
  </Section>
);

const Returns = ({ order }: OrderProps) => (
  <Section title="Returns">
    {order.returns.length === 0 ? (
      <p className="muted">Nothing was sent back.</p>
    ) : (
      <DataTable
        label="Returns"
        rows={order.returns}
        columns={returnColumns(order)}
        keyOf={({ returnId }) => returnId}
      />
    )}
  </Section>
);

export const OrderDeliveries = ({ order }: OrderProps) => (
  <>
    <Fulfilments order={order} />
    <Returns order={order} />
  </>
);
