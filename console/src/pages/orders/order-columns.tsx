import type { Order } from '@order-payments/client';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { Status } from '../../ui/badge.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { Identifier } from '../../ui/identifier.tsx';

export const orderTo = (orderId: string): string => `/orders/${orderId}`;

export const ORDER_COLUMNS: readonly Column<Order>[] = [
  {
    id: 'order',
    heading: 'Order',
    cell: ({ orderId }) => <Identifier id={orderId} to={orderTo(orderId)} />,
  },
  { id: 'customer', heading: 'Customer', cell: ({ customerId }) => customerId },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
  { id: 'payment', heading: 'Payment', cell: ({ paymentStatus }) => <Status value={paymentStatus} /> },
  {
    id: 'fulfilment',
    heading: 'Fulfilment',
    cell: ({ fulfilmentStatus }) => <Status value={fulfilmentStatus} />,
  },
  { id: 'total', heading: 'Total', isNumeric: true, cell: ({ totals }) => <Money {...totals.grand} /> },
  { id: 'due', heading: 'Due', isNumeric: true, cell: ({ dueAmount }) => <Money {...dueAmount} /> },
  { id: 'created', heading: 'Created', cell: ({ createdAt }) => <Instant at={createdAt} /> },
];
