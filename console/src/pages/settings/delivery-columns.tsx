import type { Schemas } from '@order-payments/client';
import { Link } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { Status } from '../../ui/badge.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { Identifier } from '../../ui/identifier.tsx';

export type Delivery = Schemas['WebhookDelivery'];

export const DELIVERY_COLUMNS: readonly Column<Delivery>[] = [
  {
    id: 'type',
    heading: 'Message',
    cell: ({ type, deliveryId }) => <Link href={`/deliveries/${deliveryId}`}>{type}</Link>,
  },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
  { id: 'attempts', heading: 'Attempts', isNumeric: true, cell: ({ attemptCount }) => attemptCount },
  { id: 'id', heading: 'Message id', cell: ({ messageId }) => <Identifier id={messageId} /> },
  { id: 'created', heading: 'Created', cell: ({ createdAt }) => <Instant at={createdAt} /> },
  {
    id: 'next',
    heading: 'Next attempt',
    cell: ({ nextAttemptAt }) => nextAttemptAt !== null && <Instant at={nextAttemptAt} />,
  },
];
